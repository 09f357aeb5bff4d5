"""What is said and done in public keeps the limits of its own side, and neither side slows the other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace

from oase.channels import AccountBook
from oase.channels.contract import Envelope, Limits, Manifest, Say
from oase.conversations import Answer, Author, moderate, say
from oase.conversations.delivery import repository as deliveries
from oase.conversations.delivery.lane import Lane
from oase.conversations.delivery.rules import Paces
from oase.conversations.delivery.types import Delivery, Planned
from oase.kernel.blobs import Blobs
from oase.kernel.http import Guard, Outside
from oase.kernel.ids import new_id

from .page import AT, AYLIN, BORIS, POST, Page, comment, posts, writes
from .test_public import Wall, wall

__all__ = ["wall"]
ANNE = Author(name="Änne Köhler")
OTHER = replace(POST, external_id="post-2")


def page(private: Limits, public: Limits) -> Manifest:
    """The test page with these limits."""
    assert Page.manifest.public is not None
    return replace(Page.manifest, limits=private, public=replace(Page.manifest.public, limits=public))


def out(recipient: str, thread: str = "") -> Delivery:
    """Something on its way."""
    envelope = Envelope(id="1", to=recipient, thread=thread, at=AT)
    return Delivery(
        id=new_id(), message_id=new_id(), conversation_id=new_id(), recipient=recipient, thread=thread, part=0,
        planned=Planned(outbound=Say(envelope=envelope, text="Grüß Gott")), attempts=1, next_at=AT, created_at=AT,
    )  # fmt: skip


def test_each_side_has_its_own_rate_and_a_refusal_for_haste_stops_both() -> None:
    paces = Paces(page(Limits(text_length=100, messages_per_second=1), Limits(text_length=100, messages_per_second=2)))
    private, public = paces.sides[False], paces.sides[True]
    paces.take(out("aylin"), 100.0)
    assert (private.room(100.0, 16), public.room(100.0, 16)) == (0, 1)
    paces.take(out("aylin", "post-1"), 100.0)
    assert (private.room(100.0, 16), public.room(100.0, 16)) == (0, 0)
    assert paces.wait(100.0) == public.wait(100.0) < private.wait(100.0)
    paces.pause(160.0)
    assert (private.room(150.0, 16), public.room(150.0, 16)) == (0, 0)


def test_an_interval_in_public_is_kept_for_the_place_whoever_is_answered_there() -> None:
    public = Limits(text_length=100, pair_interval=timedelta(seconds=3), pair_burst=2)
    paces = Paces(page(Limits(text_length=100), public))
    for author in ("aylin", "boris"):
        paces.take(out(author, "group-1"), 100.0)
    paces.take(out("aylin"), 100.0)
    assert (paces.sides[True].held(101.0), paces.sides[False].held(101.0)) == (["group-1"], [])
    assert paces.sides[True].held(103.0) == []
    assert paces.sides[True].room(101.0, 16) == 1  # several who are answered in one place leave one after the other


def test_a_channel_without_a_public_side_has_one_pace_for_everything() -> None:
    paces = Paces(replace(Page.manifest, public=None))
    assert (list(paces.sides), paces.side_of(out("aylin", "post-1")), paces.side_of(out("aylin"))) == ([None], None, None)


class Ground:
    """A page with two posts, commented by two; what its server was told, and when."""

    def __init__(self, wall: Wall, book: AccountBook, blobs: Blobs, outside: Outside) -> None:
        self.wall, self.book, self.blobs, self.outside = wall, book, blobs, outside
        self.told: list[tuple[float, dict[str, Any]]] = []

    async def take(self, request: web.Request) -> web.Response:
        """One call."""
        self.told.append((asyncio.get_running_loop().time(), await request.json()))
        return web.json_response({"id": f"told-{len(self.told)}"})

    async def message(self, external_id: str) -> tuple[UUID, UUID]:
        """A message's id and its conversation's."""
        async with self.wall.database.work(self.wall.workspace_id) as work:
            found = await work.tuples(
                "SELECT id, conversation_id FROM message WHERE external_id = %(id)s AND workspace_id = %(workspace_id)s",
                {"id": external_id},
            )
        return found[0][0], found[0][1]

    async def answers(self, external_id: str, *, public: bool) -> None:
        """Änne answers it; nothing is held for an undo."""
        message_id, conversation_id = await self.message(external_id)
        answer = Answer(
            client_key=new_id(), text="Danke!", undo=timedelta(0), audience="public" if public else "",
            reply_to_id=message_id if public else None,
        )  # fmt: skip
        async with self.wall.database.work(self.wall.workspace_id) as work:
            await say(work, self.book, ANNE, conversation_id, answer)

    async def likes(self, external_id: str) -> None:
        """Änne likes it."""
        message_id, _ = await self.message(external_id)
        async with self.wall.database.work(self.wall.workspace_id) as work:
            await moderate(work, self.book, ANNE, message_id, "like")

    async def claimed(self, held: Sequence[str] = (), public: bool | None = None) -> list[tuple[str, str]]:
        """To whom what may go would go now, and where; nothing is changed by asking."""
        async with self.wall.database.work(self.wall.workspace_id) as work:
            found = await deliveries.claim(work, self.wall.account_id, 16, held, public)
            await work.run("UPDATE delivery SET state = 'queued', attempts = 0 WHERE workspace_id = %(workspace_id)s")
        return sorted((one.recipient, one.thread) for one in found)

    async def sends(self, manifest: Manifest) -> None:
        """The lane runs until nothing is due."""
        self.book.forget(self.wall.account_id)
        account = await self.book.get(self.wall.account_id)
        assert account is not None
        await Lane(self.wall.database, self.blobs.get, self.outside, account, Paces(manifest)).run(lambda: True)


@pytest_asyncio.fixture
async def ground(wall: Wall, book: AccountBook, blobs: Blobs) -> AsyncIterator[Ground]:
    from ipaddress import ip_network

    outside = Outside(Guard(networks=[ip_network("127.0.0.0/8")]))
    ground, application = Ground(wall, book, blobs, outside), web.Application()
    application.router.add_post("/out", ground.take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with wall.database.work(wall.workspace_id) as work:
        await work.run(
            "UPDATE account SET settings = settings || jsonb_build_object('base_url', %(url)s::text) WHERE id = %(id)s",
            {"url": f"http://127.0.0.1:{runner.addresses[0][1]}", "id": wall.account_id},
        )
    await wall.hears(posts(), comment(1, "Toll! 😍"), comment(2, "Wie teuer?", BORIS, minutes=1))
    await wall.hears(posts(thread=OTHER), comment(3, "Schönes Rad", BORIS, thread=OTHER), writes(1, "Und in Blau?", AYLIN))
    async with wall.database.work(wall.workspace_id) as work:  # who wrote in private did so just now: the window is open
        await work.run("UPDATE conversation SET last_in_at = %(now)s WHERE kind = 'private'", {"now": work.clock.now()})
    yield ground
    await runner.cleanup()
    await outside.close()


async def test_a_side_takes_only_what_is_its_own_and_passes_over_places_and_persons_that_are_held(ground: Ground) -> None:
    await ground.answers("c-2", public=True)
    await ground.likes("c-3")
    await ground.answers("p-1", public=False)
    boris, aylin = BORIS.value, AYLIN.value
    assert await ground.claimed(public=True) == [(boris, "post-1")]  # in order to each person: the second waits for the first
    assert await ground.claimed(public=False) == [(aylin, "")]
    assert await ground.claimed() == [(aylin, ""), (boris, "post-1")]
    assert await ground.claimed(["post-1"], public=True) == []
    assert await ground.claimed([aylin], public=False) == []
    assert await ground.claimed([aylin], public=True) == [(boris, "post-1")]


async def test_public_replies_and_acts_leave_as_slowly_as_the_place_wants_and_private_ones_do_not_wait(ground: Ground) -> None:
    for external_id in ("c-1", "c-2", "c-3"):
        await ground.answers(external_id, public=True)
        await ground.likes(external_id)
    await ground.answers("p-1", public=False)
    await ground.sends(page(Limits(text_length=2000), Limits(text_length=8000, messages_per_second=4)))
    moments = [at for at, said in ground.told if said["envelope"].get("thread")]
    assert (len(moments), len(ground.told)) == (6, 7)
    assert max(sum(1 for other in moments if one <= other < one + 0.97) for one in moments) <= 4
