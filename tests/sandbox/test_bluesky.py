"""The simulated Bluesky, driven by the atproto SDK, which knows nothing of Oase and holds every answer to the lexicons."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from atproto import AsyncClient, client_utils, models
from atproto.exceptions import BadRequestError, NetworkError, RequestException, UnauthorizedError

from oase.sandbox.bluesky import Bluesky
from oase.sandbox.faults import Fault

from .conftest import Starter, World

AYLIN, SAM = "did:plc:aylin222222222222222222222", "did:plc:sam22222222222222222222222"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with Bluesky."""
    return await start(platforms=(Bluesky,))


@pytest.fixture
def place(world: World) -> Bluesky:
    """The simulator."""
    platform = world.sandbox.platforms["bluesky"]
    assert isinstance(platform, Bluesky)
    return platform


@pytest_asyncio.fixture
async def stranger(place: Bluesky) -> AsyncIterator[AsyncClient]:
    """A program that has not signed in."""
    client = AsyncClient(base_url=place.base_url)
    yield client
    await client.request.close()


@pytest_asyncio.fixture
async def client(place: Bluesky, stranger: AsyncClient) -> AsyncClient:
    """The company's program, signed in."""
    client = stranger
    session = await client.com.atproto.server.create_session({"identifier": "lindgruen.example", "password": place.app_password})
    client.request.set_additional_headers({"Authorization": f"Bearer {session.access_jwt}"})
    return client


@pytest_asyncio.fixture
async def chats(client: AsyncClient) -> AsyncIterator[AsyncClient]:
    """The same, by the chat service."""
    found: AsyncClient = client.with_proxy("bsky_chat", "did:web:api.bsky.chat")
    yield found
    await found.request.close()


async def test_sessions_are_opened_by_app_password_and_renewed_once(place: Bluesky, stranger: AsyncClient) -> None:
    client = stranger
    with pytest.raises(UnauthorizedError):
        await client.com.atproto.server.create_session({"identifier": "lindgruen.example", "password": "wrong"})
    session = await client.com.atproto.server.create_session({"identifier": "lindgruen.example", "password": place.app_password})
    assert (session.handle, session.did_doc["service"][0]["id"]) == ("lindgruen.example", "#atproto_pds")
    client.request.set_additional_headers({"Authorization": f"Bearer {session.refresh_jwt}"})
    assert (await client.com.atproto.server.refresh_session()).did == session.did
    with pytest.raises(BadRequestError):
        await client.com.atproto.server.refresh_session()


async def test_mentions_replies_and_likes_are_told_newest_first(place: Bluesky, client: AsyncClient) -> None:
    ours = place.timeline.publish("", "Wir haben wieder Lastenräder!", tell=False)
    place.timeline.publish(AYLIN, "Wann kommt mein Rad?", files=[place.phone.add_file("Rad", "image/jpeg", JPEG)])
    place.timeline.publish(SAM, "Was kosten sie?", parent_id=ours.id)
    place.timeline.like(ours.id, SAM)
    found = await client.app.bsky.notification.list_notifications({"limit": 10})
    assert [one.reason for one in found.notifications] == ["like", "reply", "mention"]
    _, reply, mention = found.notifications
    assert reply.record.reply.root.uri == reply.reason_subject == f"at://{client_did()}/app.bsky.feed.post/{ours.id}"
    assert mention.record.facets[0].features[0].did == client_did()
    posts = await client.app.bsky.feed.get_posts({"uris": [mention.uri]})
    assert posts.posts[0].embed.images[0].alt == "Rad"


def client_did() -> str:
    """The company's did."""
    return "did:plc:lindgruen22222222222222222"


async def test_a_record_under_the_same_key_is_written_once(place: Bluesky, client: AsyncClient) -> None:
    post = place.timeline.publish(AYLIN, "Frage")
    (view,) = (await client.app.bsky.feed.get_posts({"uris": [f"at://{AYLIN}/app.bsky.feed.post/{post.id}"]})).posts
    ref = models.ComAtprotoRepoStrongRef.Main(uri=view.uri, cid=view.cid)
    text = client_utils.TextBuilder().text("Ja, hier: ").link("example.com", "https://example.com")
    record = models.AppBskyFeedPost.Record(
        text=text.build_text(), facets=text.build_facets(), created_at=client.get_current_time_iso(),
        reply=models.AppBskyFeedPost.ReplyRef(root=ref, parent=ref),
    )  # fmt: skip
    for _ in range(2):
        await client.com.atproto.repo.put_record(
            {"repo": client_did(), "collection": "app.bsky.feed.post", "rkey": "3m5qout222222", "record": record}
        )
    assert [one.text for one in place.timeline.below(post.id)] == ["Ja, hier: example.com"]


async def test_a_stale_version_of_what_is_answered_is_refused(place: Bluesky, client: AsyncClient) -> None:
    post = place.timeline.publish(AYLIN, "Frage")
    stale = models.ComAtprotoRepoStrongRef.Main(uri=f"at://{AYLIN}/app.bsky.feed.post/{post.id}", cid="bafyreistale")
    record = models.AppBskyFeedPost.Record(
        text="Ja", created_at=client.get_current_time_iso(), reply=models.AppBskyFeedPost.ReplyRef(root=stale, parent=stale)
    )
    with pytest.raises(BadRequestError):
        await client.com.atproto.repo.create_record({"repo": client_did(), "collection": "app.bsky.feed.post", "record": record})


async def test_direct_messages_and_reactions_go_both_ways_by_the_chat_service(
    place: Bluesky, client: AsyncClient, chats: AsyncClient
) -> None:
    with pytest.raises(RequestException):
        await client.chat.bsky.convo.list_convos()
    place.phone.write(AYLIN, "Meine Nummer ist 12345")
    chat = chats.chat.bsky.convo
    convo = (await chat.get_convo_for_members({"members": [AYLIN]})).convo
    sent = await chat.send_message({"convo_id": convo.id, "message": {"text": "Danke!"}})
    place.phone.react(sent.id, "🎉")
    await chat.add_reaction({"convo_id": convo.id, "message_id": place.phone.chats[AYLIN][0].id, "value": "👍"})
    logs = (await chat.get_log({"cursor": ""})).logs
    assert [one.py_type.partition("#")[2] for one in logs] == ["logCreateMessage", "logCreateMessage", "logAddReaction"]
    assert [one.display_name for one in convo.members] == ["Lindgrün Fahrräder", "Aylin Özdemir"]
    assert place.phone.chats[AYLIN][0].reactions == {"business": "👍"}
    assert place.phone.chats[AYLIN][-1].text == "Danke!"
    assert (await chat.get_log({"cursor": logs[-1].rev})).logs == []


async def test_names_are_resolved_and_nobody_is_not(client: AsyncClient) -> None:
    assert (await client.com.atproto.identity.resolve_handle({"handle": "aylin.example"})).did == AYLIN
    with pytest.raises(BadRequestError):
        await client.com.atproto.identity.resolve_handle({"handle": "niemand.example"})


async def test_bad_days(place: Bluesky, client: AsyncClient) -> None:
    for fault, kind in (("throttled", RequestException), ("token_expired", BadRequestError), ("outage", NetworkError)):
        place.faults.add(Fault(kind=fault, remaining=1, seconds=5))
        with pytest.raises((kind, RequestException)):
            await client.app.bsky.notification.list_notifications()
    assert (await client.app.bsky.notification.list_notifications()).notifications == []
