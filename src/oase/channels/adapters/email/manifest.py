"""The e-mail channel as data: what it can carry, its limits, its settings."""

from typing import Any

from oase.channels.adapters.email.consents import CONSENTS
from oase.channels.adapters.email.guide import GUIDE
from oase.channels.adapters.email.providers import PROVIDERS
from oase.channels.contract import Capability, FileRule, Limits, Manifest, Setting, Words
from oase.channels.families.settings import accounts_led_to

_ADDRESS = Words("Address", "Adresse")
_PROVIDER = Words("Provider and sign-in", "Anbieter und Anmeldung")
_INCOMING = Words("Incoming mail", "Eingehende Post")
_OUTGOING = Words("Outgoing mail", "Ausgehende Post")
_ANSWERS = Words("Answers", "Antworten")
_ADVANCED = Words("Advanced", "Erweitert")
_OTHER, _OAUTH, _IMAP = ("provider", "other"), ("sign_in", "oauth2", "application"), ("incoming", "imap")

_SECURITY = (
    ("tls", Words("TLS from the start (recommended)", "TLS von Anfang an (empfohlen)")),
    ("starttls", Words("STARTTLS", "STARTTLS")),
    ("none", Words("None (only for a server on this machine)", "Keine (nur für einen Server auf dieser Maschine)")),
)

_MEGABYTE = 1_000_000
_FILES = FileRule(size_bytes=18 * _MEGABYTE)  # base64 makes a third more of it; most providers end at 25 MB


def _optional(name: str, label: Words, **more: Any) -> Setting:
    return Setting(name=name, label=label, required=False, **{"default": "", **more})


_WHO = (
    Setting(name="address", label=Words("E-mail address", "E-Mail-Adresse"), kind="email", group=_ADDRESS),
    _optional(
        "sender_name",
        Words("Sender's name", "Absendername"),
        help=Words(
            "Your customers see it. Empty: the name of whoever answers.",
            "Ihre Kundschaft sieht ihn. Leer: der Name der antwortenden Person.",
        ),
        group=_ADDRESS,
    ),
    _optional(
        "aliases",
        Words("Further addresses of this mailbox", "Weitere Adressen dieses Postfachs"),
        help=Words("One per line. They count as ours.", "Eine pro Zeile. Sie gelten als unsere eigenen."),
        kind="lines",
        default=(),
        group=_ADDRESS,
    ),
)

