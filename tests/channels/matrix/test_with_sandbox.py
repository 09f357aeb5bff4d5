"""The adapter against the simulated homeserver, over HTTP: neither knows the other's code. Stories with a real one: test_with_synapse."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest
import pytest_asyncio
from tests.channels.caller import Caller
from tests.sandbox.conftest import Starter, World, endpoint, start

from oase.channels.adapters.matrix import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Deleted,
    Edited,
    Envelope,
    Event,
    File,
    Outcome,
    Polled,
    Reacted,
    Receipt,
    Received,
    Refused,
    Say,
    Typing,
)
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret
from oase.sandbox.matrix import Matrix

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket
AYLIN = "@aylin:matrix.sandbox.example"


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    return await start(platforms=(Matrix,))


@pytest.fixture
def matrix(world: World) -> Matrix:
    platform = world.sandbox.platforms["matrix"]
    assert isinstance(platform, Matrix)
    return platform


@pytest_asyncio.fixture
async def company(matrix: Matrix) -> AsyncIterator[Caller]:
    """The company's user, with nothing but the adapter."""
    settings = {"homeserver": matrix.base_url, "user_id": matrix.user, "invitations": "direct"}
    account = Account(id="1", channel="matrix", settings=settings, secrets={"access_token": (Secret(matrix.token),)})
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as outside:
        caller = Caller(adapter, account, outside, lambda: datetime.now(UTC))
        checked = await caller.check()
        assert checked.ok, checked
        yield caller


async def news(company: Caller) -> list[Event]:
    """One round of asking, kept."""
    found = await company.poll()
    assert isinstance(found, Polled), found
    company.cursor = dict(found.cursor)
    return [event for raw in found.raws for event in adapter.parse(raw, company.account)]


async def heard(company: Caller, *kinds: type) -> list[Any]:
    """Asks until one event of each kind has come."""
    found: list[Any] = []
    async with asyncio.timeout(20):
        while not all(any(isinstance(one, kind) for one in found) for kind in kinds):
            found += await news(company)
    return [next(one for one in found if isinstance(one, kind)) for kind in kinds]


async def test_a_customer_writes_is_answered_with_a_picture_and_reads_it(company: Caller, matrix: Matrix) -> None:
    await news(company)
    asked = matrix.phone.write(AYLIN, "Wie sieht er aus?", files=[matrix.phone.add_file("Rad.png", "image/png", b"PNG")])
    (said,) = await heard(company, Received)
    assert (said.content.text, said.content.kind, said.sender.name) == ("Wie sieht er aus?", "image", "Aylin Özdemir")
    file = await company.fetch(said.content.media[0])
    assert isinstance(file, File)
    assert file.content == b"PNG"
    envelope = Envelope(id="0193f0a2-7c11", to=said.sender.value, at=datetime.now(UTC), reply_to=said.external_id)
    picture = File(name="Plan.png", type="image/png", content=b"PNG2")
    outcome = await company.say(Say(envelope=envelope, text="So", files=(picture,)))
    assert isinstance(outcome, Accepted)
    assert outcome == await company.say(Say(envelope=envelope, text="So", files=(picture,))), "the server knows the repetition"
    (answer,) = [one for one in matrix.phone.chats[AYLIN] if one.from_business]
    assert (answer.text, answer.files[0].data, answer.reply_to) == ("So", b"PNG2", asked.id)
    matrix.phone.see(AYLIN)
    (receipt,) = await heard(company, Receipt)
    assert receipt.external_id == outcome.external_id


async def test_corrections_reactions_typing_and_what_was_taken_back(company: Caller, matrix: Matrix) -> None:
    await news(company)
    message = matrix.phone.write(AYLIN, "Größe 42")
    matrix.phone.edit(message.id, "Größe 43")
    matrix.phone.react(message.id, "👍")
    matrix.phone.types(AYLIN)
    edited, reacted, typing = await heard(company, Edited, Reacted, Typing)
    assert (edited.external_id, edited.content.text) == (message.id, "Größe 43")
    assert (reacted.external_id, reacted.emoji) == (message.id, "👍")
    assert typing.on
    matrix.phone.react(message.id, "")
    matrix.phone.delete(message.id)
    reacted, deleted = await heard(company, Reacted, Deleted)
    assert (reacted.emoji, deleted.external_id) == ("", message.id)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "throttled"}, Again),
        ({"kind": "token_expired"}, Refused),
        ({"kind": "error_in_200"}, Refused),
        ({"kind": "outage"}, Again),
        ({"kind": "cut_after_accept"}, Accepted),  # a PUT is asked again at once, and the server knows it
    ],
)
async def test_bad_days(company: Caller, matrix: Matrix, world: World, fault: dict[str, object], kind: type[Outcome]) -> None:
    await news(company)
    matrix.phone.write(AYLIN, "Hallo")
    (said,) = await heard(company, Received)
    async with world.client.post(f"{world.base}/apps/matrix/faults", json={"remaining": 1, **fault}) as answer:
        assert answer.status == 201
    say = Say(envelope=Envelope(id="0193f0a2-7c12", to=said.sender.value, at=datetime.now(UTC)), text="Guten Tag")
    outcome = await company.say(say)
    assert isinstance(outcome, kind), outcome
    assert isinstance(await company.say(say), Accepted)
    assert [one.text for one in matrix.phone.chats[AYLIN]] == ["Hallo", "Guten Tag"], "said once"
