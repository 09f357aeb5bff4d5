"""What a business's endpoint receives, on good days and on bad ones."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from litestar import Litestar
from tests.servers.mail import free_port

from oase.sandbox import sandbox_routes

from .conftest import AYLIN, JUERGEN, TOKEN, Endpoint, Starter, World


def _bodies(endpoint: Endpoint) -> list[str]:
    return [message["text"]["body"] for message in endpoint.messages()]


async def test_a_customers_message_arrives_signed(world: World, endpoint: Endpoint) -> None:
    await world.write("Wo bleibt mein Päckchen? 📦", wait=True)
    assert (_bodies(endpoint), endpoint.genuine(0)) == (["Wo bleibt mein Päckchen? 📦"], True)


async def test_statuses_follow_a_message_with_what_was_sent_along(world: World, endpoint: Endpoint) -> None:
    await world.write(wait=True)
    await world.say(biz_opaque_callback_data="delivery 17")
    await endpoint.until(lambda: endpoint.states() == ["sent", "delivered"])
    opaque = {status["biz_opaque_callback_data"] for value in endpoint.values() for status in value.get("statuses", [])}
    assert opaque == {"delivery 17"}


async def test_opening_the_chat_reports_read(world: World, endpoint: Endpoint) -> None:
    await world.write(wait=True)
    await world.say()
    await world.control("POST", f"customers/{AYLIN}/chats/{world.number_id}/seen")
    await endpoint.until(lambda: endpoint.states() == ["sent", "delivered", "read"])


async def test_a_customer_without_read_receipts_reports_no_read(world: World, endpoint: Endpoint) -> None:
    await world.write(wait=True)
    await world.control("PATCH", f"customers/{AYLIN}", {"read_receipts": False})
    await world.say()
    await world.control("POST", f"customers/{AYLIN}/chats/{world.number_id}/seen")
    await world.write("Danke", wait=True)
    assert endpoint.states() == ["sent", "delivered"]


async def test_a_phone_that_is_off_gets_its_messages_later(world: World, endpoint: Endpoint) -> None:
    await world.write(wait=True)
    await world.control("PATCH", f"customers/{AYLIN}", {"online": False})
    await world.say()
    await endpoint.until(lambda: endpoint.states() == ["sent"])
    await world.control("PATCH", f"customers/{AYLIN}", {"online": True})
    await endpoint.until(lambda: endpoint.states() == ["sent", "delivered"])


async def test_a_business_that_is_blocked_gets_131026(world: World, endpoint: Endpoint) -> None:
    await world.write(wait=True)
    await world.control("PATCH", f"customers/{AYLIN}", {"blocks": world.number_id})
    await world.say()
    await endpoint.until(lambda: endpoint.states() == ["failed"])
    assert endpoint.values()[-1]["statuses"][0]["errors"][0]["code"] == 131026


async def test_what_is_not_answered_with_200_comes_again_unchanged(world: World, endpoint: Endpoint) -> None:
    endpoint.statuses = [500, 302, 404]
    await world.write(wait=True)
    assert len({raw for raw, _ in endpoint.posts}) == 1 and len(endpoint.posts) == 4


async def test_an_endpoint_that_is_not_there_gets_everything_when_it_is_back(world: World, endpoint: Endpoint) -> None:
    await world.control("PATCH", f"numbers/{world.number_id}", {"webhook_url": f"http://127.0.0.1:{free_port()}/hook"})
    for place in range(3):
        await world.write(str(place))
    delivery = world.sandbox.whatsapp.delivery
    async with asyncio.timeout(10):
        while delivery.counts.refused < 2:
            await world.control("GET", "webhooks")
    assert delivery.pending == 3
    app = web.Application()
    app.router.add_post("/hook", endpoint.take)
    runner = web.AppRunner(app)
    await runner.setup()
    port = int(world.sandbox.whatsapp.store.number(world.number_id).webhook_url.rsplit(":", 1)[1].split("/")[0])
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await delivery.settled()
    await runner.cleanup()
    assert _bodies(endpoint) == ["0", "1", "2"]


async def test_the_phone_shows_when_the_business_took_a_message(world: World, endpoint: Endpoint) -> None:
    await world.control("POST", "faults", {"kind": "webhook_outage"})
    await world.write()
    chat = f"customers/{AYLIN}/chats/{world.number_id}"
    before = (await world.control("GET", chat))[0]["taken"]
    await world.control("DELETE", "faults")
    await world.sandbox.whatsapp.delivery.settled()
    assert (before, (await world.control("GET", chat))[0]["taken"]) == (False, True)


async def test_order_holds_within_a_customer_while_the_endpoint_stumbles(world: World, endpoint: Endpoint) -> None:
    endpoint.statuses = [500] * 12
    load = [{"wa_id": who, "text": f"{who} {place}"} for place in range(30) for who in (AYLIN, JUERGEN)]
    await world.control("POST", "load", load)
    await world.sandbox.whatsapp.delivery.settled()
    accepted = list(dict.fromkeys(_bodies(endpoint)))
    for who in (AYLIN, JUERGEN):
        assert [text for text in accepted if text.startswith(who)] == [f"{who} {place}" for place in range(30)]


async def test_an_endpoint_that_fails_for_one_customer_does_not_hold_up_others(start: Starter, endpoint: Endpoint) -> None:
    world = await start(webhook_connections=2, retry_first_seconds=30, retry_cap_seconds=30)
    endpoint.statuses = [500, 500]
    await world.control("POST", "load", [{"wa_id": f"49302312530{place}", "text": "x"} for place in range(2)])
    await endpoint.until(lambda: len(endpoint.posts) == 2)
    await world.write("Ich komme durch", wait=True)
    assert _bodies(endpoint)[-1] == "Ich komme durch"


async def test_a_batch_holds_messages_of_several_customers(world: World, endpoint: Endpoint) -> None:
    await world.control("POST", "faults", {"kind": "batch", "size": 50})
    load = [{"wa_id": f"4930231254{place:02}", "text": str(place)} for place in range(40)]
    await world.control("POST", "load", load)
    await world.sandbox.whatsapp.delivery.settled()
    most = max(len(value["messages"]) for value in endpoint.values())
    assert sorted(map(int, _bodies(endpoint))) == list(range(40))
    assert most > 10
    assert all(len(value["contacts"]) == len(value["messages"]) for value in endpoint.values())


async def test_a_duplicate_is_the_same_webhook_again(world: World, endpoint: Endpoint) -> None:
    await world.control("POST", "faults", {"kind": "duplicate", "times": 3, "remaining": 1})
    await world.write(wait=True)
    assert len(endpoint.posts) == 4 and len(set(endpoint.posts)) == 1


@pytest.mark.parametrize(("kind", "genuine"), [("wrong_signature", [False, True]), ("truncated", [True, True])])
async def test_a_spoilt_copy_comes_before_the_right_one(world: World, endpoint: Endpoint, kind: str, genuine: list[bool]) -> None:
    await world.control("POST", "faults", {"kind": kind, "remaining": 1})
    await world.write(wait=True)
    assert [endpoint.genuine(place) for place in range(2)] == genuine
    if kind == "truncated":
        with pytest.raises(json.JSONDecodeError):
            json.loads(endpoint.posts[0][0])


async def test_reversed_webhooks_come_newest_first(world: World, endpoint: Endpoint) -> None:
    await world.control("POST", "faults", {"kind": "reversed", "seconds": 0.05})
    await world.control("POST", "load", [{"wa_id": AYLIN, "text": str(place)} for place in range(5)])
    await world.sandbox.whatsapp.delivery.settled()
    assert _bodies(endpoint) == ["4", "3", "2", "1", "0"]


async def test_statuses_can_come_backwards(world: World, endpoint: Endpoint) -> None:
    await world.write(wait=True)
    await world.control("POST", "faults", {"kind": "status_reversed", "remaining": 1})
    await world.say()
    await endpoint.until(lambda: endpoint.states() == ["delivered", "sent"])


async def test_a_status_can_come_before_graphs_answer(start: Starter, endpoint: Endpoint) -> None:
    world = await start(status_delay_seconds=0.05)
    await world.write(wait=True)
    await world.control("POST", "faults", {"kind": "status_first"})
    await world.say()
    assert endpoint.states()[0] == "sent"


async def test_an_outage_of_webhooks_loses_nothing(world: World, endpoint: Endpoint) -> None:
    fault = await world.control("POST", "faults", {"kind": "webhook_outage"})
    await world.write("eins")
    await world.write("zwei")
    assert (await world.control("GET", "webhooks"))["pending"] == 2
    await world.control("DELETE", f"faults/{fault['id']}")
    await world.sandbox.whatsapp.delivery.settled()
    assert _bodies(endpoint) == ["eins", "zwei"]


async def test_after_a_cut_the_message_is_accepted_once_and_no_answer_came(world: World) -> None:
    await world.write()
    await world.control("POST", "faults", {"kind": "cut_after_accept", "remaining": 1})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await world.say(biz_opaque_callback_data="once")
    assert await world.control("GET", "accepted/counts") == {"once": 1}


async def test_after_a_cut_before_accepting_nothing_is_accepted(world: World) -> None:
    await world.control("POST", "faults", {"kind": "cut_before_accept", "remaining": 1})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await world.say()
    assert (await world.control("GET", "accepted"))["total"] == 0


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"kind": "http_error", "status": 502}, 502, None),
        ({"kind": "outage"}, 503, None),
        ({"kind": "graph_error", "code": 80007}, 429, 80007),
        ({"kind": "graph_error", "code": 131000}, 500, 131000),
        ({"kind": "token_expired"}, 401, 190),
    ],
)
async def test_graph_fails_on_demand(world: World, fault: dict[str, Any], status: int, code: int | None) -> None:
    await world.control("POST", "faults", fault | {"remaining": 1})
    failed, answer = await world.say()
    worked, _ = await world.say()
    assert (failed, worked) == (status, 200)
    assert code is None or answer["error"]["code"] == code


async def test_a_fault_that_does_not_exist_is_refused(world: World) -> None:
    await world.control("POST", "faults", {"kind": "earthquake"}, status=400)


async def test_a_changed_number_is_told_to_those_the_customer_wrote_to(world: World, endpoint: Endpoint) -> None:
    await world.write(wait=True)
    changed = await world.control("PATCH", f"customers/{AYLIN}", {"wa_id": "+49 30 23125 777"})
    await endpoint.until(lambda: len(endpoint.messages()) == 2)
    system = endpoint.messages()[1]
    assert (system["from"], system["system"]["wa_id"], changed["wa_id"]) == (AYLIN, "493023125777", "493023125777")
    assert "contacts" not in endpoint.values()[1]


async def test_a_hidden_number_is_nowhere_in_the_webhook(world: World, endpoint: Endpoint) -> None:
    await world.control("PATCH", f"customers/{AYLIN}", {"hides_number": True, "username": "aylin.oe"})
    await world.write(wait=True)
    value = endpoint.values()[0]
    assert "wa_id" not in value["contacts"][0] and "from" not in value["messages"][0]
    assert value["contacts"][0]["user_id"] == value["messages"][0]["from_user_id"]


async def test_another_site_cannot_make_a_browser_use_the_controls(world: World) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with world.client.post(f"{world.base}/control/faults", json={"kind": "outage"}, headers=headers) as answer:
        assert answer.status == 403


async def test_a_number_without_a_webhook_address_keeps_nothing(world: World, endpoint: Endpoint) -> None:
    await world.control("PATCH", f"numbers/{world.number_id}", {"webhook_url": ""})
    await world.write(wait=True)
    await asyncio.wait_for(world.sandbox.whatsapp.delivery.settled(), 1)
    assert endpoint.posts == []


async def test_an_error_of_the_number_itself_is_reported(world: World, endpoint: Endpoint) -> None:
    await world.control("POST", f"numbers/{world.number_id}/errors/131031")
    await endpoint.until(lambda: len(endpoint.posts) == 1)
    (value,) = endpoint.values()
    assert (value["errors"][0]["code"], "messages" in value, "contacts" in value) == (131031, False, False)


@pytest.mark.parametrize("kind", ["media_expired", "media_broken"])
async def test_a_media_download_fails_on_demand_and_works_the_next_time(world: World, kind: str) -> None:
    media_id = await world.upload(b"x" * 100_000, "image/png", "a.png")
    _, found = await world.ask("GET", media_id)
    await world.control("POST", "faults", {"kind": kind, "remaining": 1})
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with world.client.get(found["url"], headers=headers) as answer:
        if kind == "media_expired":
            assert answer.status == 404
        else:
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.read()
    async with world.client.get(found["url"], headers=headers) as answer:
        assert len(await answer.read()) == 100_000


async def test_a_fault_may_concern_one_number_only(world: World) -> None:
    other = await world.control("POST", "numbers", {"display": "+49 30 23125 101", "name": "Zweite"})
    await world.control("POST", "faults", {"kind": "outage", "account_id": other["id"]})
    assert (await world.ask("GET", world.number_id))[0] == 200
    assert (await world.ask("GET", other["id"]))[0] == 503


async def test_every_route_is_public_on_purpose(world: World) -> None:
    app = Litestar(route_handlers=sandbox_routes(world.sandbox), openapi_config=None)
    handlers = [handler for route in app.routes for handler in getattr(route, "route_handlers", [])]
    assert handlers and all(handler.opt.get("public") for handler in handlers)


async def test_memory_is_bounded(start: Starter) -> None:
    world = await start(keep_messages=10, keep_accepted=5, keep_media_bytes=1_000, pair_limit=False)
    for place in range(20):
        await world.write(str(place))
        await world.say(str(place))
        await world.upload(b"x" * 300, "image/png", "a.png")
    store = world.sandbox.whatsapp.store
    assert (len(store.messages), len(store.accepted), store.accepted_total, len(store.media)) == (10, 5, 20, 3)
    accepted = await world.control("GET", "accepted?after=17")
    assert [entry["text"] for entry in accepted["items"]] == ["17", "18", "19"]
