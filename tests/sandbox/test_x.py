"""The simulated X, driven by tweepy, which knows nothing of Oase."""

import asyncio
import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar

import aiohttp
import pytest
import pytest_asyncio
import tweepy
from aiohttp import web

from oase.sandbox.faults import Fault
from oase.sandbox.x import X

from .conftest import Starter, World

AYLIN, JUERGEN = "1500000000000000001", "1500000000000000002"
US = "1400000000000000001"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
T = TypeVar("T")


async def does(call: Callable[..., T], *arguments: Any, **more: Any) -> T:
    """One call of the client, which knows no asyncio."""
    return await asyncio.to_thread(call, *arguments, **more)


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with X."""
    return await start(platforms=(X,))


@pytest.fixture
def place(world: World) -> X:
    """The simulator."""
    platform = world.sandbox.platforms["x"]
    assert isinstance(platform, X)
    return platform


def program(place: X, token: str, monkeypatch: pytest.MonkeyPatch) -> tweepy.Client:
    """tweepy, with the simulator in place of api.x.com."""
    client = tweepy.Client(token)
    send = client.session.request

    def there(method: str, url: str, **more: Any) -> Any:
        path = url.partition("/2/")[2]
        return send(method, f"{place.base_url}/2/{path}", **more)

    monkeypatch.setattr(client.session, "request", there)
    return client


@pytest.fixture
def client(place: X, monkeypatch: pytest.MonkeyPatch) -> Iterator[tweepy.Client]:
    """The company's program, signed in as its user."""
    client = program(place, "sandbox-access-0", monkeypatch)
    yield client
    client.session.close()


async def test_the_account_knows_itself_and_another_token_is_refused(
    place: X, client: tweepy.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await does(client.get_me, user_auth=False)).data.username == "lindgruen_rad"
    stranger = program(place, "other", monkeypatch)
    with pytest.raises(tweepy.Unauthorized):
        await does(stranger.get_me, user_auth=False)
    stranger.session.close()


async def test_mentions_come_with_their_authors_threads_and_pictures(place: X, client: tweepy.Client) -> None:
    ours = place.timeline.publish("", "Wir haben wieder Lastenräder!", tell=False)
    picture = place.phone.add_file("Rad", "image/jpeg", JPEG)
    said = place.timeline.publish(AYLIN, "Was kostet das rote?", parent_id=ours.id, files=[picture])
    found = await does(
        client.get_users_mentions, US, expansions=["author_id", "attachments.media_keys"], media_fields=["url"],
        tweet_fields=["conversation_id", "referenced_tweets", "created_at"], user_auth=False,
    )  # fmt: skip
    (post,) = found.data
    assert (str(post.id), post.text, str(post.conversation_id)) == (said.id, "@lindgruen_rad Was kostet das rote?", ours.id)
    assert [(one.type, str(one.id)) for one in post.referenced_tweets] == [("replied_to", ours.id)]
    assert found.includes["users"][0].name == "Aylin Özdemir"
    assert found.includes["media"][0].url.endswith(".jpg")


async def test_mentions_are_told_page_by_page_since_an_id(place: X, client: tweepy.Client) -> None:
    first = place.timeline.publish(AYLIN, "Frage 0")
    for number in range(1, 12):
        place.timeline.publish(AYLIN, f"Frage {number}")
    pages = [await does(client.get_users_mentions, US, since_id=first.id, max_results=5, user_auth=False)]
    while token := pages[-1].meta.get("next_token"):
        pages.append(
            await does(client.get_users_mentions, US, since_id=first.id, max_results=5, pagination_token=token, user_auth=False)
        )
    assert [one.text[-8:].strip() for page in pages for one in page.data] == [f"Frage {n}"[-8:] for n in range(11, 0, -1)]


async def test_an_answer_stands_below_the_post_and_the_same_text_is_refused(place: X, client: tweepy.Client) -> None:
    post = place.timeline.publish(AYLIN, "Frage")
    answer = await does(client.create_tweet, text="Ja!", in_reply_to_tweet_id=post.id, user_auth=False)
    assert [one.id for one in place.timeline.below(post.id)] == [answer.data["id"]]
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        await does(client.create_tweet, text="Ja!", in_reply_to_tweet_id=post.id, user_auth=False)
    with pytest.raises(tweepy.BadRequest, match="too long"):
        await does(client.create_tweet, text="🚲" * 141, in_reply_to_tweet_id=post.id, user_auth=False)


async def test_replies_to_our_own_posts_can_be_hidden_and_liked_and_only_our_own_deleted(place: X, client: tweepy.Client) -> None:
    ours = place.timeline.publish("", "Neu!", tell=False)
    reply = place.timeline.publish(AYLIN, "Doof", parent_id=ours.id)
    assert (await does(client.hide_reply, reply.id, user_auth=False)).data["hidden"] is True
    assert reply.hidden
    other = place.timeline.publish(JUERGEN, "Frage")
    with pytest.raises(tweepy.Forbidden):
        await does(client.hide_reply, other.id, user_auth=False)
    with pytest.raises(tweepy.Forbidden, match="not authorized to delete"):
        await does(client.delete_tweet, other.id, user_auth=False)
    assert (await does(client.delete_tweet, ours.id, user_auth=False)).data["deleted"] is True


