"""The app's API as a company's own app uses it: sessions, messages, files, the stream, devices; and everything that is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.kernel.pushservice import BrowserKeys
from tests.web.widget.ground import IDENTITY_SECRET, Site, running
from tests.web.widget.test_usertoken import token

from oase.channels import StoredAccount
from oase.channels.contract import Moved, Receipt, Received, Typing
from oase.web.widget import Presence, Rate, Rules, VisitorFile, VisitorMessage


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    """A server of the test's own."""
    async with running() as site:
        yield site


def jwt(**claims: str) -> str:
    """What the company's server says about its customer 4711."""
    until = int(datetime.now(UTC).timestamp()) + 3_600
    return token({"sub": "4711", "exp": until, **claims}, IDENTITY_SECRET)


class Phone:
    """A company's app without a screen."""

    def __init__(self, site: Site, account: StoredAccount, **headers: str) -> None:
        self.http = httpx.AsyncClient(
            base_url=f"{site.origin}/app/{account.id}/v1/", timeout=10, headers={"x-forwarded-for": "192.0.2.9", **headers}
        )
        self.last = ""
        site.at_the_end.push_async_callback(self.http.aclose)

    async def begin(self, **said: Any) -> dict[str, Any]:
        answer = await self.http.post("session", json=said)
        assert answer.status_code == 201, answer.text
        given: dict[str, Any] = answer.json()
        self.http.headers["authorization"] = f"Bearer {given['token']}"
        return given

    async def say(self, text: str, number: int = 1, **more: Any) -> httpx.Response:
        return await self.http.post("messages", json={"id": f"{number:032x}", "text": text, **more})

    @asynccontextmanager
    async def stream(self, last: str = "") -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """What happens, as it happens; `self.last` is the id of the last event that had one."""
        headers = {"last-event-id": last} if last else {}
        async with self.http.stream("GET", "stream", timeout=15, headers=headers) as answer:
            assert answer.status_code == 200

            async def events() -> AsyncIterator[dict[str, Any]]:
                async for line in answer.aiter_lines():
                    if line.startswith("id: "):
                        self.last = line[4:]
                    if line.startswith("data: "):
                        yield json.loads(line[6:])

            yield events()


async def test_an_anonymous_customer_writes_is_answered_and_reads(site: Site) -> None:
    account = site.app()
    phone = Phone(site, account)
    about = (await phone.http.get("about?lang=de")).json()
    assert (about["company"], about["open"], about["push_key"], about["wait"]) == ("Radhaus Beispiel", True, "BPk", "")
    site.desk.here = Presence(wait="Antwort innerhalb von 7 Minuten", said="Bis 14:20 Uhr.", by="2026-11-30T14:20:00+01:00")
    about = (await phone.http.get("about?lang=de")).json()
    assert (about["wait"], about["said"], about["by"], about["opens_at"]) == (
        "Antwort innerhalb von 7 Minuten", "Bis 14:20 Uhr.", "2026-11-30T14:20:00+01:00", "",
    )  # fmt: skip
    session = await phone.begin()
    assert session["signed_in"] is False
    async with phone.stream() as events:
        assert (await anext(events))["sync"] == []
        assert (await phone.say("Grüße aus dem Zug 🚆")).status_code == 202
        mine = (await anext(events))["message"]
        assert (mine["from"], mine["text"], mine["client"]) == ("visitor", "Grüße aus dem Zug 🚆", f"{1:032x}")
        said = await site.desk.say(account, "Gute Reise!")
        assert (await anext(events))["message"]["id"] == said.id
    assert (await phone.http.get("unread")).json() == {"unread": 1}
    assert (await phone.http.post("read", json={"message": said.id, "state": "read"})).status_code == 202
    (receipt,) = await site.desk.until(Receipt)
    assert (receipt.external_id, receipt.state, receipt.up_to) == (said.id, "read", True)
    assert (await phone.http.post("typing", json={"on": True})).status_code == 202
    await site.desk.until(Typing, on=True)


async def test_a_message_that_is_sent_again_is_taken_once(site: Site) -> None:
    phone = Phone(site, site.app())
    await phone.begin()
    for _ in range(3):
        assert (await phone.say("Nur einmal")).status_code == 202
    assert len(await site.desk.until(Received)) == 1


