"""Secrets leave only with the request that they belong to: in headers, in JSON, in the address; no log and no error shows them."""

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any, ClassVar, cast
from uuid import UUID

import pytest
from aiohttp import web
from msgspec.structs import replace

from oase.channels import StoredAccount
from oase.channels.adapters.whatsapp import adapter as whatsapp
from oase.channels.contract import (
    Accepted,
    Account,
    Adapter,
    Again,
    Call,
    Envelope,
    FromReply,
    Manifest,
    NoReply,
    Outbound,
    Outcome,
    Reply,
    Say,
    Unclear,
)
from oase.conversations import perform
from oase.conversations.delivery import wire
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret

pytestmark = pytest.mark.enable_socket
TOKEN = "4711:AAH-geheim_7Qx"


class Plain:
    """An account whose wire is HTTP; nothing else of it counts here."""

    channel = "whatsapp"

    class manifest:
        wire = "http"


NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
STORED = StoredAccount(
    workspace_id=UUID(int=1), id=UUID(int=2), channel="x", name="X", enabled=True, state="up", state_why="", state_since=NOW,
    account=Account(id="1", channel="x"), manifest=whatsapp.manifest,
)  # fmt: skip
ACCOUNT = cast(StoredAccount, Plain())


@pytest.fixture
async def heard() -> AsyncIterator[tuple[str, list[tuple[str, Any]]]]:
    """A server's address, and the paths and bodies that it hears."""
    requests: list[tuple[str, Any]] = []

    async def hear(request: web.Request) -> web.Response:
        requests.append((request.path, await request.json() if request.can_read_body else None))
        return web.json_response({"ok": True})

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", requests
    await runner.cleanup()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    """A way out that may talk to this machine."""
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as way:
        yield way


async def test_a_secret_in_the_address_is_put_in_when_the_request_leaves(
    outside: Outside, heard: tuple[str, list[tuple[str, Any]]]
) -> None:
    url, requests = heard
    call = Call(method="GET", url=f"{url}/bot{{token}}/getMe", secrets={"token": Secret(TOKEN)})
    reply = await perform(outside, ACCOUNT, call)
    assert isinstance(reply, Reply)
    assert [path for path, _ in requests] == [f"/bot{TOKEN}/getMe"]
    assert TOKEN not in repr(call)


async def test_secrets_inside_json_are_put_in_when_the_request_leaves(
    outside: Outside, heard: tuple[str, list[tuple[str, Any]]]
) -> None:
    url, requests = heard
    call = Call(method="POST", url=f"{url}/setWebhook", json={"url": "https://x.example", "keys": [{"secret": Secret(TOKEN)}]})
    await perform(outside, ACCOUNT, call)
    assert requests == [("/setWebhook", {"url": "https://x.example", "keys": [{"secret": TOKEN}]})]
    assert TOKEN not in repr(call)


async def test_a_request_that_fails_tells_nothing_of_the_secret_in_its_address(
    outside: Outside, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        call = Call(method="GET", url="http://127.0.0.1:9/bot{token}/getMe", secrets={"token": Secret(TOKEN)})
        reply = await perform(outside, ACCOUNT, call)
    assert isinstance(reply, NoReply)
    shown = reply.why + caplog.text + "".join(capsys.readouterr())
    assert TOKEN not in shown


# --- calls that build on each other ---


class Uploading(Adapter):
    """Uploads a file, waits until the provider has worked on it, and says it."""

    manifest: ClassVar[Manifest] = whatsapp.manifest

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        base, media = account.settings["base"], FromReply(call=0, key="data.id")
        return [
            Call(method="POST", url=f"{base}/upload"),
            Call(method="GET", url=f"{base}/media/{{id}}", fill={"id": media}),
            Call(method="POST", url=f"{base}/say", json={"media": [media]}),
        ]

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        if isinstance(reply, NoReply):
            return Unclear(why="lost")
        return Again(why="It is worked on.") if reply.status == 206 else Accepted(external_id="1")


async def test_calls_build_on_earlier_replies_and_a_question_on_the_way_is_asked_until_it_is_answered(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "adapter", lambda _: Uploading())
    monkeypatch.setattr(wire, "_LEAST_WAIT_SECONDS", 0.01)
    heard: list[Any] = []
    statuses = [206, 206, 200]

    async def answer(request: web.Request) -> web.Response:
        heard.append((request.path, await request.json() if request.can_read_body else None))
        status = statuses.pop(0) if request.path.startswith("/media") else 200
        return web.json_response({"data": {"id": "a/7"}}, status=status)

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    account = replace(
        STORED, account=Account(id="1", channel="x", settings={"base": f"http://127.0.0.1:{runner.addresses[0][1]}"})
    )
    outcome = await wire.deliver(outside, account, Say(envelope=Envelope(id="1", to="a", at=NOW), text="Hallo"))
    await runner.cleanup()
    assert outcome == Accepted(external_id="1")
    assert heard == [("/upload", None), *[("/media/a/7", None)] * 3, ("/say", {"media": ["a/7"]})]


def test_values_of_earlier_replies_are_found_inside_lists_too() -> None:
    call = Call(method="POST", url="https://x.example", json={"parent": {"cid": FromReply(call=0, key="posts.0.cid")}})
    read = Adapter().values(call, Reply(status=200, body=b'{"posts":[{"cid":"bafy"}]}'))
    assert wire._filled(call, lambda place: wire._value(place, read)).json == {"parent": {"cid": "bafy"}}
