"""What LINE is, as data. Limits: https://developers.line.biz/en/reference/messaging-api/ (read 2026-11)."""

from oase.channels.adapters.line.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Public, Setting, Words
from oase.channels.families.settings import provider_address

_MB = 1_000_000

LIMITS = Limits(
    text_length=5000,  # #text-message
    caption_length=5000,  # text and pictures go in one push
    files={
        Capability.IMAGE: FileRule(types=("image/jpeg", "image/png"), size_bytes=_MB, by_link=True)
    },  # of its preview, #image-message
    attachments_per_message=4,  # five objects in a push, one of them the text
    buttons=13,  # #items-object
    button_length=20,
    list_rows=13,  # goes as buttons, too
    row_length=20,
    row_description_length=72,
    choices_text_length=3700,  # leaves room for the descriptions of all rows
    messages_per_second=2000,  # #rate-limits
)

SETTINGS = (
    Setting(
        name="access_token",
        kind="secret",
        label=Words("Channel access token", "Kanal-Zugriffsschlüssel"),
        help=Words(
            "LINE Developers Console, your channel, Messaging API, *Channel access token (long-lived)*, Issue.",
            "LINE Developers Console, Ihr Kanal, Messaging API, *Channel access token (long-lived)*, Issue.",
        ),
    ),
    Setting(
        name="channel_secret",
        kind="secret",
        stays=True,
        label=Words("Channel secret", "Kanal-Geheimnis"),
        help=Words(
            "LINE Developers Console, your channel, Basic settings. With it Oase checks that a delivery comes from LINE.",
            "LINE Developers Console, Ihr Kanal, Basic settings. Damit prüft Oase, ob Lieferungen von LINE kommen.",
        ),
    ),
    provider_address("https://api.line.me", Words("Address of the Messaging API", "Adresse der Messaging-API")),
)

_OUT_IN_GROUPS = frozenset(
    {Capability.TEXT, Capability.IMAGE, Capability.LOCATION, Capability.BUTTONS, Capability.LIST, Capability.REPLY}
)
_OUT = frozenset({*_OUT_IN_GROUPS, Capability.TYPING, Capability.MARK_READ})
_IN = frozenset(
    {
        *_OUT_IN_GROUPS,
        Capability.AUDIO,
        Capability.VOICE,
        Capability.VIDEO,
        Capability.DOCUMENT,
        Capability.STICKER,
        Capability.REPLY,
        Capability.DELETE,
    }
)

MANIFEST = Manifest(
    id="line",
    name=Words("LINE", "LINE"),
    icon="brand-line",
    color="#06c755",
    identity="line",
    pace="messaging",
    wire="http",
    webhook=True,
    subscribes=True,
    invites=True,
    names=True,
    signature="X-Line-Signature: HMAC-SHA256 over the raw body with the channel secret, Base64",
    capabilities=_OUT,
    incoming=_IN,
    limits=LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=True,
    safe_to_repeat=True,
    public=Public(
        name=Words("LINE group", "LINE-Gruppe"),
        icon="brand-line",
        readers=Words("everybody in the group", "alle in der Gruppe"),
        capabilities=_OUT_IN_GROUPS,
        incoming=frozenset({Capability.TEXT, Capability.BUTTONS, Capability.LIST, Capability.REPLY}),
        limits=LIMITS,
    ),
)
