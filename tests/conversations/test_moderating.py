"""Acts about public messages: sent like reactions, once, in order; known with who did them; undone; and what needs no answer."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import web

from oase.channels import AccountBook
from oase.channels.contract import Act, CannotSay, Moderated
from oase.conversations import (
    Answer,
    Author,
    NoMessage,
    moderate,
    needs_an_answer,
    needs_no_answer,
    resolve_unknown,
    say,
)
from oase.conversations.delivery.lane import Lane
from oase.kernel.audit import Actor
from oase.kernel.blobs import Blobs
from oase.kernel.errors import Invalid
from oase.kernel.http import Guard, Outside
from oase.kernel.ids import new_id

from .page import AT, BORIS, Page, comment, posts, writes
from .test_public import Wall, wall

__all__ = ["wall"]
ANNE = Author(name="Änne Köhler")


class Place:
    """The page's own server: what it was told, and what it answers next."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.errors: list[str] = []

    async def take(self, request: web.Request) -> web.Response:
        """One call."""
        body = await request.json()
        if self.errors:
            return web.json_response({"error": self.errors.pop(0)}, status=400)
        self.told.append(body)
        return web.json_response({"id": f"told-{len(self.told)}"})


@pytest_asyncio.fixture
async def place(wall: Wall) -> AsyncIterator[Place]:
    """The page's server, with a post and two comments on the page."""
    place, application = Place(), web.Application()
    application.router.add_post("/out", place.take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with wall.database.work(wall.workspace_id) as work:
        await work.run(
            "UPDATE account SET settings = settings || jsonb_build_object('base_url', %(url)s::text) WHERE id = %(id)s",
            {"url": url, "id": wall.account_id},
        )
    await wall.hears(posts(), comment(1, "Kauft lieber bei mir! 💸"), comment(2, "Schönes Rad", BORIS, minutes=1))
    yield place
    await runner.cleanup()


@pytest_asyncio.fixture
async def desk(wall: Wall, place: Place, book: AccountBook, blobs: Blobs) -> AsyncIterator["Desk"]:
    """An agent at the desk, and the lane that carries out what is decided there."""
    from ipaddress import ip_network

    outside = Outside(Guard(networks=[ip_network("127.0.0.0/8")]))
    yield Desk(wall, book, blobs, outside)
    await outside.close()


class Desk:
    """Decides, and sends."""

    def __init__(self, wall: Wall, book: AccountBook, blobs: Blobs, outside: Outside) -> None:
        self.wall, self.book, self.blobs, self.outside = wall, book, blobs, outside

    async def message(self, external_id: str) -> UUID:
        """The message with this id of the place."""
        found = await self.wall.value("SELECT id FROM message WHERE external_id = %(id)s", id=external_id)
        assert isinstance(found, UUID)
        return found

    async def does(self, act: Act | str, external_id: str = "c-1") -> None:
        """Änne does it."""
        message_id = await self.message(external_id)
        async with self.wall.database.work(self.wall.workspace_id) as work:
            await moderate(work, self.book, ANNE, message_id, act)  # type: ignore[arg-type]

    async def sends(self) -> None:
        """The lane runs until nothing is due."""
        self.book.forget(self.wall.account_id)
        account = await self.book.get(self.wall.account_id)
        assert account is not None
        await Lane(self.wall.database, self.blobs.get, self.outside, account).run(lambda: True)

    async def said(self, external_id: str = "c-1") -> dict[str, Any]:
        """What the message says of itself."""
        found: dict[str, Any] = await self.wall.value("SELECT data FROM message WHERE external_id = %(id)s", id=external_id)
        return found

    async def states(self) -> list[tuple[str, str]]:
        """What became of the acts."""
        return [
            (act, state)
            for act, state in await self.wall.rows(
                "SELECT outbound->'outbound'->>'act', state FROM delivery WHERE kind = 'act' ORDER BY id"
            )
        ]


async def test_a_hidden_comment_is_hidden_there_known_here_and_needs_no_answer(desk: Desk, place: Place, wall: Wall) -> None:
    await desk.does("hide")
    assert await wall.waiting() == ["Schönes Rad"]
    await desk.sends()
    (told,) = place.told
    assert (told["act"], told["envelope"]["reply_to"], told["envelope"]["thread"]) == ("hide", "c-1", "post-1")
    assert (await desk.said())["hidden"]["by"] == "Änne Köhler"
    assert await wall.rows("SELECT act, data->>'moderated' FROM audit_entry WHERE act = 'message.moderated'") == [
        ("message.moderated", "hide")
    ]
    await wall.hears(Moderated(external_id="c-1", act="hide", at=AT + timedelta(minutes=5)))  # the place tells of it as well
    assert (await desk.said())["hidden"]["by"] == "Änne Köhler"


async def test_every_act_and_every_settling_is_in_the_audit_log_with_its_message_and_who_did_it(
    desk: Desk, place: Place, wall: Wall
) -> None:
    acts: tuple[Act | str, ...] = ("hide", "show", "like", "unlike", "", "delete")
    assert {one for one in acts if one} == set(Page.manifest.public.acts if Page.manifest.public else ())
    for act in acts:
        await desk.does(act)
        await desk.sends()
    other = await desk.message("c-2")
    async with wall.database.work(wall.workspace_id, actor=Actor(kind="agent", id=new_id(), name="Änne Köhler")) as work:
        await needs_no_answer(work, ANNE, [other])
        await needs_an_answer(work, ANNE, [other])
        await moderate(work, desk.book, ANNE, other, "like")
    entries = await wall.rows(
        "SELECT act, coalesce(data->>'moderated', ''), coalesce(subject_id = %(first)s, false) FROM audit_entry ORDER BY id",
        first=await desk.message("c-1"),
    )
    moderated = [("message.moderated", act or "leave", True) for act in acts]
    assert [one for one in entries if one[0].startswith("message.")] == [
        *moderated, ("message.settled", "", False), ("message.unsettled", "", False), ("message.moderated", "like", False),
    ]  # fmt: skip
    who = await wall.rows("SELECT DISTINCT actor_name FROM audit_entry WHERE actor_kind = 'agent'")
    assert who == [("Änne Köhler",)]


async def test_showing_it_again_undoes_it_and_what_has_not_left_yet_never_leaves(desk: Desk, place: Place, wall: Wall) -> None:
    await desk.does("hide")
    await desk.does("show")
    await desk.sends()
    assert place.told == []
    assert len(await wall.waiting()) == 2
    await desk.does("hide")
    await desk.sends()
    await desk.does("show")
    await desk.sends()
    assert [one["act"] for one in place.told] == ["hide", "show"]
    assert "hidden" not in await desk.said()
    assert len(await wall.waiting()) == 2


async def test_what_is_so_already_is_not_sent_again(desk: Desk, place: Place) -> None:
    for _ in range(2):
        await desk.does("like", "c-2")
        await desk.sends()
    await desk.does("hide", "c-2")
    await desk.sends()
    await desk.does("unlike", "c-2")
    await desk.sends()
    assert [one["act"] for one in place.told] == ["like", "hide", "unlike"]
    said = await desk.said("c-2")
    assert ("liked" in said, "hidden" in said) == (False, True)


async def test_a_deleted_comment_stays_here_for_the_record_and_needs_no_answer(desk: Desk, place: Place, wall: Wall) -> None:
    await desk.does("delete")
    await desk.sends()
    facts = "text, deleted_at IS NOT NULL, data->>'deleted_by', wants_answer"
    assert await wall.rows(f"SELECT {facts} FROM message WHERE external_id = 'c-1'") == [
        ("Kauft lieber bei mir! 💸", True, "Änne Köhler", False)
    ]
    with pytest.raises(NoMessage):
        await desk.does("hide")


async def test_what_the_place_refuses_is_said_and_can_be_left(desk: Desk, place: Place, wall: Wall) -> None:
    place.errors = ["(#200) You cannot hide this comment."]
    await desk.does("hide")
    await desk.sends()
    assert await desk.states() == [("hide", "failed")]
    assert "hidden" not in await desk.said()
    await desk.does("")
    assert await desk.states() == [("hide", "cancelled")]
    assert len(await wall.waiting()) == 2


async def test_an_act_of_which_nobody_can_tell_is_done_again(desk: Desk, place: Place, wall: Wall) -> None:
    await desk.does("hide")
    async with wall.database.work(wall.workspace_id) as work:
        await work.run("UPDATE delivery SET state = 'sending'")  # as a process leaves it that dies
    desk.book.forget(wall.account_id)
    account = await desk.book.get(wall.account_id)
    assert account is not None
    lane = Lane(wall.database, desk.blobs.get, desk.outside, account)
    await lane.recover()
    await lane.run(lambda: True)
    assert [one["act"] for one in place.told] == ["hide"]


async def test_only_what_was_said_in_public_can_be_hidden_and_only_by_acts_of_the_place(
    desk: Desk, place: Place, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wall.hears(writes(1, "Hallo"))
    with pytest.raises(Invalid, match="said in public"):
        await desk.does("hide", "p-1")
    with pytest.raises(Invalid, match="only be deleted"):
        await desk.does("hide", "post-1")
    import msgspec

    less = msgspec.structs.replace(Page.manifest, public=msgspec.structs.replace(Page.manifest.public, acts=frozenset({"like"})))
    monkeypatch.setattr(Page, "manifest", less)
    desk.book.forget(wall.account_id)
    with pytest.raises(CannotSay):
        await desk.does("hide")


async def test_answers_acts_and_receipts_of_one_message_do_not_get_in_each_others_way(
    desk: Desk, place: Place, wall: Wall
) -> None:
    message_id = await desk.message("c-2")
    async with wall.database.work(wall.workspace_id) as work:
        conversation = await work.value("SELECT id FROM conversation")
        answer = Answer(client_key=new_id(), text="Danke! 🙂", reply_to_id=message_id, undo=timedelta(0))
        said = await say(work, desk.book, ANNE, conversation, answer)
    await desk.does("like", "c-2")
    await desk.sends()
    assert sorted(one["type"] for one in place.told) == ["moderate", "say"]
    assert await wall.value("SELECT external_id IS NOT NULL FROM message WHERE id = %(id)s", id=said) is True
    async with wall.database.work(wall.workspace_id) as work:
        with pytest.raises(Exception, match="known by now"):
            await resolve_unknown(work, said, "again")


async def test_what_needs_no_answer_waits_no_more_until_it_does_again(desk: Desk, wall: Wall) -> None:
    one = await desk.message("c-2")
    async with wall.database.work(wall.workspace_id) as work:
        await needs_no_answer(work, ANNE, [one])
    assert await wall.waiting() == ["Kauft lieber bei mir! 💸"]
    assert (await desk.said("c-2"))["settled"]["by"] == "Änne Köhler"
    async with wall.database.work(wall.workspace_id) as work:
        await needs_no_answer(work, ANNE, [one, await desk.message("c-1")])
    assert await wall.rows("SELECT state, waiting_count, due_at FROM conversation") == [("waiting", 0, None)]
    async with wall.database.work(wall.workspace_id) as work:
        await needs_an_answer(work, ANNE, [one])
    assert await wall.rows("SELECT state, waiting_count FROM conversation") == [("open", 1)]
    assert await wall.value("SELECT count(*) FROM audit_entry WHERE act LIKE 'message.%%settled'") == 3
