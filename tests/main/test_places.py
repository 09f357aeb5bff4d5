"""The demonstration's accounts at the sandbox's platforms."""

from pathlib import Path
from uuid import UUID

import pytest
from tests.channels.story import open_house

from oase.channels import create_account
from oase.main.demo.places import CONNECTIONS, follow_ports
from oase.sandbox import Sandbox, SandboxSettings
from oase.sandbox.xmpp import Xmpp

pytestmark = pytest.mark.enable_socket


async def test_an_account_follows_a_server_that_had_to_take_another_port(
    fresh_dsn: str, tmp_path: Path, workspace_id: UUID
) -> None:
    sandbox = Sandbox(SandboxSettings(platforms=(Xmpp,), public_url="http://127.0.0.1:1/sandbox"))
    xmpp = sandbox.platforms["xmpp"]
    assert isinstance(xmpp, Xmpp)
    async with open_house(fresh_dsn, tmp_path) as house:
        usual = CONNECTIONS["xmpp"](xmpp)
        assert usual.settings["port"] == 5
        async with house.database.work(workspace_id) as work:
            await create_account(work, house.safe, usual.channel, usual.name, usual.settings)
            await create_account(work, house.safe, usual.channel, "Our own", usual.settings)
        xmpp.server.port = 40123
        await follow_ports(house, sandbox)
        accounts = {one.name: one.account for one in await house.book.enabled()}
    assert accounts[usual.name].settings["port"] == 40123
    assert accounts[usual.name].secret("password").reveal() == xmpp.password
    assert accounts["Our own"].settings["port"] == 5
