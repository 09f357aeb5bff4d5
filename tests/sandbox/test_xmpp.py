"""The simulated XMPP server, driven by slixmpp as the company's program; what is no XMPP is sent to it byte by byte."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath
from tests.sandbox.conftest import Starter, World, endpoint, start
from tests.servers.mail import free_port

from oase.kernel.clock import SystemClock
from oase.sandbox.faults import Fault
from oase.sandbox.live import Hub
from oase.sandbox.places import Customer, Message
from oase.sandbox.xmpp import Xmpp
from oase.sandbox.xmpp.stream import Stream

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket
AYLIN = "aylin@jabber.sandbox.example"
JUERGEN = "juergen@radverein.example"
DOMAIN = "jabber.sandbox.example"
PLUGINS = (
    "xep_0030", "xep_0059", "xep_0066", "xep_0085", "xep_0092", "xep_0184", "xep_0198", "xep_0199", "xep_0203", "xep_0280",
    "xep_0308", "xep_0313", "xep_0333", "xep_0363", "xep_0424", "xep_0444", "xep_0461",
)  # fmt: skip


class Company:
    """The company's program."""

    def __init__(self, xmpp: Xmpp, resource: str = "desk", password: str = "sandbox", **mechanisms: Any) -> None:
        plain = {"unencrypted_plain": True, "unencrypted_scram": True, **mechanisms}
        self.client = ClientXMPP(f"{xmpp.jid}/{resource}", password, plugin_config={"feature_mechanisms": plain})
        self.client.enable_plaintext, self.client.enable_starttls, self.client.enable_direct_tls = True, False, False
        for plugin in PLUGINS:
            self.client.register_plugin(plugin)
        self.xmpp = xmpp
        self.heard: list[ElementTree.Element] = []
        self.stream_error = ""
        self.refused = asyncio.Event()
        self.over = asyncio.Event()
        self._news = asyncio.Event()
        self.client.register_handler(Callback("all", MatchXPath("{jabber:client}message"), self._hear))
        self.client.add_event_handler("failed_all_auth", lambda _: self.refused.set())
        self.client.add_event_handler("disconnected", lambda _: self.over.set())
        self.client.add_event_handler("stream_error", self._note)

    def _hear(self, stanza: Any) -> None:
        self.heard.append(stanza.xml)
        self._news.set()

    def _note(self, error: Any) -> None:
        self.stream_error = error["condition"]

    def dial(self) -> None:
        """Connects, and waits for nothing."""
        self.client.connect("127.0.0.1", self.xmpp.server.port)

    async def sign_in(self, *, present: bool = True) -> None:
        started = asyncio.get_running_loop().create_future()
        self.client.add_event_handler("session_start", lambda _: started.set_result(None), disposable=True)
        self.dial()
        await asyncio.wait_for(started, 10)
        if present:
            self.client.send_presence()

    async def go(self) -> None:
        if not self.over.is_set() and self.client.transport is not None:
            await self.client.disconnect(wait=1.0)
        self.client.cancel_connection_attempt()
        if self.client._run_out_filters:
            self.client._run_out_filters.cancel()

    async def hears(self, condition: Callable[[ElementTree.Element], Any]) -> ElementTree.Element:
        """The next message for which the condition holds."""
        async with asyncio.timeout(10):
            while True:
                for one in self.heard:
                    if condition(one):
                        self.heard.remove(one)
                        return one
                self._news.clear()
                await self._news.wait()

    async def handled(self) -> None:
        """The server has handled everything that was sent before."""
        await self.client.plugin["xep_0199"].send_ping(DOMAIN, timeout=10)

    async def say(self, text: str, to: str = AYLIN, inner: str = "", id: str = "a-1") -> None:
        """Says a text; returns when it was handled."""
        asked = "<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>"
        body = f"<body>{text}</body>{asked}" if text else ""
        self.client.send_raw(f"<message to='{to}' id='{id}' type='chat'>{body}{inner}</message>")
        await self.handled()


def body(stanza: ElementTree.Element) -> str:
    return stanza.findtext("{jabber:client}body") or ""


def has(name: str) -> Callable[[ElementTree.Element], Any]:
    return lambda stanza: stanza.find(name) is not None


