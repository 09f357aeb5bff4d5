"""Addresses of several persons that a provider vouches for together: one human, unless somebody said that it is not so."""

from uuid import UUID

from oase.conversations import unmerge_persons
from oase.conversations.intake.persons import join_vouched
from oase.kernel.db import Database, UnitOfWork
from oase.people import Recognised, Seen, keep_apart, merges_of, recognise

MAIL, PHONE, USER = ("email", "åsa@example.com"), ("phone", "+4915228817386"), ("visitor", "u:4711")


async def _someone(work: UnitOfWork, kind: str, value: str, *aliases: tuple[str, str]) -> Recognised:
    seen = [Seen(kind=kind, value=value, aliases=aliases)]
    return (await join_vouched(work, await recognise(work, seen)))[kind, value]


async def test_a_signed_token_with_a_mail_address_and_a_number_joins_whoever_had_them(
    database: Database, workspace_id: UUID
) -> None:
    async with database.work(workspace_id) as work:
        by_mail, by_phone = await _someone(work, *MAIL), await _someone(work, *PHONE)
        signed_in = await _someone(work, *USER, MAIL, PHONE)
        again = [await _someone(work, *one) for one in (MAIL, PHONE, USER)]
    assert by_mail.person_id != by_phone.person_id
    assert {one.person_id for one in again} == {signed_in.person_id} == {by_mail.person_id}, "the one known for longest stays"


async def test_two_who_are_not_the_same_stay_two(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        by_mail, by_phone = await _someone(work, *MAIL), await _someone(work, *PHONE)
        await keep_apart(work, by_mail.person_id, by_phone.person_id)
        await _someone(work, *USER, MAIL, PHONE)
        again = [(await _someone(work, *one)).person_id for one in (MAIL, PHONE)]
    assert again == [by_mail.person_id, by_phone.person_id]


async def test_what_was_joined_can_be_taken_apart(database: Database, workspace_id: UUID) -> None:
    async with database.work(workspace_id) as work:
        by_mail, by_phone = await _someone(work, *MAIL), await _someone(work, *PHONE)
        await _someone(work, *USER, MAIL, PHONE)
        (merge,) = await merges_of(work, by_mail.person_id)
        await unmerge_persons(work, merge.id)
        assert (await _someone(work, *PHONE)).person_id == by_phone.person_id
