"""What Graph answers to a business."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from oase.kernel.clock import SetClock

from .conftest import AYLIN, TOKEN, Endpoint, Starter, World


async def test_a_text_is_accepted_and_shown_on_the_phone(world: World) -> None:
    await world.write()
    status, answer = await world.say("Wir kümmern uns darum. 🛠")
    chat = await world.control("GET", f"customers/{AYLIN}/chats/{world.number_id}")
    assert status == 200
    assert (chat[-1]["id"], chat[-1]["content"]) == (answer["messages"][0]["id"], {"body": "Wir kümmern uns darum. 🛠"})


async def test_the_recipient_is_found_however_the_number_is_written(world: World) -> None:
    _, answer = await world.say(to="+49 (30) 23125-201")
    assert answer["contacts"] == [{"input": "+49 (30) 23125-201", "wa_id": AYLIN}]


async def test_the_recipient_may_be_named_by_business_scoped_user_id(world: World) -> None:
    await world.write()
    user_id = world.sandbox.whatsapp.store.customer(AYLIN).user_id
    status, answer = await world.send(to="", recipient=user_id, type="text", text={"body": "Hallo"})
    assert (status, answer["contacts"]) == (200, [{"input": user_id, "user_id": user_id}])


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "text"}, 131008),
        ({"type": "text", "text": {"body": "x" * 4097}}, 100),
        ({"type": "text", "text": {"body": "x"}, "to": ""}, 131008),
        ({"type": "text", "text": {"body": "x"}, "to": "nobody"}, 131009),
        ({"type": "text", "text": {"body": "x"}, "recipient_type": "group"}, 100),
        ({"type": "poll", "poll": {}}, 131051),
        ({"type": ["text"], "text": {"body": "x"}}, 131051),
        ({"type": "image", "image": {"id": "1", "link": "https://example.com/a.png"}}, 100),
        ({"type": "image", "image": {"id": "12345"}}, 131009),
        ({"type": "image", "image": {"link": "ftp://example.com/a.png"}}, 131009),
        ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, 131009),
        ({"type": "contacts", "contacts": [{"name": {"formatted_name": "Åsa"}}]}, 131008),
        ({"type": "reaction", "reaction": {"message_id": "wamid.none", "emoji": "👍"}}, 131009),
        ({"type": "text", "text": {"body": "x"}, "biz_opaque_callback_data": "x" * 513}, 100),
        ({"type": "interactive", "interactive": {"type": "button", "body": {"text": "?"}, "action": {"buttons": []}}}, 131009),
        ({"type": "template", "template": {"name": "no_such", "language": {"code": "de"}}}, 132001),
        ({"type": "template", "template": {"name": "hello_world", "language": {"code": "de"}}}, 132001),
        ({"type": "template", "template": {"name": "alte_vorlage", "language": {"code": "de"}}}, 132015),
        ({"type": "template", "template": {"name": "order_on_its_way", "language": {"code": "en_US"}}}, 132000),
        (
            {
                "type": "template",
                "template": {
                    "name": "angebot_der_woche",
                    "language": {"code": "de"},
                    "components": [
                        {"type": "header", "parameters": [{"type": "text", "text": "Bild"}]},
                        {"type": "body", "parameters": [{"type": "text", "text": "Klingeln"}]},
                    ],
                },
            },
            132012,
        ),
    ],
)
async def test_a_wrong_request_is_refused_with_metas_code(world: World, message: dict[str, Any], code: int) -> None:
    status, answer = await world.send(**message)
    assert (status >= 400, answer["error"]["code"]) == (True, code), answer


async def test_a_body_that_is_no_json_is_refused(world: World) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    async with world.client.post(f"{world.graph}/{world.number_id}/messages", data=b"{\xff", headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (400, 100)


async def test_a_wrong_token_is_refused_with_190(world: World) -> None:
    status, answer = await world.ask("GET", world.number_id, token="EAAother")
    assert (status, answer["error"]["code"]) == (401, 190)


async def test_a_token_expires(start: Starter) -> None:
    clock = SetClock(datetime(2026, 11, 22, 9, tzinfo=UTC))
    world = await start(clock=clock)
    await world.control("POST", "tokens", {"token": "EAAshort", "seconds": 60})
    before, _ = await world.ask("GET", world.number_id, token="EAAshort")
    clock.advance(timedelta(seconds=61))
    after, answer = await world.ask("GET", world.number_id, token="EAAshort")
    assert (before, after, answer["error"]["error_subcode"]) == (200, 401, 463)


async def test_an_unknown_node_is_code_100_subcode_33(world: World) -> None:
    status, answer = await world.ask("GET", "4711/message_templates")
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)


async def test_outside_the_24_hours_only_templates_are_delivered(start: Starter, endpoint: Endpoint) -> None:
    clock = SetClock(datetime(2026, 11, 22, 9, tzinfo=UTC))
    world = await start(clock=clock)
    await world.write()
    clock.advance(timedelta(hours=24))
    assert (await world.say())[0] == 200
    await world.send(type="template", template={"name": "hello_world", "language": {"code": "en_US"}})
    await endpoint.until(lambda: len(endpoint.states()) == 3)
    errors = [
        status["errors"][0]["code"]
        for value in endpoint.values()
        for status in value.get("statuses", [])[:1]
        if "errors" in status
    ]
    assert (endpoint.states(), errors) == (["failed", "sent", "delivered"], [131047])


async def test_a_number_without_whatsapp_fails_with_131026(world: World, endpoint: Endpoint) -> None:
    await world.say(to="+49 30 23125 999")
    await endpoint.until(lambda: endpoint.states() == ["failed"])
    assert endpoint.values()[0]["statuses"][0]["errors"][0]["code"] == 131026


async def test_the_81st_message_within_a_second_hits_the_rate_limit(start: Starter) -> None:
    world = await start(pair_limit=False)
    answers = await asyncio.gather(*(world.say() for _ in range(90)))
    codes = [answer["error"]["code"] for status, answer in answers if status == 429]
    assert codes and set(codes) == {130429} and len(codes) <= 10


async def test_the_46th_message_to_one_customer_hits_the_pair_rate_limit(world: World) -> None:
    answers = [await world.say() for _ in range(46)]
    assert [status for status, _ in answers] == [200] * 45 + [429]
    assert answers[-1][1]["error"]["code"] == 131056


async def test_reading_shows_blue_ticks_and_typing(world: World) -> None:
    message = await world.write()
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"], "typing_indicator": {"type": "text"}}
    assert await world.ask("POST", f"{world.number_id}/messages", mark) == (200, {"success": True})
    chat = await world.control("GET", f"customers/{AYLIN}/chats/{world.number_id}")
    assert chat[0]["read"] is True


async def test_media_go_up_and_come_down_with_a_token_only(world: World) -> None:
    form = aiohttp.FormData()
    form.add_field("messaging_product", "whatsapp")
    form.add_field("file", b"%PDF-1.7 Angebot", filename="Angebot für Müller.pdf", content_type="application/pdf")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with world.client.post(f"{world.graph}/{world.number_id}/media", data=form, headers=headers) as answer:
        media_id = (await answer.json())["id"]
    _, found = await world.ask("GET", media_id)
    async with world.client.get(found["url"]) as closed, world.client.get(found["url"], headers=headers) as opened:
        assert (closed.status, opened.status, await opened.read()) == (401, 200, b"%PDF-1.7 Angebot")


async def test_a_media_address_is_good_for_five_minutes(start: Starter) -> None:
    clock = SetClock(datetime(2026, 11, 22, 9, tzinfo=UTC))
    world = await start(clock=clock)
    _, found = await world.ask("GET", await world.upload(b"x", "image/png", "a.png"))
    clock.advance(timedelta(minutes=5, seconds=1))
    async with world.client.get(found["url"], headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(("mime_type", "size", "code"), [("application/zip", 10, 100), ("image/png", 5 * 2**20 + 1, 131053)])
async def test_media_that_meta_does_not_take_are_refused(world: World, mime_type: str, size: int, code: int) -> None:
    form = aiohttp.FormData()
    form.add_field("messaging_product", "whatsapp")
    form.add_field("file", io.BytesIO(b"\0" * size), filename="a", content_type=mime_type)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with world.client.post(f"{world.graph}/{world.number_id}/media", data=form, headers=headers) as answer:
        assert (await answer.json())["error"]["code"] == code


async def test_templates_come_in_pages(world: World) -> None:
    names, after = [], ""
    while True:
        _, page = await world.ask("GET", f"{world.account_id}/message_templates?limit=4&after={after}")
        names += [template["name"] for template in page["data"]]
        if "next" not in page["paging"]:
            break
        after = page["paging"]["cursors"]["after"]
    assert names == [template.name for template in world.sandbox.whatsapp.store.templates_of(world.account_id)]


async def test_a_template_is_created_sent_and_deleted(world: World) -> None:
    template = {
        "name": "abholbereit",
        "language": "de",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "{{1}} liegt für Sie bereit."}],
    }
    status, created = await world.ask("POST", f"{world.account_id}/message_templates", template)
    again, _ = await world.ask("POST", f"{world.account_id}/message_templates", template)
    component = {"type": "body", "parameters": [{"type": "text", "text": "Ihr Rad"}]}
    sent, _ = await world.send(
        type="template", template={"name": "abholbereit", "language": {"code": "de"}, "components": [component]}
    )
    gone, _ = await world.ask("DELETE", f"{world.account_id}/message_templates?name=abholbereit")
    missing, _ = await world.ask("GET", created["id"])
    chat = await world.control("GET", f"customers/{AYLIN}/chats/{world.number_id}")
    assert (status, again, sent, gone, missing) == (200, 400, 200, 200, 400)
    assert chat[-1]["content"]["body"] == "Ihr Rad liegt für Sie bereit."


async def test_another_callback_address_is_taken_after_a_handshake_only(world: World, endpoint: Endpoint) -> None:
    path = f"{world.account_id}/subscribed_apps"
    wrong, answer = await world.ask("POST", path, {"override_callback_uri": endpoint.url, "verify_token": "a guess"})
    right, _ = await world.ask("POST", path, {"override_callback_uri": endpoint.url, "verify_token": "the verify token"})
    _, shown = await world.ask("GET", path)
    assert (wrong, answer["error"]["code"], right) == (400, 2200, 200)
    assert shown["data"][0]["override_callback_uri"] == endpoint.url


async def test_debug_token_says_what_a_token_may(world: World) -> None:
    _, answer = await world.ask("GET", f"debug_token?input_token={TOKEN}")
    assert (answer["data"]["is_valid"], "whatsapp_business_messaging" in answer["data"]["scopes"]) == (True, True)


async def test_everything_accepted_can_be_counted(world: World) -> None:
    for opaque in ("a", "b", "b"):
        await world.say(biz_opaque_callback_data=opaque)
    assert await world.control("GET", "accepted/counts") == {"a": 1, "b": 2}
