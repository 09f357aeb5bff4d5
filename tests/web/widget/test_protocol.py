"""The widget's requests, as a program sends them: sessions, deliveries, streams, files; and everything that is refused."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from tests.web.widget.ground import IDENTITY_SECRET, Site, running
from tests.web.widget.test_usertoken import token

from oase.channels import StoredAccount
from oase.channels.contract import Moved, Received
from oase.channels.families.visitor import sign
from oase.kernel.errors import Unavailable
from oase.web.widget import Door, Presence, Rate, Rules
from oase.web.widget.puzzle import solve


class Visitor:
    """A browser without a screen."""

    def __init__(self, site: Site, account: StoredAccount, **headers: str) -> None:
        self.root = f"{site.origin}/widget/{account.id}"
        self.http = httpx.AsyncClient(timeout=10, headers={"x-forwarded-for": "192.0.2.7", **headers})
        self.session: dict[str, Any] = {}
        site.at_the_end.push_async_callback(self.http.aclose)

    def query(self, purpose: str, content: bytes, **more: str) -> str:
        held = {name: str(self.session[name]) for name in ("v", "u", "w")}
        return urlencode({**held, **more, "s": sign(self.session["key"], purpose, content)})

    async def hello(self, **said: Any) -> httpx.Response:
        body = json.dumps(said).encode()
        query = self.query("hello", body) if self.session else ""
        answer = await self.http.post(f"{self.root}/hello?{query}", content=body)
        if answer.status_code == 200 and answer.json()["session"]:
            self.session = answer.json()["session"]
        return answer

    async def deliver(self, **said: Any) -> httpx.Response:
        body = json.dumps(said).encode()
        return await self.http.post(f"{self.root}/deliver?{self.query('deliver', body)}", content=body)

    async def say(self, text: str, number: int = 1, **more: Any) -> httpx.Response:
        return await self.deliver(type="message", id=f"{number:032x}", text=text, **more)

    def upload_query(self, name: str, size: int, **more: str) -> str:
        now = self.now()
        return self.query("upload", f"{now}\n{name}\n{size}".encode(), t=now, name=name, size=str(size), **more)

    async def upload(self, name: str, type: str, content: bytes, size: int = -1) -> httpx.Response:
        query = self.upload_query(name, len(content) if size < 0 else size)
        return await self.http.post(f"{self.root}/upload?{query}", content=content, headers={"content-type": type})

    def now(self) -> str:
        return str(int(datetime.now(UTC).timestamp() * 1000))

    def stream_address(self) -> str:
        now = self.now()
        return f"{self.root}/stream?{self.query('stream', now.encode(), t=now)}"


async def events(response: httpx.Response) -> Any:
    """The events of a stream, decoded."""
    async for line in response.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line[6:])


async def test_a_message_goes_in_once_and_comes_back_over_the_stream(site: Site) -> None:
    account = site.webchat()
    visitor = Visitor(site, account)
    assert (await visitor.hello()).json()["session"] is None
    assert (await visitor.hello(make=True)).json()["known"]
    async with visitor.http.stream("GET", visitor.stream_address()) as response:
        stream = events(response)
        assert await anext(stream) == {"sync": [], "presence": {"open": True}}
        for _ in range(3):
            assert (await visitor.say("Grüße 🚲")).status_code == 202
        mine = (await anext(stream))["message"]
        assert (mine["from"], mine["text"], mine["client"], mine["state"]) == ("visitor", "Grüße 🚲", f"{1:032x}", "sent")
        await site.desk.say(account, "Guten Tag!", choices={"a": "Probefahrt"})
        ours = (await anext(stream))["message"]
        assert (ours["from"], ours["name"], ours["choices"]) == ("us", "Änne Köhler", [{"id": "a", "title": "Probefahrt"}])
    assert len(await site.desk.until(Received)) == 1
    assert [one["text"] for one in (await visitor.hello()).json()["timeline"]] == ["Grüße 🚲", "Guten Tag!"]


async def test_several_streams_of_a_visitor_get_everything_and_others_nothing(site: Site) -> None:
    account = site.webchat()
    one, other = Visitor(site, account), Visitor(site, account)
    await one.hello(make=True)
    await other.hello(make=True)
    async with (
        one.http.stream("GET", one.stream_address()) as first,
        one.http.stream("GET", one.stream_address()) as second,
        other.http.stream("GET", other.stream_address()) as third,
    ):
        streams = [events(response) for response in (first, second, third)]
        for stream in streams:
            await anext(stream)
        await site.desk.say(account, "Nur für Sie", visitor=one.session["v"])
        await site.desk.say(account, "Für die andere", visitor=other.session["v"])
        got = [(await anext(stream))["message"]["text"] for stream in streams]
    assert got == ["Nur für Sie", "Nur für Sie", "Für die andere"]


async def test_a_session_of_somebody_else_or_a_changed_one_is_refused(site: Site) -> None:
    account, elsewhere = site.webchat(), site.webchat()
    visitor, other = Visitor(site, account), Visitor(site, account)
    await visitor.hello(make=True)
    await other.hello(make=True)
    own = dict(visitor.session)
    for change in (
        {"v": other.session["v"]},
        {"u": own["u"] + 1},
        {"w": "e30"},
        {"u": 1000},
        {"key": other.session["key"]},
        {"v": ""},
    ):
        visitor.session = {**own, **change}
        answer = await visitor.say("Ich bin es")
        assert (answer.status_code, answer.json()["error"]) == (401, "session"), change
        assert (await visitor.http.get(visitor.stream_address())).status_code == 401
        assert (await visitor.upload("a.txt", "text/plain", b"x")).status_code == 401
        visitor.session = {**own, **change}
        assert not (await visitor.hello()).json()["known"]
    assert site.desk.raws == []
    visitor.session, visitor.root = own, f"{site.origin}/widget/{elsewhere.id}"
    assert (await visitor.say("Gleiches Geheimnis, anderes Konto")).status_code == 202  # the tests' accounts share their secret


async def test_what_cannot_be_read_is_told_to_its_sender_and_not_kept(site: Site) -> None:
    visitor = Visitor(site, site.webchat())
    await visitor.hello(make=True)
    for said in (
        {"type": "message", "id": "kurz", "text": "x"},
        {"type": "message", "id": "a" * 32, "text": "x" * 10_001},
        {"type": "message", "id": "a" * 32, "text": "  "},
        {"type": "spuk"},
        {"type": "message", "id": "a" * 32, "text": 7},
    ):
        answer = await visitor.deliver(**said)
        assert (answer.status_code, answer.json()["error"]) == (422, "malformed"), said
    assert (await visitor.say("x" * 70_000)).status_code == 413
    assert site.desk.raws == []


async def test_a_database_that_is_gone_is_said_so_that_the_browser_tries_again(site: Site) -> None:
    visitor = Visitor(site, site.webchat())
    await visitor.hello(make=True)
    site.desk.fails = Unavailable("Die Datenbank antwortet nicht.")
    answer = await visitor.say("Hallo?")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    site.desk.fails = None
    assert (await visitor.say("Hallo?")).status_code == 202


async def test_foreign_sites_are_refused_and_allowed_ones_may_read_the_answers(site: Site) -> None:
    account = site.webchat(origins=["https://www.example.com"])
    evil = Visitor(site, account, origin="https://evil.example")
    good = Visitor(site, account, origin="https://www.example.com")
    refused = await evil.hello(make=True)
    assert (refused.status_code, refused.json()["error"]) == (403, "origin")
    assert "list of allowed sites" in refused.json()["why"]
    answer = await good.hello(make=True)
    assert answer.headers["access-control-allow-origin"] == "https://www.example.com"
    assert (await good.say("Hallo")).headers["access-control-allow-origin"] == "https://www.example.com"
    evil.session = good.session
    assert (await evil.say("Hallo")).status_code == 403
    assert (await evil.http.get(evil.stream_address())).status_code == 403
    preflight = await good.http.options(f"{good.root}/upload")
    assert (preflight.status_code, preflight.headers["access-control-allow-headers"]) == (204, "content-type")


async def test_accounts_that_do_not_exist_or_are_no_chat_are_gone(site: Site) -> None:
    form = site.form()
    for path in (f"/widget/{form.id}/hello", "/widget/unfug/hello", "/widget/unfug/deliver", f"/widget/{form.id}/deliver"):
        async with httpx.AsyncClient() as http:
            assert (await http.post(site.origin + path, content=b"{}")).status_code == 404, path


async def test_a_signed_in_user_is_the_same_on_every_device_and_takes_along_what_was_written_before(site: Site) -> None:
    account = site.webchat()
    phone, desk = Visitor(site, account), Visitor(site, account)
    claims = {"sub": "4711", "exp": datetime.now(UTC).timestamp() + 600, "name": "Jürgen Groß", "email": "j@example.com"}
    await phone.hello(make=True)
    await phone.say("Noch unbekannt")
    former = dict(phone.session)
    assert (await phone.hello(user=token(claims, IDENTITY_SECRET))).status_code == 200
    proof = sign(former["key"], "identify", phone.session["v"].encode())
    assert (await phone.deliver(type="identify", v=former["v"], u=former["u"], s=proof)).status_code == 202
    await site.desk.until(Moved, old=former["v"], new=phone.session["v"])
    await desk.hello(user=token(claims, IDENTITY_SECRET))
    assert desk.session["v"] == phone.session["v"]
    assert [one["text"] for one in (await desk.hello()).json()["timeline"]] == ["Noch unbekannt"]
    await desk.say("Jetzt bekannt", 2)
    said = (await site.desk.until(Received, 2))[-1]
    assert (said.sender.name, said.sender.aliases) == ("Jürgen Groß", (("email", "j@example.com"),))


async def test_nobody_can_take_along_what_another_wrote(site: Site) -> None:
    account = site.webchat()
    victim, thief = Visitor(site, account), Visitor(site, account)
    await victim.hello(make=True)
    await victim.say("Vertraulich")
    await thief.hello(make=True)
    proof = sign(thief.session["key"], "identify", thief.session["v"].encode())
    answer = await thief.deliver(type="identify", v=victim.session["v"], u=victim.session["u"], s=proof)
    assert answer.status_code == 401


async def test_a_wrong_token_is_refused_in_words_for_the_developer(site: Site) -> None:
    visitor = Visitor(site, site.webchat())
    answer = await visitor.hello(user=token({"sub": "1", "exp": 1}, IDENTITY_SECRET))
    assert (answer.status_code, answer.json()["error"]) == (401, "token")
    assert "expired" in answer.json()["why"]


async def test_files_go_up_and_come_down_and_belong_to_their_visitor(site: Site) -> None:
    visitor, other = Visitor(site, site.webchat()), Visitor(site, site.webchat())
    await visitor.hello(make=True)
    await other.hello(make=True)
    uploaded = (await visitor.upload("..\\..\\Größe 58.png", "image/png", b"\x89PNG-bytes")).json()
    file = await visitor.http.get(site.origin + uploaded["url"])
    assert (file.content, file.headers["content-type"]) == (b"\x89PNG-bytes", "image/png")
    assert file.headers["content-disposition"] == "inline; filename*=UTF-8''Gr%C3%B6%C3%9Fe%2058.png"
    assert "sandbox" in file.headers["content-security-policy"]
    other.root = visitor.root
    assert (await other.say("", files=[uploaded["ref"]])).status_code == 401
    assert (await visitor.say("", files=[uploaded["ref"] + "x"])).status_code == 401
    assert (await visitor.say("", files=[uploaded["ref"]])).status_code == 202
    shown = (await visitor.hello()).json()["timeline"][0]["files"][0]
    assert "blob" not in shown
    assert (await visitor.http.get(site.origin + shown["url"])).content == b"\x89PNG-bytes"
    assert len(site.desk.expected) == 1  # it would go by itself, had no message named it


async def test_files_that_could_be_pages_are_only_downloaded(site: Site) -> None:
    visitor = Visitor(site, site.webchat())
    await visitor.hello(make=True)
    for type_ in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "nonsense"):
        uploaded = (await visitor.upload("a.html", type_, b"<script>alert(1)</script>")).json()
        file = await visitor.http.get(site.origin + uploaded["url"])
        assert file.headers["content-type"] == "application/octet-stream"
        assert file.headers["content-disposition"].startswith("attachment")
        assert file.headers["x-content-type-options"] == "nosniff"


async def test_files_that_are_too_large_or_not_as_long_as_said_are_refused(site: Site) -> None:
    visitor = Visitor(site, site.webchat(file_size_megabytes=1))
    await visitor.hello(make=True)
    assert (await visitor.upload("a", "text/plain", b"x" * 1_000_001)).status_code == 413
    assert (await visitor.upload("a", "text/plain", b"xxx", size=2)).status_code == 413
    assert (await visitor.upload("a", "text/plain", b"xxx", size=4)).status_code == 400
    assert (await visitor.upload("a", "text/plain", b"")).status_code == 413
    closed = Visitor(site, site.webchat(files=False))
    await closed.hello(make=True)
    assert (await closed.upload("a", "text/plain", b"x")).json()["error"] == "no_files"


async def test_a_visitor_who_floods_is_slowed_down_and_a_flood_of_visitors_must_work() -> None:
    async with running(Rules(visitor=Rate(3, 0.5), hello=Rate(2, 0.1))) as site:
        visitor = Visitor(site, site.webchat())
        await visitor.hello(make=True)
        answers = [await visitor.say("spam", number) for number in range(5)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        newcomer = Visitor(site, site.webchat())
        newcomer.root = visitor.root
        await newcomer.hello(make=True)
        newcomer.session = {}
        asked = await newcomer.hello(make=True)
        assert asked.status_code == 428
        puzzle = asked.json()["why"]
        assert (await newcomer.hello(make=True, puzzle=puzzle, answer="0")).status_code == 428
        assert (await newcomer.hello(make=True, puzzle=puzzle, answer=solve(puzzle))).status_code == 200


async def test_the_stream_ends_when_its_reader_lags_and_nobody_else_notices(site: Site) -> None:
    account = site.webchat()
    slow, quick = Visitor(site, account), Visitor(site, account)
    await slow.hello(make=True)
    quick.session = slow.session
    async with (
        slow.http.stream("GET", slow.stream_address()) as stuck,
        quick.http.stream("GET", quick.stream_address()) as reading,
    ):
        first = events(stuck)
        await anext(first)
        stream = events(reading)
        await anext(stream)
        for number in range(400):
            await site.desk.tell(account.id, slow.session["v"], {"typing": {"on": True, "name": "x" * 60_000, "n": number}})
            async with asyncio.timeout(5):
                assert (await anext(stream))["typing"]["n"] == number
        async with asyncio.timeout(5):
            got = [event["typing"]["n"] async for event in first]
        assert len(got) < 400


async def test_the_hello_tells_who_is_there(site: Site) -> None:
    site.desk.here = Presence(open=False, hours="Mo–Fr 9–18 Uhr")
    answer = (await Visitor(site, site.webchat()).hello()).json()
    assert answer["presence"] == {"open": False, "hours": "Mo–Fr 9–18 Uhr"}


async def test_the_loader_carries_the_look_and_no_secret(site: Site) -> None:
    account = site.webchat(greeting_de="</script><b>Hallo</b>", color="rot")
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{site.origin}/widget/{account.id}/oase.js")
        assert "</script>" not in answer.text
        assert "#0f766e" in answer.text
        assert IDENTITY_SECRET not in answer.text
        again = await http.get(answer.url, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


async def test_a_visitor_gets_a_link_into_another_channel_that_is_offered_once_something_was_said(site: Site) -> None:
    site.desk.here = Presence(elsewhere=[Door(id="w-1", name="WhatsApp")])
    visitor = Visitor(site, site.webchat())
    assert (await visitor.hello(make=True)).json()["presence"]["elsewhere"] == [{"id": "w-1", "name": "WhatsApp"}]

    async def go_on(to: str, *, signed: str = "") -> httpx.Response:
        body, now = json.dumps({"to": to, "lang": "de"}).encode(), visitor.now()
        query = visitor.query("continue", f"{now}\n".encode() + (signed.encode() or body), t=now)
        return await visitor.http.post(f"{visitor.root}/continue?{query}", content=body)

    assert (await go_on("w-1")).status_code == 404
    await visitor.say("Mein Rad quietscht 🚲")
    assert (await go_on("w-1")).json() == {"link": "https://chat.example/start?w-1-de"}
    assert (await go_on("w-2")).status_code == 404
    assert (await go_on("w-1", signed="something else")).status_code == 401