@pytest_asyncio.fixture
async def xmpp() -> AsyncIterator[Xmpp]:
    """The server without the sandbox's web application around it."""
    xmpp = Xmpp(SystemClock(), Hub(), f"http://127.0.0.1:{free_port()}")
    xmpp.seed()
    await xmpp.start()
    yield xmpp
    await xmpp.stop()


@pytest_asyncio.fixture
async def company(xmpp: Xmpp) -> AsyncIterator[Company]:
    company = Company(xmpp)
    await company.sign_in()
    yield company
    await company.go()


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """The server inside the sandbox, for what goes over HTTP."""
    return await start(platforms=(Xmpp,))


@pytest_asyncio.fixture
async def web_company(world: World) -> AsyncIterator[Company]:
    platform = world.sandbox.platforms["xmpp"]
    assert isinstance(platform, Xmpp)
    company = Company(platform)
    await company.sign_in()
    yield company
    await company.go()


def fault(xmpp: Xmpp, kind: str, remaining: int | None = None) -> None:
    xmpp.on_fault(xmpp.faults.add(Fault(kind=kind, remaining=remaining)))


def answers(xmpp: Xmpp, customer: str = AYLIN) -> list[Message]:
    return [one for one in xmpp.phone.chats.get(customer, ()) if one.from_business]


class TestSigningIn:
    """The ways in, and who is kept out."""

    @pytest.mark.parametrize(
        ("allowed", "mechanism"),
        [
            ({}, "SCRAM-SHA-256"),
            ({"use_mech": "SCRAM-SHA-1"}, "SCRAM-SHA-1"),
            ({"use_mech": "PLAIN"}, "PLAIN"),
        ],
    )
    async def test_each_mechanism(self, xmpp: Xmpp, allowed: dict[str, Any], mechanism: str) -> None:
        company = Company(xmpp, **allowed)
        await company.sign_in()
        assert company.client.plugin["feature_mechanisms"].mech.name == mechanism
        assert company.client.boundjid.full == f"{xmpp.jid}/desk"
        await company.go()

    @pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"])
    async def test_a_wrong_password(self, xmpp: Xmpp, mechanism: str) -> None:
        company = Company(xmpp, password="falsch", use_mech=mechanism)
        company.dial()
        await asyncio.wait_for(company.refused.wait(), 10)
        await company.go()
        assert xmpp.server.sessions == []

    async def test_withdrawn_credentials_end_the_session_and_keep_out(self, world: World, web_company: Company) -> None:
        xmpp, company = web_company.xmpp, web_company
        async with world.client.post(f"{world.base}/apps/xmpp/faults", json={"kind": "token_expired", "remaining": 1}) as answer:
            assert answer.status == 201
        await asyncio.wait_for(company.over.wait(), 10)
        assert company.stream_error == "not-authorized"
        again = Company(xmpp, "second")
        again.dial()
        await asyncio.wait_for(again.refused.wait(), 10)
        await again.go()
        third = Company(xmpp, "third")
        await third.sign_in()
        await third.go()

    async def test_a_resource_that_is_taken_goes_to_the_newer_one(self, xmpp: Xmpp, company: Company) -> None:
        newer = Company(xmpp)
        await newer.sign_in()
        await asyncio.wait_for(company.over.wait(), 10)
        assert company.stream_error == "conflict"
        await newer.go()


