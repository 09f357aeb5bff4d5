"""Finding: words in all their forms, names, numbers, filters; pages follow each other."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.conversations.search.conftest import Find, Say
from tests.statements import statements

from oase.conversations import Author, assign, merge, note, set_state, set_tags
from oase.conversations.search import SearchPage, parse_query, search
from oase.kernel.db import Database
from oase.kernel.errors import Invalid
from oase.kernel.ids import new_id
from oase.people import change_person

NOW = datetime.now(UTC)


def numbers(page: SearchPage) -> list[int]:
    return [hit.number for hit in page.conversations]


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Ich wohne in der Goethestraße", "goethestrasse"),
        ("Ich wohne in der Goethestrasse", "Goethestraße"),
        ("Alle Häuser haben Risse", "haus"),
        ("Das Haus hat einen Riss", "häuser "),
        ("Die Rechnungen fehlen", "rechnung "),
        ("I was charged for two deliveries", "delivery "),
        ("The coffee machines are running", "machine run "),
        ("Grüße von Herrn Mueller", "müller "),
        ("Grüße von Herrn Müller", "muller "),
        ("Schreiben Sie an kasse@example.com!", "kasse@example.com "),
        ("Schreiben Sie an kasse@example.com!", "kasse"),
        ("Die Lieferadresse ist neu", "lief"),
        ("Meine Nummer ist +49 30 23125 177.", "+49 30 23125 177"),
        ("Auftrag K-104233-B", "k-104233-b"),
        ("Crème brûlée schmeckt", "creme brulee "),
        ("это важно", "важно"),
        ("the and of", "the "),
    ],
)
async def test_words_are_found_in_every_form(say: Say, find: Find, said: str, typed: str) -> None:
    started = await say(said)
    await say("Etwas ganz anderes")
    assert numbers(await find(typed)) == [started.number]


@pytest.mark.parametrize("typed", ["rechnung -mahnung", '"tag guten"', "rechnung bestellung ", "xyzzy", "from:schulze "])
async def test_what_does_not_fit_is_not_found(say: Say, find: Find, typed: str) -> None:
    await say("Guten Tag, die Rechnung und die Mahnung sind da")
    assert numbers(await find(typed)) == []


async def test_a_phrase_is_found_as_it_stands(say: Say, find: Find) -> None:
    started = await say("Bitte dringend um Rückruf wegen der Rechnung")
    await say("Rückruf dringend, bitte um Rechnung")
    assert numbers(await find('"dringend um rückruf"')) == [started.number]


async def test_from_finds_who_wrote_by_name_and_address(say: Say, find: Find) -> None:
    anna = await say("Paket ist weg", name="Anna Müller", phone="+4915228817386")
    await say("Paket von Anna Müller ist weg", name="Bernd Weiß", phone="+4917640690123")
    assert numbers(await find("from:mueller paket ")) == [anna.number]
    assert numbers(await find("from:+4915228817386 ")) == [anna.number]


async def test_a_telephone_number_in_any_way_of_writing_finds_the_person_and_what_they_said(say: Say, find: Find) -> None:
    started = await say("Hallo", name="Anna Müller", phone="+493023125177")
    await say("Hallo", name="Bernd Weiß", phone="+4917640690123")
    for typed in ("030 23125177", "+49 30 23125-177", "0049 30 23125177", "030/23125 177 "):
        page = await find(typed)
        assert numbers(page) == [started.number], typed
        assert [person.name for person in page.persons] == ["Anna Müller"], typed


async def test_a_number_that_nobody_has_finds_nobody(say: Say, find: Find) -> None:
    await say("Hallo", name="Anna Müller", phone="+493023125177")
    page = await find("030 23125999")
    assert (page.conversations, page.persons) == ((), ())


async def test_persons_are_found_by_the_beginning_of_their_name(say: Say, find: Find) -> None:
    await say("Hallo", name="Änne Köhler", phone="+493023125177")
    page = await find("koeh")
    assert [(person.name, person.addresses) for person in page.persons] == [("Änne Köhler", ("+493023125177",))]


async def test_a_person_is_found_under_a_new_name(say: Say, find: Find, database: Database, workspace_id: UUID) -> None:
    started = await say("Hallo", name="Änne Köhler")
    await find("köhler")
    async with database.work(workspace_id) as work:
        await change_person(work, started.person_id, {"name": "Änne Strauß"})
    assert [person.name for person in (await find("strauss")).persons] == ["Änne Strauß"]


async def test_the_number_of_a_conversation_finds_it_first(say: Say, find: Find) -> None:
    first = await say("Die Rechnung fehlt")
    await say(f"Gehört zu {first.number}")
    assert numbers(await find(f"#{first.number}")) == [first.number]
    assert numbers(await find(str(first.number)))[0] == first.number


async def test_filters_narrow_down(say: Say, find: Find, database: Database, workspace_id: UUID) -> None:
    solved, tagged, other = [await say(f"Paket {n}", phone=f"+49176406901{n:02}") for n in range(3)]
    me, author = new_id(), Author(name="Änne Köhler")
    async with database.work(workspace_id) as work:
        await set_state(work, author, solved.conversation_id, "solved")
        await set_tags(work, author, tagged.conversation_id, ["Rücksendung"])
        await assign(work, author, tagged.conversation_id, me)
    assert numbers(await find("paket is:solved")) == [solved.number]
    assert sorted(numbers(await find("paket is:open"))) == sorted([tagged.number, other.number])
    assert numbers(await find("paket tag:ruecksendung")) == [tagged.number]
    assert numbers(await find("tag:Rücksendung")) == [tagged.number]
    assert numbers(await find("is:mine", agent_id=me)) == [tagged.number]
    assert numbers(await find("is:open is:unassigned")) == [other.number]
    assert numbers(await find("paket channel:whatsapp is:unassigned is:open")) == [other.number]
    assert numbers(await find("paket channel:email")) == []
    assert numbers(await find("paket assignee:gibtsnicht")) == []


async def test_days_are_the_readers_days(say: Say, find: Find) -> None:
    old = await say("Altes Paket", at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    new = await say("Neues Paket", at=datetime(2026, 5, 1, 12, tzinfo=UTC))
    assert numbers(await find("paket before:2026-05-01")) == [old.number]
    assert numbers(await find("paket after:2026-05-01")) == [new.number]
    assert numbers(await find("after:2026-04 before:2026-06")) == [new.number]


async def test_notes_are_found_and_events_are_not(say: Say, find: Find, database: Database, workspace_id: UUID) -> None:
    started = await say("Hallo")
    async with database.work(workspace_id) as work:
        await note(work, Author(id=new_id(), name="Änne"), started.conversation_id, "Kulanz besprochen", client_key=new_id())
        await set_state(work, Author(), started.conversation_id, "solved")
    (hit,) = (await find("kulanz")).conversations
    assert (hit.number, hit.direction) == (started.number, "note")
    assert "".join(piece.text for piece in hit.snippet if piece.hit) == "Kulanz"
    assert numbers(await find("state")) == []


async def test_a_merged_conversation_is_found_as_the_one_that_stayed(
    say: Say, find: Find, database: Database, workspace_id: UUID
) -> None:
    kept, gone = await say("Hallo"), await say("Die Espressomaschine tropft")
    await find("hallo")
    async with database.work(workspace_id) as work:
        await merge(work, Author(), kept.conversation_id, gone.conversation_id)
    assert numbers(await find("espressomaschine")) == [kept.number]


async def test_pages_follow_each_other_without_gaps_or_doubles(say: Say, find: Find) -> None:
    started = [await say(f"Wasserfilter Nummer {n}", at=NOW - timedelta(hours=n)) for n in range(12)]
    seen: list[int] = []
    page = await find("wasserfilter", limit=5)
    seen += numbers(page)
    late = await say("Noch ein Wasserfilter")
    while page.next:
        page = await find("wasserfilter", limit=5, cursor=page.next)
        seen += numbers(page)
    assert late.number not in seen
    assert sorted(seen) == sorted(one.number for one in started)


async def test_pages_of_filters_follow_each_other(say: Say, find: Find) -> None:
    started = [await say("Hallo", at=NOW - timedelta(hours=n)) for n in range(7)]
    page = await find("is:open", limit=3)
    seen = numbers(page)
    while page.next:
        page = await find("is:open", limit=3, cursor=page.next)
        seen += numbers(page)
    assert seen == [one.number for one in started]


async def test_the_newer_of_two_equal_hits_stands_first(say: Say, find: Find) -> None:
    old = await say("Der Wasserkocher leckt", at=NOW - timedelta(days=300))
    new = await say("Der Wasserkocher leckt", at=NOW)
    assert numbers(await find("wasserkocher")) == [new.number, old.number]


async def test_a_forged_cursor_is_refused(find: Find) -> None:
    with pytest.raises(Invalid):
        await find("hallo", cursor="abc!")


async def test_another_workspace_finds_nothing(say: Say, find: Find, database: Database) -> None:
    started = await say("Streng geheime Rezeptur")
    assert numbers(await find("rezeptur")) == [started.number]
    async with database.work(new_id()) as work:
        page = await search(work, parse_query("rezeptur"))
        assert (page.conversations, page.persons) == ((), ())


async def test_the_number_of_queries_is_constant(
    say: Say, find: Find, database: Database, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(30):
        await say(f"Dichtung {n}", at=NOW - timedelta(hours=n))
    await find("dichtung")
    async with database.work(workspace_id) as work:
        with statements(monkeypatch) as sent:
            page = await search(work, parse_query("dichtung"), limit=25)
    assert len(page.conversations) == 25
    assert 0 < len([one for one in sent if one[:6] in ("SELECT", "WITH h", "WITH a")]) <= 5
