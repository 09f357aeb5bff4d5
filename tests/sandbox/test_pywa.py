"""An independent client library drives the simulator: pywa sends, receives, checks signatures and parses.

pywa is written against Meta's servers by other people, so a misunderstanding of ours would show here.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import pywa
from pywa import types
from pywa.errors import WhatsAppError

from .conftest import AYLIN, SECRET, TOKEN, Endpoint, World


class _ToSandbox(httpx.HTTPTransport):
    """Sends what is meant for graph.facebook.com to the sandbox."""

    def __init__(self, graph: str) -> None:
        super().__init__()
        self._graph = httpx.URL(graph)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Changes the address, nothing else."""
        if request.url.host == "graph.facebook.com":
            request.url = self._graph.copy_with(raw_path=self._graph.raw_path.rstrip(b"/") + request.url.raw_path)
            request.headers["host"] = f"{self._graph.host}:{self._graph.port}"
        return super().handle_request(request)


class Business:
    """A business that uses pywa, and what its handlers got."""

    def __init__(self, world: World, endpoint: Endpoint, client: httpx.Client) -> None:
        self._endpoint = endpoint
        self.got: list[Any] = []
        self.whatsapp = pywa.WhatsApp(
            phone_id=world.number_id,
            token=TOKEN,
            session=client,
            waba_id=world.account_id,
            app_secret=SECRET,
            verify_token="the verify token",
            server=None,
        )
        for register in (
            self.whatsapp.on_message,
            self.whatsapp.on_message_status,
            self.whatsapp.on_callback_button,
            self.whatsapp.on_callback_selection,
            self.whatsapp.on_phone_number_change,
            self.whatsapp.on_edited_message,
            self.whatsapp.on_deleted_message,
        ):
            register(self._keep)

    def _keep(self, _: pywa.WhatsApp, update: Any) -> None:
        self.got.append(update)

    async def read(self, count: int) -> list[Any]:
        """Feeds the first `count` webhooks to pywa, which must find each signature right; what its handlers got."""
        await self._endpoint.until(lambda: len(self._endpoint.posts) >= count)
        self.got.clear()
        for raw, signature in self._endpoint.posts[:count]:
            assert self.whatsapp.webhook_update_validator(raw, signature) is None
            _, status = await asyncio.to_thread(self.whatsapp.webhook_update_handler, raw)
            assert status == 200
        return self.got


async def _do(function: Any, *arguments: Any, **named: Any) -> Any:
    return await asyncio.to_thread(function, *arguments, **named)


@pytest_asyncio.fixture
async def business(world: World, endpoint: Endpoint) -> AsyncIterator[Business]:
    """A business that uses pywa."""
    with httpx.Client(transport=_ToSandbox(world.graph.removesuffix("/v23.0"))) as client:
        yield Business(world, endpoint, client)


async def test_pywa_sends_a_text_that_the_phone_shows(world: World, business: Business) -> None:
    await world.write()
    sent = await _do(business.whatsapp.send_message, to=AYLIN, text="Grüße aus Köln", tracker="delivery 9")
    chat = await world.control("GET", f"customers/{AYLIN}/chats/{world.number_id}")
    assert (chat[-1]["id"], chat[-1]["content"]["body"]) == (sent.id, "Grüße aus Köln")


async def test_pywa_reads_statuses_with_their_tracker(world: World, endpoint: Endpoint, business: Business) -> None:
    await world.write(wait=True)
    sent = await _do(business.whatsapp.send_message, to=AYLIN, text="Hallo", tracker="delivery 9")
    _, first, second = await business.read(3)
    assert [first.status, second.status] == [types.MessageStatusType.SENT, types.MessageStatusType.DELIVERED]
    assert (first.id, first.tracker, first.from_user.wa_id) == (sent.id, "delivery 9", AYLIN)
    assert (first.pricing.model, first.conversation.category) == ("PMP", "service")


async def test_pywa_reads_a_failure_with_its_code(world: World, business: Business) -> None:
    await _do(business.whatsapp.send_message, to=AYLIN, text="Außerhalb des Fensters")
    (status,) = await business.read(1)
    assert (status.status, status.error.code) == (types.MessageStatusType.FAILED, 131047)