class TestWhatCustomersDo:
    """Stanzas as programs of customers send them."""

    async def test_words_come_with_their_id_and_name(self, xmpp: Xmpp, company: Company) -> None:
        message = xmpp.phone.write(AYLIN, "Grüß Gott, <Größe> 42 & 'Blau' 🧡\nund morgen?")
        heard = await company.hears(body)
        assert body(heard) == "Grüß Gott, <Größe> 42 & 'Blau' 🧡\nund morgen?"
        assert (heard.get("id"), heard.get("from"), heard.get("to")) == (message.id, f"{AYLIN}/phone", xmpp.jid)
        assert heard.findtext("{http://jabber.org/protocol/nick}nick") == "Aylin Özdemir"
        stanza_id = heard.find("{urn:xmpp:sid:0}stanza-id")
        assert stanza_id is not None
        assert stanza_id.get("by") == xmpp.jid
        company.client.send_raw(f"<message to='{AYLIN}'><received xmlns='urn:xmpp:receipts' id='{message.id}'/></message>")
        await company.handled()
        assert message.state == "delivered"

    async def test_correction_retraction_reaction_answer_place_and_typing(self, xmpp: Xmpp, company: Company) -> None:
        message = xmpp.phone.write(AYLIN, "Größe 42")
        await company.say("In welcher Farbe?", id="frage-1")
        (asked,) = answers(xmpp)
        xmpp.phone.edit(message.id, "Größe 43")
        xmpp.phone.react(asked.id, "👍")
        xmpp.phone.write(AYLIN, "Blau", reply_to=asked.id)
        xmpp.phone.types(AYLIN)
        xmpp.phone.delete(message.id)
        edited = await company.hears(has("{urn:xmpp:message-correct:0}replace"))
        assert (edited[0].text, edited.find("{urn:xmpp:message-correct:0}replace").get("id")) == ("Größe 43", message.id)  # type: ignore[union-attr]
        reacted = await company.hears(has("{urn:xmpp:reactions:0}reactions"))
        assert reacted.findtext("{urn:xmpp:reactions:0}reactions/{urn:xmpp:reactions:0}reaction") == "👍"
        replied = await company.hears(has("{urn:xmpp:reply:0}reply"))
        assert body(replied) == "> In welcher Farbe?\nBlau"
        assert replied.find("{urn:xmpp:reply:0}reply").get("id") == "frage-1"  # type: ignore[union-attr]
        span = replied.find("{urn:xmpp:fallback:0}fallback/{urn:xmpp:fallback:0}body")
        assert span is not None
        assert body(replied)[int(span.get("end") or 0) :] == "Blau"
        assert await company.hears(has("{http://jabber.org/protocol/chatstates}composing")) is not None
        retracted = await company.hears(has("{urn:xmpp:message-retract:1}retract"))
        assert retracted.find("{urn:xmpp:message-retract:1}retract").get("id") == message.id  # type: ignore[union-attr]

    async def test_files_lie_behind_their_address(self, world: World, web_company: Company) -> None:
        xmpp, company = web_company.xmpp, web_company
        file = xmpp.phone.add_file("Rechnung März.pdf", "application/pdf", b"%PDF")
        xmpp.phone.write(AYLIN, "Hier die Rechnung", files=[file])
        assert body(await company.hears(body)) == "Hier die Rechnung"
        shown = await company.hears(has("{jabber:x:oob}x"))
        address = shown.findtext("{jabber:x:oob}x/{jabber:x:oob}url") or ""
        assert address == body(shown)
        async with world.client.get(address) as answer:
            assert (answer.status, answer.content_type, await answer.read()) == (200, "application/pdf", b"%PDF")
        fault(xmpp, "media_expired")
        async with world.client.get(address) as answer:
            assert answer.status == 404

    async def test_what_comes_while_nobody_is_there_waits_and_stays_in_the_archive(self, xmpp: Xmpp) -> None:
        for number in range(120):
            xmpp.phone.write(AYLIN, f"Nummer {number}")
        xmpp.phone.types(AYLIN)
        company = Company(xmpp)
        await company.sign_in()
        first = await company.hears(body)
        assert body(first) == "Nummer 0"
        assert first.find("{urn:xmpp:delay}delay") is not None
        archive = company.client.plugin["xep_0313"]
        kept = [one["mam_result"]["forwarded"]["stanza"] async for one in archive.iterate(rsm={"max": 50}, with_jid=AYLIN)]
        assert [one["body"] for one in kept if one["body"]] == [f"Nummer {number}" for number in range(120)]
        await company.go()

    async def test_a_stanza_that_was_never_confirmed_comes_again(self, xmpp: Xmpp, company: Company) -> None:
        company.client.plugin["xep_0198"].send_ack = lambda: None
        xmpp.phone.write(AYLIN, "Hallo?")
        await company.hears(body)
        company.client.abort()
        again = Company(xmpp, "again")
        await again.sign_in()
        assert body(await again.hears(body)) == "Hallo?"
        await again.go()

    async def test_presence_is_asked_for_until_it_is_given(self, xmpp: Xmpp) -> None:
        xmpp.phone.write(JUERGEN, "Guten Tag")
        company = Company(xmpp)
        both = asyncio.Event()
        company.client.add_event_handler("roster_update", lambda iq: both.set() if "both" in str(iq) else None)
        await company.sign_in(present=False)
        await company.client.get_roster()
        company.client.send_presence()
        await asyncio.wait_for(both.wait(), 10)
        roster = await company.client.get_roster()
        assert roster["roster"]["items"][JUERGEN]["subscription"] == "both"
        await company.go()


