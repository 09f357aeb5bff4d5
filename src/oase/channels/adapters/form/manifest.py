"""The contact form as data: its fields and what happens with a submission."""

from oase.channels.contract import Capability, FileRule, Limits, Manifest, Setting, Words

_FORM = Words("Form", "Formular")
_ANSWER = Words("Answer", "Antwort")
_SAFE = Words("Security", "Sicherheit")
KINDS = (
    ("text", Words("Line of text", "Textzeile")),
    ("long_text", Words("Longer text", "Längerer Text")),
    ("email", Words("E-mail address", "E-Mail-Adresse")),
    ("phone", Words("Phone number", "Telefonnummer")),
    ("select", Words("Choice", "Auswahl")),
    ("checkbox", Words("Checkbox", "Häkchen")),
    ("file", Words("Files", "Dateien")),
)
DEFAULT_FIELDS = (
    {"name": "name", "kind": "text", "en": "Your name", "de": "Ihr Name", "required": True},
    {"name": "email", "kind": "email", "en": "Your e-mail address", "de": "Ihre E-Mail-Adresse", "required": True},
    {"name": "subject", "kind": "text", "en": "Subject", "de": "Betreff", "required": False},
    {"name": "message", "kind": "long_text", "en": "Your message", "de": "Ihre Nachricht", "required": True},
    {"name": "files", "kind": "file", "en": "Files", "de": "Dateien", "required": False},
)


def _text(name: str, english: str, german: str, group: Words | None = None) -> Setting:
    return Setting(name=name, label=Words(english, german), kind="long_text", required=False, default="", group=group)


_COLUMNS = (
    Setting(
        name="name",
        label=Words("Field", "Feld"),
        help=Words(
            "name, subject and message have their own places in the conversation.",
            "name, subject und message haben ihren eigenen Platz im Gespräch.",
        ),
    ),
    Setting(name="kind", label=Words("Kind", "Art"), kind="choice", choices=KINDS, default="text"),
    Setting(name="en", label=Words("Label, English", "Beschriftung, Englisch")),
    Setting(name="de", label=Words("Label, German", "Beschriftung, Deutsch")),
    Setting(name="help_en", label=Words("Help, English", "Hilfe, Englisch"), required=False, default=""),
    Setting(name="help_de", label=Words("Help, German", "Hilfe, Deutsch"), required=False, default=""),
    Setting(
        name="choices",
        label=Words("Choices", "Auswahl"),
        help=Words("One per line: value | English | German", "Eine pro Zeile: Wert | Englisch | Deutsch"),
        kind="lines",
        required=False,
        default=(),
        only_if=("kind", "select"),
    ),
    Setting(name="required", label=Words("Required", "Pflicht"), kind="boolean", required=False, default=False),
)

MANIFEST = Manifest(
    id="form",
    name=Words("Contact form", "Kontaktformular"),
    icon="forms",
    color="#475569",
    identity="email",
    pace="mail",
    wire="local",
    signature="HMAC-SHA256 of our own page over the submission",
    capabilities=frozenset(),
    incoming=frozenset(
        {Capability.TEXT, Capability.SUBJECT, Capability.IMAGE, Capability.AUDIO, Capability.VIDEO, Capability.DOCUMENT}
    ),
    limits=Limits(
        text_length=50_000,
        caption_length=50_000,
        files={Capability.DOCUMENT: FileRule(size_bytes=50 * 1024 * 1024)},
        attachments_per_message=10,
    ),
    settings=(
        _text("title_en", "Title, English", "Überschrift, Englisch", _FORM),
        _text("title_de", "Title, German", "Überschrift, Deutsch"),
        _text("intro_en", "Introduction, English", "Einleitung, Englisch"),
        _text("intro_de", "Introduction, German", "Einleitung, Deutsch"),
        Setting(
            name="fields",
            label=Words("Fields", "Felder"),
            help=Words(
                "In this order. One field of the kind e-mail address is needed: the answer goes there.",
                "In dieser Reihenfolge. Ein Feld der Art E-Mail-Adresse ist nötig: dorthin geht die Antwort.",
            ),
            kind="rows",
            columns=_COLUMNS,
            default=DEFAULT_FIELDS,
        ),
        Setting(name="company", label=Words("Company name", "Firmenname")),
        Setting(name="color", label=Words("Colour", "Farbe"), required=False, default="#0f766e"),
        Setting(
            name="answer_account",
            label=Words("Answer through", "Antworten über"),
            help=Words("The e-mail account that answers.", "Der E-Mail-Anschluss, der antwortet."),
            kind="account",
            choices=(("email", Words("E-mail", "E-Mail")),),
            required=False,
            group=_ANSWER,
        ),
        _text("thanks_en", "After sending, English", "Nach dem Absenden, Englisch"),
        _text("thanks_de", "After sending, German", "Nach dem Absenden, Deutsch"),
        Setting(
            name="file_size_megabytes",
            label=Words("Largest file, in megabytes", "Größte Datei, in Megabyte"),
            kind="number",
            required=False,
            default=20,
        ),
        Setting(
            name="frames",
            label=Words("Sites that may embed the form", "Seiten, die das Formular einbetten dürfen"),
            help=Words("One per line; empty: every site.", "Eine pro Zeile; leer: jede Seite."),
            kind="lines",
            required=False,
            default=(),
            group=_SAFE,
        ),
        Setting(name="page_secret", label=Words("Secret of the page", "Geheimnis der Seite"), kind="secret", generated=True),
    ),
    guide=Words(
        en="Link to the form, or put it on a page of yours:\n\n"
        '    <script async src="https://YOUR-OASE/form/ACCOUNT/embed.js"></script>\n',
        de="Verlinken Sie das Formular, oder setzen Sie es auf eine Ihrer Seiten:\n\n"
        '    <script async src="https://IHRE-OASE/form/ANSCHLUSS/embed.js"></script>\n',
    ),
    threads="subject",
)
