"""The simulated Viber, driven by aioviberbot (Viber's own SDK for Python, kept up by others and made asynchronous)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from aioviberbot import Api, BotConfiguration
from aioviberbot.api import messages, viber_requests
from aioviberbot.api.errors import ViberRequestError
from aioviberbot.api.messages.data_types.contact import Contact as Card
from aioviberbot.api.messages.data_types.location import Location
from aioviberbot.api.viber_requests.viber_request import ViberRequest

from oase.sandbox.faults import Fault
from oase.sandbox.places import COMPANY_NAME, Contact, Spot
from oase.sandbox.viber import Viber

from .conftest import Starter, World

AYLIN = "01sandbox567890A="
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@pytest_asyncio.fixture
async def viber(start: Starter) -> Viber:
    """The simulator."""
    world: World = await start(platforms=(Viber,))
    platform = world.sandbox.platforms["viber"]
    assert isinstance(platform, Viber)
    return platform


def api(viber: Viber, session: ClientSession, token: str) -> Api:
    """The SDK, which knows one address of Viber only."""
    made = Api(BotConfiguration(auth_token=token, name="Lindgrün", avatar=None), session)
    made._request_sender._viber_bot_api_url = f"{viber.base_url}/pa"
    return made


class Bot:
    """A program with the SDK, behind an address of its own: it takes only what the SDK holds to be genuine."""

    def __init__(self, sdk: Api) -> None:
        self.sdk, self.url = sdk, ""
        self.requests: list[ViberRequest] = []
        self._news = asyncio.Condition()

    async def take(self, request: web.Request) -> web.Response:
        """A callback."""
        body = await request.read()
        if not self.sdk.verify_signature(body, request.headers["X-Viber-Content-Signature"]):
            return web.Response(status=403)
        async with self._news:
            self.requests.append(self.sdk.parse_request(body))
            self._news.notify_all()
        return web.Response()

    async def told(self, count: int) -> list[ViberRequest]:
        """What came since the last time, as soon as it is that much."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.requests) >= count)
            came, self.requests = self.requests, []
        return came

    async def picture(self, request: web.Request) -> web.Response:
        """A picture that the bot sends."""
        return web.Response(body=JPEG, content_type="image/jpeg")


@pytest_asyncio.fixture
async def bot(viber: Viber) -> AsyncIterator[Bot]:
    """It listens, and Viber knows where."""
    async with ClientSession() as session:
        bot = Bot(api(viber, session, viber.token))
        app = web.Application()
        app.router.add_post("/", bot.take)
        app.router.add_get("/rahmen.jpg", bot.picture)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        await bot.sdk.set_webhook(bot.url)
        yield bot
        await runner.cleanup()


async def test_the_webhook_is_tried_and_the_bot_is_described(viber: Viber, bot: Bot) -> None:
    assert [one.event_type for one in await bot.told(1)] == ["webhook"]
    about = await bot.sdk.get_account_info()
    assert (about["name"], about["webhook"]) == (COMPANY_NAME, bot.url)
    assert await bot.sdk.set_webhook(bot.url, ["delivered", "seen"]) == ["delivered", "seen"]
    assert await bot.sdk.unset_webhook() is not None
    with pytest.raises(ViberRequestError, match="10"):
        await bot.sdk.send_messages(AYLIN, [messages.TextMessage(text="Hallo")])


async def test_a_customer_opens_the_chat_writes_and_is_answered(viber: Viber, bot: Bot) -> None:
    await bot.told(1)
    viber.opens(AYLIN, context="kampagne-7")
    message = viber.phone.write(AYLIN, "Mein Rad klappert 🚲")
    opened, again, said = await bot.told(3)
    assert isinstance(opened, viber_requests.ViberConversationStartedRequest)
    assert (opened.context, opened.subscribed, opened.user.name) == ("kampagne-7", False, "Aylin Özdemir")
    assert isinstance(again, viber_requests.ViberConversationStartedRequest)
    assert isinstance(said, viber_requests.ViberMessageRequest)
    assert (said.sender.id, said.message.text, str(said.message_token)) == (AYLIN, "Mein Rad klappert 🚲", message.id)
    user = await bot.sdk.get_user_details(AYLIN)
    assert (user["id"], user["name"], user["country"]) == (AYLIN, "Aylin Özdemir", "DE")
    (online,) = await bot.sdk.get_online([AYLIN])
    assert (online["id"], online["online_status"]) == (AYLIN, 0)

    (token,) = await bot.sdk.send_messages(AYLIN, [messages.TextMessage(text="Kommen Sie vorbei!", tracking_data="frage-1")])
    shown = viber.phone.chats[AYLIN][-1]
    assert (shown.text, shown.id) == ("Kommen Sie vorbei!", str(token))
    (delivered,) = await bot.told(1)
    viber.phone.see(AYLIN)
    viber.phone.write(AYLIN, "Gern")
    seen, answer = await bot.told(2)
    assert isinstance(delivered, viber_requests.ViberDeliveredRequest)
    assert isinstance(seen, viber_requests.ViberSeenRequest)
    assert delivered.message_token == seen.message_token == token
    assert isinstance(answer, viber_requests.ViberMessageRequest)
    assert answer.message.tracking_data == "frage-1"


