"""What Matrix is, as data. Limits of the client-server API (https://spec.matrix.org/latest/client-server-api/, read 2026-11).

An event may have 65,536 bytes in all (#size-limits): 15,000 characters fit with four bytes each, beside the event's own fields.
Files may be as large as the server says; 50 MB is what Synapse allows by itself (`max_upload_size`).
"""

from oase.channels.adapters.matrix.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Setting, Words

_MOST = 50 * 1024 * 1024

LIMITS = Limits(
    text_length=15_000,
    caption_length=15_000,
    files={
        Capability.IMAGE: FileRule(types=("image/*",), size_bytes=_MOST),
        Capability.VOICE: FileRule(types=("audio/ogg;codecs=opus",), size_bytes=_MOST, caption=False),
        Capability.AUDIO: FileRule(types=("audio/*",), size_bytes=_MOST),
        Capability.VIDEO: FileRule(types=("video/*",), size_bytes=_MOST),
        Capability.DOCUMENT: FileRule(size_bytes=_MOST),
    },
    attachments_per_message=1,
)

SETTINGS = (
    Setting(
        name="homeserver",
        kind="url",
        label=Words("Address of the homeserver", "Adresse des Homeservers"),
        help=Words(
            "Of its API: https://matrix.example.org. It may differ from the part behind the colon of the user id.",
            "Von dessen API: https://matrix.example.org. Sie kann anders lauten als der Teil hinter dem Doppelpunkt der Kennung.",
        ),
    ),
    Setting(
        name="user_id",
        label=Words("User id", "Benutzerkennung"),
        help=Words(
            "Of the user as whom you answer: @support:example.org", "Des Benutzers, als der Sie antworten: @support:example.org"
        ),
    ),
    Setting(
        name="access_token",
        kind="secret",
        label=Words("Access token", "Zugriffsschlüssel"),
        help=Words("Of a session that is Oase's alone; see step 2.", "Einer Sitzung, die nur Oase benutzt; siehe Schritt 2."),
    ),
    Setting(
        name="invitations",
        kind="choice",
        default="direct",
        label=Words("Enter rooms", "Räume betreten"),
        choices=(
            ("direct", Words("direct chats that customers open", "direkte Chats, die Kunden eröffnen")),
            ("all", Words("every room we are invited to", "jeden Raum, in den wir eingeladen werden")),
        ),
        help=Words(
            "In a room with several people everybody reads your answer.",
            "In einem Raum mit mehreren Personen lesen alle Ihre Antwort.",
        ),
    ),
)

_BOTH_WAYS = {
    Capability.TEXT,
    Capability.IMAGE,
    Capability.AUDIO,
    Capability.VOICE,
    Capability.VIDEO,
    Capability.DOCUMENT,
    Capability.LOCATION,
    Capability.REPLY,
    Capability.REACTION,
    Capability.RECEIPTS,
}
_OUT = frozenset({*_BOTH_WAYS, Capability.TYPING, Capability.MARK_READ})
_IN = frozenset({*_BOTH_WAYS, Capability.STICKER, Capability.EDIT, Capability.DELETE, Capability.ELSEWHERE})

MANIFEST = Manifest(
    id="matrix",
    name=Words("Matrix", "Matrix"),
    icon="brand-matrix",
    color="#0dbd8b",
    identity="matrix",
    pace="messaging",
    wire="http",
    polls=True,
    capabilities=_OUT,
    incoming=_IN,
    limits=LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=True,
    safe_to_repeat=True,
)
