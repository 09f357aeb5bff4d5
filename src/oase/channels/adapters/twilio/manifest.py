"""What SMS by Twilio is, as data. Limits from Twilio's documentation (read 2026-08).

Text: at most 1,600 characters in a message, https://www.twilio.com/docs/errors/21617. Files go out as links: Twilio fetches media
from public addresses only, and MMS reaches phones in the USA, Canada and Australia only (https://www.twilio.com/docs/messaging/guides/mms).
"""

from oase.channels.adapters.twilio.guide import GUIDE
from oase.channels.contract import Capability, Limits, Manifest, Setting, Words

_KEY = Words("With an API key instead of the auth token", "Mit API-Schlüssel statt Auth-Token")

SETTINGS = (
    Setting(
        name="account_sid",
        label=Words("Account SID", "Account-SID"),
        help=Words(
            "Twilio Console, start page, Account Info: begins with AC.",
            "Twilio Console, Startseite, Account Info: beginnt mit AC.",
        ),
    ),
    Setting(
        name="auth_token",
        kind="secret",
        label=Words("Auth token", "Auth-Token"),
        help=Words(
            "Beside the account SID. Oase also checks with it that a delivery comes from Twilio.",
            "Neben der Account-SID. Mit ihm prüft Oase auch, ob eine Lieferung von Twilio kommt.",
        ),
    ),
    Setting(
        name="sender",
        kind="choice",
        default="number",
        choices=(
            ("number", Words("A number or a name", "Eine Nummer oder ein Name")),
            ("service", Words("A messaging service", "Ein Messaging Service")),
        ),
        label=Words("Sent from", "Gesendet von"),
    ),
    Setting(
        name="from_number",
        default="",
        only_if=("sender", "number"),
        label=Words("Number or sender's name", "Nummer oder Absendername"),
        help=Words(
            "As +493023125100. Customers cannot answer a name of letters.",
            "In der Form +493023125100. Auf einen Namen aus Buchstaben können Kunden nicht antworten.",
        ),
    ),
    Setting(
        name="messaging_service_sid",
        default="",
        only_if=("sender", "service"),
        label=Words("Messaging service SID", "Messaging-Service-SID"),
        help=Words("Begins with MG.", "Beginnt mit MG."),
    ),
    Setting(
        name="api_key_sid",
        required=False,
        default="",
        group=_KEY,
        label=Words("API key SID", "API-Schlüssel-SID"),
        help=Words(
            "Begins with SK. The auth token above then only checks deliveries.",
            "Beginnt mit SK. Das Auth-Token oben prüft dann nur noch Lieferungen.",
        ),
    ),
    Setting(
        name="api_key_secret", kind="secret", required=False, group=_KEY, label=Words("API key secret", "API-Schlüssel-Geheimnis")
    ),
    Setting(
        name="base_url",
        kind="url",
        required=False,
        default="https://api.twilio.com",
        group=Words("For experts", "Für Fachleute"),
        label=Words("Address of the API", "Adresse der API"),
        help=Words(
            "Of a region of Twilio, of a provider that speaks Twilio's API, or of the sandbox.",
            "Einer Region von Twilio, eines Anbieters mit Twilios API oder der Sandbox.",
        ),
    ),
)

MANIFEST = Manifest(
    id="twilio",
    name=Words("SMS (Twilio)", "SMS (Twilio)"),
    icon="device-mobile-message",
    color="#f22f46",
    identity="phone",
    pace="messaging",
    wire="http",
    webhook=True,
    subscribes=True,
    signature="X-Twilio-Signature: HMAC-SHA1 over address and form (or bodySHA256) with the auth token",
    capabilities=frozenset({Capability.TEXT, Capability.RECEIPTS}),
    incoming=frozenset(
        {
            Capability.TEXT,
            Capability.IMAGE,
            Capability.AUDIO,
            Capability.VIDEO,
            Capability.DOCUMENT,
            Capability.RECEIPTS,
        }
    ),
    limits=Limits(text_length=1600),
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=False,
    opt_in="reason",
    safe_to_repeat=False,
)
