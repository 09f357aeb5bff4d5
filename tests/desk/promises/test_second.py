"""What can no longer be on time gets one new promise, which the customer is told, once."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.desk.promises.conftest import Promising

from oase.conversations import Author, set_priority
from oase.conversations.actions.deliveries import look_again
from oase.desk.promises import Policy, repromise, standing
from oase.desk.promises import repository as stored
from oase.desk.promises.editing import change_policy
from oase.desk.promises.wording import moment, told
from oase.kernel.errors import Invalid
from oase.kernel.i18n import translator

MINUTE = timedelta(minutes=1)


async def second(promising: Promising, conversation, minutes: int):  # type: ignore[no-untyped-def]
    async with promising.desk.work() as work:
        return await repromise(work, promising.desk.intake._book, conversation, promising.desk.clock.now() + minutes * MINUTE)


async def said(promising: Promising, conversation) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    async with promising.desk.work() as work:
        return await work.tuples(
            "SELECT text, automatic FROM message WHERE conversation_id = %(id)s AND direction = 'out' ORDER BY at",
            {"id": conversation},
        )


async def test_the_customer_is_told_once_and_both_promises_are_measured(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    await promising.feed.catch_up()
    due = await second(promising, conversation, 40)
    assert due is not None and due.second == 0
    assert await second(promising, conversation, 90) is None
    ((text, automatic),) = await said(promising, conversation)
    assert automatic == "auto_reply"
    t = translator("de", "Europe/Berlin")
    assert text == f"Vielen Dank für Ihre Geduld. Sie haben unsere Antwort bis {moment(due, promising.desk.clock.now(), t)}."
    first, other = await promising.promises(conversation)
    assert (first.number, other.number, other.due_at, other.told_at) == (1, 2, due, promising.desk.clock.now())
    assert await promising.due(conversation) == due
    promising.desk.clock.advance(20 * MINUTE)
    await promising.says(conversation)
    assert [one.outcome for one in await promising.promises(conversation)] == ["broken", "kept"]


async def test_what_was_told_is_changed_by_nobody(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    await promising.feed.catch_up()
    due = await second(promising, conversation, 40)
    async with promising.desk.work() as work:
        await set_priority(work, Author(), conversation, 2)
    await promising.edit()
    assert await promising.due(conversation) == due
    async with promising.desk.work() as work:
        assert [one.number for one in (await standing(work, [conversation]))[conversation]] == [1, 2]


async def test_outside_the_reply_window_nothing_is_sent_but_the_promise_stands(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    await promising.feed.catch_up()
    promising.desk.clock.advance(timedelta(hours=25))
    due = await second(promising, conversation, 40)
    assert due is not None and await said(promising, conversation) == []
    *_, other = await promising.promises(conversation)
    assert (other.number, other.told_at, await promising.due(conversation)) == (2, None, due)


async def test_nobody_is_told_where_the_workspace_does_not_want_it(promising: Promising) -> None:
    await promising.edit(tell_second=False)
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    await promising.feed.catch_up()
    assert await second(promising, conversation, 40) is not None
    assert await said(promising, conversation) == []


async def test_without_anybody_waiting_there_is_nothing_to_promise(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    assert await second(promising, conversation, 40) is None  # nothing was promised yet
    await promising.feed.catch_up()
    await promising.says(conversation)
    assert await second(promising, conversation, 40) is None


async def test_texts_of_the_workspace_say_by_when(promising: Promising) -> None:
    async with promising.desk.work() as work:
        with pytest.raises(Invalid, match="by when"):
            await change_policy(work, "changed", lambda old: Policy(lines={"de": "Bis bald!"}, version=old.version))
        with pytest.raises(Invalid, match="no blank"):
            await change_policy(work, "changed", lambda old: Policy(lines={"de": "{{time}} {{name}}"}, version=old.version))
        await change_policy(work, "changed", lambda old: Policy(lines={"de": "Bis {{ time }}! {{company}}"}, version=old.version))
        policy = await stored.policy(work)
    now = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    t = translator("de", "Europe/Berlin")
    line = told(policy, "messaging", now + timedelta(minutes=20), now, "Lindgrün", t)
    assert line == "Bis 09:20 Uhr! Lindgrün"
    letter = told(policy, "mail", now + timedelta(days=1), now, "Lindgrün", t)
    assert "bis Dienstag, 1. Dez., 09:00 Uhr" in letter and letter.endswith("Lindgrün")


async def test_what_was_told_is_owed_still_when_the_answer_did_not_arrive(promising: Promising) -> None:
    conversation = await promising.desk.writes("Wo bleibt mein Rad?")
    await promising.feed.catch_up()
    due = await second(promising, conversation, 40)
    promising.desk.clock.advance(MINUTE)
    await promising.desk.writes("Ich bräuchte es am Nachmittag wieder 🙏")
    promising.desk.clock.advance(MINUTE)
    message = await promising.says(conversation)
    assert [one.outcome for one in await promising.promises(conversation)] == ["kept", "kept"]
    async with promising.desk.work() as work:
        await work.run("UPDATE delivery SET state = 'failed' WHERE message_id = %(id)s", {"id": message})
        await look_again(work, message)
    assert await promising.due(conversation) == due
    *kept, owed = await promising.promises(conversation)
    assert [one.outcome for one in kept] == ["kept", "kept"]
    assert (owed.number, owed.due_at, owed.told_at, owed.outcome) == (2, due, kept[-1].told_at, None)
    assert owed.since == kept[-1].since
    await promising.edit()
    assert await promising.due(conversation) == due
    assert await second(promising, conversation, 90) is None
    promising.desk.clock.advance(MINUTE)
    await promising.says(conversation)
    assert [one.outcome for one in await promising.promises(conversation)] == ["kept", "kept", "kept"]
