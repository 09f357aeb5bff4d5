"""The simulated Slack, driven by Slack's own SDK: what the simulator answers is what Slack's client understands."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from tests.sandbox.conftest import Endpoint, Starter, World, endpoint, start

from oase.sandbox.slack import Slack

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket
AYLIN = "U0KUNDE0001"


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    return await start(platforms=(Slack,))


@pytest.fixture
def slack(world: World) -> Slack:
    platform = world.sandbox.platforms["slack"]
    assert isinstance(platform, Slack)
    return platform


@pytest_asyncio.fixture
async def client(slack: Slack) -> AsyncIterator[AsyncWebClient]:
    yield AsyncWebClient(token=slack.token, base_url=f"{slack.base_url}/api/")


async def test_the_sdk_signs_in_and_writes(client: AsyncWebClient, slack: Slack) -> None:
    who = await client.auth_test()
    assert who["bot_id"] == slack.bot_id
    sent = await client.chat_postMessage(channel=AYLIN, text="Grüße &amp; mehr 🧡")
    assert sent["channel"] == "D0KUNDE0001"
    assert [one.text for one in slack.phone.chats[AYLIN]] == ["Grüße & mehr 🧡"]


async def test_the_sdk_uploads_a_file(client: AsyncWebClient, slack: Slack) -> None:
    opened = await client.conversations_open(users=AYLIN)
    done = await client.files_upload_v2(
        channel=opened["channel"]["id"],
        content=b"%PDF-1.7",
        filename="Rechnung.pdf",
        title="Rechnung.pdf",
        initial_comment="Bitte",
    )
    assert done["ok"]
    (message,) = slack.phone.chats[AYLIN]
    assert (message.text, message.files[0].name, message.files[0].data) == ("Bitte", "Rechnung.pdf", b"%PDF-1.7")


async def test_the_sdk_answers_in_a_thread_and_reacts(client: AsyncWebClient, slack: Slack) -> None:
    post = slack.timeline.publish(AYLIN, "Wo bleibt die Lieferung?")
    await client.chat_postMessage(channel=slack.channel, text="Unterwegs", thread_ts=post.id)
    assert [one.text for one in slack.timeline.below(post.id)] == ["Unterwegs"]
    message = slack.phone.write(AYLIN, "Danke")
    await client.reactions_add(channel="D0KUNDE0001", timestamp=message.id, name="heart")
    assert message.reactions["business"] == "❤️"
    await client.reactions_remove(channel="D0KUNDE0001", timestamp=message.id, name="heart")
    assert message.reactions == {}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"channel": "U0NIEMAND", "text": "x"}, "channel_not_found"),
        ({"channel": AYLIN, "text": " "}, "no_text"),
        ({"channel": "C0KUNDE", "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
    ],
)
async def test_errors_are_slacks(client: AsyncWebClient, given: dict[str, str], error: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("chat.postMessage", json=given)
    assert caught.value.response["error"] == error


async def test_a_wrong_token_is_refused(slack: Slack) -> None:
    with pytest.raises(SlackApiError) as caught:
        await AsyncWebClient(token="xoxb-falsch", base_url=f"{slack.base_url}/api/").auth_test()
    assert caught.value.response["error"] == "invalid_auth"


async def test_events_are_signed_as_the_sdk_checks_them(slack: Slack, endpoint: Endpoint) -> None:
    for body, type in ((b'{"a":"\xc3\xbc"}', "JSON"), (b"payload=%7B%7D", "form")):
        headers = slack._sign(body, "")
        verifier = SignatureVerifier(slack.secret)
        signed = verifier.generate_signature(timestamp=headers["X-Slack-Request-Timestamp"], body=body.decode())
        assert signed == headers["X-Slack-Signature"], type
