"""What Mastodon is, as data.

Limits: https://docs.joinmastodon.org/user/posting/, /methods/media/, /api/rate-limits/ (read 2026-08). Servers have limits of their
own; the length of a post comes from the server itself (`checking`).
"""

from oase.channels.adapters.mastodon.checking import RESERVE
from oase.channels.adapters.mastodon.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Public, Setting, Words

_MIB = 1024 * 1024
_POST = 500  # of a server that does not say otherwise

LIMITS = Limits(
    text_length=_POST - RESERVE,
    counted="graphemes",
    length_from="text_length",
    caption_length=_POST - RESERVE,
    files={
        Capability.IMAGE: FileRule(
            types=("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/avif"), size_bytes=16 * _MIB
        ),
        Capability.VIDEO: FileRule(types=("video/mp4", "video/webm", "video/quicktime"), size_bytes=99 * _MIB),
        Capability.AUDIO: FileRule(
            types=("audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4"), size_bytes=99 * _MIB
        ),
    },
    attachments_per_message=4,
    messages_per_second=1,  # 300 calls in 5 minutes
)

SETTINGS = (
    Setting(
        name="base_url",
        kind="url",
        label=Words("Server", "Server"),
        help=Words(
            "The address of the server where your account is, for example https://mastodon.social.",
            "Die Adresse des Servers, auf dem Ihr Konto ist, zum Beispiel https://mastodon.social.",
        ),
    ),
    Setting(
        name="access_token",
        kind="secret",
        label=Words("Access token", "Zugriffsschlüssel"),
        help=Words(
            "On your server: Preferences, Development, your application. It does not expire.",
            "Auf Ihrem Server: Einstellungen, Entwicklung, Ihre Anwendung. Er läuft nicht ab.",
        ),
    ),
    Setting(
        name="visibility",
        kind="choice",
        default="unlisted",
        choices=(
            ("unlisted", Words("Below the post only (unlisted)", "Nur unter dem Beitrag (nicht gelistet)")),
            ("public", Words("In the public timelines, too", "Auch in den öffentlichen Zeitleisten")),
        ),
        label=Words("Where public answers appear", "Wo öffentliche Antworten erscheinen"),
        help=Words(
            "Everybody can read both. Unlisted answers do not fill the timelines of those who follow you.",
            "Beide kann jeder lesen. Nicht gelistete Antworten füllen nicht die Zeitleisten derer, die Ihnen folgen.",
        ),
    ),
    Setting(
        name="interval",
        kind="number",
        required=False,
        default=20,
        group=Words("For experts", "Für Fachleute"),
        label=Words("Seconds between two questions", "Sekunden zwischen zwei Fragen"),
        help=Words(
            "How often Oase asks the server for what is new. Servers allow 300 calls in five minutes.",
            "Wie oft Oase den Server nach Neuem fragt. Server erlauben 300 Aufrufe in fünf Minuten.",
        ),
    ),
)

_FILES = {Capability.IMAGE, Capability.VIDEO, Capability.AUDIO}
_OUT = frozenset({Capability.TEXT, Capability.REPLY, *_FILES})
_CHANGES = {Capability.EDIT, Capability.DELETE}

MANIFEST = Manifest(
    id="mastodon",
    name=Words("Mastodon", "Mastodon"),
    icon="brand-mastodon",
    color="#6364ff",
    identity="fediverse",
    pace="messaging",
    wire="http",
    capabilities=_OUT,
    incoming=frozenset({*_OUT, *_CHANGES}),
    limits=LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=True,
    safe_to_repeat=True,
    polls=True,
    public=Public(
        name=Words("Mastodon, public", "Mastodon, öffentlich"),
        icon="brand-mastodon",
        readers=Words("everybody on the fediverse", "alle im Fediverse"),
        capabilities=_OUT,
        incoming=frozenset({*_OUT, *_CHANGES, Capability.REACTION}),
        limits=LIMITS,
        acts=frozenset({"like", "unlike"}),
        private_reply=True,
    ),
)
