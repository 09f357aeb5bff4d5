"""Secrets leave only with the request that they belong to: in headers, in JSON, in the address; no log and no error shows them."""

import logging
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any, cast

import pytest
from aiohttp import web

from oase.channels import StoredAccount
from oase.channels.contract import Call, NoReply, Reply
from oase.conversations import perform
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret

pytestmark = pytest.mark.enable_socket
TOKEN = "4711:AAH-geheim_7Qx"


class Plain:
    """An account whose wire is HTTP; nothing else of it counts here."""

    channel = "whatsapp"

    class manifest:
        wire = "http"


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
