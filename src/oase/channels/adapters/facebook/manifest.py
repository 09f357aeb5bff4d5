"""What Facebook is, as data. Limits from Meta's documentation (read 2026-11):

https://developers.facebook.com/docs/messenger-platform/reference/send-api (2,000 characters, 24 hours, HUMAN_AGENT)
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets (25 MB, pictures 8 MB)
https://developers.facebook.com/docs/messenger-platform/reference/buttons/quick-replies (13, titles of 20 characters)
https://developers.facebook.com/docs/graph-api/overview/rate-limiting (Send API: 300 calls a second, 10 with sound or video)
https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies (once, 7 days)
"""

from datetime import timedelta

from oase.channels.adapters.facebook.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, LongerWindow, Manifest, Public, Setting, Words
from oase.channels.families.meta.messaging import PAGE_SETTINGS, Place

_MB = 1024 * 1024

PLACE = Place(name="Messenger", object="page", own="page_id", identity="facebook")

LIMITS = Limits(
    text_length=2000,
    files={
        Capability.IMAGE: FileRule(types=("image/jpeg", "image/png", "image/gif"), size_bytes=8 * _MB, caption=False),
        Capability.VIDEO: FileRule(types=("video/*",), size_bytes=25 * _MB, caption=False),
        Capability.AUDIO: FileRule(types=("audio/*",), size_bytes=25 * _MB, caption=False),
        Capability.DOCUMENT: FileRule(size_bytes=25 * _MB, caption=False),
    },
    attachments_per_message=1,
    buttons=13,
    button_length=20,
    choices_text_length=2000,
    reply_window=timedelta(hours=24),
    longer_window=LongerWindow(only_if=("human_agent", "true"), window=timedelta(days=7)),
    messages_per_second=300,
)

PUBLIC_LIMITS = Limits(
    text_length=8000,
    caption_length=8000,
    files={Capability.IMAGE: FileRule(types=("image/jpeg", "image/png", "image/gif"), size_bytes=10 * _MB)},
    attachments_per_message=1,
)

SETTINGS = (
    Setting(
        name="page_id",
        label=Words("Page ID", "Seiten-ID"),
        help=Words(
            "Your page, About, Page transparency: a row of about 15 digits.",
            "Ihre Seite, Info, Seitentransparenz: eine Reihe von etwa 15 Ziffern.",
        ),
    ),
    *PAGE_SETTINGS,
)

_BOTH_WAYS = {
    Capability.TEXT,
    Capability.IMAGE,
    Capability.AUDIO,
    Capability.VIDEO,
    Capability.DOCUMENT,
    Capability.BUTTONS,
    Capability.REPLY,
    Capability.REACTION,
    Capability.RECEIPTS,
}

PUBLIC = Public(
    name=Words("Facebook Page", "Facebook-Seite"),
    icon="brand-facebook",
    readers=Words("everybody who visits the page", "alle, die die Seite besuchen"),
    capabilities=frozenset({Capability.TEXT, Capability.IMAGE, Capability.REPLY}),
    incoming=frozenset(
        {
            Capability.TEXT,
            Capability.IMAGE,
            Capability.VIDEO,
            Capability.REPLY,
            Capability.REACTION,
            Capability.EDIT,
            Capability.DELETE,
            Capability.ELSEWHERE,
        }
    ),
    limits=PUBLIC_LIMITS,
    acts=frozenset({"hide", "show", "delete", "like", "unlike"}),
    private_reply=True,
    private_reply_window=timedelta(days=7),
)

MANIFEST = Manifest(
    id="facebook",
    name=Words("Facebook Messenger", "Facebook Messenger"),
    icon="brand-messenger",
    color="#0084ff",
    identity="facebook",
    pace="messaging",
    wire="http",
    webhook=True,
    signature="X-Hub-Signature-256: HMAC-SHA256 over the raw body with the app secret",
    capabilities=frozenset({*_BOTH_WAYS, Capability.TYPING, Capability.MARK_READ}),
    incoming=frozenset(
        {
            *_BOTH_WAYS,
            Capability.VOICE,
            Capability.STICKER,
            Capability.LOCATION,
            Capability.EDIT,
            Capability.DELETE,
            Capability.ELSEWHERE,
        }
    ),
    limits=LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=True,
    safe_to_repeat=False,
    public=PUBLIC,
    names=True,
    subscribes=True,
    invites=True,
)
