# ruff: noqa: E501 - rows of examples read better on one line
"""A filled inbox without a database: to look at the pages, and for tests of how they look and read."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from oase.kernel.i18n import message
from oase.web.inbox.views import (
    Address,
    Answer,
    Around,
    Colleague,
    Composer,
    Conversation,
    Delivery,
    Entry,
    Field,
    File,
    Inbox,
    Later,
    Listing,
    Mark,
    Past,
    Queue,
    QueueGroup,
    Row,
    Somebody,
    Team,
    Template,
    Twin,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
MAIL = Mark(id="email", icon="mail", name="E-Mail")
WHATSAPP = Mark(id="whatsapp", icon="brand-whatsapp", name="WhatsApp")
CHAT = Mark(id="webchat", icon="message-circle", name="Web-Chat")
FORM = Mark(id="form", icon="forms", name="Formular")


def number(value: int) -> UUID:
    """An id that stays the same."""
    return UUID(int=value)


AENNE = Colleague(id=number(1), name="Änne Köhler")
BEN = Colleague(id=number(2), name="Ben Öztürk")
CLAIRE = Colleague(id=number(3), name="Claire Dubois")
SERVICE = Team(id=number(11), name="Kundendienst")
BILLING = Team(id=number(12), name="Rechnungen")


def ago(**span: float) -> datetime:
    """A moment before the morning on which the example plays."""
    return NOW - timedelta(**span)


def row(index: int, person: str, mark: Mark, line: str, **changes: object) -> Row:
    """A row of the list."""
    due = changes.get("due_at")
    facts: dict[str, object] = {
        "id": number(100 + index), "number": 1000 + index, "face": number(500 + index), "person": person, "mark": mark,
        "state": "open", "subject": "", "line": line, "line_by": "in", "assignee": None, "team": "", "priority": 0,
        "due_at": None, "last_at": ago(minutes=3 * index), "snoozed_until": None, "unread": 0, "draft": False, "tags": (),
        "key": int(due.timestamp() * 1_000_000) if isinstance(due, datetime) else 9_000_000_000_000_000,
    }  # fmt: skip
    return Row(**{**facts, **changes})  # type: ignore[arg-type]


def rows() -> list[Row]:
    """What is to be done on this morning."""
    return [
        row(1, "Jörg Weißmüller", WHATSAPP, "Hallo? Ist da jemand? 🙈", due_at=ago(minutes=8), unread=3, priority=2, assignee=AENNE),
        row(2, "Sofia Nguyễn", CHAT, "Can I still change the delivery address?", due_at=NOW + timedelta(minutes=1.5), unread=1),
        row(3, "Maria-Magdalena Freifrau von und zu Hohenlohe-Schillingsfürst", MAIL, "Guten Tag, ich habe nun zum dritten Mal …",
            subject="AW: Rechnung 2026-4711: falscher Betrag", due_at=NOW + timedelta(minutes=22), unread=1, team="Rechnungen", tags=("Rechnung", "Mahnung")),
        row(4, "+49 171 3920044", WHATSAPP, "📷 Foto", due_at=NOW + timedelta(minutes=12), line_by="in", draft=True, assignee=AENNE),
        row(5, "Dr. Paweł Łęcki", MAIL, "Vielen Dank für die schnelle Hilfe!", subject="Garantie für Wasserkocher", due_at=NOW + timedelta(hours=3), assignee=BEN),
        row(6, "Besucher 7f3a", CHAT, "@Änne weißt du das? Ich glaube, das Modell ist ausgelaufen.", line_by="note", due_at=NOW + timedelta(hours=5)),
        row(7, "Yūki 田中", WHATSAPP, "Gern geschehen, schönen Tag noch!", line_by="out", due_at=NOW + timedelta(hours=22), tags=("Lob",)),
        row(8, "Oğuz Çelik", FORM, "Ich möchte einen Termin für die Wartung vereinbaren.", subject="Terminanfrage", due_at=NOW + timedelta(days=3)),
        row(9, "Lea Sommer", MAIL, "Anbei die Unterlagen.", subject="Unterlagen", priority=1, last_at=ago(days=3)),
        row(10, "Tom O’Brien", CHAT, "ok thx", last_at=ago(days=40)),
    ]  # fmt: skip


def entry(index: int, direction: str, author: str, text: str, at: datetime, **changes: object) -> Entry:
    """An entry of the timeline."""
    facts: dict[str, object] = {
        "id": number(900 + index), "direction": direction, "kind": "text", "at": at, "day": at.date().isoformat(),
        "author": author, "text": text,
    }  # fmt: skip
    return Entry(**{**facts, **changes})  # type: ignore[arg-type]


def file(index: int, name: str, kind: str, **changes: object) -> File:
    """A file of a message."""
    facts: dict[str, object] = {
        "id": number(2000 + index),
        "name": name,
        "type": "",
        "size_bytes": 245_000,
        "state": "stored",
        "kind": kind,
    }
    return File(**{**facts, **changes})  # type: ignore[arg-type]


def entries() -> list[Entry]:
    """A case that began by mail and went on over WhatsApp."""
    return [
        entry(1, "in", "Jörg Weißmüller", "", ago(days=2, hours=2), mark=MAIL, mail=True, subject="Kaffeemaschine tropft",
              quoted="Am 22.11.2026 um 09:12 schrieb Muster GmbH:\n> Vielen Dank für Ihre Bestellung 4711.", files=[file(1, "Rechnung 4711.pdf", "pdf")]),
        entry(2, "event", "", message("%(name)s took the conversation", name="Ben Öztürk"), ago(days=2, hours=1)),
        entry(3, "out", "Ben Öztürk", "Guten Tag Herr Weißmüller,\n\ndas tut uns leid. Können Sie uns ein Foto schicken? Gern auch per WhatsApp: https://wa.me/493023125000\n\nFreundliche Grüße\nBen Öztürk", ago(days=2), mark=MAIL, delivery=Delivery(state="delivered")),
        entry(4, "in", "Jörg Weißmüller", "Moin, hier das Foto 📷", ago(hours=20), mark=WHATSAPP, switched=True, files=[file(2, "IMG_2210.jpg", "image")]),
        entry(5, "in", "Jörg Weißmüller", "", ago(hours=19.97), mark=WHATSAPP, follows=True, kind="voice", files=[file(3, "Sprachnachricht.ogg", "audio")]),
        entry(6, "note", "Ben Öztürk", "@Änne Köhler die Dichtung ist es. Haben wir Teil 88-12 noch auf Lager?", ago(hours=19)),
        entry(7, "out", "Änne Köhler", "Danke! Das ist die Dichtung. Wir schicken Ihnen heute noch eine neue.", ago(hours=18), mark=WHATSAPP, mine=True, delivery=Delivery(state="read"), reactions=["👍"]),
        entry(8, "out", "Änne Köhler", "Die Sendungsnummer ist 00340434161094042557.", ago(hours=17.9), mark=WHATSAPP, mine=True, follows=True, delivery=Delivery(state="failed", why="(#131026) Message undeliverable")),
        entry(9, "out", "Änne Köhler", "Haben Sie die Sendung bekommen?", ago(hours=2), mark=WHATSAPP, mine=True, delivery=Delivery(state="unknown", why="The connection broke after the message was handed over.")),
        entry(10, "in", "Jörg Weißmüller", "Ich bin hier:", ago(minutes=40), mark=WHATSAPP, kind="location", data={"latitude": 52.5163, "longitude": 13.3777, "name": "Brandenburger Tor", "address": "Pariser Platz, Berlin"}),
        entry(11, "in", "Jörg Weißmüller", "", ago(minutes=30), mark=WHATSAPP, follows=True, kind="contacts", data={"contacts": [{"name": "Nachbarin Frau Möller", "phones": ["+49 30 23125 123"]}]}),
        entry(12, "in", "Jörg Weißmüller", "Hallo? Ist da jemand? 🙈", ago(minutes=23), mark=WHATSAPP, follows=True),
        entry(13, "in", "Jörg Weißmüller", "", ago(minutes=22), mark=WHATSAPP, follows=True, kind="placeholder"),
    ]  # fmt: skip


def answer(**changes: object) -> Answer:
    """A way to answer over WhatsApp."""
    facts: dict[str, object] = {
        "identity_id": number(31), "account_id": number(41), "mark": WHATSAPP, "to": "+49 171 3920044", "account": "Muster GmbH",
        "text_length": 4096, "caption_length": 1024, "files": 1, "accepts": "image/*,application/pdf", "size_bytes": 16_000_000,
        "subject": False, "copies": False, "templates": True, "window_open": True, "window_ends_at": NOW + timedelta(hours=23),
        "public": False,
    }  # fmt: skip
    return Answer(**{**facts, **changes})  # type: ignore[arg-type]


def composer(**changes: object) -> Composer:
    """The composer with two ways to answer."""
    mail = answer(identity_id=number(32), account_id=number(42), mark=MAIL, to="joerg@example.com", account="service@example.com",
                  text_length=100_000, files=20, subject=True, copies=True, templates=False, window_ends_at=None)  # fmt: skip
    facts: dict[str, object] = {
        "answers": [answer(), mail], "chosen": answer(),
        "templates": [Template(
            name="versand_info", language="de", reads="Guten Tag {{place.body.1}}, Ihre Sendung {{place.body.2}} ist unterwegs.",
            blanks='[{"name":"place.body.1","label":"Lücke 1"},{"name":"place.body.2","label":"Lücke 2"}]',
        )],
        "tab": "reply", "text": "", "note": "", "subject": "AW: Kaffeemaschine tropft", "copy_to": "", "files": [],
        "can_reply": True, "can_note": True,
    }  # fmt: skip
    return Composer(**{**facts, **changes})  # type: ignore[arg-type]


def person() -> Somebody:
    """The person of the open conversation."""
    return Somebody(
        id=number(501), name="Jörg Weißmüller", organisation="Weißmüller & Söhne KG", language="de", note="", blocked=False,
        since=ago(days=400), tags=["Stammkunde"],
        addresses=[
            Address(id=number(31), kind="phone", value="+49 171 3920044", icon="phone", name="Jörg", verified=True),
            Address(id=number(32), kind="email", value="joerg.weissmueller@example.com", icon="mail", name="", verified=False),
        ],
        fields=[
            Field(key="customer", label="Kundennummer", kind="text", value="K-20931"),
            Field(key="contract", label="Vertrag", kind="choice", value="Plus", choices=["Basis", "Plus", "Premium"]),
            Field(key="since", label="Kunde seit", kind="date", value="2024-03-01"),
        ],
        past=[
            Past(id=number(301), number=874, line="Lieferung kam beschädigt an", state="solved", mark=MAIL, last_at=ago(days=120)),
            Past(id=number(302), number=655, line="Frage zur Garantieverlängerung", state="solved", mark=CHAT, last_at=ago(days=390)),
        ],
        twins=[Twin(id=number(599), name="J. Weissmueller", why=message("Same phone number in a mail signature"))],
    )  # fmt: skip


def conversation(**changes: object) -> Conversation:
    """The open conversation."""
    facts: dict[str, object] = {
        "id": number(101), "number": 1001, "title": "Kaffeemaschine tropft", "person": person(), "mark": WHATSAPP, "way": "", "state": "open",
        "public": False, "assignee": AENNE, "team": SERVICE, "priority": 2, "tags": ["Reparatur", "Garantie"], "due_at": ago(minutes=8),
        "snoozed_until": None, "version": 7, "entries": entries(), "earlier": "", "composer": composer(), "fields": [],
        "others": [Past(id=number(303), number=1009, line="Termin für Wartung", state="open", mark=FORM, last_at=ago(days=1))],
    }  # fmt: skip
    return Conversation(**{**facts, **changes})  # type: ignore[arg-type]


def groups() -> list[QueueGroup]:
    """The left pane."""
    return [
        QueueGroup(name="", queues=[
            Queue(id="mine", name="Meine", icon="user", count=4, loud=True), Queue(id="unassigned", name="Nicht zugewiesen", icon="user-off", count=12),
            Queue(id="open", name="Alle offenen", icon="inbox", count=100), Queue(id="mentions", name="Erwähnungen", icon="at", count=1, loud=True),
            Queue(id="waiting", name="Wartend", icon="hourglass", count=31), Queue(id="snoozed", name="Zurückgestellt", icon="clock-pause", count=5),
            Queue(id="solved", name="Gelöst", icon="circle-check")]),
        QueueGroup(name="Teams", queues=[Queue(id="team-1", name="Kundendienst", icon="users-group", count=17), Queue(id="team-2", name="Rechnungen", icon="users-group", count=3)]),
        QueueGroup(name="Kanäle", queues=[Queue(id=f"channel-{mark.id}", name=mark.name, mark=mark, count=count) for mark, count in ((MAIL, 21), (FORM, 2), (CHAT, 6), (WHATSAPP, 14))]),
        QueueGroup(name="Ansichten", queues=[Queue(id="view-1", name="Garantiefälle", icon="bookmark", count=8)]),
    ]  # fmt: skip


def around(queue_id: str = "open") -> Around:
    """What the parts of the page share."""
    return Around(
        now=NOW, queue_id=queue_id, colleagues=[AENNE, BEN, CLAIRE], teams=[SERVICE, BILLING], known_tags=["Garantie", "Lob", "Rechnung", "Reparatur"],
        snoozes=[Later(name=message("In one hour"), at=NOW + timedelta(hours=1)), Later(name=message("Tomorrow morning"), at=NOW + timedelta(hours=23))],
    )  # fmt: skip


def inbox(*, opened: Conversation | None = None, listing: list[Row] | None = None, queue: int = 2) -> Inbox:
    """The page."""
    found = rows() if listing is None else listing
    return Inbox(
        groups=groups(), listing=Listing(queue=groups()[0].queues[queue], rows=found, after="", newest_first=False), conversation=opened,
        now=NOW, position="1-1",
    )  # fmt: skip
