"""What everybody can read about a company's response times: page, picture, script and JSON, from memory."""

import asyncio
import gzip
import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from tests.statements import statements

from .conftest import Public

PAGE = "/response-times/lindgruen"


async def _filled(public: Public, count: int = 20) -> None:
    now = public.company.clock.now()
    await public.company.measured(count, 300, asked_at=now - timedelta(days=7, minutes=-10))
    await public.shows("whatsapp", "email")


async def _text(public: Public, path: str, **headers: str) -> str:
    async with public.session.get(path, headers={"accept-encoding": "identity", **headers}) as answer:
        assert answer.status == 200, path
        return (await answer.read()).decode()


async def test_the_page_says_what_was_measured_and_of_how_many_cases(public: Public) -> None:
    await _filled(public)
    page = await _text(public, f"{PAGE}?lang=de")
    assert "meist innerhalb von 5 Minuten" in page
    assert "<b>100\N{NO-BREAK SPACE}%</b>" in page
    assert "von 20" in page
    assert "noch zu wenige Fälle" in page  # of mail
    english = await _text(public, "/response-times?lang=en")
    assert "usually within 5 minutes" in english
    assert "<b>100%</b>" in english
    assert '<html lang="de">' in await _text(public, PAGE, **{"accept-language": "de-AT,de;q=0.9"})


async def test_an_address_with_all_that_campaigns_hang_on_to_it_leads_to_the_page(public: Public) -> None:
    await _filled(public)
    hung_on = "&".join(f"utm_{number}=x" for number in range(30))
    assert "von 20" in await _text(public, f"{PAGE}?{hung_on}&lang=de")
    assert "von 20" in await _text(public, f"{PAGE}?lang=de&{'x' * 4000}", **{"accept-language": "de"})


async def test_below_twenty_cases_nothing_is_shown(public: Public) -> None:
    await _filled(public, 19)
    page, told = await _text(public, f"{PAGE}?lang=en"), json.loads(await _text(public, f"{PAGE}/figures.json"))
    assert "%</b>" not in page
    assert "19" not in page.partition("<main>")[2].partition('<h2 id="how">')[0].replace("2019", "")
    whatsapp = told["channels"][0]
    assert whatsapp["last_28_days"] == {"within_15_minutes": None, "within_1_hour": None, "within_promise": None}
    assert (whatsapp["expected"]["working_seconds"], whatsapp["expected"]["cases"]) == (None, None)
    assert whatsapp["expected"]["says"] == {"en": "not enough cases yet", "de": "noch zu wenige Fälle"}


async def test_programs_of_any_website_may_read_the_figures(public: Public) -> None:
    await _filled(public)
    async with public.session.get(f"{PAGE}/figures.json", headers={"origin": "https://news.example"}) as answer:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cache-control"].startswith("public, max-age=")
        told = json.loads(gzip.decompress(await answer.read()) if "content-encoding" in answer.headers else await answer.read())
    assert told["channels"][0]["last_28_days"]["within_15_minutes"] == {"percent": 100, "cases": 20}
    expected = told["channels"][0]["expected"]
    assert (expected["working_seconds"], expected["from"]) == (300, "measured")
    assert told["opening_hours"] is None


async def test_who_has_it_already_is_told_so(public: Public) -> None:
    await _filled(public)
    for what in ("", "/figures.json", "/badge.svg", "/badge.js"):
        async with public.session.get(PAGE + what) as answer:
            tag = answer.headers["etag"]
        async with public.session.get(PAGE + what, headers={"if-none-match": tag}) as answer:
            assert (answer.status, answer.headers["etag"], await answer.read()) == (304, tag, b"")


async def test_the_badge_is_a_picture_that_says_it_in_words(public: Public) -> None:
    await _filled(public)
    picture = ElementTree.fromstring(await _text(public, f"{PAGE}/badge.svg?lang=de"))
    words = [one.text for one in picture.iter() if one.tag.endswith("text")]
    assert words == ["WhatsApp", "meist innerhalb von 5 Minuten"]
    assert "https://hilfe.example/response-times/lindgruen" in await _text(public, f"{PAGE}/badge.js")


async def test_the_front_page_names_every_way_with_what_may_be_expected(public: Public) -> None:
    await _filled(public)
    page = await _text(public, "/portal/lindgruen?lang=de")
    assert "WhatsApp" in page
    assert "meist innerhalb von 5 Minuten" in page
    await public.shows("whatsapp", front=False)
    public.board.forget()
    async with public.session.get("/portal/lindgruen") as answer:
        assert answer.status == 404


async def test_a_workspace_that_shows_nothing_is_not_there_and_nobody_asks_the_database_for_it(
    public: Public, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await public.board.of("lindgruen") is None
    with statements(monkeypatch) as asked:
        assert [await public.board.of(name) for name in ("lindgruen", "somebody", "")] == [None, None, None]
    assert asked == []
    await public.shows("whatsapp")
    public.board.forget()
    assert await public.board.of("") is not None


async def test_a_workspace_without_any_case_has_a_page(public: Public) -> None:
    await public.shows("whatsapp")
    assert "not enough cases yet" in await _text(public, f"{PAGE}?lang=en")


async def test_many_requests_ask_the_database_once(public: Public, monkeypatch: pytest.MonkeyPatch) -> None:
    await _filled(public)
    with statements(monkeypatch) as asked:
        first = await asyncio.gather(*(public.board.of("lindgruen") for _ in range(50)))
        costs = len(asked)
        again = await asyncio.gather(*(public.board.of("lindgruen") for _ in range(500)))
        assert len(asked) == costs
    assert {id(one) for one in [*first, *again]} == {id(first[0])}
    assert costs <= 12


async def test_figures_are_made_anew_every_five_minutes_and_old_ones_shown_meanwhile(public: Public) -> None:
    await _filled(public)
    before = await public.board.of("lindgruen")
    assert before is not None
    public.company.clock.advance(timedelta(minutes=4, seconds=59))
    assert await public.board.of("lindgruen") is before
    public.company.clock.advance(timedelta(seconds=1))
    assert public.board.seconds_left() == 300
    assert await public.board.of("lindgruen") is before  # until the new ones are there
    async with asyncio.timeout(10):
        while (after := await public.board.of("lindgruen")) is before:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0)
    assert after is not None
    assert after.figures.as_of - before.figures.as_of == timedelta(minutes=5)


async def test_what_is_too_old_is_shown_to_nobody(public: Public) -> None:
    await _filled(public)
    before = await public.board.of("lindgruen")
    public.company.clock.advance(timedelta(hours=1))
    after = await public.board.of("lindgruen")
    assert before is not None
    assert after is not None
    assert after.figures.as_of - before.figures.as_of == timedelta(hours=1)


async def test_what_is_switched_off_is_gone_when_the_process_hears_of_it(public: Public) -> None:
    await public.shows("whatsapp")
    assert await public.board.of("lindgruen") is not None
    await public.shows("whatsapp", on=False)
    public.board.forget()
    assert await public.board.of("lindgruen") is None
