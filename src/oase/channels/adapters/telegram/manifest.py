"""What Telegram is, as data. Limits from the Bot API 10.1 and its FAQ (https://core.telegram.org/bots/faq, read 2026-08)."""

from datetime import timedelta

from msgspec.structs import replace

from oase.channels.adapters.telegram.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Public, Setting, Words
from oase.channels.families.settings import provider_address

_MB = 1_000_000

LIMITS = Limits(
    text_length=4096,  # https://core.telegram.org/bots/api#sendmessage
    caption_length=1024,  # …#sendphoto
    files={  # https://core.telegram.org/bots/api#sending-files: photos 10 MB, other files 50 MB
        Capability.IMAGE: FileRule(types=("image/jpeg", "image/png"), size_bytes=10 * _MB),
        Capability.VOICE: FileRule(types=("audio/ogg;codecs=opus",), size_bytes=50 * _MB),
        Capability.AUDIO: FileRule(types=("audio/mpeg", "audio/mp4"), size_bytes=50 * _MB),
        Capability.VIDEO: FileRule(types=("video/mp4",), size_bytes=50 * _MB),
        Capability.DOCUMENT: FileRule(size_bytes=50 * _MB),
    },
    attachments_per_message=10,  # …#sendmediagroup
    files_size_bytes=50 * _MB,  # of one request
    buttons=10,  # ours: Telegram names no number, but nobody reads more
    button_length=40,  # ours: longer ones are cut on phones
    list_rows=10,  # goes as buttons, too
    row_length=40,
    row_description_length=72,
    choices_text_length=2900,  # leaves room for the descriptions of all rows
    messages_per_second=30,
    pair_interval=timedelta(seconds=1),
    pair_burst=3,
)

_IN_GROUPS = replace(LIMITS, pair_interval=timedelta(seconds=3), pair_burst=5)  # 20 messages in a minute

SETTINGS = (
    Setting(
        name="bot_token",
        kind="secret",
        label=Words("Bot token", "Bot-Token"),
        help=Words(
            "From @BotFather: digits, a colon, and a long row of characters.",
            "Von @BotFather: Ziffern, ein Doppelpunkt und eine lange Reihe von Zeichen.",
        ),
    ),
    Setting(
        name="receive",
        kind="choice",
        default="webhook",
        choices=(
            ("webhook", Words("Telegram delivers to Oase", "Telegram liefert an Oase")),
            ("polling", Words("Oase asks Telegram", "Oase fragt bei Telegram nach")),
        ),
        label=Words("How messages arrive", "Wie Nachrichten ankommen"),
        help=Words(
            "Delivering needs an address with https:// that the internet can reach; asking works everywhere.",
            "Liefern braucht eine aus dem Internet erreichbare Adresse mit https://; Nachfragen geht überall.",
        ),
    ),
    Setting(
        name="webhook_secret",
        kind="secret",
        generated=True,
        stays=True,
        required=False,
        label=Words("Secret of the deliveries", "Geheimnis der Lieferungen"),
        help=Words(
            "Oase tells it to Telegram by itself; each delivery carries it.",
            "Oase teilt es Telegram selbst mit; jede Lieferung trägt es.",
        ),
    ),
    provider_address("https://api.telegram.org", Words("Address of the Bot API", "Adresse der Bot-API")),
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
}
_OUT = frozenset({*_BOTH_WAYS, Capability.TYPING})
_IN = frozenset({*_BOTH_WAYS, Capability.STICKER, Capability.EDIT, Capability.DELETE, Capability.ELSEWHERE})
_OUT_IN_GROUPS = frozenset({*_BOTH_WAYS, Capability.TYPING})
_IN_GROUPS_TOO = frozenset(
    {Capability.TEXT, Capability.IMAGE, Capability.BUTTONS, Capability.LIST, Capability.REPLY, Capability.REACTION}
)

MANIFEST = Manifest(
    id="telegram",
    name=Words("Telegram", "Telegram"),
    icon="brand-telegram",
    color="#229ed9",
    identity="telegram",
    pace="messaging",
    wire="http",
    webhook=True,
    polls=True,
    polls_if=("receive", "polling"),
    subscribes=True,
    invites=True,
    signature="X-Telegram-Bot-Api-Secret-Token: a secret that Oase agrees on with Telegram (setWebhook)",
    signs_body=False,
    capabilities=_OUT,
    incoming=_IN,
    limits=LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=True,
    safe_to_repeat=False,
    public=Public(
        name=Words("Telegram group", "Telegram-Gruppe"),
        icon="brand-telegram",
        readers=Words("everybody in the group", "alle in der Gruppe"),
        capabilities=_OUT_IN_GROUPS,
        incoming=_IN_GROUPS_TOO,
        limits=_IN_GROUPS,
        acts=frozenset({"delete"}),
    ),
)
