"""What Slack is, as data. Limits: chat.postMessage (4,000 characters are advised, more is cut at 40,000), Block Kit (a section 3,000, a
button's text 75, 25 elements in a row, 100 options), files of 1 GB, one message a second and channel
(https://docs.slack.dev/reference/methods/chat.postMessage, …/block-kit/blocks, …/apis/web-api/rate-limits; read 2026-11)."""

from datetime import timedelta

from oase.channels.adapters.slack.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Public, Setting, Words
from oase.channels.families.settings import provider_address

_MOST = 1_000_000_000
_FILES = {
    Capability.IMAGE: FileRule(types=("image/*",), size_bytes=_MOST),
    Capability.AUDIO: FileRule(types=("audio/*",), size_bytes=_MOST),
    Capability.VIDEO: FileRule(types=("video/*",), size_bytes=_MOST),
    Capability.DOCUMENT: FileRule(size_bytes=_MOST),
}
LIMITS = Limits(
    text_length=4_000,
    caption_length=4_000,
    files=_FILES,
    attachments_per_message=1,
    buttons=5,
    button_length=75,
    list_rows=100,
    row_length=75,
    row_description_length=75,
    choices_text_length=3_000,
    pair_interval=timedelta(seconds=1),
    pair_burst=5,
)
PUBLIC_LIMITS = Limits(text_length=4_000, caption_length=4_000, files=_FILES, attachments_per_message=1)

SETTINGS = (
    Setting(
        name="bot_token",
        kind="secret",
        label=Words("Bot User OAuth Token", "Bot User OAuth Token"),
        help=Words("Of the app, under OAuth & Permissions: xoxb-…", "Der App, unter OAuth & Permissions: xoxb-…"),
    ),
    Setting(
        name="signing_secret",
        kind="secret",
        stays=True,
        label=Words("Signing secret", "Signing Secret"),
        help=Words(
            "Of the app, under Basic Information. With it Oase checks that a delivery comes from Slack.",
            "Der App, unter Basic Information. Damit prüft Oase, ob Lieferungen von Slack kommen.",
        ),
    ),
    Setting(
        name="customers",
        kind="choice",
        required=False,
        default="external",
        label=Words("Customers in channels are", "Kunden in Kanälen sind"),
        choices=(
            ("external", Words("people of other companies", "Personen anderer Firmen")),
            ("all", Words("everybody but the app (guests of your workspace)", "alle außer der App (Gäste Ihres Workspace)")),
        ),
    ),
    provider_address("https://slack.com/api", Words("Address of the Web API", "Adresse der Web-API")),
)

_BOTH_WAYS = {
    Capability.TEXT,
    Capability.IMAGE,
    Capability.AUDIO,
    Capability.VIDEO,
    Capability.DOCUMENT,
    Capability.BUTTONS,
    Capability.LIST,
    Capability.REPLY,
    Capability.REACTION,
}
_OUT = frozenset(_BOTH_WAYS)
_IN = frozenset({*_BOTH_WAYS, Capability.VOICE, Capability.EDIT, Capability.DELETE, Capability.RECEIPTS})
_PUBLIC_FILES = {Capability.IMAGE, Capability.AUDIO, Capability.VIDEO, Capability.DOCUMENT}

MANIFEST = Manifest(
    id="slack",
    name=Words("Slack", "Slack"),
    icon="brand-slack",
    color="#4a154b",
    identity="slack",
    pace="messaging",
    wire="http",
    webhook=True,
    signature="X-Slack-Signature: v0, HMAC-SHA256 over version, time and body with the signing secret",
    capabilities=_OUT,
    incoming=_IN,
    limits=LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=False,
    safe_to_repeat=False,
    names=True,
    public=Public(
        name=Words("Slack channel", "Slack-Kanal"),
        icon="brand-slack",
        readers=Words("everybody in the shared channel", "alle im geteilten Kanal"),
        capabilities=frozenset({Capability.TEXT, *_PUBLIC_FILES, Capability.REACTION}),
        incoming=frozenset(
            {
                Capability.TEXT,
                Capability.IMAGE,
                Capability.REPLY,
                Capability.EDIT,
                Capability.DELETE,
                Capability.REACTION,
                Capability.ELSEWHERE,
            }
        ),
        limits=PUBLIC_LIMITS,
        private_reply=True,
    ),
)
