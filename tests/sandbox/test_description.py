"""The simulator beside Meta's own description: every webhook, and the API calls through Prism."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.servers import prism as prisms
from tests.servers.meta import webhook_validator, whatsapp_description

from .conftest import AYLIN, TOKEN, Endpoint, World

REFERRAL = {
    "source_url": "https://fb.me/3cr4Wqqkv",
    "source_id": "120226305854810726",
    "source_type": "ad",
    "body": "Sommerräder sind da!",
    "headline": "Schreiben Sie uns",
    "media_type": "image",
    "image_url": "https://scontent.example.com/v/t45.1",
    "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e",
    "welcome_message": {"text": "Guten Tag! Wie können wir helfen?"},
}
PRODUCTS = [{"product_retailer_id": "rad-26", "quantity": 2, "item_price": 799.5, "currency": "EUR"}]
LUCIA = {"name": {"formatted_name": "Lucía Gómez", "first_name": "Lucía"}, "phones": [{"phone": "+49 30 23125 311"}]}
PLACE = {"latitude": 52.516275, "longitude": 13.377704, "name": "Brandenburger Tor", "address": "Pariser Platz"}


async def test_every_kind_that_a_customer_can_send_is_valid(world: World, endpoint: Endpoint, specs: Path) -> None:
    files = {kind: await world.upload(b"\0", mime, name) for kind, mime, name in (
        ("image", "image/jpeg", "a.jpg"), ("video", "video/mp4", "a.mp4"), ("audio", "audio/ogg; codecs=opus", "a.ogg"),
        ("document", "application/pdf", "Vertrag.pdf"), ("sticker", "image/webp", "a.webp"),
    )}  # fmt: skip
    sent: list[dict[str, Any]] = [{"text": "Hallo 🙂"}, {"text": "Weitergeleitet", "forwarded": True}]
    sent += [{"kind": kind, "content": {"id": media_id, "caption": "Bild"}} for kind, media_id in files.items()]
    sent += [
        {"kind": "audio", "content": {"id": files["audio"], "voice": True}},
        {"kind": "location", "content": PLACE},
        {"kind": "contacts", "content": {"contacts": [LUCIA]}},
        {"kind": "text", "content": {"body": "Anzeige gesehen", "referral": REFERRAL}},
        {"kind": "text", "content": {"body": "Noch da?", "referred_product": {"catalog_id": "1", "product_retailer_id": "2"}}},
        {"kind": "order", "content": {"catalog_id": "1948", "text": "", "product_items": PRODUCTS}},
        {"kind": "unsupported"},
    ]
    for message in sent:
        await world.control("POST", f"customers/{AYLIN}/messages", {**message, "wait": True})
    _, answer = await world.say()
    ours = answer["messages"][0]["id"]
    for reply in (
        {"kind": "interactive", "content": {"type": "button_reply", "button_reply": {"id": "ja", "title": "Ja"}}},
        {"kind": "interactive", "content": {"type": "list_reply", "list_reply": {"id": "a", "title": "A", "description": ""}}},
        {"kind": "button", "content": {"payload": "STOP", "text": "Keine Werbung mehr"}},
        {"text": "Als Antwort"},
    ):
        await world.control("POST", f"customers/{AYLIN}/messages", {**reply, "context_id": ours, "wait": True})
    mine = await world.write("Tippfehler", wait=True)
    for emoji in ("👍", ""):
        await world.control("POST", f"customers/{AYLIN}/messages/{ours}/reaction", {"emoji": emoji})
    await world.control("PUT", f"customers/{AYLIN}/messages/{mine['id']}", {"text": "Tippfehler behoben"})
    await world.control("DELETE", f"customers/{AYLIN}/messages/{mine['id']}")
    await world.control("PATCH", f"customers/{AYLIN}", {"wa_id": "493023125777"})
    await world.sandbox.whatsapp.delivery.settled()
    kinds = {message["type"] for message in endpoint.messages()}
    assert {"edit", "revoke", "system", "reaction", "order", "unsupported", "sticker", "button", "interactive"} <= kinds
    _assert_valid(endpoint, specs)


async def test_every_status_is_valid(world: World, endpoint: Endpoint, specs: Path) -> None:
    await world.say()
    await world.write(wait=True)
    await world.say(biz_opaque_callback_data="a")
    await world.send(type="template", template={"name": "hello_world", "language": {"code": "en_US"}})
    await world.control("POST", f"customers/{AYLIN}/chats/{world.number_id}/seen")
    await world.sandbox.whatsapp.delivery.settled()
    assert set(endpoint.states()) == {"failed", "sent", "delivered", "read"}
    _assert_valid(endpoint, specs)


async def test_a_batch_of_everything_is_valid(world: World, endpoint: Endpoint, specs: Path) -> None:
    await world.write(wait=True)
    await world.control("POST", "faults", {"kind": "batch", "size": 100})
    await world.control("POST", "faults", {"kind": "delay", "seconds": 0.1})
    await world.control("POST", "load", [{"wa_id": f"4930231254{place:02}", "text": "x"} for place in range(20)])
    for _ in range(5):
        await world.say()
    await world.sandbox.whatsapp.delivery.settled()
    _assert_valid(endpoint, specs)


def _assert_valid(endpoint: Endpoint, specs: Path) -> None:
    import json

    validator = webhook_validator(specs)
    for raw, _ in endpoint.posts:
        body = json.loads(raw)
        errors = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)]
        assert not errors, (body, errors)


@pytest.fixture
def through_prism(world: World, specs: Path, tmp_path: Path) -> Iterator[World]:
    """The same world, but every request to Graph goes through Prism with Meta's description."""
    reason = prisms.install()
    if reason:
        pytest.skip(reason)
    with prisms.prism(whatsapp_description(specs), world.graph.removesuffix("/v23.0"), tmp_path) as address:
        world.graph = f"{address}/v23.0"
        yield world


