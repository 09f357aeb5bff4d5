"""What XMPP is, as data. The protocol itself has no limit for texts; servers take stanzas of at least 10,000 bytes
(RFC 6120, 13.12), most of them 256 kB from clients (Prosody: `c2s_stanza_size_limit`)."""

from oase.channels.adapters.xmpp.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Setting, Words

_MOST = 10 * 1024 * 1024  # Prosody's default for http_file_share_size_limit

LIMITS = Limits(
    text_length=8_000,
    text_bytes=8_000,
    files={
        Capability.IMAGE: FileRule(types=("image/*",), size_bytes=_MOST, caption=False),
        Capability.AUDIO: FileRule(types=("audio/*",), size_bytes=_MOST, caption=False),
        Capability.VIDEO: FileRule(types=("video/*",), size_bytes=_MOST, caption=False),
        Capability.DOCUMENT: FileRule(size_bytes=_MOST, caption=False),
    },
    attachments_per_message=1,
)

SETTINGS = (
    Setting(
        name="jid",
        label=Words("Address", "Adresse"),
        help=Words(
            "Of the account as which you answer: support@example.org", "Des Kontos, als das Sie antworten: support@example.org"
        ),
    ),
    Setting(name="password", kind="secret", label=Words("Password", "Passwort")),
    Setting(
        name="host",
        required=False,
        aims=True,
        group=Words("For experts", "Für Fachleute"),
        label=Words("Server", "Server"),
        help=Words("Empty: found by DNS, as the address says.", "Leer: über DNS gefunden, wie es die Adresse sagt."),
    ),
    Setting(
        name="port",
        kind="number",
        required=False,
        aims=True,
        label=Words("Port", "Port"),
        help=Words("Empty: 5222.", "Leer: 5222."),
    ),
    Setting(
        name="security",
        kind="choice",
        required=False,
        aims=True,
        default="starttls",
        label=Words("Encryption of the connection", "Verschlüsselung der Verbindung"),
        choices=(
            ("starttls", Words("STARTTLS (usual)", "STARTTLS (üblich)")),
            ("tls", Words("TLS from the start", "TLS von Anfang an")),
            ("none", Words("none: only inside your own house", "keine: nur im eigenen Haus")),
        ),
    ),
    Setting(
        name="authority",
        kind="long_text",
        required=False,
        aims=True,
        label=Words("Certificate of your own authority", "Zertifikat einer eigenen Zertifizierungsstelle"),
        help=Words(
            "In PEM form, if the server's certificate is not a public one.",
            "In PEM-Form, falls das Zertifikat nicht öffentlich ist.",
        ),
    ),
)

_BOTH_WAYS = {
    Capability.TEXT,
    Capability.IMAGE,
    Capability.AUDIO,
    Capability.VIDEO,
    Capability.DOCUMENT,
    Capability.REPLY,
    Capability.REACTION,
    Capability.RECEIPTS,
}
_OUT = frozenset({*_BOTH_WAYS, Capability.TYPING, Capability.MARK_READ})
_IN = frozenset({*_BOTH_WAYS, Capability.LOCATION, Capability.EDIT, Capability.DELETE, Capability.ELSEWHERE})

MANIFEST = Manifest(
    id="xmpp",
    name=Words("XMPP (Jabber)", "XMPP (Jabber)"),
    icon="messages",
    color="#e96d1f",
    identity="xmpp",
    pace="messaging",
    wire="own",
    listens=True,
    capabilities=_OUT,
    incoming=_IN,
    limits=LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=False,
    safe_to_repeat=False,
)