class TestWhatTheCompanyDoes:
    """Messages, files, signs of the company."""

    async def test_an_answer_reaches_the_phone_and_receipts_come_back(self, xmpp: Xmpp, company: Company) -> None:
        message = xmpp.phone.write(AYLIN, "Ist die Größe 42 noch da?")
        await company.say("Ja, ein Paar. ✓", inner=f"<reply xmlns='urn:xmpp:reply:0' to='{AYLIN}' id='{message.id}'/>")
        (answer,) = answers(xmpp)
        assert (answer.text, answer.reply_to) == ("Ja, ein Paar. ✓", message.id)
        receipt = await company.hears(has("{urn:xmpp:receipts}received"))
        assert (receipt.find("{urn:xmpp:receipts}received").get("id"), receipt.get("to")) == ("a-1", f"{xmpp.jid}/desk")  # type: ignore[union-attr]
        xmpp.phone.see(AYLIN)
        marker = await company.hears(has("{urn:xmpp:chat-markers:0}displayed"))
        assert marker.find("{urn:xmpp:chat-markers:0}displayed").get("id") == "a-1"  # type: ignore[union-attr]
        assert [one.key for one in xmpp.phone.accepted] == ["a-1"]

    async def test_signs_corrections_and_reactions_are_shown(self, xmpp: Xmpp, company: Company) -> None:
        message = xmpp.phone.write(AYLIN, "Danke!")
        thumb = f"<reactions xmlns='urn:xmpp:reactions:0' id='{message.id}'><reaction>👍</reaction></reactions>"
        await company.say("", inner=thumb, id="r-1")
        assert message.reactions == {"business": "👍"}
        await company.say("", inner=f"<displayed xmlns='urn:xmpp:chat-markers:0' id='{message.id}'/>", id="d-1")
        assert message.state == "read"
        await company.say("Bis Freitg!")
        await company.say("Bis Freitag!", inner="<replace xmlns='urn:xmpp:message-correct:0' id='a-1'/>", id="a-2")
        (answer,) = answers(xmpp)
        assert (answer.text, answer.edited) == ("Bis Freitag!", True)
        await company.say("", inner="<retract xmlns='urn:xmpp:message-retract:1' id='a-1'/>", id="a-3")
        assert answer.deleted

    async def test_a_file_goes_by_the_upload_service(self, web_company: Company) -> None:
        xmpp, company = web_company.xmpp, web_company
        upload = company.client.plugin["xep_0363"]
        url = await upload.upload_file("Plan Größe.png", input_file=BytesIO(b"\x89PNG"), size=4, content_type="image/png")
        await company.say(str(url), inner=f"<x xmlns='jabber:x:oob'><url>{url}</url></x>")
        (answer,) = answers(xmpp)
        assert [(one.name, one.type, one.data) for one in answer.files] == [("Plan Größe.png", "image/png", b"\x89PNG")]
        assert answer.text == ""

    async def test_uploads_that_do_not_fit_are_refused(self, web_company: Company) -> None:
        upload = web_company.client.plugin["xep_0363"]
        with pytest.raises(IqError) as refused:
            await upload.request_slot(f"upload.{DOMAIN}", "Film.mp4", 20_000_000, "video/mp4")
        assert refused.value.condition == "not-acceptable"
        slot = await upload.request_slot(f"upload.{DOMAIN}", "a.txt", 5, "text/plain")
        put = slot["http_upload_slot"]["put"]["url"]
        async with aiohttp.ClientSession() as session:
            async with session.put(put, data=b"zu lang") as answer:
                assert answer.status == 413
            async with session.put(put, data=b"genau") as answer:
                assert answer.status == 201
            async with session.put(put, data=b"genau") as answer:
                assert answer.status == 403
            async with session.get(put.replace("/files/", "/files/x")) as answer:
                assert answer.status == 404

    @pytest.mark.parametrize(
        ("to", "condition"),
        [
            (f"niemand@{DOMAIN}", "service-unavailable"),
            ("niemand@radverein.example", "service-unavailable"),
            ("wer@nirgends.example", "remote-server-not-found"),
            ("@@", "jid-malformed"),
        ],
    )
    async def test_who_does_not_exist_is_said(self, company: Company, to: str, condition: str) -> None:
        await company.say("Hallo", to=to)
        returned = await company.hears(lambda one: one.get("type") == "error")
        error = returned.find("{jabber:client}error")
        assert error is not None
        assert error.find(f"{{urn:ietf:params:xml:ns:xmpp-stanzas}}{condition}") is not None
        assert (returned.get("id"), returned.get("from")) == ("a-1", to)

    async def test_who_has_blocked_us_is_not_there(self, xmpp: Xmpp, company: Company) -> None:
        blocking: Customer = xmpp.phone.customer(AYLIN)
        blocking.blocked = True
        await company.say("Hallo")
        assert (await company.hears(lambda one: one.get("type") == "error")).get("id") == "a-1"
        assert answers(xmpp) == []

    async def test_another_client_has_copies(self, xmpp: Xmpp, company: Company) -> None:
        phone = Company(xmpp, "chef")
        await phone.sign_in()
        await phone.client.plugin["xep_0280"].enable()
        await company.say("Ich kümmere mich.")
        copied = await phone.hears(has("{urn:xmpp:carbons:2}sent"))
        assert "Ich kümmere mich." in "".join(copied.itertext())
        received = await phone.hears(has("{urn:xmpp:carbons:2}received"))
        assert received.find(".//{urn:xmpp:receipts}received") is not None
        await phone.go()

    async def test_what_it_can_do_is_said(self, xmpp: Xmpp, company: Company) -> None:
        disco = company.client.plugin["xep_0030"]
        server = (await disco.get_info(DOMAIN))["disco_info"]["features"]
        assert {"urn:xmpp:ping", "urn:xmpp:carbons:2"} <= server
        assert "urn:xmpp:mam:2" in (await disco.get_info(xmpp.jid))["disco_info"]["features"]
        phone = await disco.get_info(f"{AYLIN}/phone")
        assert "urn:xmpp:receipts" in phone["disco_info"]["features"]
        assert (await company.client.plugin["xep_0092"].get_version(DOMAIN))["software_version"]["name"] == "Oase Sandbox"
        with pytest.raises(IqError) as refused:
            await disco.get_info("niemand@jabber.sandbox.example")
        assert refused.value.condition == "service-unavailable"