async def test_pywa_reads_a_text_with_its_sender(world: World, business: Business) -> None:
    await world.write("Wo ist mein Paket?", wait=True)
    (message,) = await business.read(1)
    user = message.from_user
    assert (message.text, user.wa_id, user.name, user.country_code) == ("Wo ist mein Paket?", AYLIN, "Aylin Özdemir", "DE")


async def test_pywa_reads_a_reply_and_a_forwarded_message(world: World, business: Business) -> None:
    await world.write(wait=True)
    sent = await _do(business.whatsapp.send_message, to=AYLIN, text="Ja?")
    await world.write("Doch!", context_id=sent.id, wait=True)
    await world.write("Von einem Freund", forwarded=True, wait=True)
    got = [update for update in await business.read(5) if isinstance(update, types.Message)]
    assert (got[1].reply_to_message.id, got[2].forwarded) == (sent.id, True)


async def test_pywa_downloads_what_a_customer_sent(world: World, business: Business) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    media_id = await world.upload(picture, "image/png", "bremse.png")
    await world.write("", kind="image", content={"id": media_id, "caption": "So sieht es aus"}, wait=True)
    (message,) = await business.read(1)
    url = await _do(business.whatsapp.get_media_url, message.image.id)
    data = await _do(business.whatsapp.get_media_bytes, url.url)
    assert (message.caption, message.image.mime_type, data) == ("So sieht es aus", "image/png", picture)


async def test_pywa_reads_voice_location_contact_and_reaction(world: World, business: Business) -> None:
    voice = await world.upload(b"OggS", "audio/ogg; codecs=opus", "voice.ogg")
    await world.write("", kind="audio", content={"id": voice, "voice": True}, wait=True)
    await world.write(
        "", kind="location", content={"latitude": 52.5, "longitude": 13.4, "name": "Büro", "address": "Berlin"}, wait=True
    )
    card = {
        "name": {"formatted_name": "Lucía Gómez", "first_name": "Lucía"},
        "phones": [{"phone": "+49 30 23125 311", "type": "HOME"}],
    }
    await world.write("", kind="contacts", content={"contacts": [card]}, wait=True)
    sent = await _do(business.whatsapp.send_message, to=AYLIN, text="Danke")
    await world.control("POST", f"customers/{AYLIN}/messages/{sent.id}/reaction", {"emoji": "❤️"})
    got = [update for update in await business.read(6) if isinstance(update, types.Message)]
    assert (got[0].audio.voice, got[1].location.name, got[2].contacts[0].name.formatted_name) == (True, "Büro", "Lucía Gómez")
    assert (got[3].reaction.emoji, got[3].reaction.message_id) == ("❤️", sent.id)


async def test_pywa_sends_files(world: World, business: Business) -> None:
    await world.write()
    await _do(
        business.whatsapp.send_document, to=AYLIN, document=b"%PDF-1.7", filename="Rechnung.pdf", mime_type="application/pdf"
    )
    await _do(business.whatsapp.send_image, to=AYLIN, image=b"\x89PNG\r\n\x1a\n", caption="Übersicht", mime_type="image/png")
    chat = await world.control("GET", f"customers/{AYLIN}/chats/{world.number_id}")
    assert [message["kind"] for message in chat[1:]] == ["document", "image"]
    assert world.sandbox.whatsapp.store.media[chat[1]["content"]["id"]].data == b"%PDF-1.7"


async def test_pywa_sends_buttons_and_reads_the_tap(world: World, business: Business) -> None:
    await world.write(wait=True)
    buttons = [types.Button(title="Ja, gern", callback_data="ja"), types.Button(title="Nein", callback_data="nein")]
    sent = await _do(
        business.whatsapp.send_message, to=AYLIN, text="Termin?", header="Werkstatt", footer="Kostenlos", buttons=buttons
    )
    reply = {"type": "button_reply", "button_reply": {"id": "ja", "title": "Ja, gern"}}
    await world.write("", kind="interactive", content=reply, context_id=sent.id, wait=True)
    tapped = (await business.read(4))[-1]
    assert (type(tapped), tapped.data, tapped.title) == (types.CallbackButton, "ja", "Ja, gern")


