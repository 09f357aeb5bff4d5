"""The simulated Facebook, driven by clients that others wrote: `fbmessenger` for dialogues, `facebook-sdk` for the page."""

import asyncio
import hashlib
import hmac
import json
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio
from fbmessenger import MessengerClient
from fbmessenger.elements import Text
from fbmessenger.quick_replies import QuickReplies, QuickReply

from oase.sandbox.faults import Fault
from oase.sandbox.meta import Facebook, Instagram
from oase.sandbox.places import COMPANY

from .conftest import Endpoint, Starter, World

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of an old client, while it is compiled
    import facebook as sdk

ERIKA = "7204519562999120"


@pytest_asyncio.fixture
async def world(start: Starter, endpoint: Endpoint) -> World:
    """A sandbox with both, whose webhooks the endpoint takes."""
    world = await start(platforms=(Facebook, Instagram))
    for platform in world.sandbox.platforms.values():
        platform.webhook_url = endpoint.url
    return world


@pytest.fixture
def facebook(world: World) -> Facebook:
    """The simulated Facebook."""
    platform = world.sandbox.platforms["facebook"]
    assert isinstance(platform, Facebook)
    return platform


@pytest.fixture
def messenger(facebook: Facebook) -> MessengerClient:
    """The client for dialogues."""
    client = MessengerClient(facebook.keys.access_token)
    client.graph_url = f"{facebook.base_url}/graph/v23.0"
    return client


@pytest.fixture
def page(facebook: Facebook, monkeypatch: pytest.MonkeyPatch) -> sdk.GraphAPI:
    """The client for the page."""
    monkeypatch.setattr(sdk, "FACEBOOK_GRAPH_URL", f"{facebook.base_url}/graph/")
    return sdk.GraphAPI(facebook.keys.access_token, version="3.1")


async def ask(function: Callable[..., Any], *given: Any, **more: Any) -> Any:
    """A call of a client that waits."""
    return await asyncio.to_thread(function, *given, **more)


def items(endpoint: Endpoint) -> list[dict[str, Any]]:
    """The items of dialogues so far."""
    bodies = [json.loads(raw) for raw, _ in endpoint.posts]
    return [item for body in bodies for entry in body["entry"] for item in entry.get("messaging", ())]


async def test_a_client_answers_offers_choices_and_types(
    facebook: Facebook, messenger: MessengerClient, endpoint: Endpoint
) -> None:
    facebook.phone.write(ERIKA, "Grüß Gott")
    sent = await ask(messenger.send, Text(text="Guten Tag 🙂").to_dict(), ERIKA)
    assert sent["recipient_id"] == ERIKA
    offer = Text(text="Wann?", quick_replies=QuickReplies(quick_replies=[QuickReply(title="Heute", payload="day-0")]))
    await ask(messenger.send, offer.to_dict(), ERIKA)
    assert await ask(messenger.send_action, "typing_on", ERIKA) == {"recipient_id": ERIKA}
    chat = facebook.phone.chats[ERIKA]
    assert [one.text for one in chat] == ["Grüß Gott", "Guten Tag 🙂", "Wann?"]
    assert [(one.id, one.title) for one in chat[-1].choices] == [("day-0", "Heute")]
    await endpoint.until(lambda: len([one for one in items(endpoint) if one.get("message", {}).get("is_echo")]) == 2)
    assert [one["message"]["app_id"] for one in items(endpoint) if one.get("message", {}).get("is_echo")] == [
        1517776481860111
    ] * 2


async def test_webhooks_are_signed_with_the_applications_secret_and_have_metas_form(
    facebook: Facebook, endpoint: Endpoint
) -> None:
    written = facebook.phone.write(ERIKA, "Hallo", files=[facebook.phone.add_file("a.jpg", "image/jpeg", b"x")])
    await endpoint.until(lambda: bool(endpoint.posts))
    raw, signed = endpoint.posts[0]
    assert signed == "sha256=" + hmac.new(facebook.keys.app_secret.encode(), raw, hashlib.sha256).hexdigest()
    body = json.loads(raw)
    assert (body["object"], body["entry"][0]["id"]) == ("page", facebook.page_id)
    (item,) = items(endpoint)
    assert (item["sender"], item["recipient"]) == ({"id": ERIKA}, {"id": facebook.page_id})
    assert (item["message"]["mid"], item["message"]["attachments"][0]["type"]) == (written.id, "image")


