"""The way out: in order, once, at the provider's pace, and honest about what nobody can know."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from oase.channels import change_account, last_moments, set_account_state
from oase.channels.contract import Accepted, Address, Again, Envelope, Limits, Receipt, Refused, Say, Unclear
from oase.conversations import IN_COPY, TooLate, cancel, resolve_unknown, retry
from oase.conversations.delivery import lane, repository
from oase.conversations.delivery.receipts import apply_parked, apply_receipts
from oase.conversations.delivery.rules import Pace, back_off, fate_of
from oase.conversations.delivery.types import Delivery, Planned
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe

from .counter import Counter
from .provider import graph_error, hang_up

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def a_delivery() -> Delivery:
    say_it = Say(envelope=Envelope(id="1", to="+4915228817386", at=NOW), text="Guten Tag")
    return Delivery(
        id=new_id(), message_id=new_id(), conversation_id=new_id(), recipient="+4915228817386", part=0,
        planned=Planned(outbound=say_it), attempts=1, next_at=NOW, created_at=NOW,
    )  # fmt: skip


def limits(**more: Any) -> Limits:
    return Limits(text_length=4096, **more)


def receipt(state: str, external_id: str = "", **more: Any) -> Receipt:
    return Receipt(external_id=external_id, state=state, at=datetime(2026, 11, 24, 9, 31, tzinfo=UTC), **more)  # type: ignore[arg-type]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the provider is in this process
            await asyncio.sleep(0.005)


async def held(counter: Counter) -> tuple[asyncio.Event, asyncio.Task[None]]:
    """What is due is with the provider, which answers when the event is set."""
    counter.provider.gate = asyncio.Event()
    sending = asyncio.create_task(counter.sends())
    await until(lambda: counter.provider.at_once == 1)
    return counter.provider.gate, sending


# --- order ---


async def test_one_person_gets_everything_in_order_and_one_at_a_time(counter: Counter) -> None:
    conversation = await counter.person()
    for number in range(6):
        await counter.says(conversation, f"Satz {number}")
    await counter.sends()
    assert counter.provider.texts == [f"Satz {number}" for number in range(6)]
    assert counter.provider.to_one_at_once == 1


async def test_a_lane_claims_no_more_than_it_asked_for(counter: Counter) -> None:
    for number in range(30):
        await counter.says(await counter.person(f"+4917139200{number:02d}"), "Guten Tag")
    async with counter.database.work(counter.workspace_id) as work:
        assert len(await repository.claim(work, counter.account_id, 3)) == 3
        assert await work.value("SELECT count(*) FROM delivery WHERE state = 'sending'") == 3


async def test_several_persons_are_served_side_by_side(counter: Counter) -> None:
    counter.provider.gate = asyncio.Event()
    for number in range(4):
        await counter.says(await counter.person(f"+49171392000{number}"), "Guten Tag")
    sending = asyncio.create_task(counter.sends())
    await until(lambda: counter.provider.at_once == 4)
    counter.provider.gate.set()
    await sending
    assert await counter.states() == ["sent"] * 4


async def test_a_message_that_has_to_be_repeated_is_not_overtaken_by_the_next_one(counter: Counter) -> None:
    conversation = await counter.person()
    counter.provider.script.append(graph_error(500, 131000))
    for text in ("Erstens", "Zweitens"):
        await counter.says(conversation, text)
    await counter.sends()
    assert counter.provider.texts == []
    counter.clock.advance(timedelta(minutes=2))
    await counter.sends()
    assert counter.provider.texts == ["Erstens", "Zweitens"]


# --- again, and failed ---


async def test_a_passing_fault_is_tried_again_after_a_back_off(counter: Counter) -> None:
    counter.provider.script.append(graph_error(500, 131000, "Something went wrong"))
    await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    ((state, why, attempts),) = await counter.fates()
    assert (state, attempts) == ("queued", 1)
    assert "Something went wrong" in why
    counter.clock.advance(timedelta(seconds=29))
    await counter.sends()
    assert await counter.states() == ["queued"]
    counter.clock.advance(timedelta(seconds=10))
    await counter.sends()
    assert (await counter.fates()) == [("sent", "", 2)]


async def test_after_the_last_attempt_it_has_failed_with_the_providers_words_and_can_be_sent_once_more(counter: Counter) -> None:
    message = await counter.says(await counter.person(), "Guten Tag")
    async with counter.database.work(counter.workspace_id) as work:
        await work.run("UPDATE delivery SET attempts = 12")
    counter.provider.script.append(graph_error(500, 131000, "Something went wrong"))
    await counter.sends()
    ((state, why, _),) = await counter.fates()
    assert state == "failed"
    assert "Something went wrong" in why
    async with counter.database.work(counter.workspace_id) as work:
        await retry(work, message)
    await counter.sends()
    assert await counter.fates() == [("sent", "", 1)]


def test_the_pauses_grow_to_hours_and_end() -> None:
    pauses = [back_off(attempt, UUID(int=0)) for attempt in range(1, 14)]
    assert pauses[0] == timedelta(seconds=5)
    assert pauses == [*sorted(one for one in pauses if one), None]
    assert sum((one for one in pauses if one), timedelta()) > timedelta(hours=12)
    assert back_off(3, UUID(int=0xFF)) < timedelta(seconds=75)  # type: ignore[operator]


async def test_what_the_provider_refuses_for_good_has_failed_and_the_next_message_goes(counter: Counter) -> None:
    conversation = await counter.person()
    counter.provider.script.append(graph_error(400, 131026))
    await counter.says(conversation, "Guten Tag")
    await counter.says(conversation, "Ist jemand da?")
    await counter.sends()
    assert await counter.states() == ["failed", "sent"]


# --- unknown ---


async def test_a_lost_answer_leaves_the_delivery_unknown_and_it_is_not_sent_again_by_itself(counter: Counter) -> None:
    conversation = await counter.person()
    counter.provider.script.append(hang_up)
    await counter.says(conversation, "Guten Tag")
    await counter.says(conversation, "Noch etwas")
    await counter.sends()
    counter.clock.advance(timedelta(days=1))
    await counter.sends()
    assert await counter.states() == ["unknown", "sent"]
    assert counter.provider.texts == ["Noch etwas"]


async def test_a_receipt_with_our_own_id_resolves_what_was_unknown(counter: Counter) -> None:
    counter.provider.script.append(hang_up)
    await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    async with counter.database.work(counter.workspace_id) as work:
        delivery_id = await work.value("SELECT id FROM delivery")
    await counter.receives(receipt("delivered", "wamid.real", our_id=str(delivery_id)))
    async with counter.database.work(counter.workspace_id) as work:
        assert await work.tuples("SELECT state, external_id FROM delivery") == [("delivered", "wamid.real")]


@pytest.mark.parametrize(("decision", "state", "said"), [("sent", "sent", []), ("again", "sent", ["Guten Tag"])])
async def test_a_person_decides_what_nobody_else_can_know(
    counter: Counter, decision: Any, state: str, said: Sequence[str]
) -> None:
    counter.provider.script.append(hang_up)
    message = await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    async with counter.database.work(counter.workspace_id) as work:
        await resolve_unknown(work, message, decision)
    await counter.sends()
    assert (await counter.states(), counter.provider.texts) == ([state], said)
    async with counter.database.work(counter.workspace_id) as work:
        with pytest.raises(TooLate):
            await resolve_unknown(work, message, "again")


async def test_what_a_dead_process_was_sending_is_unknown_for_its_successor(counter: Counter) -> None:
    conversation = await counter.person()
    await counter.says(conversation, "Guten Tag")
    async with counter.database.work(counter.workspace_id) as work:
        assert len(await repository.claim(work, counter.account_id, 16)) == 1  # and here the process dies
    await counter.says(conversation, "Sind Sie noch da?")
    successor = await counter.lane()
    await successor.recover()
    await successor.run(lambda: True)
    assert await counter.states() == ["unknown", "sent"]
    assert counter.provider.texts == ["Sind Sie noch da?"]


# --- the account ---


async def test_an_account_that_is_refused_keeps_its_queue_until_somebody_signs_in(counter: Counter) -> None:
    conversation = await counter.person()
    counter.provider.script.append(graph_error(401, 190))
    for text in ("Erstens", "Zweitens"):
        await counter.says(conversation, text)
    await counter.sends()
    account = await _account(counter)
    assert account.state == "needs_sign_in"
    assert "access token" in account.state_why
    assert await counter.states() == ["queued", "queued"]
    async with counter.database.work(counter.workspace_id) as work:
        await set_account_state(work, counter.account_id, "up")
    await counter.sends()
    assert counter.provider.texts == ["Erstens", "Zweitens"]


async def test_a_refusal_of_credentials_that_were_replaced_meanwhile_does_not_stop_the_account(
    counter: Counter, safe: Safe
) -> None:
    refuses = graph_error(401, 190)

    async def signed_in_meanwhile(request: web.Request) -> web.StreamResponse:
        account = await _account(counter)
        given = dict(account.account.settings) | {"access_token": "EAAnew"}
        async with counter.database.work(counter.workspace_id) as work:
            await change_account(work, safe, counter.account_id, name=account.name, given=given)
        return await refuses(request)

    counter.provider.script.append(signed_in_meanwhile)
    await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    assert (await _account(counter)).state == "up"
    await counter.sends()
    assert counter.provider.texts == ["Guten Tag"]
    counter.provider.script.append(refuses)
    await counter.says(await counter.person("+4917139200044"), "Auch Ihnen")
    await counter.sends()
    assert (await _account(counter)).state == "needs_sign_in"


async def _account(counter: Counter) -> Any:
    counter.book.forget(counter.account_id)
    return await counter.book.get(counter.account_id)


async def test_haste_that_the_provider_complains_of_pauses_the_whole_account(counter: Counter) -> None:
    counter.provider.script.append(graph_error(400, 130429))
    for number in range(4):
        await counter.says(await counter.person(f"+49171392000{number}"), "Guten Tag")
    await counter.goes_at(limits(messages_per_second=20))  # one at a time
    began = asyncio.get_running_loop().time()
    await counter.sends()
    assert len(counter.provider.taken) == 3
    assert counter.provider.moments[1] - began >= 1.0  # what waited for one answer waited for the pause
    assert sorted(await counter.states()) == ["queued", "sent", "sent", "sent"]


def test_a_pause_outlives_the_lane() -> None:
    pace = Pace(limits())
    pace.pause(100.0)
    assert (pace.room(99.0, 16), pace.room(100.0, 16)) == (0, 16)
    assert pace.wait(90.0) == 10.0


# --- pace ---


def windows(moments: Sequence[float], seconds: float) -> int:
    """The most within any window of so many seconds."""
    return max(sum(1 for other in moments if moment <= other < moment + seconds) for moment in moments)


@pytest.mark.parametrize("rate", [1, 3, 20, 80, 250])
def test_no_second_has_more_than_the_account_may_send_and_almost_all_of_it_is_used(rate: int) -> None:
    pace, now, sent = Pace(limits(messages_per_second=rate)), 1000.0, []
    while now < 1010.0:
        for _ in range(pace.room(now, 16)):
            pace.take("+4915228817386", now)
            sent.append(now)
        now += max(pace.wait(now), 0.0005)
    assert windows(sent, 1.0) <= rate
    assert len(sent) >= 10 * rate * 0.9


def test_one_person_gets_a_burst_and_then_one_each_interval() -> None:
    ours = limits(pair_interval=timedelta(seconds=6), pair_burst=45)
    pace, now, sent = Pace(ours), 1000.0, []
    while now < 1120.0:
        if "+4915228817386" not in pace.held(now):
            pace.take("+4915228817386", now)
            sent.append(now)
        now += 0.1
    assert windows(sent, 5.9) == 45
    assert 45 + 19 <= len(sent) <= 45 + 20
    assert pace.held(now + 600) == []


def test_a_person_who_is_held_holds_nobody_else() -> None:
    pace = Pace(limits(pair_interval=timedelta(seconds=6), pair_burst=1))
    pace.take("+4915228817386", 0.0)
    assert (pace.held(1.0), pace.room(1.0, 16), pace.wait_for_held(1.0)) == (["+4915228817386"], 16, 5.0)


async def test_a_lane_keeps_its_accounts_limit_on_the_wire(counter: Counter) -> None:
    for number in range(30):
        await counter.says(await counter.person(f"+4917139200{number:02d}"), "Guten Tag")
    await counter.goes_at(limits(messages_per_second=20))
    await counter.sends()
    assert len(counter.provider.taken) == 30
    assert windows(counter.provider.moments, 0.97) <= 20


async def test_a_person_who_may_not_get_more_yet_is_not_overtaken_by_himself_and_holds_no_other(counter: Counter) -> None:
    first, other = await counter.person(), await counter.person("+4917139200111")
    for text in ("A1", "A2", "A3"):
        await counter.says(first, text)
    await counter.says(other, "B1")
    await counter.goes_at(limits(pair_interval=timedelta(seconds=0.2), pair_burst=1))
    await counter.sends()
    assert [text for text in counter.provider.texts if text[0] == "A"] == ["A1", "A2", "A3"]
    assert counter.provider.texts.index("B1") < counter.provider.texts.index("A2")


# --- undo, schedule ---


async def test_within_the_undo_nothing_leaves_and_the_conversation_is_as_before(counter: Counter) -> None:
    conversation = await counter.person()
    message = await counter.says(conversation, "Sehr geehrter Herr Falsch", undo=timedelta(seconds=5))
    await counter.sends_for_a_moment()
    async with counter.database.work(counter.workspace_id) as work:
        await cancel(work, message)
    counter.clock.advance(timedelta(minutes=1))
    await counter.sends()
    assert (await counter.states(), counter.provider.taken) == (["cancelled"], [])
    async with counter.database.work(counter.workspace_id) as work:
        assert await work.tuples("SELECT state, due_at IS NOT NULL, message_count FROM conversation") == [("open", True, 0)]


async def test_what_has_left_cannot_be_taken_back(counter: Counter) -> None:
    message = await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    async with counter.database.work(counter.workspace_id) as work:
        with pytest.raises(TooLate):
            await cancel(work, message)


async def test_a_request_that_comes_twice_is_said_once(counter: Counter) -> None:
    conversation, key = await counter.person(), new_id()
    assert await counter.says(conversation, "Guten Tag", client_key=key) == await counter.says(
        conversation, "Guten Tag", client_key=key
    )
    await counter.sends()
    assert counter.provider.texts == ["Guten Tag"]


# --- receipts ---


async def test_states_move_forward_only(counter: Counter) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    for state in ("read", "delivered", "sent", "failed"):
        await counter.receives(receipt(state, "wamid.out.1"))
    assert await counter.states() == ["read"]


async def test_what_failed_and_arrived_after_all_has_arrived(counter: Counter) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    for state, expected in (("failed", "failed"), ("sent", "failed"), ("delivered", "delivered")):
        await counter.receives(receipt(state, "wamid.out.1"))
        assert await counter.states() == [expected]


async def test_a_receipt_that_comes_before_the_answer_is_parked_until_then(counter: Counter) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    await counter.receives(receipt("delivered", "wamid.out.1"), receipt("sent", "wamid.out.1"))
    await counter.sends()
    assert await counter.states() == ["delivered"]
    async with counter.database.work(counter.workspace_id) as work:
        assert await work.value("SELECT count(*) FROM parked_receipt") == 0


async def test_a_receipt_up_to_a_moment_counts_for_everything_before(counter: Counter) -> None:
    first, other = await counter.person(), await counter.person("+4917139200111")
    for conversation in (first, first, other):
        await counter.says(conversation, "Guten Tag")
    await counter.sends()
    await counter.receives(receipt("read", up_to=True, sender=Address(value="+4915228817386")))
    assert await counter.states() == ["read", "read", "sent"]


async def test_a_receipt_up_to_a_moment_that_overtakes_the_answer_to_the_send_counts_once_it_has_gone(counter: Counter) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    gate, sending = await held(counter)
    await counter.receives(receipt("read", up_to=True, sender=Address(value="+4915228817386")))
    assert await counter.states() == ["sending"]
    gate.set()
    await sending
    assert await counter.states() == ["read"]


async def test_a_receipt_up_to_a_moment_that_came_during_a_vain_try_spoke_of_others(counter: Counter) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    counter.provider.script.append(graph_error(500, 131000))
    gate, sending = await held(counter)
    await counter.receives(receipt("read", up_to=True, sender=Address(value="+4915228817386")))
    gate.set()
    await sending
    counter.clock.advance(timedelta(minutes=5))
    await counter.sends()
    assert await counter.states() == ["sent"]


async def test_a_receipt_that_comes_while_its_messages_fate_is_being_written_counts(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, commits = asyncio.Event(), asyncio.Event()

    async def then_wait(work: UnitOfWork, account_id: UUID, names: Sequence[str]) -> None:
        await apply_parked(work, account_id, names)
        written.set()
        await commits.wait()

    monkeypatch.setattr(lane, "apply_parked", then_wait)
    await counter.says(await counter.person(), "Guten Tag")
    sending = asyncio.create_task(counter.sends())
    await written.wait()
    telling = asyncio.create_task(counter.receives(receipt("delivered", "wamid.out.1")))
    await asyncio.wait([telling], timeout=0.3)
    commits.set()
    await asyncio.gather(sending, telling)
    assert await counter.states() == ["delivered"]


async def test_a_receipt_that_is_being_parked_while_its_messages_fate_is_written_counts(counter: Counter) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    gate, sending = await held(counter)
    account = await counter.book.get(counter.account_id)
    assert account is not None
    async with counter.database.work(counter.workspace_id) as work:
        await apply_receipts(work, account, [receipt("delivered", "wamid.out.1")])
        gate.set()
        await asyncio.wait([sending], timeout=0.3)
    await sending
    assert await counter.states() == ["delivered"]


async def test_why_a_message_failed_stays_where_the_provider_said_so_before_it_answered_the_send(counter: Counter) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    gate, sending = await held(counter)
    async with counter.database.work(counter.workspace_id) as work:
        ours = str(await work.value("SELECT id FROM delivery"))
    await counter.receives(receipt("failed", "wamid.out.1", our_id=ours, code="131026", why="No WhatsApp there"))
    gate.set()
    await sending
    assert await counter.fates() == [("failed", "No WhatsApp there", 1)]


async def test_a_receipt_up_to_a_moment_says_nothing_of_what_may_never_have_gone(counter: Counter) -> None:
    conversation = await counter.person()
    counter.provider.script.append(hang_up)
    await counter.says(conversation, "Guten Tag")
    await counter.says(conversation, "Noch etwas")
    await counter.sends()
    await counter.receives(receipt("delivered", up_to=True, sender=Address(value="+4915228817386")))
    assert await counter.states() == ["unknown", "delivered"]


def bounced(address: str, why: str = "550 5.1.1 User unknown", **more: Any) -> Receipt:
    return receipt("failed", "wamid.out.1", why=f"{address}: {why}", code="5.1.1", sender=Address(value=address), **more)


async def noted(counter: Counter) -> tuple[str, str, str]:
    """State, code and words of the one delivery."""
    async with counter.database.work(counter.workspace_id) as work:
        return (await work.tuples("SELECT state, code, why FROM delivery"))[0]  # type: ignore[return-value]


async def test_an_address_in_copy_that_got_nothing_is_noted_and_the_message_has_arrived(counter: Counter) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    await counter.receives(bounced("anna@firma.example"))
    assert await noted(counter) == ("sent", IN_COPY, "anna@firma.example: 550 5.1.1 User unknown")
    await counter.receives(receipt("delivered", "wamid.out.1"), bounced("anna@firma.example"))
    await counter.receives(bounced("max@firma.example", "552 5.2.2 Mailbox full"))
    both = "anna@firma.example: 550 5.1.1 User unknown; max@firma.example: 552 5.2.2 Mailbox full"
    assert await noted(counter) == ("delivered", IN_COPY, both)


async def test_a_copy_that_is_only_late_is_not_noted(counter: Counter) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    await counter.receives(bounced("anna@firma.example", "451 4.4.1 No answer", final=False))
    assert await noted(counter) == ("sent", "", "")


async def test_a_bounce_of_the_person_counts_more_than_one_of_a_copy(counter: Counter) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    await counter.receives(bounced("anna@firma.example"), bounced("+4915228817386"), bounced("max@firma.example"))
    assert await noted(counter) == ("failed", "5.1.1", "+4915228817386: 550 5.1.1 User unknown")


# --- outcomes, pure ---


def test_a_copy_that_the_server_refused_at_once_is_noted() -> None:
    fate = fate_of(a_delivery(), Accepted(external_id="1", note="anna@firma.example: 550 No such user"), NOW)
    assert (fate.state, fate.code, fate.why) == ("sent", IN_COPY, "anna@firma.example: 550 No such user")
    assert fate_of(a_delivery(), Accepted(external_id="1"), NOW).code == ""


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted(external_id="wamid.1"), "sent"),
        (Refused(why="no"), "failed"),
        (Refused(why="who are you", sign_in=True), "queued"),
        (Again(why="later"), "queued"),
        (Unclear(why="silence"), "unknown"),
    ],
)
def test_each_outcome_has_one_fate(outcome: Any, state: str) -> None:
    fate = fate_of(a_delivery(), outcome, NOW)
    assert fate.state == state
    assert state != "queued" or (fate.next_at is not None and fate.next_at >= NOW)


async def test_the_account_knows_when_it_sent_something_last(counter: Counter) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    async with counter.database.work(counter.workspace_id) as work:
        assert (await last_moments(work))[counter.account_id][1] == counter.clock.now()
