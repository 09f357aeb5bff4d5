"""Web chat as data: what the widget carries and what an administrator sets."""

from oase.channels.contract import Capability, FileRule, Limits, Manifest, Setting, Words
from oase.channels.families.settings import accounts_led_to

_MEGABYTE = 1024 * 1024
_NONE = Words("", "")
TEXT_LENGTH = 10_000
FILES_PER_MESSAGE = 10

_LOOK = Words("Appearance", "Aussehen")
_TALK = Words("Conversation", "Gespräch")
_BEFORE = Words("Before the chat", "Vor dem Chat")
_FILES = Words("Files", "Dateien")
_SAFE = Words("Security", "Sicherheit")
_ASKED = (
    ("no", Words("Do not ask", "Nicht fragen")),
    ("optional", Words("Ask, may stay empty", "Fragen, darf leer bleiben")),
    ("required", Words("Ask, required", "Fragen, Pflichtfeld")),
)


def _asks(name: str, label: Words, group: Words | None = None) -> Setting:
    return Setting(name=name, label=label, kind="choice", choices=_ASKED, default="no", required=False, group=group)


def _long(name: str, label: Words, help_: Words, group: Words | None = None) -> Setting:
    return Setting(name=name, label=label, help=help_, kind="long_text", required=False, default="", group=group)


def _yes(name: str, label: Words, *, default: bool, help_: Words = _NONE, group: Words | None = None) -> Setting:
    return Setting(name=name, label=label, help=help_, kind="boolean", required=False, default=default, group=group)


_LOOKS = (
    Setting(
        name="company",
        label=Words("Company name", "Firmenname"),
        help=Words("Shown at the top of the chat.", "Steht oben im Chat."),
        group=_LOOK,
    ),
    Setting(
        name="color",
        label=Words("Colour", "Farbe"),
        help=Words(
            "Your site's colour, for example #0f766e. The text on it becomes black or white, whichever reads better.",
            "Die Farbe Ihrer Seite, zum Beispiel #0f766e. Der Text darauf wird schwarz oder weiß, was immer besser lesbar ist.",
        ),
        required=False,
        default="#0f766e",
    ),
    Setting(
        name="theme",
        label=Words("Light or dark", "Hell oder dunkel"),
        kind="choice",
        required=False,
        default="auto",
        choices=(
            ("auto", Words("As the visitor prefers", "Wie der Besucher es eingestellt hat")),
            ("light", Words("Always light", "Immer hell")),
            ("dark", Words("Always dark", "Immer dunkel")),
        ),
    ),
    Setting(
        name="side",
        label=Words("Position", "Position"),
        kind="choice",
        required=False,
        default="right",
        choices=(("right", Words("Bottom right", "Unten rechts")), ("left", Words("Bottom left", "Unten links"))),
    ),
    Setting(
        name="language",
        label=Words("Language", "Sprache"),
        kind="choice",
        required=False,
        default="auto",
        choices=(
            ("auto", Words("The visitor's language", "Die Sprache des Besuchers")),
            ("de", Words("Always German", "Immer Deutsch")),
            ("en", Words("Always English", "Immer Englisch")),
        ),
    ),
)

_TALKS = (
    _long("greeting_en", Words("Greeting, English", "Begrüßung, Englisch"), Words("", ""), _TALK),
    _long("greeting_de", Words("Greeting, German", "Begrüßung, Deutsch"), Words("", "")),
    _long(
        "away_en",
        Words("When nobody is there, English", "Wenn niemand da ist, Englisch"),
        Words("Empty: a plain sentence of ours.", "Leer: ein schlichter Satz von uns."),
    ),
    _long("away_de", Words("When nobody is there, German", "Wenn niemand da ist, Deutsch"), Words("", "")),
    _yes(
        "by_mail",
        Words("Offer to carry on by e-mail", "Anbieten, per E-Mail weiterzumachen"),
        default=True,
        help_=Words(
            "Visitors may leave an address; answers they did not see in the chat reach them by mail.",
            "Besucher können eine Adresse hinterlassen; Antworten, die sie im Chat nicht gesehen haben, erhalten sie per E-Mail.",
        ),
    ),
    _yes(
        "elsewhere",
        Words("Offer to continue on other channels", "Anbieten, auf anderen Kanälen weiterzuschreiben"),
        default=True,
        help_=Words(
            "The menu of the chat leads to WhatsApp, Telegram and other connected channels; the conversation continues there.",
            "Das Menü des Chats führt zu WhatsApp, Telegram und anderen verbundenen Kanälen; das Gespräch geht dort weiter.",
        ),
    ),
    accounts_led_to("elsewhere"),
)