async def test_messages_come_page_by_page_and_conversations_with_what_is_unread(site: Site) -> None:
    account = site.app()
    phone = Phone(site, account)
    await phone.begin()
    for number in range(7):
        await phone.say(f"Nr. {number}", number)
    await site.desk.until(Received, 7)
    seen, before = [], ""
    while True:
        page = (await phone.http.get("messages", params={"limit": 3, "before": before})).json()
        seen = [one["text"] for one in page["messages"]] + seen
        if not (before := page["before"]):
            break
    assert seen == [f"Nr. {number}" for number in range(7)]
    (conversation,) = (await phone.http.get("conversations")).json()["conversations"]
    assert (conversation["state"], conversation["last_text"]) == ("closed", "Nr. 6")


async def test_signing_in_takes_along_what_was_said_before_and_a_second_phone_finds_it(site: Site) -> None:
    account = site.app()
    first, second = Phone(site, account), Phone(site, account)
    await first.begin()
    await first.say("Noch nicht angemeldet")
    await site.desk.until(Received)
    session = await first.begin(user=jwt(name="Jürgen Groß", email="j.gross@example.com"))
    assert (session["signed_in"], session["name"]) == (True, "Jürgen Groß")
    await site.desk.until(Moved)
    await second.begin(user=jwt())
    assert [one["text"] for one in (await second.http.get("messages")).json()["messages"]] == ["Noch nicht angemeldet"]
    await first.say("Angemeldet", 2)
    received = (await site.desk.until(Received, 2))[1]
    assert (received.sender.name, received.sender.aliases) == ("Jürgen Groß", (("email", "j.gross@example.com"),))


async def test_files_go_up_with_a_message_and_come_down_by_their_address(site: Site) -> None:
    phone = Phone(site, site.app())
    await phone.begin()
    uploaded = await phone.http.post(
        "files?name=Z%C3%A4hler.jpg&width=4&height=3", content=b"\xff\xd8bild", headers={"content-type": "image/jpeg"}
    )
    assert uploaded.status_code == 201, uploaded.text
    assert (await phone.say("", files=[uploaded.json()["ref"]])).status_code == 202
    (received,) = await site.desk.until(Received)
    assert (received.content.kind, received.content.media[0].name) == ("image", "Zähler.jpg")
    (shown,) = (await phone.http.get("messages")).json()["messages"][0]["files"]
    async with httpx.AsyncClient() as anybody:
        got = await anybody.get(site.origin + shown["url"])
    assert (got.content, got.headers["content-type"]) == (b"\xff\xd8bild", "image/jpeg")


async def test_devices_are_registered_and_forgotten(site: Site) -> None:
    phone = Phone(site, site.app())
    await phone.begin()
    keys = BrowserKeys().subscription("https://push.example/abc")
    given = {"kind": "webpush", "endpoint": keys.endpoint, "keys": {"p256dh": keys.p256dh, "auth": keys.auth}, "lang": "de"}
    browser = (await phone.http.put("devices", json=given)).json()["id"]
    assert (await phone.http.put("devices", json={"kind": "fcm", "token": "dQw4:APA91b"})).status_code == 200
    assert (await phone.http.put("devices", json={"kind": "apns", "token": "0A1b" * 16})).status_code == 200
    assert {device.kind for _, device in site.desk.devices.values()} == {"webpush", "fcm", "apns"}
    assert (await phone.http.delete(f"devices/{browser}")).status_code == 204
    assert [device.kind for _, device in site.desk.devices.values()] == ["fcm", "apns"]
    base64 = await phone.http.put("devices", json={"kind": "apns", "token": "nicht-hexadezimal=="})
    assert (base64.status_code, base64.json()["error"]) == (422, "device")
    bad = await phone.http.put("devices", json={**given, "keys": {"p256dh": "AAAA", "auth": "AA"}})
    assert (bad.status_code, bad.json()["error"]) == (422, "device")


@pytest.mark.parametrize(
    ("authorization", "why"),
    [
        ("", "A token is missing"),
        ("Bearer x", "no token of ours"),
        ("Basic abc", "A token is missing"),
        ("Bearer eyJ2IjoidiJ9.a", "no token"),
    ],
)
async def test_without_a_good_token_nothing_is_told(site: Site, authorization: str, why: str) -> None:
    phone = Phone(site, site.app(), **({"authorization": authorization} if authorization else {}))
    for method, path in (("GET", "messages"), ("GET", "stream"), ("POST", "messages"), ("PUT", "devices")):
        answer = await phone.http.request(method, path)
        assert (answer.status_code, answer.json()["error"]) == (401, "session")
        assert why in answer.json()["why"]


