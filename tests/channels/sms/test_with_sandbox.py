"""The adapter against the simulated network by SMPP: neither knows the other's code."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
import pytest_asyncio
from tests.sandbox.conftest import Starter, World, endpoint, start

from oase.channels.adapters.sms.adapter import Sms
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Call,
    Checked,
    Envelope,
    Event,
    NoReply,
    Outcome,
    Raw,
    Receipt,
    Received,
    Refused,
    Reply,
    Say,
    Unclear,
)
from oase.kernel.secrets import Secret
from oase.sandbox.sms import SmsNetwork

__all__ = ["endpoint", "start"]
AYLIN = "+493023125201"
LONG = "Ist mein Rad {42} schon fertig? 20 € Trinkgeld! " * 9


class Company:
    """A company with nothing but the adapter; what it hears is kept here."""

    def __init__(self, world: World) -> None:
        network = world.sandbox.platforms["sms"]
        assert isinstance(network, SmsNetwork)
        self.network, self.world, self.adapter = network, world, Sms(first_pause=0.05)
        self.raws: list[Raw] = []
        self.kept: Mapping[str, Any] = {}
        self._news = asyncio.Condition()
        self.account = Account(
            id="1",
            channel="sms",
            settings={
                "host": "127.0.0.1",
                "port": network.smsc.port,
                "system_id": network.system_id,
                "sender": network.smpp_number,
            },
            secrets={"password": (Secret(network.password),)},
        )

    async def deliver(self, raws: Sequence[Raw], *, cursor: Mapping[str, Any] | None = None) -> None:
        async with self._news:
            self.raws += raws
            self.kept = cursor or self.kept
            self._news.notify_all()

    async def cursor(self) -> Mapping[str, Any]:
        return self.kept

    async def state(self, state: Literal["up", "down", "needs_sign_in"], why: str = "") -> None:
        """Not looked at here."""

    def events(self) -> list[Event]:
        return [event for raw in self.raws for event in self.adapter.parse(raw, self.account)]

    async def until(self, kind: type[Event], count: int = 1) -> list[Any]:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len([one for one in self.events() if isinstance(one, kind)]) >= count)
        return [one for one in self.events() if isinstance(one, kind)]

    async def say(self, text: str, to: str = AYLIN) -> Outcome:
        say = Say(envelope=Envelope(id="0193-1", to=to, at=datetime(2026, 3, 2, tzinfo=UTC)), text=text)
        (call,) = self.adapter.render(say, self.account)
        return self.adapter.interpret(call, await self.adapter.perform(call, self.account))

    async def check(self) -> Checked:
        replies: list[Reply | NoReply] = []
        while isinstance(step := self.adapter.check(self.account, replies), Call):
            replies.append(await self.adapter.perform(step, self.account))
        return step

    async def control(self, path: str, body: Any) -> None:
        async with self.world.client.post(f"{self.world.base}/apps/sms/{path}", json=body) as answer:
            assert answer.status < 300, await answer.text()

    async def write(self, text: str) -> None:
        await self.control(f"customers/{AYLIN}/messages", {"text": text})


@pytest_asyncio.fixture
async def company(start: Starter) -> AsyncIterator[Company]:
    company = Company(await start(platforms=(SmsNetwork,)))
    listening = asyncio.create_task(company.adapter.listen(company.account, company))
    async with asyncio.timeout(10):
        await company.network.smsc.visited.wait()
    yield company
    listening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await listening
    await company.adapter.close()


@pytest.mark.parametrize(
    "text", ["Grüße @ {20 €}", "Danke 🧡", LONG, "Wo ist mein Rad 🚲? " * 9], ids=["gsm", "ucs2", "long", "long-ucs2"]
)
async def test_a_dialogue_goes_both_ways_with_its_receipt(company: Company, text: str) -> None:
    await company.write(text)
    (received,) = await company.until(Received)
    assert (received.sender.value, received.content.text) == (AYLIN, text)
    outcome = await company.say(text)
    receipts = await company.until(Receipt)
    assert outcome == Accepted(external_id=receipts[-1].external_id)
    assert receipts[-1].state == "delivered"
    chat = company.network.phone.chats[AYLIN]
    assert [one.text for one in chat] == [text, text]


async def test_parts_in_reverse_and_everything_twice_is_one_message(company: Company) -> None:
    await company.control("faults", {"kind": "reversed"})
    await company.control("faults", {"kind": "duplicate", "times": 2})
    await company.write(LONG)
    await company.write("Noch da?")
    received = await company.until(Received, 2)
    assert [one.content.text for one in received] == [LONG, "Noch da?"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "throttled"}, Again),
        ({"kind": "outage"}, Again),
        ({"kind": "token_expired"}, Refused),
        ({"kind": "cut_before_accept"}, Unclear),
        ({"kind": "cut_after_accept"}, Unclear),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
async def test_faults_are_read_for_what_they_are(company: Company, fault: dict[str, Any], expected: type[Outcome]) -> None:
    await company.control("faults", fault)
    assert isinstance(await company.say("Hallo"), expected)


async def test_a_number_without_a_phone_fails_in_words(company: Company) -> None:
    outcome = await company.say("Hallo", to="+4917139200099")
    (receipt,) = await company.until(Receipt)
    assert outcome == Accepted(external_id=receipt.external_id)
    assert (receipt.state, bool(receipt.why)) == ("failed", True)


async def test_the_test_of_the_connection_says_that_all_is_well(company: Company) -> None:
    assert (await company.check()).ok