async def test_the_sdk_reads_everything_that_a_customer_sends(viber: Viber, bot: Bot) -> None:
    phone = viber.phone
    picture, paper = phone.add_file("Rahmen.jpg", "image/jpeg", JPEG), phone.add_file("Rechnung.pdf", "application/pdf", b"%PDF")
    phone.write(AYLIN, "Bruch", files=[picture])
    phone.write(AYLIN, "", files=[paper])
    phone.write(AYLIN, "", spot=Spot(latitude=52.5, longitude=13.4))
    phone.write(AYLIN, "", contact=Contact(name="Jürgen Groß", phone="+4915228817386"))
    phone.write(AYLIN, "", sticker=True)
    came = [one.message for one in await bot.told(7) if isinstance(one, viber_requests.ViberMessageRequest)]
    assert [type(one).__name__ for one in came] == [
        "PictureMessage", "FileMessage", "LocationMessage", "ContactMessage", "StickerMessage",
    ]  # fmt: skip
    shown, file, place, card, _ = came
    assert (shown.text, file.file_name, file.size) == ("Bruch", "Rechnung.pdf", 4)
    assert (place.location.latitude, card.contact.name) == (52.5, "Jürgen Groß")
    async with ClientSession() as session, session.get(shown.media) as answer:
        assert await answer.read() == JPEG


async def test_a_customer_sees_everything_that_the_sdk_sends(viber: Viber, bot: Bot) -> None:
    viber.phone.write(AYLIN, "Hallo")
    keyboard = {"Type": "keyboard", "Buttons": [{"Columns": 3, "Rows": 1, "ActionBody": "ja", "Text": "Ja, gern"}]}
    tokens = await bot.sdk.send_messages(AYLIN, [
        messages.PictureMessage(media=f"{bot.url}rahmen.jpg", text="So sieht er aus"),
        messages.FileMessage(media=f"{bot.url}rahmen.jpg", size=len(JPEG), file_name="Rahmen.jpg"),
        messages.LocationMessage(location=Location(lat=52.5, lon=13.4)),
        messages.ContactMessage(contact=Card(name="Werkstatt", phone_number="+493023125000")),
        messages.TextMessage(text="Abholen?", keyboard=keyboard),
    ])  # fmt: skip
    await viber.fetched()
    picture, file, place, card, question = list(viber.phone.chats[AYLIN])[-5:]
    assert [one.id for one in list(viber.phone.chats[AYLIN])[-5:]] == [str(token) for token in tokens]
    assert (picture.text, picture.files[0].data, file.files[0].name) == ("So sieht er aus", JPEG, "Rahmen.jpg")
    assert (place.spot, card.contact) == (Spot(latitude=52.5, longitude=13.4), Contact(name="Werkstatt", phone="+493023125000"))
    await bot.told(8)
    viber.phone.write(AYLIN, "Ja, gern", chosen=question.choices[0].id)
    (answer,) = await bot.told(1)
    assert isinstance(answer, viber_requests.ViberMessageRequest)
    assert answer.message.text == "ja"


async def test_who_leaves_is_told_and_gets_nothing_more(viber: Viber, bot: Bot) -> None:
    viber.phone.write(AYLIN, "Hallo")
    await bot.told(3)
    customer = viber.phone.customer(AYLIN)
    customer.blocked = True
    viber.on_blocked(customer)
    (left,) = await bot.told(1)
    assert isinstance(left, viber_requests.ViberUnsubscribedRequest)
    assert left.user_id == AYLIN
    with pytest.raises(ViberRequestError, match="status: 6"):
        await bot.sdk.send_messages(AYLIN, [messages.TextMessage(text="Schade")])


@pytest.mark.parametrize(("kind", "status"), [("throttled", 12), ("token_expired", 2), ("error_in_200", 3)])
async def test_what_goes_wrong_is_told_inside_the_answer(viber: Viber, bot: Bot, kind: str, status: int) -> None:
    viber.phone.write(AYLIN, "Hallo")
    viber.faults.add(Fault(kind=kind, remaining=1))
    with pytest.raises(ViberRequestError, match=f"status: {status},"):
        await bot.sdk.send_messages(AYLIN, [messages.TextMessage(text="Guten Tag")])


async def test_a_wrong_token_is_refused(viber: Viber) -> None:
    async with ClientSession() as session:
        with pytest.raises(ViberRequestError, match="invalidAuthToken"):
            await api(viber, session, "4f00-falsch").get_account_info()
