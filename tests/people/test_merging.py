"""One human, several addresses: merged, and taken apart exactly."""

from uuid import UUID

import pytest

from oase.conversations import merge_persons, unmerge_persons
from oase.kernel.db import Database, UnitOfWork
from oase.people import (
    CannotMerge,
    Recognised,
    Seen,
    add_identity,
    ask_again,
    change_person,
    find_person,
    identities_of,
    keep_apart,
    recognise,
    suggestions,
    verify_identity,
)


async def _someone(work: UnitOfWork, kind: str, value: str, name: str = "", **fields: str) -> Recognised:
    found = await recognise(work, [Seen(kind=kind, value=value, name=name, fields=fields)])
    return found[kind, value]


async def test_the_same_address_is_the_same_person_however_often_it_speaks(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        first = await _someone(work, "email", "jürgen@example.com", "Jürgen Groß")
        again = await _someone(work, "email", "jürgen@example.com")
    assert (first.person_id, first.new, again.new) == (again.person_id, True, False)


async def test_addresses_that_the_provider_vouches_for_lead_to_one_person(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        by_phone = await _someone(work, "phone", "+493023125042", "Åsa Öberg")
        seen = Seen(kind="bsuid", value="DE.12345", aliases=(("phone", "+493023125042"),))
        by_alias = (await recognise(work, [seen]))["bsuid", "DE.12345"]
    assert by_alias.person_id == by_phone.person_id


async def test_a_changed_phone_number_leads_to_the_same_person(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        old = await _someone(work, "phone", "+493023125043")
        await add_identity(work, ("phone", "+493023125043"), ("phone", "+493023125044"))
        new = await _someone(work, "phone", "+493023125044")
    assert new.person_id == old.person_id


async def test_unmerging_restores_both_persons_exactly(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        kept = (await _someone(work, "email", "a@example.com", "Anna Ğ.")).person_id
        merged = (await _someone(work, "phone", "+493023125045", "Anna Gül", company="Müller & Söhne KG")).person_id
        await change_person(work, kept, {"fields": {"kundennummer": "K-1"}, "tags": ["VIP"]})
        before = [await find_person(work, one) for one in (kept, merged)]
        owners = {one.value: one.person_id for one in await identities_of(work, [kept, merged])}
    async with database.work(workspace_id) as work:
        record = await merge_persons(work, kept, merged)
        together = await find_person(work, kept)
        assert {one.person_id for one in await identities_of(work, [kept, merged])} == {kept}
    assert together is not None
    assert together.organisation == "Müller & Söhne KG"
    async with database.work(workspace_id) as work:
        await unmerge_persons(work, record.id)
        assert [await find_person(work, one) for one in (kept, merged)] == before
        assert {one.value: one.person_id for one in await identities_of(work, [kept, merged])} == owners


async def test_a_merge_cannot_be_undone_twice(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        kept = (await _someone(work, "email", "b@example.com")).person_id
        merged = (await _someone(work, "email", "c@example.com")).person_id
        record = await merge_persons(work, kept, merged)
        await unmerge_persons(work, record.id)
        with pytest.raises(CannotMerge):
            await unmerge_persons(work, record.id)


async def test_a_person_who_wrote_down_anothers_address_is_suggested(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        known = (await _someone(work, "email", "sven@example.com", "Sven Ö.")).person_id
        visitor = (await _someone(work, "visitor", "v-1", "Sven", email="sven@example.com")).person_id
        assert [(one.id, one.reason) for one in await suggestions(work, visitor, 5)] == [(known, "address")]
        assert [one.id for one in await suggestions(work, known, 5)] == [visitor]


async def test_what_was_changed_since_a_merge_stays_when_it_is_undone(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        kept = (await _someone(work, "email", "d@example.com", "Dörte Weiß")).person_id
        merged = (await _someone(work, "email", "e@example.com", "Dörte Weiss", company="Weiß & Co.")).person_id
        await change_person(work, merged, {"tags": ["Großkundin"], "note": "Ruft morgens an."})
        record = await merge_persons(work, kept, merged)
        await change_person(work, kept, {"name": "Dr. Dörte Weiß", "fields": {"kundennummer": "K-7"}})
        await unmerge_persons(work, record.id)
        found = await find_person(work, kept)
    assert found is not None
    assert (found.name, found.organisation, found.note, found.tags) == ("Dr. Dörte Weiß", "", "", [])
    assert found.fields["kundennummer"] == "K-7"


async def test_two_who_are_not_the_same_are_never_suggested_again(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        one = (await _someone(work, "email", "anna1@example.com", "Anna Müller")).person_id
        other = (await _someone(work, "email", "anna2@example.com", "ANNA MÜLLER")).person_id
        assert [found.id for found in await suggestions(work, one, 5)] == [other]
        await keep_apart(work, other, one)
        assert await suggestions(work, one, 5) == await suggestions(work, other, 5) == []
        await ask_again(work, one, other)
        assert [found.id for found in await suggestions(work, one, 5)] == [other]


async def test_who_was_said_to_be_another_stays_so_after_a_third_entry_is_merged(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        one = (await _someone(work, "email", "anna3@example.com", "Anna Schäfer")).person_id
        other = (await _someone(work, "email", "anna4@example.com", "Anna Schäfer")).person_id
        third = (await _someone(work, "phone", "+493023125046", "Anna Schäfer")).person_id
        await keep_apart(work, one, other)
        await merge_persons(work, third, other)
        assert await suggestions(work, one, 5) == []


async def test_unmerging_takes_back_what_proved_the_address(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        kept = (await _someone(work, "email", "proof@example.com", "Jörg")).person_id
        merged = await _someone(work, "phone", "+493023125077", "Jörg W.")
        record = await merge_persons(work, kept, merged.person_id)
        await verify_identity(work, merged.identity_id)
        await unmerge_persons(work, record.id)
        assert [one.verified for one in await identities_of(work, [merged.person_id])] == [False]


@pytest.mark.parametrize(
    ("one", "other", "detail"),
    [
        ({"email": "Sven@Example.com"}, {"email": "sven@example.com"}, "sven@example.com"),
        ({"phone": "0049 30 / 23125-188"}, {"phone": "+49 (30) 23125188"}, "+493023125188"),
    ],
)
async def test_two_who_wrote_down_the_same_address_are_suggested(
    database: Database, workspace_id: UUID, one: dict[str, str], other: dict[str, str], detail: str
) -> None:
    async with database.work(workspace_id) as work:
        first = (await _someone(work, "visitor", "v-31", "Sven", **one)).person_id
        second = (await _someone(work, "visitor", "v-32", "S. Öberg", **other)).person_id
        (found,) = await suggestions(work, first, 5)
    assert (found.id, found.reason, found.detail) == (second, "written", detail)


async def test_a_number_as_people_write_it_leads_to_whoever_writes_from_it(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        known = (await _someone(work, "phone", "+493023125199", "Åsa")).person_id
        visitor = (await _someone(work, "visitor", "v-33", phone="0049 30 23125-199")).person_id
        assert [(one.id, one.reason) for one in await suggestions(work, visitor, 5)] == [(known, "address")]