_SIGN_IN = (
    Setting(
        name="provider",
        label=Words("Provider", "Anbieter"),
        kind="choice",
        default="other",
        aims=True,
        choices=(
            *((key, Words(provider.name, provider.name)) for key, provider in PROVIDERS.items()),
            ("other", Words("Other, or a server of our own", "Anderer oder eigener Server")),
        ),
        group=_PROVIDER,
    ),
    Setting(
        name="sign_in",
        label=Words("Sign-in", "Anmeldung"),
        kind="choice",
        default="password",
        choices=(
            ("password", Words("Password", "Passwort")),
            ("oauth2", Words("In the browser, at the provider", "Im Browser, beim Anbieter")),
            ("application", Words("As an application (Microsoft)", "Als Anwendung (Microsoft)")),
        ),
        group=_PROVIDER,
    ),
    _optional(
        "user",
        Words("User name", "Benutzername"),
        help=Words("Empty: the e-mail address.", "Leer: die E-Mail-Adresse."),
        group=_PROVIDER,
    ),
    _optional(
        "password", Words("Password", "Passwort"), kind="secret", default=None, only_if=("sign_in", "password"), group=_PROVIDER
    ),
    _optional(
        "oauth_tenant",
        Words("Tenant id (Microsoft)", "Mandanten-ID (Microsoft)"),
        help=Words(
            "“Directory (tenant) ID” of the app registration. Empty: common, for applications of any organisation.",
            "„Verzeichnis-ID (Mandant)“ der App-Registrierung. Leer: common, für Anwendungen beliebiger Organisationen.",
        ),
        only_if=("provider", "microsoft365"),
        and_if=_OAUTH,
        group=_PROVIDER,
    ),
    _optional(
        "oauth_authorize",
        Words("Address for signing in", "Adresse zum Anmelden"),
        help=Words(
            "For the button below. Your server calls it authorization endpoint: https://login.example.com/authorize",
            "Für den Knopf unten. Ihr Server nennt sie Authorization Endpoint: https://login.example.com/authorize",
        ),
        kind="url",
        only_if=_OTHER,
        and_if=("sign_in", "oauth2"),
        group=_PROVIDER,
    ),
    Setting(
        name="oauth_endpoint",
        label=Words("Address for tokens", "Adresse für Token"),
        help=Words(
            "Your server calls it token endpoint: https://login.example.com/token",
            "Ihr Server nennt sie Token Endpoint: https://login.example.com/token",
        ),
        kind="url",
        only_if=_OTHER,
        and_if=_OAUTH,
        group=_PROVIDER,
    ),
    _optional(
        "oauth_scope",
        Words("Scope", "Bereich (Scope)"),
        help=Words(
            "What your server wants to hear for access to mail, separated by blanks.",
            "Was Ihr Server für den Zugriff auf Mails hören will, durch Leerzeichen getrennt.",
        ),
        only_if=_OTHER,
        and_if=_OAUTH,
        group=_PROVIDER,
    ),
    Setting(name="oauth_client_id", label=Words("Client id", "Client-ID"), only_if=_OAUTH, group=_PROVIDER),
    _optional(
        "oauth_client_secret",
        Words("Client secret", "Clientgeheimnis"),
        kind="secret",
        default=None,
        only_if=_OAUTH,
        group=_PROVIDER,
    ),
    _optional(
        "oauth_refresh_token",
        Words("Refresh token", "Aktualisierungstoken"),
        kind="secret",
        default=None,
        only_if=("sign_in", "oauth2"),
        consents=CONSENTS,
        group=_PROVIDER,
    ),
)


def _server(kind: str, name: Words, port: int, security: str, group: Words) -> tuple[Setting, ...]:
    """The three fields of a server that is not known by its provider's name."""
    return (
        _optional(f"{kind}_host", name, aims=True, only_if=_OTHER, group=group),
        _optional(f"{kind}_port", Words("Port", "Port"), kind="number", default=port, aims=True, only_if=_OTHER, group=group),
        _optional(
            f"{kind}_security",
            Words("Encryption", "Verschlüsselung"),
            kind="choice",
            choices=_SECURITY,
            default=security,
            only_if=_OTHER,
            group=group,
        ),
    )