async def test_a_token_that_was_changed_does_not_count(site: Site) -> None:
    account = site.app()
    body, _, key = (await Phone(site, account).begin())["token"].partition(".")
    for forged in (f"{body}.{key[:-1]}x", f"{body[:-6]}AAAAAA.{key}", f"{body}.", body, f"ü{body}.{key}"):
        answer = await Phone(site, account).http.get("messages", headers={"authorization": f"Bearer {forged}".encode()})
        assert answer.status_code == 401, forged


async def test_requests_that_cannot_be_read_are_refused_with_their_place(site: Site) -> None:
    phone = Phone(site, site.app())
    await phone.begin()
    for body in (
        b"{",
        b"[]",
        b'{"id": "x", "text": "zu kurze Kennung"}',
        b'{"text": "ohne"}',
        json.dumps({"id": "a" * 20, "text": "x" * 10_001}).encode(),
    ):
        answer = await phone.http.post("messages", content=body)
        assert (answer.status_code, answer.json()["error"]) == (422, "malformed"), body[:50]
    empty = await phone.say("   ")
    assert (empty.status_code, empty.json()["why"]) == (422, "The message has neither text nor a file.")
    assert (await phone.http.get("messages?before=gestern")).status_code == 422
    assert (await phone.http.get("messages?limit=1000")).status_code == 422