async def test_what_meta_refuses_is_refused_in_its_form(facebook: Facebook, messenger: MessengerClient) -> None:
    text = Text(text="Hallo").to_dict()
    outside = await ask(messenger.send, text, ERIKA)
    assert (outside["error"]["code"], outside["error"]["error_subcode"]) == (10, 2018278)
    nobody = await ask(messenger.send, text, "1")
    assert (nobody["error"]["code"], nobody["error"]["error_subcode"]) == (100, 2018001)
    facebook.phone.write(ERIKA, "Hallo")
    long = await ask(messenger.send, {"text": "x" * 2001}, ERIKA)
    assert long["error"]["code"] == 100
    tagged = await ask(messenger.send, text, ERIKA, messaging_type="MESSAGE_TAG", tag="ACCOUNT_UPDATE")
    assert "HUMAN_AGENT" in tagged["error"]["message"]
    stranger = MessengerClient("EAAfalsch")
    stranger.graph_url = messenger.graph_url
    assert (await ask(stranger.send, text, ERIKA))["error"]["code"] == 190


async def test_a_client_comments_likes_hides_and_deletes_on_the_page(facebook: Facebook, page: sdk.GraphAPI) -> None:
    post = facebook.timeline.threads()[0]
    comment = facebook.timeline.publish(ERIKA, "Auch in München?", parent_id=post.id)
    answer = await ask(page.put_comment, object_id=comment.id, message="Ja! 🥨")
    assert (facebook.timeline.post(answer["id"]).text, facebook.timeline.post(answer["id"]).author_id) == ("Ja! 🥨", COMPANY)
    assert await ask(page.put_like, object_id=comment.id) == {"success": True}
    assert comment.likes == {COMPANY}
    hidden = await ask(page.request, f"v3.1/{comment.id}", post_args={"is_hidden": "true"})
    assert (hidden, comment.hidden) == ({"success": True}, True)
    await ask(page.delete_object, id=comment.id)
    assert comment.deleted
    with pytest.raises(sdk.GraphAPIError) as refused:
        await ask(page.put_comment, object_id=comment.id, message="?")
    assert refused.value.code == 100


async def test_a_client_reads_the_page_and_learns_of_limits_and_ends(facebook: Facebook, page: sdk.GraphAPI) -> None:
    told = await ask(page.get_object, "me", fields="id,name,username")
    assert (told["id"], told["name"]) == (facebook.page_id, "Lindgrün Fahrräder")
    facebook.faults.add(Fault(kind="throttled", seconds=600, remaining=1))
    with pytest.raises(sdk.GraphAPIError, match="#613"):
        await ask(page.get_object, "me")
    facebook.faults.add(Fault(kind="token_expired", remaining=1))
    with pytest.raises(sdk.GraphAPIError, match="Session has expired"):
        await ask(page.get_object, "me")


async def test_only_fields_that_the_page_is_subscribed_to_are_told(
    facebook: Facebook, page: sdk.GraphAPI, endpoint: Endpoint
) -> None:
    await ask(page.put_object, "me", "subscribed_apps", subscribed_fields="feed")
    facebook.phone.write(ERIKA, "Hört mich jemand?")
    facebook.timeline.publish(ERIKA, "Und hier?", parent_id=facebook.timeline.threads()[0].id)
    await endpoint.until(lambda: bool(endpoint.posts))
    assert [change["field"] for raw, _ in endpoint.posts for change in json.loads(raw)["entry"][0].get("changes", ())] == ["feed"]
    assert items(endpoint) == []


async def test_instagram_counts_bytes_and_tells_what_was_seen(world: World, endpoint: Endpoint) -> None:
    instagram = world.sandbox.platforms["instagram"]
    assert isinstance(instagram, Instagram)
    client = MessengerClient(instagram.keys.access_token)
    client.graph_url = f"{instagram.base_url}/graph/v23.0"
    erika = "1254477777772919"
    instagram.phone.write(erika, "Hallo")
    assert (await ask(client.send, {"text": "ä" * 501}, erika))["error"]["code"] == 100
    sent = await ask(client.send, {"text": "ä" * 500}, erika)
    instagram.phone.see(erika)
    await endpoint.until(lambda: any("read" in one for one in items(endpoint)))
    assert next(one["read"] for one in items(endpoint) if "read" in one) == {"mid": sent["message_id"]}
