"""What Instagram is, as data. Limits from Meta's documentation (read 2026-11):

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message (1,000 bytes, 24 hours)
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/attachment-upload (types and sizes)
https://developers.facebook.com/docs/graph-api/overview/rate-limiting (texts: 100 calls a second, sound and video: 10)
https://developers.facebook.com/documentation/instagram-platform/private-replies (once, 7 days; of live videos only while they last)
"""

from datetime import timedelta

from oase.channels.adapters.instagram.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, LongerWindow, Manifest, Public, Setting, Words
from oase.channels.families.meta.messaging import PAGE_SETTINGS, Place

_MB = 1024 * 1024

PLACE = Place(name="Instagram", object="instagram", own="instagram_id", identity="instagram")

LIMITS = Limits(
    text_length=1000,
    text_bytes=1000,
    files={
        Capability.IMAGE: FileRule(types=("image/jpeg", "image/png", "image/gif"), size_bytes=8 * _MB, caption=False),
        Capability.VIDEO: FileRule(
            types=("video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"),
            size_bytes=25 * _MB,
            caption=False,
        ),
        Capability.AUDIO: FileRule(
            types=("audio/mp4", "audio/aac", "audio/x-m4a", "audio/wav", "audio/x-wav"), size_bytes=25 * _MB, caption=False
        ),
        Capability.DOCUMENT: FileRule(types=("application/pdf",), size_bytes=25 * _MB, caption=False),
    },
    attachments_per_message=1,
    buttons=13,
    button_length=20,
    choices_text_length=1000,
    reply_window=timedelta(hours=24),
    longer_window=LongerWindow(only_if=("human_agent", "true"), window=timedelta(days=7)),
    messages_per_second=100,
)

PUBLIC_LIMITS = Limits(text_length=2200)

SETTINGS = (
    Setting(
        name="instagram_id",
        label=Words("ID of the Instagram account", "ID des Instagram-Kontos"),
        help=Words(
            "A row of about 17 digits that begins with 178414: step 2 of the guide.",
            "Eine Reihe von etwa 17 Ziffern, die mit 178414 beginnt: Schritt 2 der Anleitung.",
        ),
    ),
    Setting(
        name="page_id",
        label=Words("Page ID", "Seiten-ID"),
        help=Words(
            "Of the Facebook page that the Instagram account is linked to.",
            "Der Facebook-Seite, mit der das Instagram-Konto verknüpft ist.",
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
    name=Words("Instagram comments", "Instagram-Kommentare"),
    icon="brand-instagram",
    readers=Words("everybody who sees the post", "alle, die den Beitrag sehen"),
    capabilities=frozenset({Capability.TEXT, Capability.REPLY}),
    incoming=frozenset({Capability.TEXT, Capability.DOCUMENT, Capability.REPLY, Capability.ELSEWHERE}),
    limits=PUBLIC_LIMITS,
    acts=frozenset({"hide", "show", "delete"}),
    private_reply=True,
    private_reply_window=timedelta(days=7),
)

MANIFEST = Manifest(
    id="instagram",
    name=Words("Instagram", "Instagram"),
    icon="brand-instagram",
    color="#d62976",
    identity="instagram",
    pace="messaging",
    wire="http",
    webhook=True,
    signature="X-Hub-Signature-256: HMAC-SHA256 over the raw body with the app secret",
    capabilities=frozenset({*_BOTH_WAYS, Capability.TYPING, Capability.MARK_READ}),
    incoming=frozenset({*_BOTH_WAYS, Capability.STICKER, Capability.EDIT, Capability.DELETE, Capability.ELSEWHERE}),
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
