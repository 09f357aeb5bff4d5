"""The public page shows what was measured: customers ask, agents answer, and everybody can read how long it took."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.async_api import APIRequestContext, expect

from .ground import Installation, People, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("apps")]
CASES = 20


_MEASURED = """
SELECT count(*) FILTER (WHERE outcome = 'answered' AND ended_at - asked_at <= interval '15 minutes') AS kept,
    count(*) FILTER (WHERE outcome = 'answered' OR coalesce(ended_at, %(at)s) - asked_at > interval '15 minutes') AS count
FROM wait WHERE channel = 'app' AND asked_at <= %(at)s AND asked_at > %(at)s - interval '7 days'"""


async def _asked_and_answered(agent: APIRequestContext, url: str, account_id: str) -> None:
    """A customer asked ten minutes ago, and is answered now."""
    asked_at = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()
    first = {"text": "Ist das Rad noch da?", "at": asked_at}
    new = {"account_id": account_id, "address": uuid4().hex, "name": "Jana Weiß", "message": first}
    started = await agent.post(f"{url}/api/v1/conversations", data=new)
    assert started.status == 201, await started.text()
    place = f"{url}/api/v1/conversations/{(await started.json())['conversation_id']}/messages"
    answered = await agent.post(place, data={"text": "Ja, es steht im Laden."})
    assert answered.status == 201, await answered.text()


async def test_the_public_page_shows_what_was_measured(oase: Installation, people: People) -> None:
    admin = await people.agent()
    account_id = str(await oase.account("app"))
    await asyncio.gather(*(_asked_and_answered(admin.context.request, oase.url, account_id) for _ in range(CASES)))
    done = "SELECT count(*) FROM wait WHERE channel = 'app' AND outcome = 'answered' HAVING count(*) >= %(cases)s"
    await until(lambda: oase.rows(done, cases=CASES), "the answers have left and are measured", seconds=60)

    await admin.goto(f"{oase.url}/admin/response-times")
    await admin.get_by_label("App", exact=True).check()
    await admin.get_by_role("button", name="Speichern").click()
    await expect(admin.get_by_text("Gespeichert.")).to_be_visible()
    line = f'<script async src="{oase.url}/response-times/lindgruen-demo/badge.js"></script>'
    await expect(admin.get_by_label("Zeile für Ihre Seiten")).to_have_value(line)

    reader = await people.somebody("/response-times?lang=de")
    await expect(reader.get_by_role("heading", level=1)).to_have_text("So schnell antworten wir")
    told = await (await reader.request.get(f"{oase.url}/response-times/lindgruen-demo/figures.json")).json()
    (measured,) = await oase.rows(_MEASURED, at=datetime.fromisoformat(told["as_of"]))
    assert measured["count"] >= CASES
    percent = measured["kept"] * 100 // measured["count"]
    figures = next(one for one in told["channels"] if one["channel"] == "app")
    assert figures["last_7_days"]["within_15_minutes"] == {"percent": percent, "cases": measured["count"]}
    week = reader.get_by_role("region", name="Die vergangenen 7 Tage")
    row = week.locator("tr", has=reader.get_by_role("rowheader", name="App", exact=True))
    await expect(row.get_by_role("cell").first).to_contain_text(f"{percent} % von {measured['count']}")
    await expect(reader.locator(".now div", has=reader.get_by_text("App", exact=True))).to_contain_text(
        figures["expected"]["says"]["de"]
    )

    await admin.goto(f"{oase.url}/reports/response-times?days=7")
    row = admin.locator("tr", has=admin.get_by_role("rowheader", name="App", exact=True))
    await expect(row).to_contain_text("10 Minuten")