_BEFORES = (
    _asks("ask_name", Words("Name", "Name"), _BEFORE),
    _asks("ask_email", Words("E-mail address", "E-Mail-Adresse")),
    Setting(
        name="questions",
        label=Words("Own questions", "Eigene Fragen"),
        kind="rows",
        required=False,
        default=(),
        columns=(
            Setting(name="name", label=Words("Field", "Feld")),
            Setting(name="en", label=Words("Question, English", "Frage, Englisch")),
            Setting(name="de", label=Words("Question, German", "Frage, Deutsch")),
            Setting(name="required", label=Words("Required", "Pflicht"), kind="boolean", required=False, default=False),
        ),
    ),
    _long(
        "consent_en",
        Words("Consent, English", "Einwilligung, Englisch"),
        Words(
            "With a text, a box must be ticked before the first message. [Words](https://…) becomes a link.",
            "Mit einem Text muss vor der ersten Nachricht ein Häkchen gesetzt werden. [Worte](https://…) wird ein Link.",
        ),
    ),
    _long("consent_de", Words("Consent, German", "Einwilligung, Deutsch"), Words("", "")),
)

_FILE_SETTINGS = (
    _yes("files", Words("Visitors may send files", "Besucher dürfen Dateien senden"), default=True, group=_FILES),
    Setting(
        name="file_size_megabytes",
        label=Words("Largest file, in megabytes", "Größte Datei, in Megabyte"),
        kind="number",
        required=False,
        default=20,
    ),
)

_SAFETY = (
    Setting(
        name="origins",
        label=Words("Allowed sites", "Erlaubte Seiten"),
        help=Words(
            "One per line, for example https://www.example.com or https://*.example.com. Empty: every site.",
            "Eine pro Zeile, zum Beispiel https://www.example.com oder https://*.example.com. Leer: jede Seite.",
        ),
        kind="lines",
        required=False,
        default=(),
        group=_SAFE,
    ),
    Setting(
        name="identity_secret",
        label=Words("Secret for signed-in users", "Geheimnis für angemeldete Benutzer"),
        help=Words(
            "Your server signs a token (JWT, HS256) with it; see the guide. Keep it off your pages.",
            "Damit unterschreibt Ihr Server ein Token (JWT, HS256); siehe Anleitung. Es gehört nicht auf Ihre Seiten.",
        ),
        kind="secret",
        generated=True,
    ),
    Setting(
        name="session_secret",
        label=Words("Secret for sessions", "Geheimnis für Sitzungen"),
        help=Words(
            "A new one ends all visitors' sessions, once the old one is removed.",
            "Ein neues beendet alle Sitzungen von Besuchern, sobald das alte entfernt ist.",
        ),
        kind="secret",
        generated=True,
    ),
)

_GUIDE = Words(
    en="""Put this line before `</body>` on every page that shall show the chat:

    <script async src="https://YOUR-OASE/widget/ACCOUNT/oase.js"></script>

To tell us who is signed in, your server makes a token and the page hands it over with `Oase.identify(token)`.
""",
    de="""Setzen Sie diese Zeile vor `</body>` auf jede Seite, die den Chat zeigen soll:

    <script async src="https://IHRE-OASE/widget/ANSCHLUSS/oase.js"></script>

Wer angemeldet ist, sagt uns ein Token Ihres Servers, das die Seite mit `Oase.identify(token)` übergibt.
""",
)

MANIFEST = Manifest(
    id="webchat",
    name=Words("Web chat", "Web-Chat"),
    icon="message-circle",
    color="#0f766e",
    identity="visitor",
    pace="live",
    wire="local",
    signature="HMAC-SHA256 over the bytes with the visitor's session key",
    capabilities=frozenset(
        {
            Capability.TEXT,
            Capability.IMAGE,
            Capability.AUDIO,
            Capability.VOICE,
            Capability.VIDEO,
            Capability.DOCUMENT,
            Capability.BUTTONS,
            Capability.TYPING,
            Capability.MARK_READ,
            Capability.RECEIPTS,
        }
    ),
    limits=Limits(
        text_length=TEXT_LENGTH,
        caption_length=TEXT_LENGTH,
        files={
            kind: FileRule(types=types, size_bytes=50 * _MEGABYTE)
            for kind, types in {
                Capability.IMAGE: ("image/*",),
                Capability.AUDIO: ("audio/*",),
                Capability.VOICE: ("audio/*",),
                Capability.VIDEO: ("video/*",),
                Capability.DOCUMENT: (),
            }.items()
        },
        attachments_per_message=FILES_PER_MESSAGE,
        buttons=10,
        button_length=60,
    ),
    settings=_LOOKS + _TALKS + _BEFORES + _FILE_SETTINGS + _SAFETY,
    guide=_GUIDE,
    safe_to_repeat=True,
)
