"""A package from outside the repository brings a channel: it is offered, set up, heard and answered like any other."""

import hashlib
import hmac
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Browser, expect
from tests.channels.afternoon import follow, install
from tests.journeys.ground import ANNA, People, answer, installation, open_row

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


class Flaschenpost:
    """The service of the page, as small as it is described there."""

    def __init__(self) -> None:
        self.said: list[dict[str, str]] = []
        self.keys: list[str] = []

    def app(self) -> web.Application:
        """`GET /v1/me`, `POST /v1/messages`."""
        app = web.Application()
        app.router.add_get("/v1/me", self._me)
        app.router.add_post("/v1/messages", self._take)
        return app

    async def _me(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers["Authorization"])
        return web.json_response({"name": "Muster GmbH"})

    async def _take(self, request: web.Request) -> web.Response:
        self.said.append(await request.json())
        return web.json_response({"id": f"a{len(self.said)}"}, status=201)


async def test_a_channel_from_a_package_is_set_up_heard_and_answered(browser: Browser, tmp_path: Path) -> None:
    installed = install(follow(tmp_path / "package"))
    path = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])
    service = Flaschenpost()
    runner = web.AppRunner(service.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    (tmp_path / "data").mkdir()
    try:
        given = {"OASE_DEMO": "1", "OASE_SANDBOX": "1", "OASE_ALLOW_PRIVATE_NETWORKS": "127.0.0.0/8", "PYTHONPATH": path}
        async with installation(tmp_path / "data", **given) as oase:
            people = People(browser, oase)
            admin = await people.agent(ANNA)
            await admin.goto(f"{oase.url}/admin/channels")
            await admin.get_by_role("link", name="Flaschenpost").click()
            await expect(admin.locator("main")).to_contain_text("gemeinsames Geheimnis")
            await admin.get_by_label("Name für Ihr Team").fill("Flaschenpost")
            await admin.get_by_label("Schlüssel", exact=True).fill("k-17")
            await admin.get_by_label("Gemeinsames Geheimnis", exact=True).fill("geheim-17")
            await admin.get_by_label("Adresse des Dienstes").fill(address)
            await admin.get_by_role("button", name="Verbindung prüfen").click()
            await expect(admin.locator("main")).to_contain_text("Muster GmbH")
            await admin.get_by_role("button", name="Speichern").click()
            await expect(admin.locator("main")).to_contain_text("Der Anschluss ist verbunden.")
            await _tell(f"{oase.url}/hooks/flaschenpost/{await oase.account('flaschenpost')}", "Ahoi! Ist der Steg noch frei? ⚓")
            await admin.goto(f"{oase.url}/inbox")
            await open_row(admin, "Ist der Steg noch frei")
            await answer(admin, "Ja, Platz 7 ist frei.")
            ticks = admin.locator("#entries .entry.out").last.locator(".ticks").first
            await expect(ticks).to_have_attribute("title", "Gesendet", timeout=15_000)
            assert [one["text"] for one in service.said] == ["Ja, Platz 7 ist frei."]
            await people.close()
            assert people.troubles == []
    finally:
        await runner.cleanup()


async def _tell(hook: str, text: str) -> None:
    message = {"id": "m1", "from": {"id": "u7", "name": "Änne Köhler"}, "text": text, "sent_at": datetime.now(UTC).isoformat()}
    body = json.dumps(message).encode()
    signed = hmac.new(b"geheim-17", body, hashlib.sha256).hexdigest()
    async with aiohttp.ClientSession() as session:
        for _ in range(3):  # told three times, written once
            async with session.post(hook, data=body, headers={"X-Flaschenpost-Signature": signed}) as answer:
                assert answer.status == 200
