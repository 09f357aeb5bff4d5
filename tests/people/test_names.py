"""How persons are called: in Python and in SQL by the same rule."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from oase.kernel.db import Database
from oase.kernel.i18n import translator
from oase.kernel.ids import new_id
from oase.people import PERSON_NAME, Identity, called, known_name

ID = UUID("0193a1c2-7d4e-7f3a-9b5c-0000000000ff")


@pytest.mark.parametrize(
    ("name", "kind", "value", "said", "known"),
    [
        ("Jörg Weißmüller", "phone", "4915228817386", "Jörg 🚲", "Jörg Weißmüller"),
        ("", "phone", "4915228817386", "Jörg 🚲", "Jörg 🚲"),
        ("", "email", "jörg@example.com", "", "jörg@example.com"),
        ("", "visitor", "vKx0a8Qm2pLr5tZw9YbNc3D", "Zoë", "Zoë"),
        ("", "visitor", "vKx0a8Qm2pLr5tZw9YbNc3D", "", ""),
    ],
)
async def test_the_first_that_says_something(
    database: Database, workspace_id: UUID, name: str, kind: str, value: str, said: str, known: str
) -> None:
    now = datetime.now(UTC)
    one = Identity(id=new_id(), person_id=ID, kind=kind, value=value, name=said, verified=False, last_seen_at=now)
    assert known_name(name, [one]) == known
    statement = (
        f"SELECT {PERSON_NAME} FROM (SELECT %(name)s::text AS name) AS p,"
        " (SELECT %(kind)s::text AS kind, %(value)s::text AS value, %(said)s::text AS name) AS i"
    )
    async with database.work(workspace_id) as work:
        assert await work.value(statement, {"name": name, "kind": kind, "value": value, "said": said}) == known


def test_who_has_no_name_has_a_number_that_stays_the_same() -> None:
    assert called("Zoë", ID) == "Zoë"
    assert translator("de").text(called("", ID)) == "Besucher 9983"
    assert called("", ID) == "Visitor 9983"


def test_another_address_speaks_for_a_visitor_who_says_nothing() -> None:
    now = datetime.now(UTC)
    silent, mail = (
        Identity(id=new_id(), person_id=ID, kind=kind, value=value, name="", verified=False, last_seen_at=now)
        for kind, value in (("visitor", "vKx0a8Qm2pLr5tZw9YbNc3D"), ("email", "zoe@example.com"))
    )
    assert known_name("", [silent, mail]) == "zoe@example.com"
