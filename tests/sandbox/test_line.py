"""The simulated LINE, driven by LINE's own SDK, which also checks signatures and reads events."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    LocationMessage,
    MarkMessagesAsReadByTokenRequest,
    PostbackAction,
    PushMessageRequest,
    QuickReply,
    QuickReplyItem,
    SetWebhookEndpointRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
)
from linebot.v3.webhook import InvalidSignatureError, WebhookParser
from linebot.v3.webhooks import FollowEvent, MessageEvent, PostbackEvent, TextMessageContent, UnfollowEvent, UnsendEvent

from oase.sandbox.line import Line
from oase.sandbox.places import Spot

from .conftest import Starter, World

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
KEY = "123e4567-e89b-12d3-a456-426614174000"


class Hooked:
    """An endpoint that keeps deliveries with their signatures."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[str, str]] = []

    async def take(self, request: web.Request) -> web.Response:
        """Keeps one."""
        self.got.append((await request.text(), request.headers["X-Line-Signature"]))
        return web.Response()


@pytest_asyncio.fixture
async def hooked() -> AsyncIterator[Hooked]:
    """The endpoint, on a free port."""
    hooked = Hooked()
    app = web.Application()
    app.router.add_post("/hook", hooked.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hooked.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hooked
    await runner.cleanup()


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with LINE."""
    return await start(platforms=(Line,))


@pytest.fixture
def line(world: World) -> Line:
    """The simulator."""
    platform = world.sandbox.platforms["line"]
    assert isinstance(platform, Line)
    return platform


@pytest.fixture
def who(line: Line) -> str:
    """Aylin's id."""
    return next(one.id for one in line.phone.customers.values() if one.name == "Aylin Özdemir")


@pytest_asyncio.fixture
async def client(world: World, line: Line) -> AsyncIterator[AsyncApiClient]:
    """LINE's SDK."""
    async with AsyncApiClient(Configuration(host=f"{world.base}/line", access_token=line.token)) as client:
        yield client


@pytest.fixture
def api(client: AsyncApiClient) -> AsyncMessagingApi:
    """Its Messaging API."""
    return AsyncMessagingApi(client)


async def test_the_account_knows_itself_and_its_customers(api: AsyncMessagingApi, who: str) -> None:
    assert (await api.get_bot_info()).display_name == "Lindgrün Fahrräder"
    profile = await api.get_profile(who)
    assert (profile.display_name, profile.language) == ("Aylin Özdemir", "de")
    with pytest.raises(ApiException) as caught:
        await api.get_profile("U" + "f" * 32)
    assert caught.value.status == 404


async def test_events_are_signed_and_as_the_sdk_reads_them(api: AsyncMessagingApi, line: Line, who: str, hooked: Hooked) -> None:
    await api.set_webhook_endpoint(SetWebhookEndpointRequest(endpoint=hooked.url))
    assert (await api.get_webhook_endpoint()).active
    said = line.phone.write(who, "Grüß Gott 🚲")
    line.phone.write(who, spot=Spot(latitude=52.5, longitude=13.4, name="Laden", address="Am Platz 1"))
    line.phone.write(who, files=[line.phone.add_file("Rechnung.pdf", "application/pdf", b"%PDF")])
    line.phone.write(who, files=[line.phone.add_file("s.webp", "image/webp", b"RIFF")], sticker=True)
    line.phone.delete(said.id)
    customer = line.phone.customer(who)
    for customer.blocked in (True, False):
        line.on_blocked(customer)
    await line.courier.settled()
    parser = WebhookParser(line.secret)
    events = [event for body, signature in hooked.got for event in parser.parse(body, signature)]
    kinds = [type(event) for event in events]
    assert kinds == [*[MessageEvent] * 4, UnsendEvent, UnfollowEvent, FollowEvent]
    assert isinstance(events[0].message, TextMessageContent) and events[0].message.text == "Grüß Gott 🚲"
    assert [event.message.type for event in events[1:4]] == ["location", "file", "sticker"]
    with pytest.raises(InvalidSignatureError):
        parser.parse(hooked.got[0][0] + " ", hooked.got[0][1])


async def test_what_the_account_sends_reaches_the_phone_and_buttons_come_back(
    api: AsyncMessagingApi, line: Line, who: str, hooked: Hooked
) -> None:
    line.webhook_url = hooked.url
    items = [QuickReplyItem(action=PostbackAction(label="9 Uhr", data="slot-9", display_text="9 Uhr"))]
    text = TextMessage(text="Wann?", quick_reply=QuickReply(items=items))
    place = LocationMessage(title="Laden", address="Am Platz 1", latitude=52.5, longitude=13.4)
    sent = await api.push_message(PushMessageRequest(to=who, messages=[text, place]))
    shown = list(line.phone.chats[who])
    assert [one.id for one in sent.sent_messages] == [one.id for one in shown]
    assert shown[1].spot and shown[1].spot.name == "Laden"
    line.phone.write(who, "9 Uhr", chosen=shown[0].choices[0].id)
    await line.courier.settled()
    [event] = WebhookParser(line.secret).parse(*hooked.got[-1])
    assert isinstance(event, PostbackEvent) and event.postback.data == "slot-9"


async def test_a_retry_key_counts_once(api: AsyncMessagingApi, line: Line, who: str) -> None:
    push = PushMessageRequest(to=who, messages=[TextMessage(text="Guten Tag")])
    await api.push_message(push, x_line_retry_key=KEY)
    with pytest.raises(ApiException) as caught:
        await api.push_message(push, x_line_retry_key=KEY)
    assert caught.value.status == 409 and line.phone.chats[who][0].id in caught.value.body
    assert len(line.phone.chats[who]) == 1


async def test_what_line_refuses_is_refused(api: AsyncMessagingApi, client: AsyncApiClient, who: str, line: Line) -> None:
    for push in (
        PushMessageRequest(to="U" + "f" * 32, messages=[TextMessage(text="?")]),
        PushMessageRequest(to=who, messages=[TextMessage(text="🚲" * 2501)]),
    ):
        with pytest.raises(ApiException):
            await api.push_message(push)
    line._api.used = line._api.limit
    with pytest.raises(ApiException) as caught:
        await api.push_message(PushMessageRequest(to=who, messages=[TextMessage(text="?")]))
    assert caught.value.status == 429 and "monthly limit" in caught.value.body
    assert not line.phone.accepted


async def test_files_are_fetched_and_typing_is_shown(
    client: AsyncApiClient, api: AsyncMessagingApi, line: Line, who: str
) -> None:
    line.phone.write(who, files=[line.phone.add_file("a.jpg", "image/jpeg", b"JFIF")])
    content = await AsyncMessagingApiBlob(client).get_message_content(line.phone.chats[who][0].id)
    assert bytes(content) == b"JFIF"
    await api.show_loading_animation(ShowLoadingAnimationRequest(chat_id=who, loading_seconds=20))


async def test_a_message_is_quoted_and_marked_as_read_by_its_tokens(
    api: AsyncMessagingApi, line: Line, who: str, hooked: Hooked
) -> None:
    line.webhook_url = hooked.url
    said = line.phone.write(who, "Ist Größe 42 da?")
    await line.courier.settled()
    (event,) = WebhookParser(line.secret).parse(*hooked.got[0])
    assert isinstance(event, MessageEvent)
    assert isinstance(event.message, TextMessageContent)
    answer = TextMessage(text="Ja, ein Paar.", quoteToken=event.message.quote_token)
    await api.push_message(PushMessageRequest(to=who, messages=[answer]))
    assert line.phone.chats[who][-1].reply_to == said.id
    await api.mark_messages_as_read_by_token(MarkMessagesAsReadByTokenRequest(markAsReadToken=event.message.mark_as_read_token))
    assert said.state == "read"
    for refused in (
        api.mark_messages_as_read_by_token(MarkMessagesAsReadByTokenRequest(markAsReadToken="erfunden")),
        api.push_message(PushMessageRequest(to=who, messages=[TextMessage(text="x", quoteToken="erfunden")])),
    ):
        with pytest.raises(ApiException) as caught:
            await refused
        assert caught.value.status == 400
