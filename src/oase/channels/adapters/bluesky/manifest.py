"""What Bluesky is, as data.

Limits: the lexicons app.bsky.feed.post, app.bsky.embed.images and chat.bsky.convo.defs#messageInput;
https://docs.bsky.app/docs/advanced-guides/rate-limits (read 2026-08).
"""

from oase.channels.adapters.bluesky.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Public, Setting, Words

_PICTURES = {Capability.IMAGE: FileRule(types=("image/jpeg", "image/png", "image/webp"), size_bytes=1_000_000)}

PRIVATE = Limits(text_length=1_000, text_bytes=10_000, counted="graphemes", attachments_per_message=0, messages_per_second=1)
PUBLIC = Limits(
    text_length=300,
    text_bytes=3_000,
    counted="graphemes",
    caption_length=300,
    files=_PICTURES,
    attachments_per_message=4,
    messages_per_second=0.5,  # 1,666 new records in an hour
)

SETTINGS = (
    Setting(
        name="handle",
        label=Words("Handle", "Handle"),
        help=Words(
            "The name of your account without @, for example muster.example or muster.bsky.social.",
            "Der Name Ihres Kontos ohne @, zum Beispiel muster.example oder muster.bsky.social.",
        ),
    ),
    Setting(
        name="app_password",
        kind="secret",
        label=Words("App password", "App-Passwort"),
        help=Words(
            "Settings, Privacy and security, App passwords. Not the password with which you sign in.",
            "Einstellungen, Privatsphäre und Sicherheit, App-Passwörter. Nicht das Passwort, mit dem Sie sich anmelden.",
        ),
    ),
    Setting(
        name="messages",
        kind="boolean",
        default=True,
        required=False,
        label=Words("Direct messages, too", "Auch Direktnachrichten"),
        help=Words(
            "Needs an app password that allows access to your direct messages.",
            "Braucht ein App-Passwort, das den Zugriff auf Ihre Direktnachrichten erlaubt.",
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
            "How often Oase asks Bluesky. Bluesky takes 3,000 calls in five minutes.",
            "Wie oft Oase Bluesky fragt. Bluesky nimmt 3.000 Aufrufe in fünf Minuten.",
        ),
    ),
    Setting(
        name="base_url",
        kind="url",
        required=False,
        default="https://bsky.social",
        group=Words("For experts", "Für Fachleute"),
        label=Words("Service", "Dienst"),
        help=Words(
            "The server where you sign in, if it is not bsky.social.",
            "Der Server, bei dem Sie sich anmelden, wenn es nicht bsky.social ist.",
        ),
    ),
)

_ALONE = frozenset({Capability.TEXT, Capability.REPLY, Capability.REACTION})
_PUBLIC = frozenset({Capability.TEXT, Capability.IMAGE, Capability.REPLY})

MANIFEST = Manifest(
    id="bluesky",
    name=Words("Bluesky messages", "Bluesky-Nachrichten"),
    icon="brand-bluesky",
    color="#0a7aff",
    identity="bluesky",
    pace="messaging",
    wire="http",
    capabilities=_ALONE,
    incoming=frozenset({*_ALONE, Capability.ELSEWHERE}),
    limits=PRIVATE,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=True,
    renews=True,
    polls=True,
    public=Public(
        name=Words("Bluesky, public", "Bluesky, öffentlich"),
        icon="brand-bluesky",
        readers=Words("everybody on Bluesky", "alle auf Bluesky"),
        capabilities=_PUBLIC,
        incoming=frozenset({*_PUBLIC, Capability.REACTION, Capability.DELETE}),
        limits=PUBLIC,
        acts=frozenset({"like", "unlike"}),
        private_reply=True,
    ),
)
