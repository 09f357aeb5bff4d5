"""The app channel as data: what the app carries and what an administrator sets."""

from oase.channels.adapters.app.guide import GUIDE
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Setting, Words

_MEGABYTE = 1024 * 1024
TEXT_LENGTH = 10_000
FILES_PER_MESSAGE = 10

_LOOK = Words("Appearance", "Aussehen")
_SAFE = Words("Security", "Sicherheit")
_PUSH = Words("Push messages", "Push-Nachrichten")
_APPLE = Words("Push messages to iPhones, without Firebase", "Push-Nachrichten an iPhones, ohne Firebase")
_FILES = Words("Files", "Dateien")

SETTINGS = (
    Setting(
        name="company",
        label=Words("Name of the app", "Name der App"),
        help=Words("Shown at its top and under its icon.", "Steht oben in der App und unter ihrem Symbol."),
        group=_LOOK,
    ),
    Setting(
        name="color",
        label=Words("Colour", "Farbe"),
        help=Words("For example #0f766e.", "Zum Beispiel #0f766e."),
        required=False,
        default="#0f766e",
    ),
    Setting(
        name="greeting_en", kind="long_text", required=False, default="", label=Words("Greeting, English", "Begrüßung, Englisch")
    ),
    Setting(
        name="greeting_de", kind="long_text", required=False, default="", label=Words("Greeting, German", "Begrüßung, Deutsch")
    ),
    Setting(
        name="example",
        kind="boolean",
        required=False,
        default=True,
        label=Words("Offer the ready-made app", "Die fertige App anbieten"),
        help=Words(
            "Customers open it at /app/<account>/ and put it on their home screen. Off: only your own app is served.",
            "Kunden öffnen sie unter /app/<Anschluss>/ und legen sie auf den Startbildschirm. Aus: nur Ihre eigene App wird bedient.",
        ),
    ),
    Setting(
        name="files", kind="boolean", required=False, default=True, group=_FILES,
        label=Words("Customers may send files", "Kunden dürfen Dateien senden"),
    ),
    Setting(
        name="file_size_megabytes", kind="number", required=False, default=20,
        label=Words("Largest file, in megabytes", "Größte Datei, in Megabyte"),
    ),
    Setting(
        name="push",
        kind="choice",
        required=False,
        default="quiet",
        group=_PUSH,
        label=Words("What a push message says", "Was eine Push-Nachricht sagt"),
        choices=(
            ("off", Words("No push messages", "Keine Push-Nachrichten")),
            ("quiet", Words("That there is an answer", "Dass es eine Antwort gibt")),
            ("text", Words("The answer's first words", "Die ersten Worte der Antwort")),
        ),
        help=Words(
            "The makers of phones and browsers carry push messages. Without words they learn only that one was sent.",
            "Push-Nachrichten laufen über die Hersteller von Telefonen und Browsern. Ohne Worte erfahren diese nur, dass es eine gab.",
        ),
    ),
    Setting(
        name="fcm_service_account",
        kind="secret",
        required=False,
        label=Words("Service account of Firebase (JSON)", "Dienstkonto von Firebase (JSON)"),
        help=Words(
            "For your own apps on Android and iOS: the file's whole content. The ready-made app does not need it.",
            "Für Ihre eigenen Apps auf Android und iOS: der ganze Inhalt der Datei. Die fertige App braucht es nicht.",
        ),
    ),
    Setting(
        name="fcm_url", kind="url", required=False, default="https://fcm.googleapis.com",
        label=Words("Address of Firebase Cloud Messaging", "Adresse von Firebase Cloud Messaging"),
        help=Words("Change it only to try Oase.", "Nur ändern, um Oase auszuprobieren."),
    ),
    Setting(
        name="apns_key", kind="secret", required=False, group=_APPLE,
        label=Words("Apple's key (AuthKey_….p8)", "Schlüssel von Apple (AuthKey_….p8)"),
        help=Words(
            "For your own apps on iPhone, iPad and Mac without Firebase: the file's whole content. The ready-made app does not need it.",
            "Für Ihre eigenen Apps auf iPhone, iPad und Mac ohne Firebase: der ganze Inhalt der Datei. Die fertige App braucht ihn nicht.",
        ),
    ),
    Setting(
        name="apns_key_id", required=False, default="", label=Words("Key ID", "Schlüssel-ID (Key ID)"),
        help=Words("Ten characters, beside the key at Apple.", "Zehn Zeichen, bei Apple neben dem Schlüssel."),
    ),
    Setting(
        name="apns_team_id", required=False, default="", label=Words("Team ID", "Team-ID"),
        help=Words("Ten characters: Apple Developer, Membership details.", "Zehn Zeichen: Apple Developer, Membership details."),
    ),
    Setting(
        name="apns_topic", required=False, default="", label=Words("Bundle ID of the app", "Bundle-ID der App"),
        help=Words("For example com.example.shop.", "Zum Beispiel com.example.shop."),
    ),
    Setting(
        name="apns_url", kind="url", required=False, default="https://api.push.apple.com",
        label=Words("Address of Apple's push service", "Adresse von Apples Push-Dienst"),
        help=Words(
            "For an app that runs from Xcode: https://api.sandbox.push.apple.com. TestFlight and App Store: as it is.",
            "Für eine App, die aus Xcode läuft: https://api.sandbox.push.apple.com. TestFlight und App Store: so, wie es ist.",
        ),
    ),
    Setting(
        name="origins", kind="lines", required=False, default=(), group=_SAFE,
        label=Words("Web pages that may use the API", "Webseiten, die die API benutzen dürfen"),
        help=Words(
            "One per line, for apps that run in a browser or a web view. Native apps need none.",
            "Eine pro Zeile, für Apps in einem Browser oder einer Web-Ansicht. Native Apps brauchen keine.",
        ),
    ),
    Setting(
        name="identity_secret", kind="secret", generated=True,
        label=Words("Secret for signed-in users", "Geheimnis für angemeldete Benutzer"),
        help=Words(
            "Your server signs a token (JWT, HS256) with it; see the guide. It does not belong into the app.",
            "Damit unterschreibt Ihr Server ein Token (JWT, HS256); siehe Anleitung. Es gehört nicht in die App.",
        ),
    ),
    Setting(
        name="session_secret", kind="secret", generated=True,
        label=Words("Secret for sessions", "Geheimnis für Sitzungen"),
        help=Words(
            "A new one ends all sessions, once the old one is removed.",
            "Ein neues beendet alle Sitzungen, sobald das alte entfernt ist.",
        ),
    ),
)  # fmt: skip

_FILE_KINDS = {
    Capability.IMAGE: ("image/*",),
    Capability.AUDIO: ("audio/*",),
    Capability.VOICE: ("audio/*",),
    Capability.VIDEO: ("video/*",),
    Capability.DOCUMENT: (),
}

MANIFEST = Manifest(
    id="app",
    name=Words("App", "App"),
    icon="device-mobile",
    color="#6d28d9",
    identity="visitor",
    pace="messaging",
    wire="local",
    signature="HMAC-SHA256 over the bytes with the customer's session key",
    capabilities=frozenset(
        {
            Capability.TEXT, *_FILE_KINDS, Capability.BUTTONS, Capability.TYPING, Capability.MARK_READ, Capability.RECEIPTS,
        }
    ),
    limits=Limits(
        text_length=TEXT_LENGTH,
        caption_length=TEXT_LENGTH,
        files={kind: FileRule(types=types, size_bytes=50 * _MEGABYTE) for kind, types in _FILE_KINDS.items()},
        attachments_per_message=FILES_PER_MESSAGE,
        buttons=10,
        button_length=60,
    ),
    settings=SETTINGS,
    guide=GUIDE,
    safe_to_repeat=True,
)  # fmt: skip
