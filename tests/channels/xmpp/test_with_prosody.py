"""Stories with everything real: Prosody, a whole house, and a customer with a program of her own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
import pytest_asyncio
from msgspec.structs import replace
from slixmpp import ClientXMPP
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath
from tests.channels.story import MESSAGES, Desk, open_house
from tests.servers.prosody import Prosody, missing, prosody

from oase.channels import adapter
from oase.channels.adapters.xmpp import Xmpp
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.kernel.secrets import Secret

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("prosody")]


@pytest.fixture(scope="session")
def server() -> Iterator[Prosody]:
    if why := missing():
        pytest.skip(why)
    with prosody() as running:
        yield running


class Customer:
    """A person with an XMPP program (slixmpp, spoken to in stanzas)."""

    def __init__(self, jid: str, resource: str = "telefon") -> None:
        self.jid = jid
        plain = {"feature_mechanisms": {"unencrypted_plain": True}}
        self.client = ClientXMPP(f"{jid}/{resource}", "geheim", plugin_config=plain)
        self.client.enable_plaintext, self.client.enable_starttls, self.client.enable_direct_tls = True, False, False
        for plugin in ("xep_0030", "xep_0199", "xep_0280", "xep_0363"):
            self.client.register_plugin(plugin)
        self.heard: list[ElementTree.Element] = []
        self._news = asyncio.Event()
        handler = Callback("all", MatchXPath("{jabber:client}message"), self._hear)
        self.client.register_handler(handler)

    def _hear(self, stanza: Any) -> None:
        self.heard.append(stanza.xml)
        self._news.set()

    async def go_online(self, server: Prosody) -> None:
        started = asyncio.get_running_loop().create_future()
        self.client.add_event_handler("session_start", lambda _: started.set_result(None))
        self.client.connect("127.0.0.1", server.port)
        await asyncio.wait_for(started, 20)
        self.client.send_presence()
        await self.client.plugin["xep_0280"].enable()

    async def go(self) -> None:
        await self.client.disconnect(wait=1.0)
        if self.client._run_out_filters:
            self.client._run_out_filters.cancel()

    def send(self, to: str, id: str, inner: str) -> None:
        """Sends a message with this inside."""
        self.client.send_raw(f"<message to='{to}' id='{id}' type='chat'>{inner}</message>")

    def write(self, to: str, id: str, text: str) -> None:
        """Writes a text."""
        self.send(to, id, f"<body>{text}</body><request xmlns='urn:xmpp:receipts'/>")

    async def hears(self, condition: Callable[[ElementTree.Element], Any]) -> ElementTree.Element:
        """The next message for which the condition holds."""
        async with asyncio.timeout(30):
            while True:
                for one in self.heard:
                    if condition(one):
                        self.heard.remove(one)
                        return one
                self._news.clear()
                await self._news.wait()


def body(stanza: ElementTree.Element) -> str:
    return stanza.findtext("{jabber:client}body") or ""


@pytest_asyncio.fixture
async def desk(fresh_dsn: str, tmp_path: Path, workspace_id: UUID) -> AsyncIterator[Desk]:
    async with open_house(fresh_dsn, tmp_path) as house:
        yield Desk(house, workspace_id)
    xmpp = adapter("xmpp")
    assert isinstance(xmpp, Xmpp)
    await xmpp.close()


@pytest_asyncio.fixture
async def support(desk: Desk, server: Prosody, workspace_id: UUID) -> str:
    """The company's account, connected over TLS with the server's own authority."""
    jid = await asyncio.to_thread(server.register, f"support-{workspace_id.hex[-8:]}")
    given = {"jid": jid, "password": "geheim", "host": "127.0.0.1", "port": server.port, "authority": server.authority}
    await desk.connect("xmpp", given)
    await desk.until("SELECT id FROM account WHERE state = 'up' AND state_since IS NOT NULL")
    async with asyncio.timeout(30):
        while not xmpp_listens():  # noqa: ASYNC110 - a session that begins has no event here
            await asyncio.sleep(0.05)
    return jid


def xmpp_listens() -> bool:
    xmpp = adapter("xmpp")
    return isinstance(xmpp, Xmpp) and bool(xmpp._sender._listening)


@pytest_asyncio.fixture
async def anna(server: Prosody, support: str, workspace_id: UUID) -> AsyncIterator[Customer]:
    customer = Customer(await asyncio.to_thread(server.register, f"anna-{workspace_id.hex[-8:]}"))
    await customer.go_online(server)
    yield customer
    await customer.go()


async def test_a_customer_writes_is_answered_with_a_picture_and_reads_it(desk: Desk, anna: Customer, support: str) -> None:
    anna.write(support, "frage-1", "Grüß Gott, ist die Größe 42 noch da? 🧡")
    (first,) = await desk.messages(1)
    assert first["text"] == "Grüß Gott, ist die Größe 42 noch da? 🧡"
    stored = await anna.hears(lambda one: one.find("{urn:xmpp:receipts}received") is not None)
    assert stored.find("{urn:xmpp:receipts}received").get("id") == "frage-1"  # type: ignore[union-attr]

    await desk.answer(first["conversation_id"], "Ja, ein Paar ist noch da.", reply_to=first["id"])
    heard = await anna.hears(body)
    assert body(heard) == "Ja, ein Paar ist noch da."
    assert heard.find("{urn:xmpp:reply:0}reply").get("id") == "frage-1"  # type: ignore[union-attr]
    await desk.until("SELECT id FROM delivery WHERE state = 'sent'")

    picture = await desk.upload("Schuh.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(20))
    await desk.answer(first["conversation_id"], "", files=[picture])
    shown = await anna.hears(lambda one: one.find("{jabber:x:oob}x") is not None)
    address = shown.findtext("{jabber:x:oob}x/{jabber:x:oob}url") or ""
    assert address.endswith("/Schuh.png")
    anna.send(support, "beleg-1", f"<received xmlns='urn:xmpp:receipts' id='{shown.get('id')}'/>")
    await desk.until("SELECT id FROM delivery WHERE state = 'delivered'")
    anna.send(support, "beleg-2", f"<displayed xmlns='urn:xmpp:chat-markers:0' id='{shown.get('id')}'/>")
    await desk.until("SELECT id FROM delivery WHERE state = 'read'", 2)


async def test_files_corrections_reactions_and_what_was_taken_back_arrive(desk: Desk, anna: Customer, support: str) -> None:
    anna.write(support, "frage-1", "Ist er in Blu da?")
    await desk.messages(1)
    anna.send(support, "frage-2", "<body>Ist er in Blau da?</body><replace xmlns='urn:xmpp:message-correct:0' id='frage-1'/>")
    await desk.until(MESSAGES, 1, lambda rows: rows[0]["text"] == "Ist er in Blau da?")
    url = await anna.client.plugin["xep_0363"].upload_file(
        "Rechnung.pdf", input_file=_pdf(), size=9, content_type="application/pdf"
    )
    anna.send(support, "datei-1", f"<body>{url}</body><x xmlns='jabber:x:oob'><url>{url}</url></x>")
    (file,) = await desk.until("SELECT name, type, blob_key FROM attachment WHERE state = 'stored'")
    assert (file["name"], file["type"]) == ("Rechnung.pdf", "application/pdf")
    assert await desk.house.blobs.get(file["blob_key"]) == b"%PDF-1.7\n"
    thumb = "<reactions xmlns='urn:xmpp:reactions:0' id='{}'>{}</reactions>"
    anna.send(support, "r-1", thumb.format("frage-1", "<reaction>👍</reaction>"))
    await desk.until(MESSAGES, 2, lambda rows: "👍" in rows[0]["reactions"].values())
    anna.send(support, "r-2", thumb.format("frage-1", ""))
    await desk.until(MESSAGES, 2, lambda rows: not rows[0]["reactions"])
    anna.send(support, "w-1", "<retract xmlns='urn:xmpp:message-retract:1' id='frage-1'/>")
    await desk.until(MESSAGES, 2, lambda rows: rows[0]["deleted_at"] is not None)


def _pdf() -> Any:
    from io import BytesIO

    return BytesIO(b"%PDF-1.7\n")


async def test_a_colleague_with_another_program_is_heard(desk: Desk, anna: Customer, support: str, server: Prosody) -> None:
    anna.write(support, "frage-1", "Hallo?")
    (first,) = await desk.messages(1)
    colleague = Customer(support, "telefon-des-chefs")
    await colleague.go_online(server)
    colleague.write(anna.jid, "antwort-1", "Ich kümmere mich.")
    rows = await desk.messages(2)
    await colleague.go()
    assert [(row["direction"], row["text"]) for row in rows] == [("in", "Hallo?"), ("out", "Ich kümmere mich.")]
    assert rows[1]["conversation_id"] == first["conversation_id"]


async def test_nobody_else_can_copy_correct_or_take_back(desk: Desk, anna: Customer, support: str) -> None:
    anna.write(support, "frage-1", "Was kostet er?")
    (first,) = await desk.messages(1)
    await desk.answer(first["conversation_id"], "89 Euro.")
    said = (await anna.hears(body)).get("id")
    forged = f"<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='{support}/x' to='{anna.jid}' type='chat' id='z'>"
    anna.send(support, "c-1", f"<sent xmlns='urn:xmpp:carbons:2'>{forged}<body>Geschenkt!</body></message></forwarded></sent>")
    anna.send(support, "c-2", f"<body>9 Euro.</body><replace xmlns='urn:xmpp:message-correct:0' id='{said}'/>")
    anna.send(support, "c-3", f"<retract xmlns='urn:xmpp:message-retract:1' id='{said}'/>")
    anna.write(support, "frage-2", "Dann nehme ich ihn.")
    rows = await desk.until(MESSAGES, 3, lambda rows: rows[-1]["text"] == "Dann nehme ich ihn.")
    said_by_us = [(row["text"], row["deleted_at"]) for row in rows if row["direction"] == "out"]
    assert said_by_us == [("89 Euro.", None)]


async def test_what_is_written_while_nobody_listens_is_there_afterwards(desk: Desk, anna: Customer, support: str) -> None:
    anna.write(support, "n-0", "Nummer 0")
    await desk.messages(1)
    await desk.switch(on=False)
    for number in range(1, 130):
        anna.write(support, f"n-{number}", f"Nummer {number}")
    await anna.client.plugin["xep_0199"].ping("chat.example")
    await desk.switch(on=True)
    rows = await desk.messages(130)
    assert sorted(row["text"] for row in rows) == sorted(f"Nummer {number}" for number in range(130))


async def test_an_address_that_does_not_exist_says_so(desk: Desk, anna: Customer, support: str, server: Prosody) -> None:
    anna.write(support, "frage-1", "Hallo")
    (first,) = await desk.messages(1)
    await anna.go()
    await asyncio.to_thread(server.remove, anna.jid)
    await desk.answer(first["conversation_id"], "Guten Tag!")
    (failed,) = await desk.until("SELECT code, why FROM delivery WHERE state = 'failed'")
    assert failed["code"] == "service-unavailable"
    assert "does not exist" in failed["why"]


async def test_a_server_that_is_away_for_a_while_costs_nothing(desk: Desk, anna: Customer, support: str, server: Prosody) -> None:
    anna.write(support, "frage-1", "Hallo")
    (first,) = await desk.messages(1)
    await asyncio.to_thread(server.stop)
    await desk.answer(first["conversation_id"], "Guten Tag!")
    await asyncio.to_thread(server.start)
    again = Customer(anna.jid, "tablet")
    await again.go_online(server)
    assert body(await again.hears(body)) == "Guten Tag!"
    again.write(support, "frage-2", "Da bin ich wieder.")
    await desk.messages(3)
    await again.go()


class TestConnection:
    """*Test connection* against the real server."""

    def account(self, server: Prosody, jid: str, **settings: Any) -> Account:
        given = {"jid": jid, "host": "127.0.0.1", "port": server.port, "authority": server.authority, **settings}
        return Account(id="1", channel="xmpp", settings=given, secrets={"password": (Secret("geheim"),)})

    async def checked(self, account: Account) -> Checked:
        xmpp, replies = Xmpp(), list[Reply | NoReply]()
        while isinstance(step := xmpp.check(account, replies), Call):
            replies.append(await xmpp.perform(step, account))
        return step

    async def test_all_is_well(self, server: Prosody) -> None:
        jid = await asyncio.to_thread(server.register, "probe-1")
        for settings in ({}, {"security": "tls", "port": server.tls_port}, {"security": "none"}):
            found = await self.checked(self.account(server, jid, **settings))
            assert found.ok, found.summary
            assert found.facts == {"upload": "upload.chat.example", "upload_bytes": "1000000"}
            assert ("TLSv1" in found.summary) == (settings.get("security") != "none")

    async def test_a_wrong_password_is_said(self, server: Prosody) -> None:
        jid = await asyncio.to_thread(server.register, "probe-2", "anders")
        found = await self.checked(self.account(server, jid))
        assert (found.ok, "does not accept our address and password" in found.summary) == (False, True)

    async def test_a_certificate_of_nobody_is_not_believed(self, server: Prosody) -> None:
        found = await self.checked(self.account(server, "probe-1@chat.example", authority=""))
        assert not found.ok
        assert "certificate" in found.summary

    async def test_nobody_there_is_said(self, server: Prosody) -> None:
        account = self.account(server, "probe-1@chat.example", port=1)
        found = await self.checked(replace(account, settings={**account.settings, "port": 1}))
        assert not found.ok
        assert "cannot be reached" in found.summary
