"""The first word to somebody: by the channel's rules, with consent or a reason that is kept, once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.desk.conftest import SAFE

from oase.channels import create_account
from oase.conversations import Author, CannotAnswer, Start, Started, TemplateUse, cancel
from oase.desk import Grounds, When, first_contact, ways_to
from oase.kernel.errors import Invalid
from oase.main.keeping import PARTS
from oase.people import change_person, consents_of, erase_person, export_person, record_consent, withdraw_consent

from .conftest import Plans

ORDER = Grounds(basis="contract", note="Die Gabel ist da")
TEMPLATE = TemplateUse(name="rad_da", language="de", parameters={"body": ("Jürgen",)}, preview="Ihr Rad ist da.")


async def mailbox(plans: Plans) -> UUID:
    async with plans.desk.work() as work:
        given = {
            "address": "hilfe@lindgruen.example", "sender_name": "Lindgrün", "incoming": "receiver", "smtp_host": "127.0.0.1",
            "smtp_security": "none", "smtp_sign_in": False,
        }  # fmt: skip
        return await create_account(work, SAFE, "email", "Mail", given)


async def begins(
    plans: Plans, account: UUID, address: str, *, grounds: Grounds = ORDER, when: When | None = None, **more: Any
) -> Started:
    author = Author(id=plans.desk.agents["Anna"], name="Anna")
    start = Start(account_id=account, address=address, author=author, **more)
    async with plans.desk.work() as work:
        return await first_contact(work, plans.book, start, grounds, when)


async def test_a_mail_to_somebody_new_goes_with_its_reason_which_is_kept(plans: Plans) -> None:
    account = await mailbox(plans)
    with pytest.raises(Invalid) as error:
        await begins(plans, account, "Neu@Example.org", grounds=Grounds(), text="Ihre Gabel ist da.")
    assert error.value.field == "basis"
    assert await plans.desk.value("SELECT count(*) FROM person") == 0  # nothing was opened
    started = await begins(plans, account, "Neu@Example.org", name="Nele Neu", subject="Gabel", text="Ihre Gabel ist da.")
    assert await plans.said() == ["Ihre Gabel ist da."]
    async with plans.desk.work() as work:
        (kept,) = await consents_of(work, [started.person_id])
    assert (kept.basis, kept.wording, kept.source, kept.value) == ("contract", "Die Gabel ist da", "Anna", "neu@example.org")
    assert await plans.desk.value("SELECT state FROM conversation") == "waiting"


async def test_a_kept_consent_needs_no_other_reason_and_one_taken_back_forbids(plans: Plans) -> None:
    account = await mailbox(plans)
    agreed = Grounds(basis="consent", note="Anmeldung im Laden, gestern")
    started = await begins(plans, account, "neu@example.org", grounds=agreed, subject="1", text="Willkommen")
    await begins(plans, account, "neu@example.org", grounds=Grounds(), subject="2", text="Noch etwas")
    async with plans.desk.work() as work:
        (kept,) = await consents_of(work, [started.person_id])
        assert [one.agreed for one in await ways_to(work, plans.book, person_id=started.person_id)] == [True]
        await withdraw_consent(work, kept.id)
    with pytest.raises(Invalid) as error:
        await begins(plans, account, "neu@example.org", subject="3", text="Trotzdem")
    assert error.value.field == "basis"
    await begins(
        plans, account, "neu@example.org", grounds=Grounds(basis="consent", note="Am Telefon"), subject="4", text="Wieder"
    )


async def test_whatsapp_begins_with_a_template_and_consent_only(plans: Plans) -> None:
    account, phone = plans.desk.account_id, "+4915228817399"
    agreed = Grounds(basis="consent", note="Haken bei der Bestellung")
    with pytest.raises(CannotAnswer):
        await begins(plans, account, phone, grounds=agreed, text="Freie Worte")
    with pytest.raises(Invalid) as error:
        await begins(plans, account, phone, template=TEMPLATE)
    assert error.value.field == "basis"
    await begins(plans, account, phone, grounds=agreed, template=TEMPLATE)
    assert await plans.said() == ["Ihr Rad ist da."]


async def test_whoever_wrote_within_the_window_is_written_to_freely(plans: Plans) -> None:
    conversation = await plans.desk.writes("Hallo")
    person: UUID = await plans.desk.value("SELECT person_id FROM conversation WHERE id = %(id)s", id=conversation)
    async with plans.desk.work() as work:
        (way,) = await ways_to(work, plans.book, person_id=person)
    assert (way.begins, way.asks) == ("freely", "")
    started = await begins(plans, plans.desk.account_id, way.value, grounds=Grounds(), text="Noch ein Anliegen")
    assert started.conversation_id != conversation
    plans.desk.clock.advance(timedelta(hours=25))
    async with plans.desk.work() as work:
        assert [one.begins for one in await ways_to(work, plans.book, person_id=person)] == ["template"]


async def test_where_only_the_customer_can_begin_it_is_said(plans: Plans) -> None:
    async with plans.desk.work() as work:
        account = await create_account(work, SAFE, "telegram", "Telegram", {"token": "1:x", "secret_token": "s"})
    with pytest.raises(CannotAnswer):
        await begins(plans, account, "12345", text="Hallo")


async def test_the_first_word_can_wait_for_the_morning_and_an_undo_leaves_nothing_to_do(plans: Plans) -> None:
    account = await mailbox(plans)
    later = await begins(
        plans, account, "a@example.org", subject="A", text="Morgen", when=When(at=plans.now() + timedelta(hours=2))
    )
    assert await plans.desk.value("SELECT state FROM conversation WHERE id = %(id)s", id=later.conversation_id) == "solved"
    await plans.later(hours=2)
    assert await plans.said() == ["Morgen"]
    now = await begins(plans, account, "b@example.org", subject="B", text="Sofort")
    async with plans.desk.work() as work:
        await cancel(work, now.message_id)
    assert await plans.desk.value("SELECT state FROM conversation WHERE id = %(id)s", id=now.conversation_id) == "solved"


@pytest.mark.parametrize(
    ("address", "grounds", "field"),
    [
        ("no address", ORDER, "address"),
        ("neu@example.org", Grounds(basis="contract"), "note"),
        ("neu@example.org", Grounds(basis="whim", note="x"), "basis"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field(plans: Plans, address: str, grounds: Grounds, field: str) -> None:
    account = await mailbox(plans)
    with pytest.raises(Invalid) as error:
        await begins(plans, account, address, grounds=grounds, text="Hallo")
    assert error.value.field == field


async def test_nobody_writes_to_whoever_is_blocked(plans: Plans) -> None:
    account = await mailbox(plans)
    started = await begins(plans, account, "neu@example.org", subject="1", text="Hallo")
    async with plans.desk.work() as work:
        await change_person(work, started.person_id, {"blocked": True})
    with pytest.raises(CannotAnswer):
        await begins(plans, account, "neu@example.org", subject="2", text="Hallo")


async def test_consents_and_plans_are_given_out_and_erased_with_the_person(plans: Plans) -> None:
    conversation = await plans.desk.writes("Hallo")
    person: UUID = await plans.desk.value("SELECT person_id FROM conversation WHERE id = %(id)s", id=conversation)
    await plans.asks(conversation, "Zurückrufen")
    await plans.schedules(conversation, "Bis morgen!")
    async with plans.desk.work() as work:
        identity: UUID = await work.value("SELECT id FROM identity WHERE workspace_id = %(workspace_id)s")
        for _ in range(2):
            await record_consent(work, identity, purpose="news", basis="consent", source="Laden", wording="Ja, gern.")
        known = (await export_person(work, PARTS, person)).records
    assert [one["wording"] for one in known["person"]["consents"]] == ["Ja, gern."]
    assert [one["what"] for one in known["planned"]["tasks"]] == ["Zurückrufen"]
    assert [one["text"] for one in known["planned"]["scheduled"]] == ["Bis morgen!"]
    async with plans.desk.work() as work:
        await erase_person(work, PARTS, person)
    for table in ("consent", "task", "scheduled_message"):
        assert await plans.desk.value(f"SELECT count(*) FROM {table}") == 0
