"""The adapter against the simulated server, over TCP: neither knows the other's code. Stories with a real one: test_with_prosody."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest
import pytest_asyncio
from tests.channels.story import Desk, open_house
from tests.sandbox.conftest import Starter, World, endpoint, start

from oase.channels import keep_check
from oase.channels.adapters.xmpp.adapter import Xmpp as Adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Call,
    Checked,
    Deleted,
    Edited,
    Envelope,
    Event,
    File,
    FromReply,
    NoReply,
    Outcome,
    Raw,
    Reacted,
    Receipt,
    Received,
    Refused,
    Reply,
    Say,
    Typing,
    Unclear,
)
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret
from oase.sandbox.faults import Fault
from oase.sandbox.places import Message
from oase.sandbox.xmpp import Xmpp

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket
AYLIN = "aylin@jabber.sandbox.example"


class Company:
    """A company with nothing but the adapter; what it hears is kept here."""

    def __init__(self, xmpp: Xmpp, outside: Outside) -> None:
        self.xmpp, self.adapter = xmpp, Adapter()
        self.adapter.go_out_by(outside)
        settings = {"jid": xmpp.jid, "host": "127.0.0.1", "port": xmpp.server.port, "security": "none"}
        self.account = Account(id="1", channel="xmpp", settings=settings, secrets={"password": (Secret(xmpp.password),)})
        self.raws: list[Raw] = []
        self.kept: Mapping[str, Any] = {}
        self.states: list[str] = []
        self._known: set[bytes] = set()
        self._news = asyncio.Condition()
        self._listening: asyncio.Task[None] | None = None
        self.store = asyncio.Event()  # unset: the database does not answer
        self.store.set()
        self.asked = asyncio.Event()  # something is to be stored

    async def deliver(self, raws: Sequence[Raw], *, cursor: Mapping[str, Any] | None = None) -> None:
        if raws:
            self.asked.set()
        await self.store.wait()
        async with self._news:
            for raw in raws:
                key = self.adapter.dedup_key(raw) or raw.body
                self.raws += [] if key in self._known else [raw]
                self._known.add(key)
            self.kept = self.kept if cursor is None else cursor
            self._news.notify_all()

    async def cursor(self) -> Mapping[str, Any]:
        return self.kept

    async def state(self, state: Literal["up", "down", "needs_sign_in"], why: str = "") -> None:
        async with self._news:
            self.states.append(state)
            self._news.notify_all()

    async def _hold(self) -> None:
        while True:
            with contextlib.suppress(Exception):
                await self.adapter.listen(self.account, self)
            await asyncio.sleep(0.05)

    async def listen(self) -> None:
        """Listens from now on, again and again, as the program does; returns when it is there."""
        self._listening = asyncio.create_task(self._hold())
        await self.until_state("up")

    async def until_state(self, state: str) -> None:
        """Waits for a state that is told from now on."""
        before = len(self.states)
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: state in self.states[before:])

    async def deafen(self) -> None:
        """Listens no more: the process has died."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    def events(self) -> list[Event]:
        return [event for raw in self.raws for event in self.adapter.parse(raw, self.account)]

    async def until(self, kind: type[Event], count: int = 1) -> list[Any]:
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: len([one for one in self.events() if isinstance(one, kind)]) >= count)
        return [one for one in self.events() if isinstance(one, kind)]

    async def perform(self, calls: Sequence[Call]) -> Outcome:
        """All calls of one message, each with what the one before answered."""
        outcomes: list[Outcome] = []
        for call in calls:
            content = call.json
            if isinstance(content, dict):
                content = {name: self._known_now(value, outcomes) for name, value in content.items()}
            asked = Call(
                method=call.method, url=call.url, json=content, body=call.body, options=call.options, timeout=call.timeout
            )
            outcomes.append(self.adapter.interpret(asked, await self.adapter.perform(asked, self.account)))
            if not isinstance(outcomes[-1], Accepted):
                break
        return outcomes[-1]

    def _known_now(self, value: Any, outcomes: Sequence[Outcome]) -> Any:
        if not isinstance(value, FromReply):
            return value
        outcome = outcomes[value.call]
        assert isinstance(outcome, Accepted)
        return outcome.external_id

    async def say(self, text: str = "", to: str = AYLIN, id: str = "0193-1", **more: Any) -> Outcome:
        envelope = Envelope(id=id, to=to, at=datetime(2026, 3, 2, tzinfo=UTC), reply_to=more.pop("reply_to", ""))
        return await self.perform(self.adapter.render(Say(envelope=envelope, text=text, **more), self.account))

    async def check(self) -> Checked:
        replies: list[Reply | NoReply] = []
        while isinstance(step := self.adapter.check(self.account, replies), Call):
            replies.append(await self.adapter.perform(step, self.account))
        return step

    def answers(self) -> list[Message]:
        return [one for one in self.xmpp.phone.chats.get(AYLIN, ()) if one.from_business]


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    return await start(platforms=(Xmpp,))