@pytest.mark.servers
@pytest.mark.xdist_group("prism")
async def test_requests_answers_and_refusals_with_their_codes_pass_prism(through_prism: World) -> None:
    world = through_prism
    world.client.headers.update({"User-Agent": "Oase/0.1.0", "Content-Type": "application/json"})
    greeting = await world.write()
    buttons = [{"type": "reply", "reply": {"id": "ja", "title": "Ja, gern"}}]
    rows = [{"id": "a", "title": "Abholung", "description": "in Berlin"}]
    form = aiohttp.FormData()
    form.add_field("messaging_product", "whatsapp")
    form.add_field("file", b"\x89PNG", filename="a.png", content_type="image/png")
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": form().content_type}
    async with world.client.post(f"{world.graph}/{world.number_id}/media", data=form(), headers=headers) as uploaded:
        assert uploaded.status == 200, await uploaded.text()
        media_id = (await uploaded.json())["id"]
    messages: list[dict[str, Any]] = [
        {"type": "text", "text": {"body": "Hallo", "preview_url": False}, "biz_opaque_callback_data": "1"},
        {"type": "text", "text": {"body": "Als Antwort"}, "context": {"message_id": greeting["id"]}},
        {"type": "image", "image": {"id": media_id, "caption": "Bild"}},
        {"type": "location", "location": PLACE},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Lucía Gómez", "first_name": "Lucía"}}]},
        {"type": "reaction", "reaction": {"message_id": greeting["id"], "emoji": "👍"}},
        {"type": "interactive", "interactive": {"type": "button", "body": {"text": "?"}, "action": {"buttons": buttons}}},
        {
            "type": "interactive",
            "interactive": {"type": "list", "body": {"text": "?"}, "action": {"button": "Mehr", "sections": [{"rows": rows}]}},
        },
        {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}},
    ]
    for message in messages:
        status, answer = await world.send(**message)
        assert status == 200, (message, answer)
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": greeting["id"]}
    calls: list[tuple[str, str, Any]] = [
        ("POST", f"{world.number_id}/messages", mark),
        ("GET", world.number_id, None),
        ("GET", f"{world.number_id}/whatsapp_business_profile", None),
        ("GET", f"{world.account_id}/message_templates?limit=2", None),
        ("GET", f"{world.account_id}/phone_numbers", None),
        ("GET", f"{world.account_id}/subscribed_apps", None),
        ("GET", media_id, None),
        ("DELETE", media_id, None),
    ]
    for method, path, body in calls:
        status, answer = await world.ask(method, path, body)
        assert status == 200, (path, answer)
    del world.client.headers["Content-Type"]
    assert (await world.ask("GET", world.number_id, token="EAAother"))[0] == 401
    status, answer = await world.send(type="template", template={"name": "no_such", "language": {"code": "de"}})
    assert (status, answer["error"]["code"]) == (404, 132001)