_MAIL_IN = (
    Setting(
        name="incoming",
        label=Words("How mail arrives", "So kommt Post an"),
        help=Words(
            "Either Oase reads a mailbox, or a mail server hands mails for this address over to Oase's own receiver.",
            "Entweder liest Oase ein Postfach, oder ein Mailserver übergibt Mails an diese Adresse an Oases eigenen Empfänger.",
        ),
        kind="choice",
        default="imap",
        choices=(
            ("imap", Words("From a mailbox (IMAP)", "Aus einem Postfach (IMAP)")),
            ("receiver", Words("Straight to Oase (SMTP or LMTP)", "Direkt an Oase (SMTP oder LMTP)")),
        ),
        group=_INCOMING,
    ),
    *_server("imap", Words("IMAP server", "IMAP-Server"), 993, "tls", _INCOMING),
    _optional(
        "folders",
        Words("Folders to read", "Zu lesende Ordner"),
        help=Words(
            "One per line, the most important first. Subfolders as the server writes them: INBOX/Orders or INBOX.Orders.",
            "Einer pro Zeile, der wichtigste zuerst. Unterordner, wie der Server sie schreibt: INBOX/Bestellungen oder "
            "INBOX.Bestellungen.",
        ),
        kind="lines",
        default=("INBOX",),
        only_if=_IMAP,
        group=_INCOMING,
    ),
    _optional(
        "sent_folder",
        Words("Folder of sent mails", "Ordner der gesendeten Mails"),
        help=Words(
            "If colleagues also answer with a mail program: the folder in which it keeps what was sent (Sent, for example). "
            "These mails then stand in their conversations. This folder is only read, never changed.",
            "Falls Ihr Team auch mit einem Mailprogramm antwortet: der Ordner, in dem es Gesendetes ablegt (zum Beispiel "
            "Gesendet). Diese Mails stehen dann in ihren Gesprächen. Der Ordner wird nur gelesen, nie verändert.",
        ),
        only_if=_IMAP,
        group=_INCOMING,
    ),
    _optional(
        "history_days",
        Words("Fetch mails of the last … days at first", "Anfangs Mails der letzten … Tage holen"),
        help=Words("0: only what arrives from now on.", "0: nur, was ab jetzt ankommt."),
        kind="number",
        default=0,
        only_if=_IMAP,
        group=_INCOMING,
    ),
    _optional(
        "after_import",
        Words("What happens with a mail in the mailbox", "Was mit einer Mail im Postfach geschieht"),
        kind="choice",
        default="nothing",
        choices=(
            ("nothing", Words("Nothing", "Nichts")),
            ("seen", Words("Mark as read", "Als gelesen markieren")),
            ("move", Words("Move to a folder", "In einen Ordner verschieben")),
        ),
        only_if=_IMAP,
        group=_INCOMING,
    ),
    _optional(
        "move_to",
        Words("Folder for mails taken over", "Ordner für übernommene Mails"),
        only_if=("after_import", "move"),
        group=_INCOMING,
    ),
)

_MAIL_OUT = (
    *_server("smtp", Words("SMTP server", "SMTP-Server"), 587, "starttls", _OUTGOING),
    _optional(
        "smtp_sign_in",
        Words("The SMTP server wants a sign-in", "Der SMTP-Server verlangt eine Anmeldung"),
        kind="boolean",
        default=True,
        only_if=_OTHER,
        group=_OUTGOING,
    ),
    _optional(
        "smtp_user",
        Words("Other user name for sending", "Anderer Benutzername zum Senden"),
        help=Words("Only if it differs from the mailbox's.", "Nur, falls er ein anderer ist als der des Postfachs."),
        group=_OUTGOING,
    ),
    _optional(
        "smtp_password",
        Words("Other password for sending", "Anderes Passwort zum Senden"),
        kind="secret",
        default=None,
        group=_OUTGOING,
    ),
)

_HABITS = (
    _optional(
        "language",
        Words("Language of the line above quotes", "Sprache der Zeile über Zitaten"),
        kind="choice",
        default="de",
        choices=(("de", Words("German", "Deutsch")), ("en", Words("English", "Englisch"))),
        group=_ANSWERS,
    ),
    _optional("signature", Words("Signature", "Signatur"), kind="long_text", group=_ANSWERS),
    _optional(
        "elsewhere_links",
        Words("Links to other channels beneath answers", "Links zu anderen Kanälen unter Antworten"),
        help=Words(
            "Customers can go on with WhatsApp, for example; the conversation continues there. Each link counts once, for seven "
            "days. It is left out where we reach the person there already, and where others get a copy.",
            "Wer mag, schreibt zum Beispiel auf WhatsApp weiter; das Gespräch bleibt dasselbe. Jeder Link gilt einmal, sieben Tage "
            "lang. Er fehlt, wo wir die Person dort schon erreichen, und wo andere eine Kopie bekommen.",
        ),
        kind="boolean",
        default=False,
        group=_ANSWERS,
    ),
    accounts_led_to("elsewhere_links", _ANSWERS),
    _optional(
        "plus_address",
        Words("Plus-addresses", "Plus-Adressen"),
        help=Words(
            "Answers go to support+…@ and are then joined with certainty. The provider must support it (Microsoft 365 and Google "
            "do, many others do not): try it with a mail to such an address first.",
            "Antworten gehen an support+…@ und werden so sicher zugeordnet. Der Anbieter muss es unterstützen (Microsoft 365 "
            "und Google tun es, viele andere nicht): Probieren Sie es vorher mit einer Mail an eine solche Adresse.",
        ),
        kind="boolean",
        default=False,
        group=_ANSWERS,
    ),
    _optional(
        "subject_token",
        Words("Conversation's sign in the subject", "Gesprächszeichen im Betreff"),
        help=Words(
            "Adds [#…] to the subject, for customers whose mail program loses the thread.",
            "Fügt dem Betreff [#…] an, für Kunden, deren Mailprogramm den Faden verliert.",
        ),
        kind="boolean",
        default=False,
        group=_ANSWERS,
    ),
    _optional(
        "auto_answers",
        Words("Automatic answers", "Automatische Antworten"),
        help=Words(
            "Machines, mailing lists and senders whom nobody reads never get one.",
            "Maschinen, Mailinglisten und Absender, die niemand liest, bekommen nie eine.",
        ),
        kind="choice",
        default="careful",
        choices=(("careful", Words("To people", "An Menschen")), ("never", Words("Never", "Nie"))),
        group=_ANSWERS,
    ),
)

