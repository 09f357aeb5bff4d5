"""What SMS by SMPP is, as data.

A message has 160 characters of GSM 03.38, or 70 of UCS-2; parts of a long one 153 or 67 (3GPP TS 23.040, section 9.2.3.24). Operators
carry at least ten parts: 1,530 characters. SMPP has no files; they go out as links.
"""

from oase.channels.adapters.sms.guide import GUIDE
from oase.channels.contract import Capability, Limits, Manifest, Setting, Words

_SENDING = Words("Sending", "Senden")
_EXPERTS = Words("For experts", "Für Fachleute")

SETTINGS = (
    Setting(
        name="host",
        aims=True,
        label=Words("Server of the operator", "Server des Betreibers"),
        help=Words("As smpp.example.com.", "Etwa smpp.example.com."),
    ),
    Setting(name="port", kind="number", aims=True, default=2775, label=Words("Port", "Port")),
    Setting(
        name="tls",
        kind="boolean",
        aims=True,
        required=False,
        default=True,
        label=Words("Encrypted (TLS)", "Verschlüsselt (TLS)"),
        help=Words(
            "Often on a port of its own. Without it, password and messages can be read on the way.",
            "Oft auf einem eigenen Port. Ohne sind Passwort und Nachrichten unterwegs lesbar.",
        ),
    ),
    Setting(name="system_id", label=Words("System ID", "System-ID")),
    Setting(
        name="password",
        kind="secret",
        label=Words("Password", "Passwort"),
        help=Words("SMPP has 8 characters at most.", "SMPP kennt höchstens 8 Zeichen."),
    ),
    Setting(
        name="sender",
        group=_SENDING,
        label=Words("Our number or name", "Unsere Nummer oder unser Name"),
        help=Words(
            "As +4915228817386, a short number, or up to 11 letters. Customers cannot answer a name.",
            "In der Form +4915228817386, eine Kurzwahl oder bis zu 11 Buchstaben. Auf einen Namen können Kunden nicht antworten.",
        ),
    ),
    Setting(
        name="receipts",
        kind="boolean",
        required=False,
        default=True,
        group=_SENDING,
        label=Words("Ask for delivery receipts", "Zustellquittungen verlangen"),
    ),
    Setting(
        name="validity_hours",
        kind="number",
        required=False,
        default=48,
        group=_SENDING,
        label=Words("Hours that the operator keeps trying", "Stunden, die der Betreiber es versucht"),
        help=Words("0: as long as the operator likes.", "0: so lange, wie der Betreiber möchte."),
    ),
    Setting(
        name="country_code",
        required=False,
        default="",
        group=_SENDING,
        label=Words("Country code of numbers without one", "Landesvorwahl von Nummern ohne Vorwahl"),
        help=Words(
            "As 49: a customer's 01522… becomes +491522…. Leave it empty if the operator sends whole numbers.",
            "Etwa 49: Aus 01522… eines Kunden wird +491522…. Leer lassen, wenn der Betreiber ganze Nummern schickt.",
        ),
    ),
    Setting(
        name="connections",
        kind="choice",
        default="two",
        choices=(
            ("two", Words("One to receive, one to send", "Eine zum Empfangen, eine zum Senden")),
            ("one", Words("One for both (transceiver)", "Eine für beides (Transceiver)")),
        ),
        group=_EXPERTS,
        label=Words("Connections", "Verbindungen"),
        help=Words(
            "With *one*, a process of its own that sends still binds a second time.",
            "Bei *einer* bindet ein eigener Prozess, der sendet, dennoch ein zweites Mal.",
        ),
    ),
    Setting(name="system_type", required=False, default="", group=_EXPERTS, label=Words("System type", "System-Typ")),
    Setting(name="service_type", required=False, default="", group=_EXPERTS, label=Words("Service type", "Dienst-Typ")),
    Setting(
        name="address_range",
        required=False,
        default="",
        group=_EXPERTS,
        label=Words("Address range", "Adressbereich"),
        help=Words(
            "Which numbers' messages we want, if the operator asks.",
            "Wessen Nummern Nachrichten wir wollen, falls der Betreiber fragt.",
        ),
    ),
    Setting(
        name="alphabet",
        kind="choice",
        default="gsm",
        choices=(
            ("gsm", Words("GSM 03.38", "GSM 03.38")),
            ("latin1", Words("Latin-1 (ISO 8859-1)", "Latin-1 (ISO 8859-1)")),
            ("ascii", Words("ASCII", "ASCII")),
        ),
        group=_EXPERTS,
        label=Words("The operator's default alphabet", "Standardalphabet des Betreibers"),
        help=Words("Change it if umlauts or @ arrive wrong.", "Ändern, wenn Umlaute oder @ falsch ankommen."),
    ),
    Setting(
        name="long_messages",
        kind="choice",
        default="udh",
        choices=(
            ("udh", Words("In parts with a header (UDH)", "In Teilen mit Kopf (UDH)")),
            ("sar", Words("In parts with parameters (SAR)", "In Teilen mit Parametern (SAR)")),
            ("payload", Words("Whole (message_payload)", "Am Stück (message_payload)")),
        ),
        group=_EXPERTS,
        label=Words("Long messages go", "Lange Nachrichten gehen"),
    ),
    Setting(
        name="message_ids",
        kind="choice",
        default="same",
        choices=(
            ("same", Words("The same in answers and receipts", "Gleich in Antworten und Quittungen")),
            (
                "hex_answers",
                Words("Hexadecimal in answers, decimal in receipts", "Hexadezimal in Antworten, dezimal in Quittungen"),
            ),
            (
                "hex_receipts",
                Words("Decimal in answers, hexadecimal in receipts", "Dezimal in Antworten, hexadezimal in Quittungen"),
            ),
        ),
        group=_EXPERTS,
        label=Words("Ids of messages", "Kennungen der Nachrichten"),
        help=Words(
            "Change it if messages stay *sent* although they arrive.",
            "Ändern, wenn Nachrichten *gesendet* bleiben, obwohl sie ankommen.",
        ),
    ),
    Setting(
        name="window",
        kind="number",
        required=False,
        default=10,
        group=_EXPERTS,
        label=Words("Messages under way at once", "Nachrichten zugleich unterwegs"),
    ),
    Setting(
        name="heartbeat_seconds",
        kind="number",
        required=False,
        default=30,
        group=_EXPERTS,
        label=Words("Seconds between heartbeats", "Sekunden zwischen Lebenszeichen"),
    ),
    Setting(
        name="certificate",
        kind="long_text",
        required=False,
        default="",
        aims=True,
        only_if=("tls", "true"),
        group=_EXPERTS,
        label=Words("Certificate of the operator's own authority", "Zertifikat der eigenen Stelle des Betreibers"),
    ),
)

MANIFEST = Manifest(
    id="sms",
    name=Words("SMS", "SMS"),
    icon="message-2",
    color="#2f9e44",
    identity="phone",
    pace="messaging",
    wire="own",
    listens=True,
    capabilities=frozenset({Capability.TEXT, Capability.RECEIPTS}),
    incoming=frozenset({Capability.TEXT, Capability.RECEIPTS}),
    limits=Limits(text_length=1530),
    settings=SETTINGS,
    guide=GUIDE,
    customer_starts=False,
    opt_in="reason",
    confirms_wishes=True,
    safe_to_repeat=False,
)