async def test_pywa_sends_a_list_and_reads_the_choice(world: World, business: Business) -> None:
    await world.write(wait=True)
    rows = [
        types.SectionRow(title="Berlin", callback_data="b", description="Werkstraße 3"),
        types.SectionRow(title="Wien", callback_data="w"),
    ]
    choices = types.SectionList(button_title="Filialen", sections=[types.Section(title="Europa", rows=rows)])
    sent = await _do(business.whatsapp.send_message, to=AYLIN, text="Wo?", buttons=choices)
    reply = {"type": "list_reply", "list_reply": {"id": "w", "title": "Wien", "description": ""}}
    await world.write("", kind="interactive", content=reply, context_id=sent.id, wait=True)
    chosen = (await business.read(4))[-1]
    assert (type(chosen), chosen.data, chosen.title) == (types.CallbackSelection, "w", "Wien")


async def test_pywa_sends_a_template_outside_the_window(world: World, business: Business) -> None:
    await _do(
        business.whatsapp.send_template,
        to=AYLIN,
        name="order_on_its_way",
        language=types.templates.TemplateLanguage.ENGLISH_US,
        params=[types.templates.BodyText.params("Aylin", "Tuesday")],
    )
    chat = await world.control("GET", f"customers/{AYLIN}/chats/{world.number_id}")
    assert chat[-1]["content"]["body"] == "Hello Aylin, your parcel is on its way and should arrive on Tuesday."


async def test_pywa_lists_templates(world: World, business: Business) -> None:
    found = await _do(business.whatsapp.get_templates)
    assert {template.name for template in found} >= {"hello_world", "bestellung_unterwegs"}


async def test_pywa_knows_the_number(world: World, business: Business) -> None:
    number = await _do(business.whatsapp.get_business_phone_number)
    assert (number.id, number.verified_name) == (world.number_id, "Lindgrün Fahrräder")


async def test_pywa_marks_as_read_and_types(world: World, business: Business) -> None:
    message = await world.write()
    await _do(business.whatsapp.indicate_typing, message_id=message["id"])
    chat = await world.control("GET", f"customers/{AYLIN}/chats/{world.number_id}")
    assert chat[0]["read"] is True


async def test_pywa_reads_edits_deletions_and_a_new_number(world: World, endpoint: Endpoint, business: Business) -> None:
    mine = await world.write("Tipfehler", wait=True)
    await world.control("PUT", f"customers/{AYLIN}/messages/{mine['id']}", {"text": "Tippfehler"})
    await world.control("DELETE", f"customers/{AYLIN}/messages/{mine['id']}")
    await world.control("PATCH", f"customers/{AYLIN}", {"wa_id": "493023125777"})
    _, edited, deleted, moved = await business.read(4)
    assert (edited.original_message_id, edited.message.text) == (mine["id"], "Tippfehler")
    assert (deleted.original_message_id, moved.old_wa_id, moved.new_wa_id) == (mine["id"], AYLIN, "493023125777")


@pytest.mark.parametrize(("fault", "code"), [({"kind": "graph_error", "code": 130429}, 130429), ({"kind": "token_expired"}, 190)])
async def test_pywa_understands_refusals(world: World, business: Business, fault: dict[str, Any], code: int) -> None:
    await world.control("POST", "faults", fault)
    with pytest.raises(WhatsAppError) as refused:
        await _do(business.whatsapp.send_message, to=AYLIN, text="Hallo")
    assert refused.value.code == code


async def test_pywa_refuses_a_forged_webhook(world: World, endpoint: Endpoint, business: Business) -> None:
    await world.control("POST", "faults", {"kind": "wrong_signature", "remaining": 1})
    await world.write(wait=True)
    forged, genuine = endpoint.posts
    assert business.whatsapp.webhook_update_validator(*forged) == ("Forbidden", 403)
    assert business.whatsapp.webhook_update_validator(*genuine) is None