@pytest_asyncio.fixture
async def silent(world: World) -> AsyncIterator[Company]:
    """A company that does not listen yet."""
    platform = world.sandbox.platforms["xmpp"]
    assert isinstance(platform, Xmpp)
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as outside:
        company = Company(platform, outside)
        yield company
        await company.deafen()
        await company.adapter.close()


@pytest_asyncio.fixture
async def company(silent: Company) -> Company:
    await silent.listen()
    return silent


async def fault(world: World, kind: str, remaining: int | None = 1, **more: Any) -> None:
    body = {"kind": kind, "remaining": remaining, **more}
    async with world.client.post(f"{world.base}/apps/xmpp/faults", json=body) as answer:
        assert answer.status == 201, await answer.text()


async def test_a_customer_writes_is_answered_with_a_picture_and_reads_it(company: Company) -> None:
    phone = company.xmpp.phone
    asked = phone.write(AYLIN, "Wie sieht er aus? 🧡", files=[phone.add_file("Rad Größe 42.png", "image/png", b"PNG")])
    said, shown = await company.until(Received, 2)
    assert (said.content.text, said.sender.value, said.sender.name) == ("Wie sieht er aus? 🧡", AYLIN, "Aylin Özdemir")
    (media,) = shown.content.media
    assert (shown.content.kind, media.name, media.type) == ("image", "Rad Größe 42.png", "image/png")
    outcome = await company.say("So!", reply_to=said.external_id)
    assert outcome == Accepted(external_id="oase-0193-1")
    picture = File(name="Plan.png", type="image/png", content=b"PNG2")
    assert await company.say(files=(picture,), id="0193-2") == Accepted(external_id="oase-0193-2")
    words, file = company.answers()
    assert (words.text, words.reply_to) == ("So!", asked.id)
    assert (file.text, file.files[0].name, file.files[0].data) == ("", "Plan.png", b"PNG2")
    await company.until(Receipt, 2)
    phone.see(AYLIN)
    receipts = await company.until(Receipt, 4)
    assert [(one.external_id, one.state) for one in receipts] == [
        ("oase-0193-1", "delivered"),
        ("oase-0193-2", "delivered"),
        ("oase-0193-1", "read"),
        ("oase-0193-2", "read"),
    ]
    assert asked.state == "delivered"


async def test_the_bytes_of_a_file_are_fetched_until_they_are_gone(company: Company, world: World) -> None:
    phone = company.xmpp.phone
    phone.write(AYLIN, files=[phone.add_file("Rechnung.pdf", "application/pdf", b"%PDF")])
    (said,) = await company.until(Received)
    call = company.adapter.fetch(said.content.media[0], company.account)
    assert isinstance(call, Call)
    async with world.client.get(call.url) as answer:
        assert await answer.read() == b"%PDF"
    await fault(world, "media_expired")
    async with world.client.get(call.url) as answer:
        gone = company.adapter.fetch(said.content.media[0], company.account, [Reply(status=answer.status, body=b"")])
    assert isinstance(gone, Refused)


async def test_corrections_reactions_typing_places_and_what_was_taken_back(company: Company) -> None:
    phone = company.xmpp.phone
    message = phone.write(AYLIN, "Größe 42")
    phone.edit(message.id, "Größe 43")
    phone.react(message.id, "👍")
    phone.types(AYLIN)
    phone.delete(message.id)
    (edited,), (reacted,) = await company.until(Edited), await company.until(Reacted)
    (deleted,), (typing, *_) = await company.until(Deleted), await company.until(Typing)
    own = f"{AYLIN}#{message.id}"
    assert (edited.external_id, edited.content.text, deleted.external_id) == (own, "Größe 43", own)
    assert (reacted.external_id, reacted.emoji, typing.on) == (own, "👍", True)


@pytest.mark.parametrize(
    ("kind", "expected", "said"),
    [
        ("throttled", Again, 0),
        ("http_error", Again, 0),
        ("outage", Again, 0),
        ("token_expired", Refused, 0),
        ("cut_before_accept", Unclear, 0),
        ("cut_after_accept", Unclear, 1),
        ("error_in_200", Accepted, 1),
    ],
)
async def test_bad_days(silent: Company, world: World, kind: str, expected: type[Outcome], said: int) -> None:
    await fault(world, kind)
    outcome = await silent.say("Guten Tag")
    assert isinstance(outcome, expected), outcome
    assert len(silent.answers()) == said
    if isinstance(outcome, Refused):
        assert outcome.sign_in
    elif isinstance(outcome, Again):
        assert isinstance(await silent.say("Guten Tag"), Accepted)
        assert [one.text for one in silent.answers()] == ["Guten Tag"]


async def test_an_error_of_the_server_while_we_are_signed_in_is_tried_again(company: Company, world: World) -> None:
    await fault(world, "http_error")
    assert isinstance(await company.say("Guten Tag"), Again)
    assert isinstance(await company.say("Guten Tag"), Accepted)


