"""Ways in and out, files, and what every answer carries: over HTTP, without a browser."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.servers.letters import letter_box
from tests.web.served import served

from oase.kernel.ids import new_id
from oase.web.signin.doors import safe_target

from .conftest import HANDLERS, PASSWORD, Desk

Session = httpx.AsyncClient


@pytest_asyncio.fixture
async def outside(desk: Desk) -> AsyncIterator[Session]:
    """A browser that nobody is signed in with."""
    async with httpx.AsyncClient(base_url=desk.url) as session:
        yield session


async def sign_in(session: Session, **form: str) -> httpx.Response:
    given = {"email": "aenne@example.com", "password": PASSWORD, **form}
    return await session.post("/signin", data=given)


async def test_a_page_leads_to_the_sign_in_and_from_there_back(outside: Session) -> None:
    answer = await outside.get("/inbox/mine")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin?next=%2Finbox%2Fmine")
    answer = await sign_in(outside, next="/inbox/mine")
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox/mine")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert (await outside.get("/inbox/mine")).status_code == 200


async def test_a_sign_in_with_a_new_browser_is_told_by_mail_once(desk: Desk) -> None:
    async with letter_box() as box, served(replace(desk.services, settings=box.settings), handlers=HANDLERS) as url:
        chrome = {"user-agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36"}
        async with httpx.AsyncClient(base_url=url, headers=chrome) as known:
            for _ in range(2):
                assert (await sign_in(known)).status_code == 303
                await known.post("/signout")
            other = await sign_in(known, email="ben@example.com")
            assert other.status_code == 303
            await known.post("/signout")
            await sign_in(known)
        await box.has(2)
        assert [letter["To"] for letter in box.letters] == ["Änne Köhler <aenne@example.com>", "Ben Öztürk <ben@example.com>"]
        told = box.letters[0].get_content()
        assert box.letters[0]["Subject"] == "Eine neue Anmeldung bei „Muster GmbH“"
        assert "bei „Muster GmbH“ angemeldet" in " ".join(told.split())
        assert "Chrome auf Windows" in told
        assert "127.0.0.1" in told
        async with httpx.AsyncClient(base_url=url) as stranger:
            await sign_in(stranger, password="falsch geraten")
            stranger.cookies.set("oase-known", "0" * 32)
            await sign_in(stranger)
        await box.has(3)
        assert len(box.letters) == 3


async def test_a_wrong_password_keeps_the_address_and_says_so(outside: Session) -> None:
    answer = await sign_in(outside, password="falsch geraten")
    text = answer.text
    assert answer.status_code == 422
    assert 'value="aenne@example.com"' in text
    assert "falsch geraten" not in text


async def test_signing_out_ends_the_session_on_the_server(desk: Desk, outside: Session) -> None:
    await sign_in(outside)
    token = outside.cookies["oase"]
    await outside.post("/signout")
    again = await outside.get("/inbox/open", headers={"cookie": f"oase={token}"})
    assert again.status_code == 303


@pytest.mark.parametrize("wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "/signin", "/a\nb", ""])
def test_nobody_is_sent_to_another_site_after_signing_in(wanted: str) -> None:
    assert safe_target(wanted) == "/inbox"


async def test_a_change_sent_from_a_foreign_page_is_not_carried_out(desk: Desk, outside: Session) -> None:
    await desk.writes("Jörg Weißmüller", "Guten Tag")
    await sign_in(outside)
    one = await desk.value("SELECT id FROM conversation")
    headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    answer = await outside.post(f"/conversations/{one}/state", data={"state": "solved"}, headers=headers)
    assert answer.status_code == 403
    assert await desk.value("SELECT state FROM conversation") == "open"


async def test_every_answer_carries_the_security_headers(outside: Session) -> None:
    for path in ("/signin", "/no-such-page", "/api/v1/no-such-thing"):
        headers = (await outside.get(path)).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


async def test_errors_are_pages_for_people_and_problems_for_programs(outside: Session) -> None:
    assert (await outside.get("/no-such-page")).headers["content-type"].startswith("text/html")
    problem: Any = await outside.get("/api/v1/no-such-thing")
    assert problem.headers["content-type"].startswith("application/problem+json")
    assert problem.json()["status"] == 404


async def test_changes_since_no_moment_bring_the_newest_entries(desk: Desk, outside: Session) -> None:
    await desk.writes("Jörg Weißmüller", "Meine Kaffeemaschine tropft ☕")
    await sign_in(outside)
    shown = await desk.value("SELECT id FROM conversation")
    answer = await outside.get(f"/inbox/open/changes?ids={shown}&open_id={shown}&since=gestern", headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert 'data-part="entries"' in answer.text
    assert "Kaffeemaschine" in answer.text
    assert (await outside.get("/inbox/open/changes?ids=eins,zwei")).status_code == 422


async def test_what_was_erased_while_it_was_open_can_no_longer_be_read(desk: Desk, outside: Session) -> None:
    await sign_in(outside)
    answer = await outside.post(f"/conversations/{new_id()}/read", headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code < 400


async def test_a_view_without_anything_is_asked_for_what_it_lacks(desk: Desk, outside: Session) -> None:
    await sign_in(outside)
    answer = await outside.post("/views", data={}, headers={"sec-fetch-site": "same-origin", "hx-request": "true"})
    assert answer.status_code == 422


async def test_a_character_that_is_none_is_named(desk: Desk, outside: Session) -> None:
    await desk.writes("Jörg Weißmüller", "Guten Tag")
    await sign_in(outside)
    shown = await desk.value("SELECT id FROM conversation")
    answer = await outside.get(f"/conversations/{shown}/snippets?q=%00", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["detail"]) == (422, "Ein Text enthält ein NUL-Zeichen.")


async def test_an_uploaded_page_is_never_shown_as_a_page(outside: Session) -> None:
    await sign_in(outside)
    answer = await outside.post(
        "/uploads", content=b"<script>alert(1)</script>", headers={"content-type": "text/html", "x-file-name": "b%C3%B6se.html"}
    )
    upload = answer.json()
    assert upload["name"] == "böse.html"
    file = await outside.get(f"/files/{upload['id']}")
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment")


async def test_players_get_the_range_that_they_ask_for(outside: Session) -> None:
    await sign_in(outside)
    sound = b"OggS" + bytes(range(200))
    upload = (await outside.post("/uploads", content=sound, headers={"x-file-name": "a.ogg"})).json()
    file = await outside.get(f"/files/{upload['id']}", headers={"range": "bytes=10-19"})
    assert file.status_code == 206
    assert file.content == sound[10:20]
    assert file.headers["content-range"] == f"bytes 10-19/{len(sound)}"
