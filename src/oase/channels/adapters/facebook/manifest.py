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
from oase.channels.families.meta.messaging import Place

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
    Setting(
        name="app_id",
        label=Words("App ID", "App-ID"),
        help=Words(
            "Meta for Developers, your app, App settings, Basic.",
            "Meta for Developers, Ihre App, App-Einstellungen, Allgemeines.",
        ),
    ),
    Setting(
        name="app_secret",
        kind="secret",
        label=Words("App secret", "App-Geheimcode"),
        help=Words(
            "On the same page. With it Oase checks that a delivery comes from Meta, and registers the webhook.",
            "Auf derselben Seite. Damit prüft Oase, ob Lieferungen von Meta kommen, und meldet den Webhook an.",
        ),
    ),
    Setting(
        name="access_token",
        kind="secret",
        label=Words("Page access token", "Seiten-Zugriffsschlüssel"),
        help=Words(
            "Of this page, made with a system user's token so that it does not expire: step 4 of the guide.",
            "Dieser Seite, mit dem Schlüssel eines Systembenutzers erzeugt, damit er nicht abläuft: Schritt 4 der Anleitung.",
        ),
    ),
    Setting(
        name="verify_token",
        kind="secret",
        generated=True,
        label=Words("Verify token", "Bestätigungstoken"),
        help=Words(
            "Oase hands it to Meta by itself. You need it only if you enter the webhook by hand.",
            "Oase gibt ihn von selbst an Meta. Sie brauchen ihn nur, wenn Sie den Webhook von Hand eintragen.",
        ),
    ),
    Setting(
        name="human_agent",
        kind="boolean",
        required=False,
        default=False,
        label=Words("People answer within seven days", "Menschen antworten innerhalb von sieben Tagen"),
        help=Words(
            "Switch it on once Meta has granted the feature Human Agent to your app: people may then answer for seven days after "
            "the customer's last message instead of 24 hours. Automatic answers keep to 24 hours.",
            "Einschalten, sobald Meta Ihrer App die Funktion Human Agent gewährt hat: Menschen dürfen dann sieben Tage statt 24 "
            "Stunden nach der letzten Nachricht des Kunden antworten. Für automatische Antworten bleibt es bei 24 Stunden.",
        ),
    ),
    Setting(
        name="base_url",
        kind="url",
        required=False,
        default="https://graph.facebook.com",
        group=Words("For experts", "Für Fachleute"),
        label=Words("Address of the Graph API", "Adresse der Graph-API"),
        help=Words("Change it only to try Oase with the sandbox.", "Nur ändern, um Oase mit der Sandbox auszuprobieren."),
    ),
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
