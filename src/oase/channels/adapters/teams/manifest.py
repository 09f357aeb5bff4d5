"""What Teams is, as data. A message may have about 100 kB of UTF-16, without the pictures inside it
(https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages); ours are kept shorter to be read. Pictures to
1 MB go inside (…/platform/bots/build-conversational-capability#use-picture-messages), by themselves: of a text with a picture Teams makes
two messages and tells no id (…/how-to/conversations/conversation-messages). Other files would need the customer's consent card and
OneDrive, so they go as links. A hero card has six buttons (…/platform/task-modules-and-cards/cards/cards-reference). Seven messages a
second in one conversation, eight in two, sixty in thirty (…/platform/bots/how-to/rate-limit). Read 2026-11."""

from datetime import timedelta

from msgspec.structs import replace

from oase.channels.adapters.teams.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Public, Setting, Words

_PICTURES = {Capability.IMAGE: FileRule(types=("image/png", "image/jpeg", "image/gif"), size_bytes=1_000_000, caption=False)}
LIMITS = Limits(
    text_length=8_000,
    text_bytes=24_000,
    files=_PICTURES,
    attachments_per_message=1,
    buttons=6,
    button_length=50,
    choices_text_length=4_000,
    messages_per_second=30,
    pair_interval=timedelta(milliseconds=600),
    pair_burst=4,
)
PUBLIC_LIMITS = replace(LIMITS, buttons=0, choices_text_length=0)

SETTINGS = (
    Setting(
        name="app_id",
        label=Words("Microsoft App ID", "Microsoft-App-ID"),
        help=Words("Azure Bot, Configuration", "Azure Bot, Konfiguration"),
    ),
    Setting(
        name="tenant_id",
        required=False,
        label=Words("App Tenant ID", "App-Mandanten-ID"),
        help=Words("Empty only for older bots of the type Multi Tenant.", "Leer nur bei älteren Bots vom Typ Multi Tenant."),
    ),
    Setting(
        name="app_secret",
        kind="secret",
        label=Words("Client secret (its value)", "Geheimer Clientschlüssel (sein Wert)"),
        help=Words("Shown by Azure only once.", "Wird von Azure nur einmal gezeigt."),
    ),
    Setting(
        name="secret_ends",
        required=False,
        label=Words("End of the client secret", "Ende des Clientschlüssels"),
        help=Words(
            "The date beside it in Azure, as 2028-11-30. Oase reminds the administrators two weeks before; Microsoft does not.",
            "Das Datum daneben in Azure, als 30.11.2028. Oase erinnert die Administratoren zwei Wochen vorher; Microsoft tut es nicht.",
        ),
    ),
    Setting(
        name="authority",
        kind="url",
        required=False,
        group=Words("For experts", "Für Fachleute"),
        label=Words("Address of a simulated Microsoft", "Adresse eines simulierten Microsoft"),
        help=Words("Only to try Oase with a sandbox.", "Nur, um Oase mit einer Sandbox auszuprobieren."),
    ),
)

_OUT = frozenset({Capability.TEXT, Capability.IMAGE, Capability.BUTTONS, Capability.REACTION, Capability.TYPING})
_IN = frozenset({
    Capability.TEXT, Capability.IMAGE, Capability.AUDIO, Capability.VIDEO, Capability.DOCUMENT, Capability.BUTTONS, Capability.REPLY,
    Capability.REACTION, Capability.EDIT, Capability.DELETE, Capability.RECEIPTS,
})  # fmt: skip

MANIFEST = Manifest(
    id="teams",
    name=Words("Microsoft Teams", "Microsoft Teams"),
    icon="brand-teams",
    color="#5059c9",
    identity="teams",
    pace="messaging",
    wire="http",
    webhook=True,
    signature="Authorization: a token (JWT, RS256) signed with Microsoft's published keys, for this app and service",
    signs_body=False,
    renews=True,
    capabilities=_OUT,
    incoming=_IN,
    limits=LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=True,
    safe_to_repeat=False,
    public=Public(
        name=Words("Teams channel", "Teams-Kanal"),
        icon="brand-teams",
        readers=Words("everybody in the team's channel", "alle im Kanal des Teams"),
        capabilities=frozenset({Capability.TEXT, Capability.IMAGE}),
        incoming=frozenset({Capability.TEXT, Capability.EDIT, Capability.DELETE, Capability.REACTION}),
        limits=PUBLIC_LIMITS,
    ),
)