async def test_too_much_at_once_is_slowed_down() -> None:
    async with running(Rules(visitor=Rate(3, 0.5))) as site:
        phone = Phone(site, site.app())
        await phone.begin()
        answers = [await phone.say(f"Nr. {number}", number) for number in range(5)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1


async def test_web_pages_of_others_may_ask_only_where_the_account_names_them(site: Site) -> None:
    closed, opened = site.app(), site.app(origins=["https://app.example.com"])
    stranger = Phone(site, closed, origin="https://app.example.com")
    assert (await stranger.http.get("about")).json()["error"] == "origin"
    friend = Phone(site, opened, origin="https://app.example.com")
    answer = await friend.http.get("about")
    assert answer.headers["access-control-allow-origin"] == "https://app.example.com"
    asked = await friend.http.request("OPTIONS", "messages", headers={"access-control-request-method": "POST"})
    assert "authorization" in asked.headers["access-control-allow-headers"]


async def test_a_stream_that_breaks_off_begins_with_what_was_missed(site: Site) -> None:
    account = site.app()
    phone = Phone(site, account)
    await phone.begin()
    await phone.say("Hallo")
    await site.desk.until(Received)
    async with phone.stream() as events:
        assert len((await anext(events))["sync"]) == 1
    said = await site.desk.say(account, "Während der Tunnelfahrt")
    async with asyncio.timeout(10), phone.stream() as events:
        assert [one["id"] for one in (await anext(events))["sync"]][-1] == said.id


async def test_a_stream_goes_on_after_the_last_event_with_all_that_was_missed_and_nothing_twice(site: Site) -> None:
    account = site.app()
    phone = Phone(site, account)
    await phone.begin()
    await phone.say("Hallo")
    await site.desk.until(Received)
    visitor = site.desk.visitor(account)
    async with phone.stream() as events:
        assert len((await anext(events))["sync"]) == 1
        await site.desk.say(account, "Nr. 0")
        assert (await anext(events))["message"]["text"] == "Nr. 0"
    said = [(await site.desk.say(account, f"Nr. {number}")).id for number in range(1, 151)]  # more than a page of newest ones
    await site.desk.tell(account.id, visitor, {"typing": True})
    await site.desk.tell(account.id, visitor, {"message": said[0]})  # heard of a second time
    await site.desk.tell(account.id, visitor, {"read": "1"})
    async with asyncio.timeout(10), phone.stream(phone.last) as events:
        assert (await anext(events)).keys() == {"presence"}
        assert [(await anext(events))["message"]["id"] for _ in said] == [*said[1:], said[0]]
        assert await anext(events) == {"read": "1"}, "Who typed meanwhile does not matter any more."
        now = await site.desk.say(account, "Und jetzt")
        assert (await anext(events))["message"]["id"] == now.id


async def test_what_comes_while_a_stream_makes_up_for_what_it_missed_comes_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, loading = site.app(), site.desk.message
    phone = Phone(site, account)
    await phone.begin()
    await phone.say("Hallo")
    await site.desk.until(Received)
    async with phone.stream() as events:
        await anext(events)
    first = await site.desk.say(account, "Im Tunnel")
    late: list[VisitorMessage] = []

    async def meanwhile(*asked: Any) -> VisitorMessage | None:
        monkeypatch.setattr(site.desk, "message", loading)
        late.append(await site.desk.say(account, "Gerade eben"))
        return await loading(*asked)

    monkeypatch.setattr(site.desk, "message", meanwhile)
    async with asyncio.timeout(10), phone.stream(phone.last) as events:
        assert (await anext(events)).keys() == {"presence"}
        assert [(await anext(events))["message"]["id"] for _ in range(2)] == [first.id, late[0].id]
        await site.desk.tell(account.id, site.desk.visitor(account), {"read": "ende"})
        assert await anext(events) == {"read": "ende"}


@pytest.mark.parametrize("last", ["", "x", "1-2", "1-2-abcdef01", "2-1-", "9" * 5000])
async def test_a_stream_that_cannot_go_on_where_it_was_begins_with_the_newest_messages(site: Site, last: str) -> None:
    account = site.app()
    phone = Phone(site, account)
    await phone.begin()
    await phone.say("Hallo")
    await site.desk.until(Received)
    async with asyncio.timeout(10), phone.stream(last) as events:
        assert [one["text"] for one in (await anext(events))["sync"]] == ["Hallo"]


async def test_who_signs_in_meanwhile_begins_with_the_own_messages(site: Site) -> None:
    account = site.app()
    phone = Phone(site, account)
    await phone.begin()
    async with phone.stream() as events:
        await anext(events)
        await phone.say("Noch nicht angemeldet")
        await anext(events)
    await phone.begin(user=jwt())
    async with asyncio.timeout(10), phone.stream(phone.last) as events:
        assert [one["text"] for one in (await anext(events))["sync"]] == ["Noch nicht angemeldet"]


async def test_without_the_ready_made_app_only_the_api_answers(site: Site) -> None:
    account = site.app(example=False)
    async with httpx.AsyncClient(base_url=site.origin) as http:
        assert (await http.get(f"/app/{account.id}/start")).status_code == 404
        assert (await http.get(f"/app/{account.id}/v1/about")).status_code == 200


async def test_what_an_agent_sends_arrives_whole_files_of_every_kind_quick_replies_typing_and_read_marks(site: Site) -> None:
    account = site.app()
    phone = Phone(site, account)
    await phone.begin()
    await phone.say("Hallo")
    await site.desk.until(Received)
    kinds = ("image/jpeg", "audio/mpeg", "audio/ogg", "video/mp4", "application/pdf")
    files = [
        VisitorFile(blob=f"b/{number}", name=f"Datei {number}", type=kind, size_bytes=7) for number, kind in enumerate(kinds)
    ]
    async with phone.stream() as events:
        await anext(events)
        await site.desk.tell(account.id, site.desk.visitor(account), {"typing": True})
        assert await anext(events) == {"typing": True}
        await site.desk.say(account, "Was passt Ihnen?", choices={"mo": "Montag", "di": "Dienstag"}, files=files)
        said = (await anext(events))["message"]
        await site.desk.tell(account.id, site.desk.visitor(account), {"read": "1"})
        assert await anext(events) == {"read": "1"}
    assert [file["type"] for file in said["files"]] == list(kinds)
    assert all(file["url"].startswith(f"/app/{account.id}/v1/files/") and "blob" not in file for file in said["files"])
    assert [choice["title"] for choice in said["choices"]] == ["Montag", "Dienstag"]
    picked = {"id": "mo", "title": "Montag", "message": said["id"]}
    assert (await phone.http.post("messages", json={"id": "f" * 32, "choice": picked})).status_code == 202
    chosen = (await site.desk.until(Received, 2))[1]
    assert (chosen.content.kind, chosen.content.text, chosen.reply_to) == ("choice", "Montag", said["id"])
