"""Answers that a provider would not deliver: their conversation is open again, owes what it owed, and its agent is told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

import pytest
import pytest_asyncio

from oase.channels.contract import Receipt
from oase.conversations import Author, UnreachedFeed, assign, drop, resolve_unknown, retry
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks

from .counter import Counter
from .provider import graph_error, hang_up

GONE, AGENT = "Message undeliverable", new_id()


@pytest_asyncio.fixture
async def feed(counter: Counter) -> AsyncIterator[UnreachedFeed]:
    """The feed, which has begun to follow."""
    locks = Locks(counter.database.dsn)
    feed = UnreachedFeed(counter.database, LiveHub(counter.database), locks)
    await feed.catch_up()
    yield feed
    await locks.close()


async def _refused(counter: Counter, conversation: UUID, text: str = "Ihr Rad ist fertig 🚲", **more: Any) -> UUID:
    """An answer that the provider refuses for good."""
    counter.provider.script.append(graph_error(400, 131026))
    message = await counter.says(conversation, text, **more)
    await counter.sends()
    return message


async def _unclear(counter: Counter, feed: UnreachedFeed, conversation: UUID) -> UUID:
    """An answer of which nobody can tell whether it arrived; the feed has seen it."""
    async with counter.database.work(counter.workspace_id) as work:
        await assign(work, Author(name="Ayşe Yılmaz"), conversation, AGENT, assignee="Ayşe Yılmaz")
    counter.provider.script.append(hang_up)
    message = await counter.says(conversation, "Ihr Rad ist fertig 🚲")
    await counter.sends()
    await feed.catch_up()
    return message


async def _arrived(counter: Counter, message: UUID) -> None:
    """The provider has seen it arrive after all."""
    async with counter.database.work(counter.workspace_id) as work:
        ours = str(await work.value("SELECT id FROM delivery WHERE message_id = %(id)s", {"id": message}))
    await counter.receives(Receipt(external_id="", our_id=ours, state="delivered", at=counter.clock.now()))


async def _standing(counter: Counter) -> tuple[Any, ...]:
    """State, whether something is due, whether somebody waits."""
    async with counter.database.work(counter.workspace_id) as work:
        return (await work.tuples("SELECT state, due_at IS NOT NULL, waiting_since IS NOT NULL FROM conversation"))[0]


async def _lines(counter: Counter) -> int:
    async with counter.database.work(counter.workspace_id) as work:
        return int(await work.value("SELECT count(*) FROM message WHERE kind = 'unreached'") or 0)


async def _told(counter: Counter, message: UUID) -> list[dict[str, Any]]:
    of_it = "SELECT payload FROM live_event WHERE topic = 'unsent' AND payload->>'message' = %(id)s ORDER BY id"
    async with counter.database.work(counter.workspace_id) as work:
        return [row["payload"] for row in await work.rows(of_it, {"id": str(message)})]


async def test_an_answer_that_was_refused_is_owed_again_and_its_agent_is_told(counter: Counter, feed: UnreachedFeed) -> None:
    conversation, agent_id = await counter.person(), new_id()
    async with counter.database.work(counter.workspace_id) as work:
        await assign(work, Author(name="Ayşe Yılmaz"), conversation, agent_id, assignee="Ayşe Yılmaz")
    message = await _refused(counter, conversation)
    assert await _standing(counter) == ("waiting", False, False)
    await feed.catch_up()
    assert await _standing(counter) == ("open", True, True)
    assert await _lines(counter) == 1
    assert await _told(counter, message) == [{"agent": str(agent_id), "message": str(message), "why": "unreached"}]


async def test_a_conversation_that_was_solved_with_the_answer_is_open_again(counter: Counter, feed: UnreachedFeed) -> None:
    await _refused(counter, await counter.person(), then="solved")
    await feed.catch_up()
    assert await _standing(counter) == ("open", True, True)


async def test_what_a_receipt_says_later_counts_as_well(counter: Counter, feed: UnreachedFeed) -> None:
    await counter.says(await counter.person(), "Guten Tag")
    await counter.sends()
    await feed.catch_up()
    assert (await _standing(counter))[0] == "waiting"
    async with counter.database.work(counter.workspace_id) as work:
        external_id = str(await work.value("SELECT external_id FROM delivery"))
    await counter.receives(Receipt(external_id=external_id, state="failed", why=GONE, at=counter.clock.now()))
    await feed.catch_up()
    assert await _standing(counter) == ("open", True, True)


async def test_events_that_come_twice_open_and_tell_once(counter: Counter, feed: UnreachedFeed) -> None:
    conversation = await counter.person()
    message = await _refused(counter, conversation)
    await feed.catch_up()
    async with counter.database.work(counter.workspace_id) as work:
        await work.run("UPDATE conversation SET state = 'waiting'")
        work.emit("unreached", message)
    await feed.catch_up()
    assert (await _standing(counter))[0] == "waiting"
    assert await _lines(counter) == 1


async def test_who_tries_again_has_answered_until_it_fails_again(counter: Counter, feed: UnreachedFeed) -> None:
    message = await _refused(counter, await counter.person(), then="solved")
    await feed.catch_up()
    async with counter.database.work(counter.workspace_id) as work:
        await retry(work, message)
    assert await _standing(counter) == ("solved", False, False)
    counter.provider.script.append(graph_error(400, 131026))
    await counter.sends()
    await feed.catch_up()
    assert (await _standing(counter))[0] == "open"
    assert await _lines(counter) == 2


async def test_what_somebody_said_since_stands(counter: Counter, feed: UnreachedFeed) -> None:
    conversation = await counter.person()
    await _refused(counter, conversation)
    await counter.says(conversation, "Noch einmal: Ihr Rad ist fertig")
    await counter.sends()
    await feed.catch_up()
    assert (await _standing(counter))[0] == "waiting"
    assert await _lines(counter) == 0


async def test_an_automatic_message_that_fails_opens_nothing(counter: Counter, feed: UnreachedFeed) -> None:
    conversation = await counter.person()
    await counter.says(conversation, "Ihr Rad ist fertig")
    await counter.sends()
    await _refused(counter, conversation, "Wir sind am Montag wieder da.", automatic=True, then=None)
    await feed.catch_up()
    assert (await _standing(counter))[0] == "waiting"
    assert await _lines(counter) == 0


async def test_an_answer_of_which_a_part_arrived_is_looked_at_but_not_owed_again(counter: Counter, feed: UnreachedFeed) -> None:
    conversation = await counter.person()
    message = await _refused(counter, conversation)
    async with counter.database.work(counter.workspace_id) as work:
        await work.run(
            "INSERT INTO delivery (workspace_id, id, message_id, conversation_id, account_id, recipient, part, outbound, state, next_at,"
            " created_at) SELECT workspace_id, %(id)s, message_id, conversation_id, account_id, recipient, 1, outbound, 'delivered',"
            " next_at, created_at FROM delivery WHERE message_id = %(message)s",
            {"id": new_id(), "message": message},
        )
    await feed.catch_up()
    assert await _standing(counter) == ("open", False, False)


async def test_what_is_given_up_afterwards_stays_owed(counter: Counter, feed: UnreachedFeed) -> None:
    message = await _refused(counter, await counter.person())
    await feed.catch_up()
    async with counter.database.work(counter.workspace_id) as work:
        await drop(work, message)
    assert await _standing(counter) == ("open", True, True)


async def test_an_answer_whose_parts_fail_one_after_the_other_is_owed_again_when_the_last_has_failed(
    counter: Counter, feed: UnreachedFeed
) -> None:
    counter.provider.script.extend([graph_error(400, 131026), graph_error(400, 131026)])
    await counter.says(await counter.person(), "Straßenbahn " * 500)
    async with counter.database.work(counter.workspace_id) as work:
        await work.run("UPDATE delivery SET next_at = next_at + interval '1 minute' WHERE part = 1")
    await counter.sends()
    await feed.catch_up()
    assert await counter.states() == ["failed", "queued"]
    assert await _standing(counter) == ("open", False, False)
    counter.clock.advance(timedelta(minutes=1))
    await counter.sends()
    await feed.catch_up()
    assert await counter.states() == ["failed", "failed"]
    assert await _standing(counter) == ("open", True, True)
    assert await _lines(counter) == 1


async def test_an_answer_that_arrived_after_all_is_owed_no_more(counter: Counter, feed: UnreachedFeed) -> None:
    message = await _refused(counter, await counter.person(), then="solved")
    await feed.catch_up()
    assert await _standing(counter) == ("open", True, True)
    await _arrived(counter, message)
    await feed.catch_up()
    assert await _standing(counter) == ("solved", False, False)


async def test_an_answer_of_which_nobody_can_tell_opens_its_conversation_and_its_agent_is_told(
    counter: Counter, feed: UnreachedFeed
) -> None:
    message = await _unclear(counter, feed, await counter.person())
    assert await counter.states() == ["unknown"]
    assert await _standing(counter) == ("open", False, False)
    assert await _told(counter, message) == [{"agent": str(AGENT), "message": str(message), "why": "unclear"}]


async def test_what_was_unclear_and_arrived_is_as_the_answer_had_left_it(counter: Counter, feed: UnreachedFeed) -> None:
    message = await _unclear(counter, feed, await counter.person())
    await _arrived(counter, message)
    await feed.catch_up()
    assert await _standing(counter) == ("waiting", False, False)


@pytest.mark.parametrize("decision", ["sent", "again"])
async def test_what_a_person_says_of_it_counts(decision: Literal["sent", "again"], counter: Counter, feed: UnreachedFeed) -> None:
    message = await _unclear(counter, feed, await counter.person())
    async with counter.database.work(counter.workspace_id) as work:
        await resolve_unknown(work, message, decision)
    assert await _standing(counter) == ("waiting", False, False)


async def test_what_did_not_arrive_as_a_person_knows_is_owed_again(counter: Counter, feed: UnreachedFeed) -> None:
    message = await _unclear(counter, feed, await counter.person())
    async with counter.database.work(counter.workspace_id) as work:
        await drop(work, message)
    assert await _standing(counter) == ("open", True, True)


async def test_what_people_have_moved_since_stays_where_it_is(counter: Counter, feed: UnreachedFeed) -> None:
    message = await _unclear(counter, feed, await counter.person())
    async with counter.database.work(counter.workspace_id) as work:
        await work.run("UPDATE conversation SET state = 'solved'")
    await _arrived(counter, message)
    await feed.catch_up()
    assert (await _standing(counter))[0] == "solved"


async def test_the_answers_of_a_process_that_died_are_looked_at(counter: Counter, feed: UnreachedFeed) -> None:
    await counter.says(await counter.person(), "Ihr Rad ist fertig")
    async with counter.database.work(counter.workspace_id) as work:
        await work.run("UPDATE delivery SET state = 'sending'")
    await (await counter.lane()).recover()
    await feed.catch_up()
    assert await counter.states() == ["unknown"]
    assert await _standing(counter) == ("open", False, False)


async def test_what_fails_once_more_opens_a_conversation_that_people_had_moved_in_between(
    counter: Counter, feed: UnreachedFeed
) -> None:
    message = await _refused(counter, await counter.person())
    await feed.catch_up()
    async with counter.database.work(counter.workspace_id) as work:
        await work.run("UPDATE conversation SET state = 'solved', due_at = NULL, waiting_since = NULL")
        await retry(work, message)
    counter.provider.script.append(graph_error(400, 131026))
    await counter.sends()
    await feed.catch_up()
    assert await _standing(counter) == ("open", True, True)
    assert await _lines(counter) == 2


async def test_what_is_given_up_is_owed_even_if_somebody_had_it_wait(counter: Counter, feed: UnreachedFeed) -> None:
    message = await _unclear(counter, feed, await counter.person())
    async with counter.database.work(counter.workspace_id) as work:
        await work.run("UPDATE conversation SET state = 'waiting'")
        await drop(work, message)
    assert await _standing(counter) == ("open", True, True)
