"""The adapter against an operator that others wrote: node-smpp over real connections."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.servers import certificates, smpp
from tests.servers.smpp import Operator

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

pytestmark = pytest.mark.servers
CUSTOMER = "+491729925904"
LONG = "Sehr geehrte Frau Özdemir, Ihr Paket {4711} für 20 € ist unterwegs. " * 4


class Stored:
    """A sink that remembers, and may refuse."""

    def __init__(self) -> None:
        self.raws: list[Raw] = []
        self.kept: Mapping[str, Any] = {}
        self.states: list[tuple[str, str]] = []
        self.fails = False
        self.gate = asyncio.Event()
        self.gate.set()
        self._changed = asyncio.Event()

    async def deliver(self, raws: Sequence[Raw], *, cursor: Mapping[str, Any] | None = None) -> None:
        await self.gate.wait()
        if self.fails:
            raise ConnectionError("The database is away.")
        self.raws += raws
        self.kept = cursor or self.kept
        self._changed.set()

    async def cursor(self) -> Mapping[str, Any]:
        return self.kept

    async def state(self, state: Literal["up", "down", "needs_sign_in"], why: str = "") -> None:
        self.states.append((state, why))
        self._changed.set()

    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(15):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


class Company:
    """One account with its adapter, its sink, and the operator at the other end."""

    def __init__(self, smsc: Operator, adapter: Sms) -> None:
        self.smsc, self.adapter, self.sink = smsc, adapter, Stored()
        self.account = Account(
            id="1",
            channel="sms",
            settings={"host": "127.0.0.1", "port": smsc.port, "system_id": smpp.SYSTEM_ID, "sender": "+4915228817386"},
            secrets={"password": (Secret(smpp.PASSWORD),)},
        )

    def set(self, **settings: Any) -> None:
        self.account = replace(self.account, settings={**self.account.settings, **settings})

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        count = len([one for one in self.smsc.events if one["event"] == "bind"])
        task = asyncio.create_task(self.adapter.listen(self.account, self.sink))
        try:
            await self.smsc.until("bind", count + 1)
            await self.sink.until(lambda: self.sink.states)
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await task

    def events(self) -> list[Event]:
        return [event for raw in self.sink.raws for event in self.adapter.parse(raw, self.account)]

    def texts(self) -> list[str]:
        return [event.content.text for event in self.events() if isinstance(event, Received)]

    async def say(self, text: str, message_id: str = "0193-1") -> Outcome:
        envelope = Envelope(id=message_id, to=CUSTOMER, at=datetime(2026, 3, 2, tzinfo=UTC))
        (call,) = self.adapter.render(Say(envelope=envelope, text=text), self.account)
        return self.adapter.interpret(call, await self.adapter.perform(call, self.account))

    async def check(self) -> Checked:
        replies: list[Reply | NoReply] = []
        while isinstance(step := self.adapter.check(self.account, replies), Call):
            replies.append(await self.adapter.perform(step, self.account))
        return step


@pytest.fixture(scope="module")
def installed() -> None:
    reason = smpp.install()
    if reason:
        pytest.skip(reason)


@pytest_asyncio.fixture
async def company(installed: None) -> AsyncIterator[Company]:
    adapter = Sms(first_pause=0.05)
    async with smpp.operator() as smsc:
        yield Company(smsc, adapter)
        await adapter.close()


@pytest.mark.parametrize("text", ["Grüße @ {20 €} [~^|\\]", "@", "Ihr Paket 📦 ist da – „morgen“", "a" * 160, "ä" * 160])
async def test_a_text_arrives_at_the_operator_as_it_was_written(company: Company, text: str) -> None:
    outcome = await company.say(text)
    (submitted,) = await company.smsc.until("submit")
    assert (submitted["text"], submitted["source"], submitted["destination"]) == (text, "4915228817386", "491729925904")
    assert outcome == Accepted(external_id=submitted["id"])


@pytest.mark.parametrize("text", [LONG, "Grüße 🧡 " * 30, "€" * 100], ids=["gsm", "ucs2", "extension"])
async def test_a_long_text_goes_in_parts_of_which_the_last_has_the_receipt(company: Company, text: str) -> None:
    outcome = await company.say(text)
    parts = [one for one in company.smsc.events if one["event"] == "submit"]
    assert len(parts) > 1
    assert "".join(part["text"] for part in parts) == text
    headers = [bytes.fromhex(part["udh"][0]) for part in parts]
    assert [header[-1] for header in headers] == list(range(1, len(parts) + 1))
    assert len({header[:-1] for header in headers}) == 1
    assert [part["receipt"] for part in parts] == [0] * (len(parts) - 1) + [1]
    assert outcome == Accepted(external_id=parts[-1]["id"])


@pytest.mark.parametrize("style", ["sar", "payload"])
async def test_long_texts_go_in_the_other_ways_too(company: Company, style: str) -> None:
    company.set(long_messages=style)
    assert isinstance(await company.say(LONG), Accepted)
    parts = [one for one in company.smsc.events if one["event"] == "submit"]
    assert "".join(part["text"] for part in parts) == LONG
    assert len(parts) == (1 if style == "payload" else 2)


async def test_many_messages_share_one_session(company: Company) -> None:
    outcomes = await asyncio.gather(*(company.say(f"Nachricht {number}", f"m-{number}") for number in range(40)))
    assert len({outcome.external_id for outcome in outcomes if isinstance(outcome, Accepted)}) == 40
    assert len([one for one in company.smsc.events if one["event"] == "bind"]) == 1


async def test_a_customers_message_is_answered_once_it_is_stored(company: Company) -> None:
    async with company.listening():
        company.sink.gate.clear()
        company.smsc.deliver(text="Größe 42? 20 € @ Jörg", tag="a")
        company.smsc.do("enquire")
        await company.smsc.until("enquired")  # the session lives while the database makes us wait
        assert not [one for one in company.smsc.events if one["event"] == "answered"]
        company.sink.gate.set()
        await company.smsc.until("answered")
    assert company.texts() == ["Größe 42? 20 € @ Jörg"]
    (received,) = company.events()
    assert isinstance(received, Received)
    assert received.sender.value == CUSTOMER


async def test_what_cannot_be_stored_is_not_answered_and_comes_again(company: Company) -> None:
    company.sink.fails = True
    with contextlib.suppress(ConnectionError):
        async with company.listening():
            company.smsc.deliver(text="Wichtig")
            await company.smsc.until("close")
    assert not [one for one in company.smsc.events if one["event"] == "answered"]
    company.sink.fails = False
    company.sink.states.clear()
    async with company.listening():
        company.smsc.deliver(text="Wichtig")
        await company.smsc.until("answered")
    assert company.texts() == ["Wichtig"]


async def test_parts_come_in_any_order_and_across_a_restart(company: Company) -> None:
    async with company.listening():
        company.smsc.deliver(udh="0500032a0303", text="Ende", tag=3)
        company.smsc.deliver(udh="0500032a0301", text="Anfang, ", tag=1)
        await company.smsc.until("answered", 2)
    assert company.sink.raws == []
    company.sink.states.clear()
    async with company.listening():  # as another process would: with nothing but what was stored
        company.smsc.deliver(udh="0500032a0302", text="Mitte, ", tag=2)
        await company.smsc.until("answered", 3)
    assert company.texts() == ["Anfang, Mitte, Ende"]


async def test_a_message_whose_answer_got_lost_is_not_told_twice(company: Company) -> None:
    async with company.listening():
        company.smsc.deliver(text="Ja", tag=1)
        await company.smsc.until("answered")
        company.smsc.do("drop")
        await company.smsc.until("bind", 2)
        company.smsc.deliver(text="Ja", tag=2)
        company.smsc.deliver(text="Nein", tag=3)
        await company.smsc.until("answered", 3)
    assert company.texts() == ["Ja", "Nein"]


async def test_two_equal_messages_are_two_messages(company: Company) -> None:
    async with company.listening():
        company.smsc.deliver(text="Ja", tag=1)
        company.smsc.deliver(text="Ja", tag=2)
        await company.smsc.until("answered", 2)
    assert company.texts() == ["Ja", "Ja"]
    assert len({company.adapter.dedup_key(raw) for raw in company.sink.raws}) == 2


async def test_an_equal_message_after_a_heartbeat_is_a_new_one(company: Company) -> None:
    company.set(heartbeat_seconds=1)
    async with company.listening():
        company.smsc.deliver(text="Ja", tag=1)
        await company.smsc.until("answered")
        await company.sink.until(lambda: company.sink.kept.get("unsure") == [])
        company.smsc.do("drop")
        await company.smsc.until("bind", 2)
        company.smsc.deliver(text="Ja", tag=2)
        await company.smsc.until("answered", 2)
    assert company.texts() == ["Ja", "Ja"]


async def test_a_receipt_before_the_answer_names_the_same_id(company: Company) -> None:
    async with company.listening():
        text = "id:00000001 sub:001 dlvrd:001 submit date:2603020915 done date:2603020916 stat:DELIVRD err:000 text:"
        company.smsc.deliver(text=text, fields={"esm_class": 4}, tag=1)
        await company.smsc.until("answered")
        outcome = await company.say("Hallo")
        fields = {"esm_class": 4, "receipted_message_id": "00000002", "message_state": 5}
        company.smsc.deliver(text="", fields=fields, tag=2)
        await company.smsc.until("answered", 2)
    first, second = company.events()
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert (outcome, first.state) == (Accepted(external_id=first.external_id), "delivered")
    assert (second.external_id, second.state) == ("00000002", "failed")


async def test_ids_that_are_hexadecimal_in_answers_only_fit_together(company: Company) -> None:
    company.set(message_ids="hex_answers")
    outcomes = [await company.say(f"Nachricht {number}") for number in range(12)]
    async with company.listening():
        company.smsc.deliver(text="id:12 stat:DELIVRD", fields={"esm_class": 4})
        await company.smsc.until("answered")
    (receipt,) = company.events()
    assert isinstance(receipt, Receipt)
    assert outcomes[-1] == Accepted(external_id="12") == Accepted(external_id=receipt.external_id)


async def test_being_throttled_costs_time_and_nothing_else(company: Company) -> None:
    await company.smsc.set(throttle=2)
    assert isinstance(await company.say("Hallo"), Accepted)
    await company.smsc.set(throttle=10)
    outcome = await company.say("Hallo")
    assert isinstance(outcome, Again)
    assert outcome.account


async def test_a_break_after_the_message_left_is_unclear_and_the_next_one_goes_over_a_new_session(company: Company) -> None:
    await company.smsc.set(cut=1)
    assert isinstance(await company.say("Hallo"), Unclear)
    assert isinstance(await company.say("Noch einmal"), Accepted)


async def test_nobody_there_means_again(company: Company) -> None:
    company.set(port=1)
    outcome = await company.say("Hallo")
    assert isinstance(outcome, Again)
    assert "127.0.0.1" in outcome.why


async def test_a_refused_password_stops_the_account_and_is_told(company: Company) -> None:
    company.account = replace(company.account, secrets={"password": (Secret("falsch"),)})
    outcome = await company.say("Hallo")
    assert isinstance(outcome, Refused)
    assert outcome.sign_in
    async with company.listening():
        assert company.sink.states[0][0] == "needs_sign_in"
    checked = await company.check()
    assert not checked.ok
    assert "password" in checked.summary


async def test_the_test_of_the_connection_binds_both_ways(company: Company) -> None:
    checked = await company.check()
    assert checked.ok
    assert [one["kind"] for one in company.smsc.events if one["event"] == "bind"] == ["transmitter", "receiver"]


async def test_one_connection_for_both_ways_is_shared(company: Company) -> None:
    company.set(connections="one")
    async with company.listening():
        assert isinstance(await company.say("Hallo"), Accepted)
        company.smsc.deliver(text="Danke")
        await company.smsc.until("answered")
    assert [one["kind"] for one in company.smsc.events if one["event"] == "bind"] == ["transceiver"]
    assert company.texts() == ["Danke"]


async def test_a_silent_operator_is_noticed_and_left(company: Company) -> None:
    company.set(heartbeat_seconds=1)
    async with company.listening():
        await company.smsc.set(mute=True)
        await company.smsc.until("bind", 2)


async def test_garbage_ends_the_session_and_a_new_one_begins(company: Company) -> None:
    async with company.listening():
        company.smsc.do("raw", hex="ffffffff00000005")
        await company.smsc.until("nack")
        await company.smsc.until("bind", 2)
        company.smsc.deliver(text="Noch da?")
        await company.smsc.until("answered")
    assert company.texts() == ["Noch da?"]


async def test_a_unit_with_wrong_lengths_inside_is_kept_for_people_and_answered(company: Company) -> None:
    body = "00" + "0101" + "343900" + "010134390000" + "00" * 7 + "ff" + "4142"
    async with company.listening():
        company.smsc.do("raw", hex=f"{16 + len(body) // 2:08x}" + "00000005" + "00000000" + "00000063" + body)
        company.smsc.deliver(text="Heil")
        await company.smsc.until("answered")
    assert len(company.sink.raws) == 2
    assert company.adapter.parse(company.sink.raws[1], company.account)


async def test_an_operator_that_says_goodbye_is_visited_again(company: Company) -> None:
    async with company.listening():
        company.smsc.do("unbind")
        await company.smsc.until("bind", 2)


async def test_an_unknown_command_is_refused_and_the_session_goes_on(company: Company) -> None:
    async with company.listening():
        company.smsc.do("raw", hex="00000010" + "00000111" + "00000000" + "00000007")
        (nack,) = await company.smsc.until("nack")
        company.smsc.deliver(text="Weiter")
        await company.smsc.until("answered")
    assert nack["status"] == 3


async def test_tls_is_believed_by_the_authority_that_was_given(installed: None, tmp_path: Path) -> None:
    certificates.make(tmp_path)
    key, certificate = (tmp_path / "server.key").read_text(), (tmp_path / "server.pem").read_text()
    async with smpp.operator(key, certificate) as smsc:
        company = Company(smsc, Sms(first_pause=0.05))
        company.set(tls=True)
        assert "certificate" in (await company.check()).summary
        company.set(certificate=(tmp_path / "ca.pem").read_text())
        assert isinstance(await company.say("Verschlüsselt"), Accepted)
        await company.adapter.close()