async def test_a_server_that_cannot_check_passwords_is_down_and_one_without_a_safe_way_says_so(
    silent: Company, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fault(world, "http_error")
    checked = await silent.check()
    assert (checked.ok, "cannot check passwords" in checked.summary) == (False, True)
    monkeypatch.setattr("oase.sandbox.xmpp.sasl.MECHANISMS", {"GSSAPI": ""})
    checked = await silent.check()
    assert (checked.ok, "no way to sign in" in checked.summary) == (False, True)


async def test_a_refusal_is_the_answer_to_sending_and_no_receipt_besides(company: Company, world: World) -> None:
    await fault(world, "throttled")
    outcome = await company.say("Guten Tag")
    assert isinstance(outcome, Again)
    assert outcome.account
    company.xmpp.phone.write(AYLIN, "Hallo?")
    await company.until(Received)
    assert [one for one in company.events() if isinstance(one, Receipt)] == []


async def test_a_message_that_comes_back_later_has_failed_after_all(company: Company, world: World) -> None:
    await fault(world, "error_in_200")
    assert isinstance(await company.say("Guten Tag"), Accepted)
    company.xmpp.phone.customer(AYLIN).online = False
    receipts = await company.until(Receipt)
    assert "failed" in [one.state for one in receipts]


async def test_what_was_cut_off_after_it_was_taken_is_known_from_the_archive(company: Company, world: World) -> None:
    await fault(world, "cut_after_accept")
    assert isinstance(await company.say("Guten Tag"), Unclear)
    receipts = await company.until(Receipt, 2)
    assert {(one.our_id, one.state) for one in receipts} >= {("0193-1", "sent")}


async def test_everything_twice_forged_and_half_is_heard_once(company: Company, world: World) -> None:
    await fault(world, "duplicate", times=2)
    company.xmpp.phone.write(AYLIN, "eins")
    await company.until(Received)
    await fault(world, "wrong_signature")
    company.xmpp.phone.write(AYLIN, "zwei")
    await company.until(Received, 2)
    await fault(world, "truncated")
    company.xmpp.phone.write(AYLIN, "drei")
    company.xmpp.phone.write(AYLIN, "vier")
    heard = await company.until(Received, 4)
    assert sorted(one.content.text for one in heard) == ["drei", "eins", "vier", "zwei"]


async def test_the_first_message_of_a_new_account_is_not_lost_when_the_process_dies_over_it(company: Company) -> None:
    company.store.clear()
    company.xmpp.phone.write(AYLIN, "Ist da jemand?")
    await asyncio.wait_for(company.asked.wait(), 20)
    await company.deafen()
    company.store.set()
    await company.listen()
    (said,) = await company.until(Received)
    assert said.content.text == "Ist da jemand?"


async def test_what_is_written_while_nobody_listens_is_there_afterwards(company: Company) -> None:
    company.xmpp.phone.write(AYLIN, "Nummer 0")
    await company.until(Received)
    await company.deafen()
    for number in range(1, 130):
        company.xmpp.phone.write(AYLIN, f"Nummer {number}")
    await company.listen()
    heard = await company.until(Received, 130)
    assert [one.content.text for one in heard] == [f"Nummer {number}" for number in range(130)]


async def test_withdrawn_credentials_are_told_and_found_by_the_test(company: Company, world: World) -> None:
    told = asyncio.create_task(company.until_state("needs_sign_in"))
    await fault(world, "token_expired", remaining=None)
    await told
    checked = await company.check()
    assert (checked.ok, "does not accept our address and password" in checked.summary) == (False, True)
    company.xmpp.faults.clear()
    checked = await company.check()
    assert checked.ok
    assert checked.facts == {"upload": "upload.jabber.sandbox.example", "upload_bytes": "10485760"}


async def test_a_good_test_ends_the_wait_for_the_next_attempt_to_sign_in(
    silent: Company, fresh_dsn: str, tmp_path: Path, workspace_id: UUID
) -> None:
    xmpp = silent.xmpp
    async with open_house(fresh_dsn, tmp_path) as house:
        desk = Desk(house, workspace_id)
        id = await desk.connect("xmpp", {**silent.account.settings, "password": xmpp.password})
        for _ in range(2):  # the second time, the test finds nothing new
            await desk.until("SELECT id FROM account WHERE state = 'up'")
            xmpp.on_fault(xmpp.faults.add(Fault(kind="token_expired")))
            await desk.until("SELECT id FROM account WHERE state = 'needs_sign_in'")
            xmpp.faults.clear()
            xmpp.server.visited.clear()
            async with house.database.work(workspace_id) as work:
                await keep_check(work, id, await silent.check())
            await asyncio.wait_for(xmpp.server.visited.wait(), 30)  # by itself the adapter waits for a minute, and then longer


async def test_an_address_that_does_not_exist_says_so(company: Company) -> None:
    outcome = await company.say("Hallo", to="niemand@jabber.sandbox.example")
    assert isinstance(outcome, Refused)
    assert (outcome.code, "does not exist" in outcome.why) == ("service-unavailable", True)
