"""What X is, as data.

Limits: https://docs.x.com/x-api/fundamentals/rate-limits, /x-api/media/quickstart/best-practices,
/x-api/direct-messages/manage/introduction and https://docs.x.com/fundamentals/counting-characters (read 2026-08).
"""

from oase.channels.adapters.x.guide import CONSENT_GUIDE, GUIDE
from oase.channels.contract import Capability, Consent, FileRule, Limits, Manifest, Public, Setting, Words
from oase.channels.families.settings import provider_address

_MIB = 1024 * 1024
_WEBHOOK = ("delivery", "webhook")
_FILES = {
    Capability.IMAGE: FileRule(types=("image/jpeg", "image/png", "image/webp", "image/gif"), size_bytes=5 * _MIB),
    Capability.VIDEO: FileRule(types=("video/mp4", "video/quicktime"), size_bytes=512 * _MIB),
}
_SCOPES = "tweet.read tweet.write tweet.moderate.write users.read like.write dm.read dm.write media.write offline.access"

PRIVATE = Limits(text_length=10_000, caption_length=10_000, files=_FILES, attachments_per_message=1)
PUBLIC = Limits(
    text_length=280,
    caption_length=280,
    counted="weights",
    length_from="longest",
    files=_FILES,
    attachments_per_message=4,
)

SETTINGS = (
    Setting(
        name="client_id",
        label=Words("Client ID", "Client-ID"),
        help=Words(
            "Developer portal, your app, Keys and tokens, OAuth 2.0.",
            "Entwicklerportal, Ihre App, Keys and tokens, OAuth 2.0.",
        ),
    ),
    Setting(
        name="client_secret",
        kind="secret",
        label=Words("Client secret", "Client-Secret"),
        help=Words("Beside the client ID; shown only once.", "Neben der Client-ID; wird nur einmal gezeigt."),
    ),
    Setting(
        name="refresh_token",
        kind="secret",
        required=False,
        label=Words("Sign-in at X", "Anmeldung bei X"),
        help=Words(
            "Sign in as the account for which Oase answers.",
            "Melden Sie sich als das Konto an, für das Oase antwortet.",
        ),
        consents=(
            Consent(
                label=Words("Sign in with X", "Mit X anmelden"),
                authorize="https://x.com/i/oauth2/authorize",
                exchange="https://api.x.com/2/oauth2/token",
                scopes=_SCOPES,
                client_id="client_id",
                client_secret="client_secret",  # noqa: S106 - a name
                basic=True,
                guide=CONSENT_GUIDE,
            ),
        ),
    ),
    Setting(
        name="longest",
        kind="choice",
        default="280",
        choices=(
            ("280", Words("280 characters", "280 Zeichen")),
            ("25000", Words("25,000 characters (X Premium)", "25.000 Zeichen (X Premium)")),
        ),
        label=Words("Longest post", "Längster Beitrag"),
        help=Words(
            "Only accounts with X Premium may post long texts. Longer answers become several posts.",
            "Nur Konten mit X Premium dürfen lange Texte veröffentlichen. Längere Antworten werden mehrere Beiträge.",
        ),
    ),
    Setting(
        name="delivery",
        kind="choice",
        default="polling",
        choices=(
            ("polling", Words("Oase asks X every minute", "Oase fragt X jede Minute")),
            ("webhook", Words("X delivers at once (Account Activity API)", "X liefert sofort (Account Activity API)")),
        ),
        label=Words("How posts and messages arrive", "Wie Beiträge und Nachrichten ankommen"),
        help=Words(
            "Deliveries need a plan of X that includes the Account Activity API.",
            "Lieferungen brauchen einen Tarif von X, der die Account Activity API enthält.",
        ),
    ),
    Setting(
        name="consumer_secret",
        kind="secret",
        stays=True,
        only_if=_WEBHOOK,
        label=Words("API secret (consumer secret)", "API-Secret (Consumer Secret)"),
        help=Words("With it Oase checks that a delivery comes from X.", "Damit prüft Oase, ob Lieferungen von X kommen."),
    ),
    Setting(
        name="bearer_token",
        kind="secret",
        only_if=_WEBHOOK,
        label=Words("Bearer token", "Bearer-Token"),
        help=Words("Of the application itself; it registers the webhook.", "Der Anwendung selbst; er meldet den Webhook an."),
    ),
    Setting(
        name="interval",
        kind="number",
        required=False,
        default=60,
        group=Words("For experts", "Für Fachleute"),
        label=Words("Seconds between two questions", "Sekunden zwischen zwei Fragen"),
        help=Words(
            "How often Oase asks X, where X does not deliver. X takes 15 questions for messages in 15 minutes.",
            "Wie oft Oase X fragt, wenn X nicht liefert. X nimmt 15 Fragen nach Nachrichten in 15 Minuten.",
        ),
    ),
    provider_address("https://api.x.com", Words("Address of the API", "Adresse der API")),
)

_SAID = {Capability.TEXT, *_FILES}
_HEARD = {Capability.EDIT, Capability.DELETE, Capability.REACTION, Capability.ELSEWHERE}

MANIFEST = Manifest(
    id="x",
    name=Words("X direct messages", "X-Direktnachrichten"),
    icon="brand-x",
    color="#000000",
    identity="x",
    pace="messaging",
    wire="http",
    webhook=True,
    signature="x-twitter-webhooks-signature: HMAC-SHA256 over the raw body with the API secret, in base64",
    capabilities=frozenset({*_SAID, Capability.RECEIPTS}),
    incoming=frozenset({*_SAID, Capability.RECEIPTS, Capability.ELSEWHERE, Capability.BUTTONS}),
    limits=PRIVATE,
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=True,
    renews=True,
    polls=True,
    polls_if=("delivery", "polling"),
    subscribes=True,
    invites=True,
    public=Public(
        name=Words("X, public", "X, öffentlich"),
        icon="brand-x",
        readers=Words("everybody on X", "alle auf X"),
        capabilities=frozenset({*_SAID, Capability.REPLY}),
        incoming=frozenset({*_SAID, *_HEARD, Capability.REPLY}),
        limits=PUBLIC,
        acts=frozenset({"hide", "show", "like", "unlike", "delete"}),
        private_reply=True,
    ),
)
