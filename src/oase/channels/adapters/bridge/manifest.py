"""What a connector can be at most, as data; what the one at hand is, `check` finds out."""

from oase.channels.adapters.bridge.guide import GUIDE
from oase.channels.contract import Account, Capability, FileRule, Limits, Manifest, Public, Setting, Words
from oase.kernel.secrets import Secret

_FILE = FileRule(size_bytes=25_000_000)
_FILES = {
    Capability.IMAGE: FileRule(types=("image/*",), size_bytes=25_000_000),
    Capability.AUDIO: FileRule(types=("audio/*",), size_bytes=25_000_000),
    Capability.VIDEO: FileRule(types=("video/*",), size_bytes=25_000_000),
    Capability.DOCUMENT: _FILE,
}
_LIMITS = Limits(
    text_length=4096,
    length_from="text_length",
    caption_length=4096,
    files=_FILES,
    attachments_per_message=10,
    buttons=10,
    button_length=100,
    list_rows=20,
    row_length=100,
    row_description_length=200,
)
_BOTH_WAYS = frozenset(
    {
        Capability.TEXT,
        Capability.IMAGE,
        Capability.AUDIO,
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
)

MANIFEST = Manifest(
    id="bridge",
    name=Words("Your own connector (bridge)", "Eigener Konnektor (Brücke)"),
    icon="plug-connected",
    color="#475569",
    identity="bridge",
    pace="messaging",
    wire="http",
    webhook=True,
    subscribes=True,
    signature="X-Oase-Signature: HMAC-SHA256 over time and body with the shared secret",
    capabilities=_BOTH_WAYS | {Capability.TYPING, Capability.MARK_READ},
    incoming=_BOTH_WAYS | {Capability.EDIT, Capability.DELETE, Capability.ELSEWHERE},
    limits=_LIMITS,
    settings=(
        Setting(
            name="connector_url",
            kind="url",
            label=Words("Address of the connector", "Adresse des Konnektors"),
            help=Words("As https://connector.example.com/oase.", "Etwa https://connector.example.com/oase."),
        ),
        Setting(
            name="secret",
            kind="secret",
            generated=True,
            stays=True,
            label=Words("Shared secret", "Gemeinsames Geheimnis"),
            help=Words(
                "Copy it into the connector. Both sides sign with it; it is never sent.",
                "Kopieren Sie es in den Konnektor. Beide Seiten unterschreiben damit; es wird nie gesendet.",
            ),
        ),
    ),
    guide=GUIDE,
    customer_starts=True,
    safe_to_repeat=True,
    public=Public(
        name=Words("Public place of your connector", "Öffentlicher Ort Ihres Konnektors"),
        icon="world",
        readers=Words("everybody who visits the place", "alle, die den Ort besuchen"),
        capabilities=frozenset({Capability.TEXT, Capability.IMAGE, Capability.DOCUMENT, Capability.REPLY}),
        incoming=frozenset({Capability.TEXT, Capability.IMAGE, Capability.REPLY, Capability.EDIT, Capability.DELETE}),
        limits=Limits(
            text_length=4096,
            caption_length=4096,
            files={Capability.IMAGE: _FILES[Capability.IMAGE], Capability.DOCUMENT: _FILE},
            attachments_per_message=10,
        ),
        acts=frozenset({"hide", "show", "delete", "like", "unlike"}),
        private_reply=True,
    ),
)


def address(account: Account) -> str:
    """Where the connector answers."""
    return str(account.settings.get("connector_url") or "").strip()


def secret(account: Account) -> Secret:
    """What we sign with."""
    return account.secret("secret")
