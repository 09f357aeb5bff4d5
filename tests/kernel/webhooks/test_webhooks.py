"""Programs are told what happens: signed, at least once, with a log; one that does not answer harms nobody."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.kernel.webhooks.conftest import KNOWN, Make, Program, verified

from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.http import Outside
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.secrets import Safe, Secret
from oase.kernel.webhooks import (
    WebhookDelivery,
    WebhookFeed,
    WebhookSender,
    change_webhook,
    create_webhook,
    find_webhook,
    list_deliveries,
    replay_delivery,
    rotate_secret,
    send_test,
)
from oase.kernel.webhooks.rules import pause, sign, wants

Happen = Callable[..., Awaitable[UUID]]


@pytest.fixture
def happen(clocked: Database, workspace_id: UUID, feed: WebhookFeed) -> Happen:
    """Something happens, and the feed has seen it."""

    async def it_does(type: str = "message.received") -> UUID:
        key = new_id()
        async with clocked.work(workspace_id) as work:
            work.emit("thing", key, {"type": type})
        await feed.catch_up()
        return key

    return it_does


async def log(database: Database, workspace_id: UUID, webhook_id: UUID) -> list[WebhookDelivery]:
    async with database.work(workspace_id) as work:
        return await list_deliveries(work, webhook_id)


async def begin(feed: WebhookFeed) -> None:
    await feed.catch_up()


async def test_what_happens_arrives_signed(
    make: Make, happen: Happen, feed: WebhookFeed, sender: WebhookSender, program: Program
) -> None:
    await begin(feed)
    _, secret = await make()
    key = await happen()
    await sender.drain()
    ((headers, body),) = program.got
    assert verified(secret, headers, body)
    assert not verified(Secret("whsec_" + "A" * 43 + "="), headers, body)
    assert not verified(secret, headers, body + b" ")
    content = json.loads(body)
    assert (content["type"], content["data"]) == ("message.received", {"key": str(key)})
    assert content["timestamp"].endswith("Z")


def test_the_signature_is_that_of_the_specification(clock: SetClock) -> None:
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")  # from the reference libraries' own test
    at = clock.now().fromtimestamp(1614265330, clock.now().tzinfo)
    signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_only_what_is_wanted_is_told(
    make: Make, happen: Happen, feed: WebhookFeed, sender: WebhookSender, program: Program
) -> None:
    await begin(feed)
    await make("conversation.*")
    await happen("message.received")
    await happen("conversation.solved")
    await sender.drain()
    assert [json.loads(body)["type"] for _, body in program.got] == ["conversation.solved"]


async def test_events_handled_twice_are_queued_once(
    make: Make, happen: Happen, feed: WebhookFeed, sender: WebhookSender, program: Program, clocked: Database
) -> None:
    await begin(feed)
    await make()
    async with clocked.everywhere() as work:
        before = await work.row("SELECT * FROM follower_position WHERE name = 'webhooks'")
    await happen()
    async with clocked.everywhere() as work:
        await work.run("UPDATE follower_position SET xid = %(xid)s, event_id = %(event_id)s WHERE name = 'webhooks'", before)
    await feed.catch_up()
    await sender.drain()
    assert len(program.got) == 1


async def test_what_fails_is_tried_again_under_the_same_id_until_it_is_taken(
    make: Make, happen: Happen, feed: WebhookFeed, sender: WebhookSender, program: Program,
    clock: SetClock, clocked: Database, workspace_id: UUID,
) -> None:  # fmt: skip
    await begin(feed)
    webhook, _ = await make()
    program.status = 500
    await happen()
    await sender.drain()
    (delivery,) = await log(clocked, workspace_id, webhook.id)
    assert (delivery.state, delivery.status, delivery.why, delivery.attempts) == ("waiting", 500, "as you wish", 1)
    await sender.drain()
    assert len(program.got) == 1  # not before its time
    program.status = 204
    clock.advance(timedelta(seconds=10))
    await sender.drain()
    assert len(set(program.ids)) == 1 and len(program.got) == 2
    (delivery,) = await log(clocked, workspace_id, webhook.id)
    assert (delivery.state, delivery.attempts) == ("delivered", 2)
    async with clocked.work(workspace_id) as work:
        assert (await find_webhook(work, webhook.id)).failing_since is None


async def test_after_three_days_an_event_is_given_up(
    make: Make, happen: Happen, feed: WebhookFeed, sender: WebhookSender, program: Program,
    clock: SetClock, clocked: Database, workspace_id: UUID,
) -> None:  # fmt: skip
    await begin(feed)
    webhook, _ = await make()
    program.status = 503
    await happen()
    began = clock.now()
    for _ in range(20):
        await sender.drain()
        (delivery,) = await log(clocked, workspace_id, webhook.id)
        if delivery.state != "waiting":
            break
        clock.advance(delivery.next_at - clock.now())
    assert delivery.state == "failed"
    assert timedelta(days=2.5) < clock.now() - began < timedelta(days=4)


async def test_the_other_sides_wish_to_wait_is_respected(
    make: Make, happen: Happen, feed: WebhookFeed, sender: WebhookSender, program: Program,
    clock: SetClock, clocked: Database, workspace_id: UUID,
) -> None:  # fmt: skip
    await begin(feed)
    webhook, _ = await make()
    program.status, program.headers = 429, {"retry-after": "600"}
    await happen()
    await sender.drain()
    (delivery,) = await log(clocked, workspace_id, webhook.id)
    assert delivery.next_at - clock.now() >= timedelta(seconds=600)


async def test_a_webhook_that_fails_for_five_days_is_switched_off_with_a_notice(
    make: Make, happen: Happen, feed: WebhookFeed, sender: WebhookSender, program: Program,
    clock: SetClock, clocked: Database, workspace_id: UUID,
) -> None:  # fmt: skip
    await begin(feed)
    webhook, _ = await make()
    program.status = 500
    await happen()
    await sender.drain()
    clock.advance(timedelta(days=5, hours=1))
    await sender.drain()
    async with clocked.work(workspace_id) as work:
        found = await find_webhook(work, webhook.id)
        acts = [row["act"] for row in await work.rows("SELECT act FROM audit_entry WHERE workspace_id = %(workspace_id)s")]
        notices = await work.value("SELECT count(*) FROM live_event WHERE workspace_id = %(workspace_id)s AND topic = 'notice'")
    assert (found.enabled, found.disabled_why) == (False, "It has failed for five days.")
    assert "webhook.disabled" in acts and notices == 1
    taken = len(program.got)
    await happen()
    await sender.drain()
    assert len(program.got) == taken


async def test_who_answers_410_is_never_told_again(
    make: Make, happen: Happen, feed: WebhookFeed, sender: WebhookSender, program: Program, clocked: Database, workspace_id: UUID
) -> None:
    await begin(feed)
    webhook, _ = await make()
    program.status = 410
    await happen()
    await sender.drain()
    async with clocked.work(workspace_id) as work:
        assert not (await find_webhook(work, webhook.id)).enabled


async def test_a_changed_secret_signs_beside_the_old_one_for_a_day(
    make: Make, happen: Happen, feed: WebhookFeed, sender: WebhookSender, program: Program,
    clock: SetClock, clocked: Database, workspace_id: UUID, safe: Safe,
) -> None:  # fmt: skip
    await begin(feed)
    webhook, old = await make()
    async with clocked.work(workspace_id) as work:
        new = await rotate_secret(work, safe, webhook.id)
    await happen()
    await sender.drain()
    clock.advance(timedelta(hours=25))
    await happen()
    await sender.drain()
    assert [[verified(secret, *one) for secret in (old, new)] for one in program.got] == [[True, True], [False, True]]


async def test_a_test_event_and_a_replay_go_out_at_once(
    make: Make, sender: WebhookSender, program: Program, clocked: Database, workspace_id: UUID
) -> None:
    webhook, _ = await make("conversation.solved")
    async with clocked.work(workspace_id) as work:
        event_id = await send_test(work, webhook.id)
    await sender.drain()
    (delivery,) = await log(clocked, workspace_id, webhook.id)
    async with clocked.work(workspace_id) as work:
        await replay_delivery(work, webhook.id, delivery.id)
    await sender.drain()
    assert program.ids == [event_id, event_id]
    async with clocked.work(workspace_id) as work:
        with pytest.raises(NotFound):
            await replay_delivery(work, webhook.id, uuid4())


async def test_a_slow_webhook_holds_up_nobody_else(
    make: Make, happen: Happen, feed: WebhookFeed, sender: WebhookSender, program: Program, clocked: Database, workspace_id: UUID
) -> None:
    await begin(feed)
    slow, _ = await make("conversation.solved")
    program.slow = asyncio.Event()
    for _ in range(10):
        await happen("conversation.solved")
    await sender.turn()
    while len(program.got) < 8:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    slow_ids, program.slow, gate = set(program.ids), None, program.slow
    quick, _ = await make("message.received")
    await happen("message.received")
    await sender.turn()
    while not any(one.state == "delivered" for one in await log(clocked, workspace_id, quick.id)):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert len(slow_ids) == 8
    gate.set()
    await sender.drain()
    assert {one.state for one in await log(clocked, workspace_id, slow.id)} == {"delivered"}


async def test_our_own_network_is_not_reached(
    make: Make, happen: Happen, feed: WebhookFeed, program: Program, clocked: Database, workspace_id: UUID, safe: Safe
) -> None:
    await begin(feed)
    webhook, _ = await make()
    await happen()
    async with Outside() as outside:
        await WebhookSender(clocked, outside, safe, LiveHub(clocked)).drain()
    (delivery,) = await log(clocked, workspace_id, webhook.id)
    assert program.got == []
    assert (delivery.state, delivery.status) == ("waiting", None)
    assert "127.0.0.1" in delivery.why


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/x", "https://", "javascript:alert(1)", "https://user:pass@example.com/", "https://[::1", "x" * 3000, ""],
)
async def test_an_address_that_cannot_be_told_is_refused(clocked: Database, workspace_id: UUID, safe: Safe, url: str) -> None:
    async with clocked.work(workspace_id) as work:
        with pytest.raises(Invalid) as caught:
            await create_webhook(work, safe, url=url, events=[], known=KNOWN)
    assert caught.value.field == "url"


async def test_an_event_that_does_not_exist_is_refused(make: Make, clocked: Database, workspace_id: UUID) -> None:
    for name in ("message.recieved", "*", "message", "massage.*"):
        with pytest.raises(Invalid, match="There is no event"):
            await make(name)
    webhook, _ = await make("message.*", "message.*")
    assert webhook.events == ["message.*"]
    async with clocked.work(workspace_id) as work:
        with pytest.raises(Invalid):
            await change_webhook(work, webhook.id, {"events": ["nope.nope"]}, known=KNOWN)


async def test_the_secret_does_not_lie_in_the_database_in_the_clear(make: Make, clocked: Database, workspace_id: UUID) -> None:
    _, secret = await make()
    async with clocked.work(workspace_id) as work:
        sealed = await work.value("SELECT secrets FROM webhook WHERE workspace_id = %(workspace_id)s")
    assert secret.reveal().encode() not in bytes(sealed)


def test_pauses_grow_and_end() -> None:
    ids = [new_id() for _ in range(50)]
    spans = [pause(attempt, ids[0]) for attempt in range(1, 12)]
    assert spans[-1] is None
    assert len({pause(1, one) for one in ids}) > 10


@pytest.mark.parametrize(
    ("events", "type", "told"),
    [([], "a.b", True), (["a.b"], "a.b", True), (["a.*"], "a.b", True), (["a.c"], "a.b", False), (["b.*"], "a.b", False)],
)
def test_what_a_webhook_wants(events: list[str], type: str, told: bool) -> None:
    assert wants(events, type) is told
