"""What WhatsApp is, as data. Limits from Meta's documentation of the Cloud API (read 2026-08)."""

from datetime import timedelta

from oase.channels.adapters.whatsapp.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Setting, Words
from oase.channels.families.meta import GRAPH_ADDRESS

_KB, _MB = 1024, 1024 * 1024

_DOCUMENTS = (
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)

LIMITS = Limits(
    text_length=4096,
    caption_length=1024,
    files={
        Capability.IMAGE: FileRule(types=("image/jpeg", "image/png"), size_bytes=5 * _MB),
        Capability.VOICE: FileRule(types=("audio/ogg;codecs=opus",), size_bytes=16 * _MB, caption=False),
        Capability.AUDIO: FileRule(
            types=("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), size_bytes=16 * _MB, caption=False
        ),
        Capability.VIDEO: FileRule(types=("video/mp4", "video/3gpp"), size_bytes=16 * _MB),
        Capability.DOCUMENT: FileRule(types=_DOCUMENTS, size_bytes=100 * _MB),
    },
    attachments_per_message=1,
    buttons=3,
    button_length=20,
    list_rows=10,
    row_length=24,
    row_description_length=72,
    choices_text_length=1024,
    reply_window=timedelta(hours=24),
    messages_per_second=80,
    pair_interval=timedelta(seconds=6),
    pair_burst=45,
)

SETTINGS = (
    Setting(
        name="phone_number_id",
        label=Words("Phone number ID", "Telefonnummer-ID"),
        help=Words(
            "WhatsApp Manager, Phone numbers, your number: a row of about 15 digits, not the number itself.",
            "WhatsApp Manager, Telefonnummern, Ihre Nummer: eine Reihe von etwa 15 Ziffern, nicht die Nummer selbst.",
        ),
    ),
    Setting(
        name="waba_id",
        label=Words("WhatsApp Business account ID", "WhatsApp-Business-Konto-ID"),
        help=Words(
            "Meta Business Suite, Settings, WhatsApp accounts. Needed for templates and the test of the connection.",
            "Meta Business Suite, Einstellungen, WhatsApp-Konten. Nötig für Vorlagen und die Prüfung der Verbindung.",
        ),
    ),
    Setting(
        name="access_token",
        kind="secret",
        label=Words("Access token", "Zugriffsschlüssel"),
        help=Words(
            "Of a system user, without expiry, with whatsapp_business_messaging and whatsapp_business_management.",
            "Eines Systembenutzers, ohne Ablauf, mit whatsapp_business_messaging und whatsapp_business_management.",
        ),
    ),
    Setting(
        name="app_secret",
        kind="secret",
        stays=True,
        label=Words("App secret", "App-Geheimcode"),
        help=Words(
            "Meta for Developers, your app, App settings, Basic. With it Oase checks that a delivery comes from Meta.",
            "Meta for Developers, Ihre App, App-Einstellungen, Allgemeines. Damit prüft Oase, ob Lieferungen von Meta kommen.",
        ),
    ),
    Setting(
        name="verify_token",
        kind="secret",
        generated=True,
        label=Words("Verify token", "Bestätigungstoken"),
        help=Words(
            "Copy it into the webhook configuration of your app, beside the callback URL.",
            "Kopieren Sie ihn in die Webhook-Konfiguration Ihrer App, neben die Callback-URL.",
        ),
    ),
    GRAPH_ADDRESS,
)

_BOTH_WAYS = {
    Capability.TEXT,
    Capability.IMAGE,
    Capability.AUDIO,
    Capability.VOICE,
    Capability.VIDEO,
    Capability.DOCUMENT,
    Capability.LOCATION,
    Capability.CONTACTS,
    Capability.BUTTONS,
    Capability.LIST,
    Capability.REPLY,
    Capability.REACTION,
    Capability.RECEIPTS,
}
_OUT = frozenset({*_BOTH_WAYS, Capability.TEMPLATE, Capability.TYPING, Capability.MARK_READ})
_IN = frozenset({*_BOTH_WAYS, Capability.STICKER, Capability.EDIT, Capability.DELETE, Capability.ELSEWHERE})

MANIFEST = Manifest(
    id="whatsapp",
    name=Words("WhatsApp", "WhatsApp"),
    icon="brand-whatsapp",
    color="#25d366",
    identity="phone",
    pace="messaging",
    wire="http",
    webhook=True,
    invites=True,
    signature="X-Hub-Signature-256: HMAC-SHA256 over the raw body with the app secret",
    capabilities=_OUT,
    incoming=_IN,
    limits=LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=True,
    opt_in="consent",
    safe_to_repeat=False,
)
