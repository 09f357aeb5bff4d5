"""The adapter against the simulator of Meta's API, over HTTP: neither knows the other's code."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.sandbox.conftest import AYLIN, SECRET, TOKEN, Endpoint, World, endpoint, start, world
from tests.servers import prism as prisms
from tests.servers.meta import whatsapp_description

from oase.channels.adapters.whatsapp import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Call,
    Capability,
    Checked,
    Content,
    Deleted,
    Edited,
    Envelope,
    Event,
    FromReply,
    Moved,
    NoReply,
    Outbound,
    Outcome,
    Raw,
    Reacted,
    Receipt,
    Received,
    Refused,
    Reply,
    SaidElsewhere,
    Say,
    Unclear,
    UseTemplate,
)
from oase.channels.testing.specimens import specimens
from oase.kernel.http import ConnectionNotMade, FormPart, NoAnswer, OutgoingRequest, Outside
from oase.kernel.http.guard import Guard
from oase.kernel.secrets import Secret

__all__ = ["endpoint", "start", "world"]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Business:
    """A business that speaks to the simulator with nothing but the adapter and an HTTP client."""

    def __init__(self, world: World, endpoint: Endpoint, outside: Outside) -> None:
        self.world, self._endpoint, self._outside = world, endpoint, outside
        self.heard: list[str] = []
        self.account = Account(
            id="1",
            channel="whatsapp",
            settings={"phone_number_id": world.number_id, "waba_id": world.account_id, "base_url": f"{world.base}/graph"},
            secrets={"access_token": (Secret(TOKEN),), "app_secret": (Secret("new"), Secret(SECRET))},
        )

    async def perform(self, call: Call, replies: Sequence[Reply | NoReply] = ()) -> Reply | NoReply:
        """One call, with values of earlier replies put in their places."""
        request = OutgoingRequest(
            method=call.method,
            url=call.url,
            headers={**call.headers, "User-Agent": "Oase/0.1.0"},  # with a version: the form that the description asks for
            json=_filled(call.json, replies),
            parts=tuple(FormPart(**msgspec.structs.asdict(part)) for part in call.parts),
        )
        try:
            answer = await self._outside.send(request)
        except ConnectionNotMade as error:
            return NoReply(sent=False, why=str(error))
        except NoAnswer as error:
            return NoReply(sent=True, why=str(error))
        self.heard.append(answer.body.decode("utf-8", "replace"))
        return Reply(status=answer.status, headers=answer.headers, body=answer.body)

    async def say(self, outbound: Outbound) -> Outcome:
        """Sends it; what became of the last call."""
        replies: list[Reply | NoReply] = []
        outcome: Outcome = Unclear(why="nothing was rendered")
        for call in adapter.render(outbound, self.account):
            replies.append(await self.perform(call, replies))
            outcome = adapter.interpret(call, replies[-1])
            if not isinstance(outcome, Accepted):
                break
        return outcome

    async def steps(self, function: Any, *before: Any) -> Any:
        """Follows a step-by-step function to its result."""
        replies: list[Reply | NoReply] = []
        while isinstance(step := function(*before, self.account, replies), Call):
            replies.append(await self.perform(step))
        return step

    def events(self) -> list[Event]:
        """Everything that the webhooks so far mean."""
        found: list[Event] = []
        for body, signature in self._endpoint.posts:
            raw = Raw(body=body, headers={"x-hub-signature-256": signature}, received_at=NOW)
            adapter.verify(raw, self.account)
            found += adapter.parse(raw, self.account)
        return found

    async def until(self, *kinds: type[Event], count: int = 1) -> list[Any]:
        """Waits for that many events of these kinds."""
        await self._endpoint.until(lambda: len([one for one in self.events() if isinstance(one, kinds)]) >= count)
        return [one for one in self.events() if isinstance(one, kinds)]


def _filled(value: Any, replies: Sequence[Reply | NoReply]) -> Any:
    if isinstance(value, FromReply):
        reply = replies[value.call]
        assert isinstance(reply, Reply)
        return msgspec.json.decode(reply.body)[value.key]
    if isinstance(value, dict):
        return {key: _filled(inner, replies) for key, inner in value.items()}
    return [_filled(inner, replies) for inner in value] if isinstance(value, list) else value


@pytest_asyncio.fixture
async def business(world: World, endpoint: Endpoint) -> AsyncIterator[Business]:
    """A business of the running sandbox."""
    async with Outside(Guard([ip_network("127.0.0.0/8")])) as outside:
        yield Business(world, endpoint, outside)


def envelope(**more: Any) -> Envelope:
    return Envelope(**{"id": "0193f0a2-7c11", "to": f"+{AYLIN}", "at": NOW, **more})


async def test_a_conversation_goes_both_ways_with_its_receipts(business: Business) -> None:
    written = await business.world.write("Grüße 🧡, ist Größe 42 da?")
    (received,) = await business.until(Received)
    assert (received.external_id, received.content.text) == (written["id"], "Grüße 🧡, ist Größe 42 da?")
    assert (received.sender.value, received.sender.name) == (f"+{AYLIN}", "Aylin Özdemir")
    outcome = await business.say(Say(envelope=envelope(reply_to=written["id"]), text="Ja! https://example.com"))
    receipts = await business.until(Receipt, count=2)
    assert isinstance(outcome, Accepted)
    assert {receipt.external_id for receipt in receipts} == {outcome.external_id}
    assert {receipt.our_id for receipt in receipts} == {"0193f0a2-7c11"}


@pytest.mark.parametrize("capability", sorted(adapter.manifest.capabilities - {Capability.RECEIPTS, Capability.TEMPLATE}))
async def test_meta_takes_whatever_we_render(business: Business, capability: Capability) -> None:
    written = await business.world.write()
    outbound = specimens("phone", f"+{AYLIN}", written["id"])[capability]
    assert isinstance(await business.say(outbound), Accepted)


async def test_a_template_is_listed_and_goes_with_its_parameters(business: Business) -> None:
    listed = {template.name: template for template in await business.steps(adapter.templates)}
    template = listed["order_on_its_way"]
    parameters = {place: tuple("x" * count) for place, count in template.parameters.items()}
    use = UseTemplate(envelope=envelope(), name=template.name, language=template.language, parameters=parameters)
    assert isinstance(await business.say(use), Accepted)
    wrong = await business.say(replace(use, parameters={}))
    assert isinstance(wrong, Refused)
    assert wrong.code == "132000"


async def test_a_customers_file_is_fetched(business: Business) -> None:
    media = await business.world.upload(b"%PDF-1.7 \xff", "application/pdf", "Rechnung.pdf")
    content = {"id": media, "filename": "Rechnung.pdf", "mime_type": "application/pdf"}
    await business.world.write("", kind="document", content=content)
    (received,) = await business.until(Received)
    (wanted,) = received.content.media
    file = await business.steps(lambda account, replies: adapter.fetch(wanted, account, replies))
    assert (file.name, file.type, file.content) == ("Rechnung.pdf", "application/pdf", b"%PDF-1.7 \xff")


async def test_edits_revocations_and_reactions_arrive(business: Business) -> None:
    written = await business.world.write("Morgen")
    said = await business.say(Say(envelope=envelope(), text="Morgen geht nicht."))
    assert isinstance(said, Accepted)
    messages = f"customers/{AYLIN}/messages"
    await business.world.control("POST", f"{messages}/{said.external_id}/reaction", {"emoji": "👍"})
    await business.world.control("PUT", f"{messages}/{written['id']}", {"text": "Übermorgen"})
    await business.world.control("DELETE", f"{messages}/{written['id']}")
    events = await business.until(Reacted, Edited, Deleted, count=3)
    found = {type(event): event for event in events}
    assert (found[Reacted].external_id, found[Reacted].emoji) == (said.external_id, "👍")
    assert (found[Edited].external_id, found[Edited].content) == (written["id"], Content(text="Übermorgen"))
    assert found[Deleted].external_id == written["id"]


async def test_what_a_colleague_writes_with_the_app_is_heard_of(business: Business) -> None:
    shown = await business.world.control("POST", f"customers/{AYLIN}/echoes", {"text": "Ich rufe Sie gleich an 📞"})
    (said,) = await business.until(SaidElsewhere)
    assert (said.external_id, said.to.value, said.content) == (
        shown["id"],
        f"+{AYLIN}",
        Content(text="Ich rufe Sie gleich an 📞"),
    )


async def test_a_customer_without_a_number_is_answered_by_the_business_scoped_id(business: Business) -> None:
    await business.world.control("PATCH", f"customers/{AYLIN}", {"username": "aylin.d", "hides_number": True})
    await business.world.write("Ohne Nummer")
    (received,) = await business.until(Received)
    assert ("username", "aylin.d") in received.sender.aliases
    assert not received.sender.value.startswith("+")
    assert isinstance(await business.say(Say(envelope=envelope(to=received.sender.value), text="Hallo")), Accepted)


async def test_a_new_number_moves_the_customer(business: Business) -> None:
    await business.world.write()
    await business.world.control("PATCH", f"customers/{AYLIN}", {"wa_id": "4930231252099"})
    moved = await business.until(Moved, count=2)
    assert (moved[0].old, moved[0].new) == (f"+{AYLIN}", "+4930231252099")


async def test_the_test_of_the_connection_tells_the_number_and_what_is_wrong(business: Business) -> None:
    checked = await business.steps(adapter.check)
    assert isinstance(checked, Checked)
    assert checked.facts["verified_name"] in checked.summary
    business.account = replace(business.account, secrets={"access_token": (Secret("EAAwrong"),)})
    wrong = await business.steps(adapter.check)
    assert not wrong.ok
    assert "access token" in wrong.summary


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "outage"}, Again),
        ({"kind": "http_error", "status": 500}, Unclear),
        ({"kind": "graph_error", "code": 130429}, Again),
        ({"kind": "token_expired"}, Refused),
        ({"kind": "cut_after_accept"}, Unclear),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
async def test_faults_are_read_for_what_they_are(business: Business, fault: dict[str, Any], expected: type[Outcome]) -> None:
    await business.world.write()
    await business.world.control("POST", "faults", fault)
    assert isinstance(await business.say(Say(envelope=envelope(), text="Hallo")), expected)


async def test_a_lost_answer_is_resolved_by_the_status_that_names_our_id(business: Business) -> None:
    await business.world.write()
    await business.world.control("POST", "faults", {"kind": "cut_after_accept"})
    assert isinstance(await business.say(Say(envelope=envelope(id="0193-lost"), text="Hallo")), Unclear)
    receipts = await business.until(Receipt)
    assert receipts[0].our_id == "0193-lost"


@pytest.fixture
def through_prism(world: World, specs: Path, tmp_path: Path) -> Iterator[str]:
    """The address of Graph behind Prism, which holds our requests to Meta's own description."""
    reason = prisms.install()
    if reason:
        pytest.skip(reason)
    with prisms.prism(whatsapp_description(specs), world.graph.removesuffix("/v23.0"), tmp_path) as address:
        yield address


@pytest.mark.servers
async def test_everything_that_we_ask_for_fits_metas_description(business: Business, through_prism: str) -> None:
    settings = {**business.account.settings, "base_url": through_prism}
    business.account = replace(business.account, settings=settings)
    written = await business.world.write()
    refused = {}
    for capability, outbound in specimens("phone", f"+{AYLIN}", written["id"]).items():
        if capability in adapter.manifest.capabilities - {Capability.TEMPLATE}:
            outcome = await business.say(outbound)
            if not isinstance(outcome, Accepted):
                refused[capability] = business.heard[-1]
    assert not refused
    template = UseTemplate(envelope=envelope(), name="hello_world", language="en_US")
    assert isinstance(await business.say(template), Accepted)
    assert (await business.steps(adapter.check)).ok
    assert "hello_world" in {template.name for template in await business.steps(adapter.templates)}
