"""What Discourse is, as data. Its site settings decide: max_post_length 32,000, max_admin_api_reqs_per_minute 60 by default."""

from oase.channels.adapters.discourse.guide import GUIDE
from oase.channels.contract import Capability, Limits, Manifest, Public, Setting, Words

SETTINGS = (
    Setting(
        name="url",
        kind="url",
        label=Words("Address of the forum", "Adresse des Forums"),
        help=Words("For example https://forum.example.com.", "Zum Beispiel https://forum.example.com."),
    ),
    Setting(
        name="username",
        label=Words("User name", "Benutzername"),
        help=Words(
            "Of the user as whom Oase writes; a moderator. Chosen with the key under *User Level: Single User*.",
            "Des Benutzers, als der Oase schreibt; ein Moderator. Beim Schlüssel unter *Benutzerebene: Einzelner Benutzer* gewählt.",
        ),
    ),
    Setting(
        name="api_key",
        kind="secret",
        label=Words("API key", "API-Schlüssel"),
        help=Words("64 characters from *Admin, API, New API Key*.", "64 Zeichen aus *Administration, API, Neuer API-Schlüssel*."),
    ),
    Setting(
        name="webhook_secret",
        kind="secret",
        stays=True,
        generated=True,
        label=Words("Secret of the webhook", "Geheimnis des Webhooks"),
        help=Words("Copy it into the webhook, field *Secret*.", "Kopieren Sie es in den Webhook, Feld *Geheimnis*."),
    ),
    Setting(
        name="how",
        kind="choice",
        required=False,
        default="webhook",
        label=Words("How posts reach Oase", "Wie Beiträge zu Oase kommen"),
        choices=(
            ("webhook", Words("The forum delivers them (webhook)", "Das Forum liefert sie (Webhook)")),
            ("poll", Words("Oase asks every minute: public topics only", "Oase fragt jede Minute: nur öffentliche Themen")),
        ),
    ),
)

_LIMITS = Limits(text_length=32_000, messages_per_second=1.0)

PUBLIC = Public(
    name=Words("Discourse forum", "Discourse-Forum"),
    icon="messages",
    readers=Words("everybody who reads the forum", "alle, die das Forum lesen"),
    capabilities=frozenset({Capability.TEXT, Capability.REPLY}),
    incoming=frozenset(
        {Capability.TEXT, Capability.HTML, Capability.EDIT, Capability.DELETE, Capability.REACTION, Capability.ELSEWHERE}
    ),
    limits=_LIMITS,
    acts=frozenset({"delete", "like", "unlike"}),
    private_reply=True,
    pace="mail",
)

MANIFEST = Manifest(
    id="discourse",
    name=Words("Discourse", "Discourse"),
    icon="messages",
    color="#d0232b",
    identity="discourse_user",
    pace="mail",
    wire="http",
    webhook=True,
    signature="X-Discourse-Event-Signature: sha256= and HMAC-SHA256 over the raw body with the webhook's secret",
    capabilities=frozenset({Capability.TEXT, Capability.SUBJECT, Capability.REPLY}),
    incoming=frozenset(
        {
            Capability.TEXT, Capability.SUBJECT, Capability.EDIT, Capability.DELETE, Capability.REACTION, Capability.ELSEWHERE,
        }
    ),
    limits=_LIMITS,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=False,
    threads="subject",
    public=PUBLIC,
    polls=True,
    polls_if=("how", "poll"),
)  # fmt: skip
