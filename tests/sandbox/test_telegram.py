"""The simulated Telegram, driven by python-telegram-bot, which knows nothing of Oase; every object is held to Telegram's description."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Message, ReplyParameters
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from tests.servers.telegram import breaches

from oase.sandbox.telegram import Telegram

from .conftest import Starter, World

AYLIN = "88120417"
GROUP = -1001987654321
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


class Hooked:
    """An endpoint that keeps updates with their secret, and answers what the test wants."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[dict[str, Any], str]] = []
        self.answer: dict[str, Any] | None = None

    async def take(self, request: web.Request) -> web.Response:
        """Keeps one."""
        self.got.append((await request.json(), request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")))
        return web.json_response(self.answer) if self.answer else web.Response()


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
    """A sandbox with Telegram."""
    return await start(platforms=(Telegram,))


@pytest.fixture
def telegram(world: World) -> Telegram:
    """The simulator."""
    platform = world.sandbox.platforms["telegram"]
    assert isinstance(platform, Telegram)
    return platform


@pytest_asyncio.fixture
async def bot(world: World, telegram: Telegram, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    """A bot of python-telegram-bot."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # how the library will count time from its next version on
    async with Bot(telegram.token, base_url=f"{world.base}/telegram/bot", base_file_url=f"{world.base}/telegram/file/bot") as bot:
        yield bot


def whole(message: Message) -> None:
    """Holds what the bot was answered to the description."""
    assert breaches(json.loads(message.to_json()), "Message") == []


def described(telegram: Telegram) -> None:
    """Holds the updates that wait for the bot to the description."""
    assert [found for update in telegram.updates for found in breaches(update, "Update")] == []


async def test_the_bot_knows_itself(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.is_bot, me.username, me.can_read_all_group_messages) == (True, "lindgruen_bot", False)


async def test_another_token_is_refused(world: World) -> None:
    for token in ("1:abc", "7000000001:AAFsandbox-another"):
        with pytest.raises(InvalidToken):
            async with Bot(token, base_url=f"{world.base}/telegram/bot"):
                pass


async def test_a_bot_that_asks_gets_everything_once_and_in_order(bot: Bot, telegram: Telegram) -> None:
    for text in ("Grüß Gott", "mein Lenker wackelt 🚲"):
        telegram.phone.write(AYLIN, text)
    updates = await bot.get_updates()
    assert [one.message and one.message.text for one in updates] == ["Grüß Gott", "mein Lenker wackelt 🚲"]
    assert updates[0].message and updates[0].message.from_user and updates[0].message.from_user.full_name == "Aylin Özdemir"
    assert await bot.get_updates(offset=updates[-1].update_id + 1) == ()
    assert [one.state for one in telegram.phone.chats[AYLIN]] == ["delivered", "delivered"]
    described(telegram)


async def test_a_bot_that_is_told_cannot_ask(bot: Bot, telegram: Telegram, hooked: Hooked) -> None:
    assert await bot.set_webhook(hooked.url, secret_token="Geheim_7", allowed_updates=["message", "callback_query"])
    info = await bot.get_webhook_info()
    assert (info.url, info.allowed_updates) == (hooked.url, ("message", "callback_query"))
    with pytest.raises(Conflict):
        await bot.get_updates()
    telegram.phone.write(AYLIN, "Hallo")
    await telegram.courier.settled()
    assert [(update["message"]["text"], secret) for update, secret in hooked.got] == [("Hallo", "Geheim_7")]
    assert breaches(hooked.got[0][0], "Update") == []
    assert await bot.delete_webhook()
    telegram.phone.write(AYLIN, "noch da?")
    assert len(await bot.get_updates()) == 1


async def test_a_webhook_needs_https_and_a_clean_secret(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)HTTPS"):
        await bot.set_webhook("http://shop.example.com/hook")
    with pytest.raises(BadRequest, match=r"(?i)illegal"):
        await bot.set_webhook("https://shop.example.com/hook", secret_token="nicht erlaubt!")


async def test_two_that_ask_disturb_each_other(bot: Bot, world: World, telegram: Telegram) -> None:
    async def ask() -> int:
        url = f"{world.base}/telegram/bot{telegram.token}/getUpdates"
        async with world.client.post(url, json={"timeout": 1}) as answer:
            return answer.status

    assert sorted(await asyncio.gather(ask(), ask())) == [200, 409]


async def test_customers_say_everything_that_telegram_carries(bot: Bot, telegram: Telegram, world: World) -> None:
    phone = telegram.phone
    image, pdf = phone.add_file("bild.jpg", "image/jpeg", JPEG), phone.add_file("Rechnung.pdf", "application/pdf", b"%PDF")
    sound = phone.add_file("a.ogg", "audio/ogg", b"OggS")
    phone.write(AYLIN, "Schaden", files=[image])
    phone.write(AYLIN, "Vorher, nachher", files=[image, image])
    phone.write(AYLIN, files=[pdf])
    phone.write(AYLIN, files=[sound], voice=True)
    phone.write(AYLIN, files=[phone.add_file("s.webp", "image/webp", b"RIFF")], sticker=True)
    for body in ({"spot": {"latitude": 52.5, "longitude": 13.4}}, {"contact": {"name": "Max Straße", "phone": "+4930231250"}}):
        async with world.client.post(f"{world.base}/apps/telegram/customers/{AYLIN}/messages", json=body) as answer:
            assert answer.status == 201
    updates = await bot.get_updates()
    said = [one.message for one in updates if one.message]
    assert said[0].photo and said[0].caption == "Schaden"
    assert said[1].media_group_id == said[2].media_group_id != None and said[2].caption is None  # noqa: E711
    assert said[3].document and said[3].document.file_name == "Rechnung.pdf"
    assert said[4].voice and said[5].sticker and said[6].location and said[7].contact
    described(telegram)
    file = await bot.get_file(said[3].document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF"


async def test_the_bot_sends_everything_that_telegram_carries(bot: Bot, telegram: Telegram) -> None:
    telegram.phone.write(AYLIN, "/start")
    sent: list[Message] = [
        await bot.send_message(AYLIN, "Guten Tag"),
        await bot.send_photo(AYLIN, JPEG, caption="So"),
        await bot.send_document(AYLIN, b"%PDF", filename="Rechnung.pdf"),
        await bot.send_voice(AYLIN, b"OggS"),
        await bot.send_audio(AYLIN, b"ID3", filename="a.mp3"),
        await bot.send_video(AYLIN, b"mp4", filename="a.mp4"),
        await bot.send_location(AYLIN, 52.5, 13.4),
        await bot.send_venue(AYLIN, 52.5, 13.4, "Filiale", "Am Platz 1"),
        await bot.send_contact(AYLIN, "+4930231250", "Max", "Straße"),
        *await bot.send_media_group(AYLIN, [InputMediaPhoto(JPEG, caption="1"), InputMediaPhoto(JPEG)]),
    ]
    for message in sent:
        whole(message)
    shown = [one for one in telegram.phone.chats[AYLIN] if one.from_business]
    assert [one.id for one in shown] == [str(one.message_id) for one in sent]
    assert shown[7].spot and shown[7].spot.name == "Filiale" and shown[8].contact and shown[2].files[0].name == "Rechnung.pdf"


async def test_a_button_turns_until_the_bot_answers(bot: Bot, telegram: Telegram) -> None:
    telegram.phone.write(AYLIN, "/start")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("9 Uhr", callback_data="slot-9")]])
    asked = await bot.send_message(AYLIN, "Wann?", reply_markup=keyboard)
    telegram.phone.write(AYLIN, "9 Uhr", chosen="slot-9", reply_to=str(asked.message_id))
    pressed = (await bot.get_updates())[-1]
    assert pressed.callback_query and pressed.callback_query.data == "slot-9"
    described(telegram)
    assert telegram.spinning
    assert await bot.answer_callback_query(pressed.callback_query.id)
    assert not telegram.spinning
    with pytest.raises(BadRequest, match=r"(?i)too old"):
        await bot.answer_callback_query(pressed.callback_query.id)


async def test_a_webhooks_answer_can_carry_a_call(bot: Bot, telegram: Telegram, hooked: Hooked) -> None:
    await bot.set_webhook(hooked.url)
    telegram.phone.write(AYLIN, "/start")
    await telegram.courier.settled()
    message = telegram.phone.deliver(AYLIN, "Wann?")
    hooked.answer = {"method": "answerCallbackQuery", "callback_query_id": f"{AYLIN}{int(message.id) + 1}"}
    telegram.phone.write(AYLIN, "9 Uhr", chosen="slot-9", reply_to=message.id)
    await telegram.courier.settled()
    assert telegram.spinning == set()


async def test_edits_reactions_and_blocking_are_told(bot: Bot, telegram: Telegram) -> None:
    message = telegram.phone.write(AYLIN, "Widr kaputt")
    await bot.get_updates(allowed_updates=["message", "edited_message", "message_reaction", "my_chat_member"])
    telegram.phone.edit(message.id, "Wieder kaputt")
    telegram.phone.react(message.id, "👍")
    telegram.phone.customer(AYLIN).blocked = True
    telegram.on_blocked(telegram.phone.customer(AYLIN))
    updates = await bot.get_updates()
    assert updates[1].edited_message and updates[1].edited_message.text == "Wieder kaputt"
    assert updates[2].message_reaction and updates[2].message_reaction.new_reaction[0].to_dict()["emoji"] == "👍"
    assert updates[3].my_chat_member and updates[3].my_chat_member.new_chat_member.status == "kicked"
    described(telegram)
    with pytest.raises(Forbidden, match=r"(?i)blocked"):
        await bot.send_message(AYLIN, "Hallo?")


async def test_reactions_are_told_only_to_a_bot_that_asked_for_them(bot: Bot, telegram: Telegram) -> None:
    message = telegram.phone.write(AYLIN, "Danke")
    telegram.phone.react(message.id, "👍")
    assert [one.message_reaction for one in await bot.get_updates()] == [None]


async def test_the_bot_reacts_answers_and_types(bot: Bot, telegram: Telegram) -> None:
    question = telegram.phone.write(AYLIN, "Geht das?")
    answer = await bot.send_message(AYLIN, "Ja", reply_parameters=ReplyParameters(int(question.id)))
    assert answer.reply_to_message and answer.reply_to_message.text == "Geht das?"
    assert await bot.set_message_reaction(AYLIN, int(question.id), "👍")
    assert question.reactions == {"business": "👍"}
    assert await bot.send_chat_action(AYLIN, "typing")
    with pytest.raises(BadRequest, match=r"(?i)REACTION_INVALID"):
        await bot.set_message_reaction(AYLIN, int(question.id), "🚲")


async def test_what_telegram_refuses_is_refused(bot: Bot, telegram: Telegram) -> None:
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message("88120418", "Ich war nie hier")
    telegram.phone.write(AYLIN, "/start")
    with pytest.raises(BadRequest, match=r"(?i)too long"):
        await bot.send_message(AYLIN, "ä" * 4097)
    with pytest.raises(BadRequest, match=r"(?i)caption is too long"):
        await bot.send_photo(AYLIN, JPEG, caption="ä" * 1025)
    with pytest.raises(BadRequest, match=r"(?i)replied not found"):
        await bot.send_message(AYLIN, "?", reply_parameters=ReplyParameters(99_999))
    with pytest.raises(BadRequest, match=r"(?i)BUTTON_DATA_INVALID"):
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="ä" * 33)]])
        await bot.send_message(AYLIN, "?", reply_markup=keyboard)


async def test_faults_come_in_telegrams_words(bot: Bot, telegram: Telegram, world: World) -> None:
    telegram.phone.write(AYLIN, "/start")

    async def fault(**what: Any) -> None:
        async with world.client.post(f"{world.base}/apps/telegram/faults", json={"remaining": 1, **what}) as answer:
            assert answer.status == 201

    await fault(kind="throttled", seconds=7)
    with pytest.raises(RetryAfter):
        await bot.send_message(AYLIN, "a")
    await fault(kind="token_expired")
    with pytest.raises(InvalidToken):
        await bot.send_message(AYLIN, "b")
    await fault(kind="cut_after_accept")
    with pytest.raises(NetworkError):
        await bot.send_message(AYLIN, "c")
    assert [one.text for one in telegram.phone.accepted] == ["c"]


async def test_the_group_says_everything_to_the_bot_and_hears_its_answers(bot: Bot, telegram: Telegram) -> None:
    post = telegram.timeline.publish(AYLIN, "wann kommt das Frühjahrsmodell?")
    asked = (await bot.get_updates())[-1]
    assert (
        asked.message
        and asked.message.chat.id == GROUP
        and asked.message.text == f"@lindgruen_bot {'wann kommt das Frühjahrsmodell?'}"
    )
    described(telegram)
    answer = await bot.send_message(GROUP, "Im März 🚲", reply_parameters=ReplyParameters(asked.message.message_id))
    whole(answer)
    assert [one.text for one in telegram.timeline.below(post.id)] == ["Im März 🚲"]
    thanks = telegram.timeline.publish(AYLIN, "Danke!", parent_id=str(answer.message_id))
    told = (await bot.get_updates())[-1]
    assert told.message and told.message.text == "Danke!" and told.message.reply_to_message
    described(telegram)
    assert await bot.delete_message(GROUP, int(thanks.id))
    assert telegram.timeline.post(thanks.id).deleted