async def test_direct_messages_go_both_ways(place: X, client: tweepy.Client) -> None:
    place.phone.write(AYLIN, "Meine Nummer ist 12345")
    events = await does(
        client.get_direct_message_events,
        expansions=["sender_id"],
        dm_event_fields=["sender_id", "text", "created_at"],
        user_auth=False,
    )
    assert [(str(one.sender_id), one.text) for one in events.data] == [(AYLIN, "Meine Nummer ist 12345")]
    sent = await does(client.create_direct_message, participant_id=AYLIN, text="Danke!", user_auth=False)
    shown = place.phone.chats[AYLIN][-1]
    assert (shown.id, shown.text) == (sent.data["dm_event_id"], "Danke!")


async def test_who_blocks_us_takes_no_messages(place: X, client: tweepy.Client) -> None:
    place.phone.customer(AYLIN).blocked = True
    with pytest.raises(tweepy.Forbidden, match="cannot send messages"):
        await does(client.create_direct_message, participant_id=AYLIN, text="Hallo", user_auth=False)


async def test_refresh_tokens_count_once(place: X) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": place.tokens.basic}) as session:
        form = {"grant_type": "refresh_token", "refresh_token": place.tokens.refresh}
        answers = []
        for _ in range(2):
            async with session.post(f"{place.base_url}/2/oauth2/token", data=form) as answer:
                answers.append((answer.status, await answer.json()))
    assert [status for status, _ in answers] == [200, 400]
    assert answers[0][1]["refresh_token"] != form["refresh_token"]


# --- deliveries ---


class Endpoint:
    """A company's endpoint, which knows the secret, or another one."""

    def __init__(self, secret: str) -> None:
        self.secret, self.url = secret, ""
        self.got: list[dict[str, Any]] = []
        self.genuine: list[bool] = []

    def signed(self, content: bytes) -> str:
        return "sha256=" + b64encode(hmac.new(self.secret.encode(), content, hashlib.sha256).digest()).decode()

    async def take(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.json_response({"response_token": self.signed(request.query["crc_token"].encode())})
        body = await request.read()
        self.got.append(json.loads(body))
        self.genuine.append(request.headers["x-twitter-webhooks-signature"] == self.signed(body))
        return web.Response()


@pytest_asyncio.fixture
async def endpoint_of_x(place: X) -> AsyncIterator[Endpoint]:
    """The endpoint, on a free port."""
    endpoint = Endpoint(place.consumer_secret)
    app = web.Application()
    app.router.add_route("*", "/hook", endpoint.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield endpoint
    await runner.cleanup()


async def subscribe(place: X, url: str) -> int:
    """Registers the address and subscribes the account; gives the first refusal's status, or 200."""
    async with aiohttp.ClientSession() as session:
        app, user = ({"Authorization": f"Bearer {one}"} for one in (place.bearer_token, "sandbox-access-0"))
        async with session.post(f"{place.base_url}/2/webhooks", json={"url": url}, headers=app) as made:
            if made.status != 200:
                return made.status
            key = (await made.json())["data"]["id"]
        address = f"{place.base_url}/2/account_activity/webhooks/{key}/subscriptions/all"
        async with session.post(address, json={}, headers=user) as subscribed:
            return subscribed.status


async def test_an_address_that_knows_the_secret_gets_signed_deliveries(place: X, endpoint_of_x: Endpoint) -> None:
    assert await subscribe(place, endpoint_of_x.url) == 200
    place.phone.write(AYLIN, "Guten Tag")
    place.timeline.publish(JUERGEN, "Frage")
    await place.courier.settled()
    kinds = {key for one in endpoint_of_x.got for key in one if key.endswith("_events")}
    assert kinds == {"direct_message_events", "tweet_create_events"}
    assert all(endpoint_of_x.genuine)
    assert {one["for_user_id"] for one in endpoint_of_x.got} == {US}


async def test_an_address_that_does_not_is_refused(place: X, endpoint_of_x: Endpoint) -> None:
    endpoint_of_x.secret = "another"
    assert await subscribe(place, endpoint_of_x.url) == 400


async def test_bad_days(place: X, client: tweepy.Client) -> None:
    place.faults.add(Fault(kind="throttled", remaining=1, seconds=30))
    with pytest.raises(tweepy.TooManyRequests) as refused:
        await does(client.get_me, user_auth=False)
    assert int(refused.value.response.headers["x-rate-limit-reset"]) > place.now().timestamp() + 25
    place.faults.add(Fault(kind="token_expired", remaining=1))
    with pytest.raises(tweepy.Unauthorized):
        await does(client.get_me, user_auth=False)
    place.faults.add(Fault(kind="outage", remaining=1))
    with pytest.raises(tweepy.TwitterServerError):
        await does(client.get_me, user_auth=False)
