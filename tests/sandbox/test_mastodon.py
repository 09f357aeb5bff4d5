"""The simulated Mastodon, driven by Mastodon.py, which knows nothing of Oase."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
import pytest_asyncio
from mastodon import Mastodon as Client
from mastodon import (
    MastodonAPIError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonServiceUnavailableError,
    MastodonUnauthorizedError,
)

from oase.sandbox.faults import Fault
from oase.sandbox.mastodon import Mastodon

from .conftest import Starter, World

AYLIN, JUERGEN = "110101", "110102"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
T = TypeVar("T")


async def does(call: Callable[..., T], *arguments: Any, **more: Any) -> T:
    """One call of the client, which knows no asyncio."""
    return await asyncio.to_thread(call, *arguments, **more)


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with Mastodon."""
    return await start(platforms=(Mastodon,))


@pytest.fixture
def server(world: World) -> Mastodon:
    """The simulator."""
    platform = world.sandbox.platforms["mastodon"]
    assert isinstance(platform, Mastodon)
    return platform


@pytest.fixture
def client(server: Mastodon) -> Iterator[Client]:
    """The company's program."""
    client = Client(access_token=server.token, api_base_url=server.base_url, version_check_mode="none", ratelimit_method="throw")
    yield client
    client.session.close()


async def test_the_account_knows_itself_and_its_server(client: Client) -> None:
    me = await does(client.account_verify_credentials)
    assert (me.acct, me.display_name) == ("lindgruen", "Lindgrün Fahrräder")
    assert (await does(client.instance_v2)).configuration.statuses.max_characters == 500


async def test_another_token_is_refused(server: Mastodon) -> None:
    stranger = Client(access_token="other", api_base_url=server.base_url, version_check_mode="none")
    with pytest.raises(MastodonUnauthorizedError):
        await does(stranger.account_verify_credentials)
    stranger.session.close()


async def test_a_post_that_names_us_is_a_mention_and_a_private_one_is_direct(server: Mastodon, client: Client) -> None:
    server.timeline.publish(AYLIN, "Wann kommt mein Rad?")
    server.phone.write(JUERGEN, "Meine Nummer ist 12345\nDanke")
    direct, public = await does(client.notifications)
    assert [(one.type, one.status.visibility, one.account.acct) for one in (direct, public)] == [
        ("mention", "direct", "juergen@garten.example"),
        ("mention", "public", "aylin@chaos.example"),
    ]
    assert "Wann kommt mein Rad?" in public.status.content
    assert public.status.mentions[0].username == "lindgruen"


async def test_pages_begin_right_after_an_id(server: Mastodon, client: Client) -> None:
    for number in range(5):
        server.timeline.publish(AYLIN, f"Frage {number}")
    everything = await does(client.notifications)
    page = await does(client.notifications, min_id=everything[-1].id, limit=2)
    assert [one.id for one in page] == [everything[-3].id, everything[-2].id]


async def test_an_answer_stands_below_the_post_and_its_thread_can_be_read(server: Mastodon, client: Client) -> None:
    post = server.timeline.publish(AYLIN, "Wann kommt mein Rad?")
    status = await does(client.status_post, "@aylin@chaos.example Morgen!", in_reply_to_id=post.id, visibility="unlisted")
    (below,) = server.timeline.below(post.id)
    assert (below.id, below.text, below.author_id) == (str(status.id), "@aylin@chaos.example Morgen!", "")
    context = await does(client.status_context, status.id)
    assert [str(one.id) for one in context.ancestors] == [post.id]


async def test_a_direct_post_reaches_whom_it_names_alone(server: Mastodon, client: Client) -> None:
    await does(client.status_post, "@aylin@chaos.example Nur für Sie.", visibility="direct")
    assert [one.text for one in server.phone.chats[AYLIN]] == ["Nur für Sie."]
    assert not server.timeline.posts


async def test_the_same_key_posts_once(server: Mastodon, client: Client) -> None:
    post = server.timeline.publish(AYLIN, "Frage")
    first = await does(client.status_post, "Ja", in_reply_to_id=post.id, idempotency_key="k-1")
    again = await does(client.status_post, "Ja", in_reply_to_id=post.id, idempotency_key="k-1")
    assert (first.id, len(server.timeline.below(post.id))) == (again.id, 1)


async def test_a_picture_is_there_at_once_and_a_video_after_a_while(server: Mastodon, client: Client) -> None:
    picture = await does(client.media_post, JPEG, mime_type="image/jpeg")
    video = await does(client.media_post, b"\0\0\0\x18ftypmp42", mime_type="video/mp4")
    assert (picture.type, bool(picture.url), video.url) == ("image", True, None)
    with pytest.raises(MastodonAPIError, match="not finished processing"):
        await does(client.status_post, "Schritt 3", media_ids=[video], visibility="public")
    async with asyncio.timeout(5):
        while (await does(client.media, video)).url is None:  # noqa: ASYNC110 - the server says when, nobody else
            await asyncio.sleep(0.02)
    status = await does(client.status_post, "@aylin@chaos.example Schritt 3", media_ids=[video], visibility="direct")
    assert status.media_attachments[0].type == "video"
    assert [file.type for file in server.phone.chats[AYLIN][-1].files] == ["video/mp4"]


async def test_edits_are_seen_by_whoever_looks_and_deleted_posts_are_gone(server: Mastodon, client: Client) -> None:
    post, other = server.timeline.publish(AYLIN, "Paket 4711"), server.timeline.publish(JUERGEN, "Hallo")
    server.timeline.edit(post.id, "Paket 4712")
    server.timeline.remove(other.id)
    found = await does(client.statuses, [post.id, other.id])
    assert [(one.edited_at is not None, "4712" in one.content) for one in found] == [(True, True)]
    with pytest.raises(MastodonNotFoundError):
        await does(client.status, other.id)


async def test_favourites_go_both_ways(server: Mastodon, client: Client) -> None:
    post = server.timeline.publish(AYLIN, "Danke!")
    await does(client.status_favourite, post.id)
    assert post.likes == {""}
    answer = await does(client.status_post, "Gern!", in_reply_to_id=post.id)
    server.timeline.like(str(answer.id), AYLIN)
    assert (await does(client.notifications))[0].type == "favourite"


async def test_what_is_not_right_is_refused_in_words(server: Mastodon, client: Client) -> None:
    for words, arguments in (
        ("can't be blank", {"status": ""}),
        ("limit of 500", {"status": "ä" * 501}),
        ("Record not found", {"status": "x", "in_reply_to_id": "1"}),
    ):
        with pytest.raises(MastodonAPIError, match=words):
            await does(client.status_post, **arguments)


async def test_bad_days(server: Mastodon, client: Client) -> None:
    server.faults.add(Fault(kind="throttled", remaining=1, seconds=30))
    with pytest.raises(MastodonRatelimitError):
        await does(client.notifications)
    server.faults.add(Fault(kind="outage", remaining=1))
    with pytest.raises(MastodonServiceUnavailableError):
        await does(client.notifications)
    server.faults.add(Fault(kind="token_expired", remaining=1))
    with pytest.raises(MastodonUnauthorizedError):
        await does(client.notifications)
    assert await does(client.notifications) == []