_REST = (
    _optional(
        "size_limit_mb",
        Words("Largest mail in megabytes", "Größte Mail in Megabyte"),
        help=Words(
            "Of a larger one that arrives, the beginning is fetched.", "Von einer größeren, die ankommt, wird der Anfang geholt."
        ),
        kind="number",
        default=25,
        group=_ADVANCED,
    ),
    _optional(
        "null_sender",
        Words("Automatic mails without a return address", "Automatische Mails ohne Rücksendeadresse"),
        help=Words(
            "As RFC 3834 wants it, so that no out-of-office notice answers them.",
            "Wie RFC 3834 es will, damit keine Abwesenheitsnotiz darauf antwortet.",
        ),
        kind="boolean",
        default=True,
        group=_ADVANCED,
    ),
    _optional(
        "poll_seconds",
        Words("Look into the mailbox at least every … seconds", "Spätestens alle … Sekunden ins Postfach sehen"),
        kind="number",
        default=240,
        only_if=_IMAP,
        group=_ADVANCED,
    ),
    _optional(
        "certificate",
        Words("Certificate of our own authority (PEM)", "Zertifikat der eigenen Zertifizierungsstelle (PEM)"),
        kind="long_text",
        aims=True,  # who has its key can be any server
        group=_ADVANCED,
    ),
)

_BOTH_WAYS = frozenset({
    Capability.TEXT, Capability.HTML, Capability.SUBJECT, Capability.COPY, Capability.IMAGE, Capability.AUDIO, Capability.VIDEO,
    Capability.DOCUMENT, Capability.REPLY,
})  # fmt: skip

MANIFEST = Manifest(
    id="email",
    name=Words("E-mail", "E-Mail"),
    icon="mail",
    color="#2563eb",
    identity="email",
    pace="mail",
    wire="own",
    listens=True,
    serves=True,
    capabilities=_BOTH_WAYS,
    incoming=_BOTH_WAYS | {Capability.RECEIPTS, Capability.ELSEWHERE},
    limits=Limits(
        text_length=1_000_000,
        caption_length=1_000_000,
        files={
            Capability.IMAGE: FileRule(types=("image/*",), size_bytes=_FILES.size_bytes),
            Capability.AUDIO: FileRule(types=("audio/*",), size_bytes=_FILES.size_bytes),
            Capability.VIDEO: FileRule(types=("video/*",), size_bytes=_FILES.size_bytes),
            Capability.DOCUMENT: _FILES,
        },
        attachments_per_message=50,
    ),
    settings=(*_WHO, *_SIGN_IN, *_MAIL_IN, *_MAIL_OUT, *_HABITS, *_REST),
    guide=GUIDE,
    customer_starts=False,
    opt_in="reason",
    threads="subject",
)  # fmt: skip
