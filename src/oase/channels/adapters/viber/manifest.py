"""What Viber is, as data. Limits: https://developers.viber.com/docs/api/rest-bot-api/#message-types (read 2026-11)."""

from oase.channels.adapters.viber.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Setting, Words
from oase.channels.families.settings import provider_address

_MB = 1_000_000

LIMITS = Limits(
    text_length=7000,  # #text-message
    text_bytes=25_000,  # a whole request has 30 KB
    caption_length=512,  # beside a picture only
    files={
        Capability.IMAGE: FileRule(types=("image/jpeg", "image/png"), size_bytes=_MB, by_link=True),
        Capability.VIDEO: FileRule(types=("video/mp4",), size_bytes=26 * _MB, by_link=True, caption=False),
        Capability.DOCUMENT: FileRule(size_bytes=50 * _MB, by_link=True, caption=False),
    },
    buttons=12,  # ours: Viber takes 24 rows, phones show fewer
    button_length=40,  # ours: longer ones are cut on phones
    list_rows=12,  # goes as buttons, too
    row_length=40,
    row_description_length=72,
    choices_text_length=5500,  # leaves room for the descriptions of all rows
)

SETTINGS = (
    Setting(
        name="auth_token",
        kind="secret",
        label=Words("Authentication token", "Authentifizierungs-Token"),
        help=Words(
            "Viber Admin Panel, your bot, *Edit info*, *Your app key*. It also signs the deliveries.",
            "Viber Admin Panel, Ihr Bot, *Edit info*, *Your app key*. Er signiert auch die Lieferungen.",
        ),
    ),
    Setting(
        name="sender_name",
        required=False,
        label=Words("Name shown above answers", "Name über den Antworten"),
        help=Words("28 characters at most; empty: the bot's name.", "Höchstens 28 Zeichen; leer: der Name des Bots."),
    ),
    provider_address("https://chatapi.viber.com", Words("Address of the bot API", "Adresse der Bot-API")),
)

_BOTH_WAYS = {
    Capability.TEXT,
    Capability.IMAGE,
    Capability.VIDEO,
    Capability.DOCUMENT,
    Capability.LOCATION,
    Capability.CONTACTS,
    Capability.BUTTONS,
    Capability.LIST,
}

MANIFEST = Manifest(
    id="viber",
    name=Words("Viber", "Viber"),
    icon="brand-viber",
    color="#7360f2",
    identity="viber",
    pace="messaging",
    wire="http",
    webhook=True,
    subscribes=True,
    signature="X-Viber-Content-Signature: HMAC-SHA256 over the raw body with the authentication token",
    capabilities=frozenset(_BOTH_WAYS),
    incoming=frozenset({*_BOTH_WAYS, Capability.STICKER, Capability.RECEIPTS}),
    limits=LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=True,
    safe_to_repeat=False,
)
