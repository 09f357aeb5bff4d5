"""The sandbox inside our own process: simulated providers, so that everything can be tried without an account."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar.types import ASGIApp

from oase.main.house import House


@asynccontextmanager
async def open_sandbox(house: House) -> AsyncIterator[ASGIApp | None]:
    """The sandbox's application, running; None where it is switched off. With the demonstration its company is set up, too."""
    if not house.settings.sandbox:
        yield None
        return
    from litestar import Litestar

    from oase.main.demo import begin_story, prepare_demo
    from oase.main.demo.places import follow_ports
    from oase.main.demo_ports import mailbox_port
    from oase.sandbox import MailboxSettings, Sandbox, SandboxSettings, WhatsAppSettings, sandbox_routes, with_cuts

    sandbox = Sandbox(
        SandboxSettings(
            whatsapp=WhatsAppSettings(public_url=f"http://127.0.0.1:{house.settings.port}/sandbox"),
            public_url=f"http://127.0.0.1:{house.settings.port}/sandbox",
            mailbox=MailboxSettings(listen_port=mailbox_port(house.settings), oase_port=house.settings.mail_receiver_port),
        )
    )
    await prepare_demo(house, sandbox)
    await sandbox.start()
    if house.settings.demo:
        await follow_ports(house, sandbox)
    house.begin("demonstration", lambda: begin_story(house, sandbox))
    try:
        yield with_cuts(Litestar(route_handlers=sandbox_routes(sandbox), openapi_config=None, logging_config=None))
    finally:
        await sandbox.stop()