class TestBadDays:
    """What goes wrong on demand."""

    async def test_too_many_messages_are_told_with_the_advice_to_wait(self, xmpp: Xmpp, company: Company) -> None:
        fault(xmpp, "throttled", remaining=1)
        await company.say("Hallo", id="a-1")
        returned = await company.hears(lambda one: one.get("type") == "error")
        assert returned.find("{jabber:client}error").get("type") == "wait"  # type: ignore[union-attr]
        assert returned.find(".//{urn:ietf:params:xml:ns:xmpp-stanzas}policy-violation") is not None
        await company.say("Hallo", id="a-1")
        assert [one.text for one in answers(xmpp)] == ["Hallo"]

    async def test_an_outage_breaks_off_and_lets_nobody_in(self, xmpp: Xmpp, company: Company) -> None:
        fault(xmpp, "outage")
        await asyncio.wait_for(company.over.wait(), 10)
        knocking = Company(xmpp, "knocking")
        knocking.dial()
        await asyncio.wait_for(knocking.over.wait(), 10)
        assert xmpp.server.sessions == []
        await knocking.go()
        xmpp.faults.clear()
        again = Company(xmpp, "again")
        await again.sign_in()
        await again.go()

    async def test_everything_twice_in_reverse_and_half(self, xmpp: Xmpp, company: Company) -> None:
        fault(xmpp, "duplicate", remaining=1)
        xmpp.phone.write(AYLIN, "doppelt")
        assert [body(await company.hears(body)) for _ in range(2)] == ["doppelt", "doppelt"]
        fault(xmpp, "reversed", remaining=2)
        xmpp.phone.write(AYLIN, "eins")
        xmpp.phone.write(AYLIN, "zwei")
        assert [body(await company.hears(body)) for _ in range(2)] == ["zwei", "eins"]
        fault(xmpp, "wrong_signature", remaining=1)
        xmpp.phone.write(AYLIN, "echt")
        forged = await company.hears(has("{urn:xmpp:carbons:2}sent"))
        assert forged.get("from") == f"{AYLIN}/phone"
        assert body(await company.hears(body)) == "echt"
        fault(xmpp, "truncated", remaining=1)
        xmpp.phone.write(AYLIN, "abgerissen")
        await asyncio.wait_for(company.over.wait(), 10)
        again = Company(xmpp, "again")
        await again.sign_in()
        assert body(await again.hears(body)) == "abgerissen"
        await again.go()

    async def test_nothing_is_brought_until_the_fault_is_gone(self, xmpp: Xmpp, company: Company) -> None:
        fault(xmpp, "webhook_outage")
        xmpp.phone.write(AYLIN, "später")
        await company.handled()
        assert company.heard == []
        xmpp.faults.clear()
        assert body(await company.hears(body)) == "später"

    async def test_a_message_that_was_taken_can_come_back_later(self, xmpp: Xmpp, company: Company) -> None:
        fault(xmpp, "error_in_200", remaining=1)
        await company.say("Hallo")
        assert (await company.hears(lambda one: one.get("type") == "error")).get("id") == "a-1"


HEAD = f"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='{DOMAIN}' version='1.0'>"
IN = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGxpbmRncnVlbgBzYW5kYm94</auth>"
PAGE = "<set xmlns='http://jabber.org/protocol/rsm'><after>x</after></set>"
UPLOAD = f"<request xmlns='urn:xmpp:http:upload:0' filename='a' size='{'9' * 6000}'/>"
BIND = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"


class Line:
    """A connection on which anything can be said."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, words: str | bytes) -> None:
        self.writer.write(words if isinstance(words, bytes) else words.encode())

    async def until(self, end: str) -> str:
        async with asyncio.timeout(10):
            return (await self.reader.readuntil(end.encode())).decode()

    async def rest(self) -> str:
        async with asyncio.timeout(10):
            return (await self.reader.read()).decode()

    async def sign_in(self) -> None:
        self.say(HEAD + IN)
        await self.until("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
        self.say(HEAD + BIND)
        await self.until("</iq>")


@pytest_asyncio.fixture
async def line(xmpp: Xmpp) -> AsyncIterator[Line]:
    line = Line(*await asyncio.open_connection("127.0.0.1", xmpp.server.port))
    yield line
    line.writer.close()


@pytest.mark.parametrize(
    ("said", "condition"),
    [
        ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "not-well-formed"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "not-well-formed"),
        (HEAD + "<auth", None),
        (HEAD + "</auth>", "not-well-formed"),
        (HEAD.encode() + b"<a>\xff\xfe</a>", "not-well-formed"),
        ("<?xml version='1.0' encoding='ISO-8859-1'?>" + HEAD, "unsupported-encoding"),
        ("<!DOCTYPE lolz [<!ENTITY lol 'lol'>]>" + HEAD, "restricted-xml"),
        ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'>" + HEAD, "restricted-xml"),
        (HEAD + "<!-- hallo -->", "restricted-xml"),
        (HEAD + "<?php echo 1 ?>", "restricted-xml"),
        (HEAD + "<message><body>&lol;</body></message>", "restricted-xml"),
        (HEAD + "hallo", "bad-format"),
        (HEAD + "<auth>" + "a" * 20_000, "policy-violation"),
        (HEAD + "<a>" * 200, "policy-violation"),
        (HEAD.replace(DOMAIN, "anders.example"), "host-unknown"),
        (HEAD.replace("jabber:client", "jabber:server"), "invalid-namespace"),
        (HEAD.replace("etherx.jabber.org", "example.org"), "invalid-namespace"),
        (HEAD.replace(" version='1.0'", ""), "unsupported-version"),
        ("<hallo/>", "bad-format"),
        (HEAD + "<message to='aylin@jabber.sandbox.example'><body>Hallo</body></message>", "not-authorized"),
        (HEAD + IN.replace("AGxp", "AGxq") * 5, "policy-violation"),
    ],
)
async def test_what_is_no_stream_is_answered_with_the_errors_of_rfc_6120(
    line: Line, said: str | bytes, condition: str | None
) -> None:
    line.say(said)
    if condition is None:
        line.writer.write_eof()
    heard = await line.rest()
    assert heard.count("<stream:error>") == (condition is not None)
    assert f"<{condition or 'mechanisms'} xmlns=" in heard
    assert heard.startswith("<?xml version='1.0'?><stream:stream ")
    assert "Traceback" not in heard


@pytest.mark.parametrize(
    ("said", "condition"),
    [
        ("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='DIGEST-MD5'/>", "invalid-mechanism"),
        (IN.replace("AGxp", "!"), "incorrect-encoding"),
        (IN.replace("AGxpbmRncnVlbgBzYW5kYm94", "//8="), "malformed-request"),
        (IN.replace("AGxpbmRncnVlbgBzYW5kYm94", "eAB5"), "malformed-request"),
        (IN.replace("AGxpbmRncnVlbgBzYW5kYm94", "Y2hlZgBsaW5kZ3J1ZW4Ac2FuZGJveA=="), "invalid-authzid"),
        ("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "malformed-request"),
        ("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "aborted"),
        (IN.replace("PLAIN", "SCRAM-SHA-1"), "malformed-request"),
    ],
)
async def test_what_is_no_signing_in_is_answered_and_may_be_tried_again(line: Line, said: str, condition: str) -> None:
    line.say(HEAD + said)
    assert f"<{condition}/></failure>" in await line.until("</failure>")
    line.say(IN)
    await line.until("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")


@pytest.mark.parametrize(
    ("said", "condition"),
    [
        ("<message><body>" + "a" * 300_000 + "</body></message>", "policy-violation"),
        ("<message from='chef@anders.example'><body>Ich</body></message>", "invalid-from"),
        ("<hallo/>", "unsupported-stanza-type"),
        ("<a xmlns='urn:xmpp:sm:3' h='7'/>", "unsupported-stanza-type"),
        ("<enable xmlns='urn:xmpp:sm:3'/><a xmlns='urn:xmpp:sm:3' h='7'/>", "undefined-condition"),
        ("<message xmlns:x='y'><x:body></message>", "not-well-formed"),
    ],
)
async def test_who_has_signed_in_is_held_to_the_rules_too(line: Line, said: str, condition: str) -> None:
    await line.sign_in()
    line.say(said)
    heard = await line.rest()
    assert f"<stream:error><{condition} xmlns=" in heard
    assert heard.endswith("</stream:error></stream:stream>")


@pytest.mark.parametrize(
    ("said", "condition"),
    [
        ("<iq id='1' type='get'/>", "bad-request"),
        ("<iq id='1' type='odd'><ping xmlns='urn:xmpp:ping'/></iq>", "bad-request"),
        ("<iq id='1' type='set'><query xmlns='jabber:iq:roster'><item jid='x'/></query></iq>", "bad-request"),
        (f"<iq id='1' type='set'><query xmlns='urn:xmpp:mam:2'>{PAGE}</query></iq>", "item-not-found"),
        (f"<iq id='1' type='get' to='upload.{DOMAIN}'>{UPLOAD}</iq>", "bad-request"),
        ("<iq id='1' type='get'><strange xmlns='urn:example'/></iq>", "service-unavailable"),
        ("<message to='x@' id='1'><body>a</body></message>", "jid-malformed"),
    ],
)
async def test_a_stanza_that_cannot_be_handled_comes_back_alone(line: Line, said: str, condition: str) -> None:
    await line.sign_in()
    line.say(said)
    assert f"<{condition} xmlns=" in await line.until("</error>")
    line.say(f"<iq id='2' type='get' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>")
    assert "id='2' type='result'" in await line.until("id='2' type='result'/>")


async def test_a_stream_in_pieces_is_the_same_stream(line: Line) -> None:
    for letter in HEAD + IN:
        line.say(letter)
        await line.writer.drain()
    await line.until("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")


async def test_letters_that_xml_cannot_carry_are_left_out(xmpp: Xmpp, company: Company) -> None:
    xmpp.phone.write(AYLIN, "Hallo\x00\x0b\ufffe Welt")
    assert body(await company.hears(body)) == "Hallo Welt"


TALK = (
    HEAD + IN,
    HEAD + BIND + "<enable xmlns='urn:xmpp:sm:3'/>"
    "<presence><priority>-5</priority><show>away</show></presence>"
    f"<presence to='{AYLIN}' type='subscribed'/>"
    "<iq id='r' type='set'><query xmlns='jabber:iq:roster'><item jid='sam@jabber.sandbox.example' name='Sam'/></query></iq>"
    "<iq id='m' type='set'><query xmlns='urn:xmpp:mam:2' queryid='q'><x xmlns='jabber:x:data' type='submit'>"
    "<field var='start'><value>2026-03-02T08:00:00Z</value></field></x>"
    "<set xmlns='http://jabber.org/protocol/rsm'><max>10</max><before/></set></query></iq>"
    f"<iq id='u' type='get' to='upload.{DOMAIN}'>"
    "<request xmlns='urn:xmpp:http:upload:0' filename='a.png' size='12' content-type='image/png'/></iq>"
    f"<message to='{AYLIN}' id='1' type='chat'><body>&gt; Hallo\nJa &amp; 🧡</body><reply xmlns='urn:xmpp:reply:0' to='{AYLIN}' id='x'/>"
    "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='8'/></fallback></message>"
    f"<message to='{AYLIN}' id='2'><body>Nein</body><replace xmlns='urn:xmpp:message-correct:0' id='1'/></message>"
    f"<message to='{AYLIN}'><reactions xmlns='urn:xmpp:reactions:0' id='1'><reaction>👍</reaction></reactions></message>"
    "<r xmlns='urn:xmpp:sm:3'/><a xmlns='urn:xmpp:sm:3' h='0'/>"
    f"<iq id='p' type='get' to='{AYLIN}/phone'><ping xmlns='urn:xmpp:ping'/></iq>",
)


class Paper:
    """What is written, instead of a connection."""

    def __init__(self) -> None:
        self.written = b""
        self.transport = self

    def write(self, data: bytes) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return False

    def can_write_eof(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        """Nothing is left to break off."""


@st.composite
def talks(draw: st.DrawFn) -> tuple[str, str]:
    """The talk with some of its pieces changed, left out, doubled; now and then in its sign-in, too."""
    strange = st.sampled_from(
        ["", "-", "--5", "<", "/>", "'", "&", "9" * 5000, "٣", "\u0000", "xmlns=''", "😀", "error", "<a/>", "@", "/"]
    )
    parts = [*TALK]
    for _ in range(draw(st.integers(1, 4))):
        which = draw(st.sampled_from([0, 1, 1, 1, 1]))
        pieces = re.split(r"(?<=[<>' ])|(?=['<>/])", parts[which])
        place = draw(st.integers(0, len(pieces) - 1))
        pieces[place] = draw(st.one_of(strange, st.just(pieces[place] * 2), st.sampled_from(pieces)))
        parts[which] = "".join(pieces)
    return parts[0], parts[1]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(talks())
def test_whatever_a_client_says_is_answered_in_xmpp(talk: tuple[str, str]) -> None:
    async def listen() -> bytes:
        xmpp, paper = Xmpp(SystemClock(), Hub(), "http://127.0.0.1:1"), Paper()
        xmpp.seed()
        stream = Stream(paper, DOMAIN)  # type: ignore[arg-type]
        xmpp.server._connections.add(stream)
        for words in talk:
            await xmpp.server._read(stream, words.encode())
        return paper.written

    written = asyncio.run(listen())
    if b"</stream:stream>" in written:
        assert written.count(b"<stream:error>") <= 1
    reader = etree.XMLPullParser(events=("end",))
    for opening in re.split(rb"(?=<\?xml )", written)[1:]:
        reader = etree.XMLPullParser(events=("end",))
        reader.feed(opening)  # raises if it is not well-formed
