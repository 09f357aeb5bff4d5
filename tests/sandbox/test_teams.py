"""The simulated Teams, driven by Microsoft's own Teams SDK, which knows nothing of Oase; its deliveries are checked by PyJWT, and every
activity and answer is held to Microsoft's description of the Bot Connector."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import jsonschema
import jwt
import pytest
import pytest_asyncio
from aiohttp import web
from microsoft_teams.api import (
    Account,
    Activity,
    ActivityTypeAdapter,
    ApiClient,
    Attachment,
    CreateConversationParams,
    MessageActivityInput,
    TypingActivityInput,
)
from microsoft_teams.common import Client, ClientOptions
from tests.servers import prism as prisms
from tests.servers.teams import FILE, description

from oase.sandbox.faults import Fault
from oase.sandbox.teams import Teams
from oase.sandbox.teams.activities import CHANNEL, TEAM, chat_id, user_id

from .conftest import Starter, World

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the SDK's own parts
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
HERO = "application/vnd.microsoft.card.hero"


class Hooked:
    """An endpoint that keeps deliveries with the tokens that prove them."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[dict[str, Any], str]] = []

    async def take(self, request: web.Request) -> web.Response:
        """Keeps one."""
        self.got.append((await request.json(), request.headers["Authorization"].removeprefix("Bearer ")))
        return web.Response()

    def activities(self) -> list[Activity]:
        """What came, as Microsoft's SDK reads it."""
        return [ActivityTypeAdapter.validate_python(body) for body, _ in self.got]


@pytest_asyncio.fixture
async def hooked(teams: Teams, aylin: str) -> AsyncIterator[Hooked]:
    """The endpoint, on a free port, to which Teams delivers from now on."""
    hooked = Hooked()
    app = web.Application()
    app.router.add_post("/hook", hooked.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    teams.webhook_url = hooked.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hooked
    await runner.cleanup()


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with Teams."""
    return await start(platforms=(Teams,))


@pytest.fixture
def teams(world: World) -> Teams:
    """The simulator."""
    platform = world.sandbox.platforms["teams"]
    assert isinstance(platform, Teams)
    return platform


@pytest_asyncio.fixture
async def aylin(teams: Teams) -> str:
    """Somebody who has the app and has written."""
    who = next(one.id for one in teams.phone.customers.values() if one.name == "Aylin Özdemir")
    teams.phone.write(who, "Grüß Gott")
    return who


async def token(world: World, teams: Teams, **changed: str) -> dict[str, Any]:
    """What the sign-in answers to the app."""
    login = teams.login
    form = {"grant_type": "client_credentials", "client_id": login.app_id, "client_secret": login.secret}
    given = {**form, "scope": "https://api.botframework.com/.default", **changed}
    async with world.client.post(
        f"{teams.base_url}/{given.pop('tenant', login.tenant_id)}/oauth2/v2.0/token", data=given
    ) as answer:
        return {"status": answer.status, **await answer.json()}


Connect = Callable[[str], ApiClient]


@pytest_asyncio.fixture
async def connect(world: World, teams: Teams) -> AsyncIterator[Connect]:
    """Microsoft's client for a service address, signed in."""
    access = (await token(world, teams))["access_token"]
    clients: list[Client] = []

    def client(address: str) -> ApiClient:
        clients.append(Client(ClientOptions(token=access)))
        return ApiClient(address, clients[-1])

    yield client
    for one in clients:
        await one.http.aclose()


@pytest.fixture
def api(connect: Connect, teams: Teams) -> ApiClient:
    """Microsoft's client, speaking to the simulator."""
    return connect(teams.bot.service_url)


def text(words: str) -> MessageActivityInput:
    return MessageActivityInput(text=words)


async def test_what_the_sign_in_refuses(world: World, teams: Teams) -> None:
    good = await token(world, teams)
    assert (good["token_type"], good["expires_in"]) == ("Bearer", 3599)
    for changed, status, error, code in (
        ({"client_secret": "falsch"}, 401, "invalid_client", 7000215),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, 400, "unauthorized_client", 700016),
        ({"tenant": "00000000-0000-0000-0000-000000000000"}, 400, "invalid_request", 90002),
        ({"scope": "https://graph.microsoft.com/.default"}, 400, "invalid_scope", 70011),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
    ):
        found = await token(world, teams, **changed)
        assert (found["status"], found["error"], found["error_codes"]) == (status, error, [code])


async def test_the_bot_speaks_changes_types_reacts_and_takes_back(teams: Teams, api: ApiClient, aylin: str) -> None:
    chat, activities = chat_id(aylin), api.conversations.activities
    asked = teams.phone.chats[aylin][0]
    sent = await activities(chat).create(text("Ihr Rad ist fretig 🚲"))
    message = teams.phone.message(sent.id)
    await activities(chat).update(sent.id, text("Ihr Rad ist fertig 🚲"))
    assert (message.text, message.edited) == ("Ihr Rad ist fertig 🚲", True)
    await activities(chat).create(TypingActivityInput())
    await api.reactions.add(chat, asked.id, "like")
    assert asked.reactions == {"business": "👍"}
    await api.reactions.delete(chat, asked.id, "like")
    assert asked.reactions == {}
    await activities(chat).delete(sent.id)
    assert message.deleted
    with pytest.raises(httpx.HTTPStatusError) as caught:
        await activities(chat).update(asked.id, text("?"))  # of somebody else
    assert (caught.value.response.status_code, code_of(caught)) == (404, "ActivityNotFoundInConversation")


async def test_pictures_and_cards_are_shown_and_their_buttons_come_back(
    teams: Teams, api: ApiClient, aylin: str, hooked: Hooked
) -> None:
    chat, activities = chat_id(aylin), api.conversations.activities
    picture = Attachment(
        content_type="image/png", name="Plan.png", content_url=f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    )
    buttons = [
        {"type": "messageBack", "title": "9 Uhr", "text": "Um 9", "displayText": "9 Uhr", "value": {"slot": 9}},
        {"type": "imBack", "title": "Später", "value": "Lieber später"},
        {"type": "openUrl", "title": "Anfahrt", "value": "https://example.com/anfahrt"},
    ]
    content = {"title": "Termin", "text": "Wann &lt;passt&gt; es?<br>Wir sind <strong>da</strong>.", "buttons": buttons}
    shown = await activities(chat).create(MessageActivityInput(attachments=[picture]))
    card = await activities(chat).create(MessageActivityInput(attachments=[Attachment(content_type=HERO, content=content)]))
    assert teams.phone.message(shown.id).files[0].data == PNG
    assert teams.phone.message(card.id).text == "Termin\nWann <passt> es?\nWir sind da.\nAnfahrt: https://example.com/anfahrt"
    for choice in teams.phone.message(card.id).choices:
        teams.phone.write(aylin, choice.title, chosen=choice.id)
    await teams.courier.settled()
    nine, later = hooked.activities()
    assert nine.type == later.type == "message"
    assert (nine.text, nine.value, nine.reply_to_id) == ("Um 9", {"slot": 9}, card.id)
    assert (later.text, later.value) == ("Lieber später", None)


async def test_a_text_with_a_picture_becomes_two_messages_without_an_id(teams: Teams, api: ApiClient, aylin: str) -> None:
    address = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    both = MessageActivityInput(text="So", attachments=[Attachment(content_type="image/png", content_url=address)])
    sent = await api.conversations.activities(chat_id(aylin)).create(both)
    assert sent.id not in teams.phone.messages
    assert [(one.text, len(one.files)) for one in list(teams.phone.chats[aylin])[1:]] == [("So", 0), ("", 1)]


async def test_who_is_there(teams: Teams, api: ApiClient, aylin: str) -> None:
    (one,) = await api.conversations.members(chat_id(aylin)).get_all()
    assert one.email == "aylin.oezdemir@kunde.example"
    assert (one.name, one.aad_object_id, one.given_name, one.surname) == ("Aylin Özdemir", aylin, "Aylin", "Özdemir")
    page = await api.conversations.members(CHANNEL).get_paged(page_size=2)
    rest = await api.conversations.members(CHANNEL).get_paged(page_size=2, continuation_token=page.continuation_token)
    assert [one.name for one in (page.members or []) + (rest.members or [])] == ["Aylin Özdemir", "Jürgen Groß", "Sam O’Neill"]
    assert (await api.conversations.members(CHANNEL).get(aylin)).id == user_id(aylin)


async def test_the_bot_begins_a_chat_and_a_thread_and_answers_in_one(teams: Teams, api: ApiClient, aylin: str) -> None:
    chat = await api.conversations.create(CreateConversationParams(members=[Account(id=user_id(aylin))]))
    assert chat.id == chat_id(aylin)
    in_channel = {"channel": {"id": CHANNEL}}
    thread = await api.conversations.create(CreateConversationParams(channel_data=in_channel, activity=text("Neue Räder!")))
    assert thread.activity_id and thread.id == f"{CHANNEL};messageid={thread.activity_id}"
    sent = await api.conversations.activities(thread.id).create(text("Ab Montag."))
    assert [one.text for one in teams.timeline.below(thread.activity_id)] == ["Ab Montag."]
    await api.conversations.activities(thread.id).update(sent.id, text("Ab Dienstag."))
    await api.reactions.add(thread.id, sent.id, "heart")
    assert (teams.timeline.post(sent.id).text, teams.timeline.post(sent.id).likes) == ("Ab Dienstag.", {""})
    await api.conversations.activities(thread.id).delete(sent.id)
    assert teams.timeline.post(sent.id).deleted


def code_of(caught: pytest.ExceptionInfo[httpx.HTTPStatusError]) -> str:
    """The error's code."""
    return str(json.loads(caught.value.response.content)["error"]["code"])


async def test_what_teams_refuses_is_refused(teams: Teams, connect: Connect, api: ApiClient, aylin: str) -> None:
    sam = next(one.id for one in teams.phone.customers.values() if one.name == "Sam O’Neill")
    big = Attachment(content_type="image/png", content_url="data:image/png;base64," + base64.b64encode(bytes(1_050_000)).decode())
    odd = Attachment(content_type="application/pdf", content_url="https://example.com/a.pdf")
    for conversation, said, status, code in (
        (chat_id(aylin), text(" "), 400, "BadArgument"),
        (chat_id(aylin), text("🚲" * 30_000), 413, "MessageSizeTooBig"),
        (chat_id(aylin), MessageActivityInput(attachments=[big]), 413, "MessageSizeTooBig"),
        (chat_id(aylin), MessageActivityInput(attachments=[odd]), 400, "BadArgument"),
        (chat_id("nobody"), text("?"), 404, "ConversationNotFound"),
        (f"{CHANNEL};messageid=1", text("?"), 404, "ConversationNotFound"),
        (chat_id(sam), text("?"), 403, "BotNotInConversationRoster"),
    ):
        with pytest.raises(httpx.HTTPStatusError) as caught:
            await api.conversations.activities(conversation).create(said)
        assert (caught.value.response.status_code, code_of(caught)) == (status, code)
    with pytest.raises(httpx.HTTPStatusError) as caught:
        await api.conversations.create(CreateConversationParams(members=[Account(id=user_id(sam))]))
    assert code_of(caught) == "ForbiddenOperationException"
    stranger = Client(ClientOptions(token="somebody-elses"))
    with pytest.raises(httpx.HTTPStatusError) as caught:
        await ApiClient(teams.bot.service_url, stranger).conversations.activities(chat_id(aylin)).create(text("?"))
    assert caught.value.response.status_code == 401
    await stranger.http.aclose()
    assert not teams.phone.accepted


async def test_eight_messages_in_a_moment_are_one_too_many(teams: Teams, api: ApiClient, aylin: str) -> None:
    activities = api.conversations.activities(chat_id(aylin))
    for number in range(7):
        await activities.create(text(f"Satz {number}"))
    with pytest.raises(httpx.HTTPStatusError) as caught:
        await activities.create(text("Satz 7"))
    assert (caught.value.response.status_code, code_of(caught)) == (429, "Throttled")
    assert caught.value.response.headers["Retry-After"] == "1"
    assert len(teams.phone.accepted) == 7


async def test_deliveries_are_signed_and_as_microsofts_sdk_reads_them(teams: Teams, hooked: Hooked, aylin: str) -> None:
    said = teams.phone.write(aylin, "So <sieht> es aus", files=[teams.phone.add_file("Rad.png", "image/png", PNG)])
    teams.phone.edit(said.id, "So sieht es aus")
    ours = teams.phone.deliver(aylin, "Danke!")
    teams.phone.react(ours.id, "👍")
    teams.phone.see(aylin)
    teams.phone.delete(said.id)
    post = teams.timeline.publish(aylin, "Guten Tag, alle!")
    await teams.courier.settled()
    private = [one for one in hooked.activities() if one.conversation.conversation_type == "personal"]
    assert [one.type for one in private] == ["message", "messageUpdate", "messageReaction", "event", "messageDelete"]
    assert {one.conversation.id for one in private} == {chat_id(aylin)}
    (public,) = (one for one in hooked.activities() if one.conversation.conversation_type == "channel")
    assert public.type == "message" and public.conversation.id == f"{CHANNEL};messageid={post.id}"
    assert public.channel_data and public.channel_data.team and public.channel_data.team.id == TEAM
    assert public.strip_mentions_text().text == "Guten Tag, alle!"
    keys = jwt.PyJWKClient(f"{teams.base_url}/v1/.well-known/keys")
    for body, signed in hooked.got:
        key = await asyncio.to_thread(keys.get_signing_key_from_jwt, signed)
        claims = jwt.decode(signed, key.key, ["RS256"], audience=teams.login.app_id, issuer="https://api.botframework.com")
        assert claims["serviceurl"] == body["serviceUrl"]


async def test_of_colleagues_who_do_not_name_it_the_bot_hears_nothing(teams: Teams, hooked: Hooked) -> None:
    post = teams.timeline.publish("", "Heute gibt es Kaffee.")
    teams.timeline.edit(post.id, "Heute gibt es Tee.")
    teams.timeline.remove(post.id)
    await teams.courier.settled()
    assert hooked.got == []


async def test_a_forged_delivery_does_not_pass(teams: Teams, hooked: Hooked, aylin: str) -> None:
    teams.faults.add(Fault(kind="wrong_signature", remaining=1))
    teams.phone.write(aylin, "Guten Tag")
    await teams.courier.settled()
    keys = jwt.PyJWKClient(f"{teams.base_url}/v1/.well-known/keys")
    key = await asyncio.to_thread(keys.get_signing_key_from_jwt, hooked.got[0][1])
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(hooked.got[0][1], key.key, ["RS256"], audience=teams.login.app_id)
    assert jwt.decode(hooked.got[1][1], key.key, ["RS256"], audience=teams.login.app_id)


async def test_files_are_fetched_as_the_activity_says(
    world: World, teams: Teams, api: ApiClient, hooked: Hooked, aylin: str
) -> None:
    teams.phone.write(aylin, "", files=[teams.phone.add_file("Rad.png", "image/png", PNG)])
    teams.phone.write(aylin, "", files=[teams.phone.add_file("März.pdf", "application/pdf", b"%PDF")])
    await teams.courier.settled()
    picture, file = (body["attachments"][0] for body, _ in hooked.got)
    assert (await api.http.get(picture["contentUrl"])).content == PNG
    assert file["contentType"] == "application/vnd.microsoft.teams.file.download.info"
    address = file["content"]["downloadUrl"]
    for url, status in ((picture["contentUrl"], 401), (address, 200), (address.partition("?")[0] + "?tempauth=1", 401)):
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            assert answer.status == status


# --- Microsoft's description ---


@pytest.fixture
def described(specs: Path) -> dict[str, Any]:
    """The description of the Bot Connector."""
    if not (specs / FILE).exists():
        pytest.skip("Microsoft's description of the Bot Connector is not here (OASE_SPECS).")
    return description(specs)


async def test_every_activity_is_of_the_described_form(
    teams: Teams, hooked: Hooked, aylin: str, described: dict[str, Any]
) -> None:
    sam = teams.new_customer("Sam O’Neill", "").id
    said = teams.phone.write(sam, "Grüße", files=[teams.phone.add_file("a.pdf", "application/pdf", b"%PDF")])
    ours = teams.phone.deliver(sam, "Danke!")
    teams.phone.edit(said.id, "Viele Grüße")
    teams.phone.react(ours.id, "❤️")
    teams.phone.see(sam)
    teams.phone.delete(said.id)
    post = teams.timeline.publish(aylin, "Frage")
    answer = teams.timeline.answer("Antwort", parent_id=post.id)
    teams.timeline.like(answer.id, aylin)
    teams.timeline.edit(post.id, "Frage?")
    teams.timeline.remove(post.id)
    await teams.courier.settled()
    schema = {"$ref": "#/definitions/Activity", "definitions": described["definitions"]}
    kinds = {body["type"] for body, _ in hooked.got}
    assert kinds == {
        "conversationUpdate", "installationUpdate", "message", "messageUpdate", "messageDelete", "messageReaction", "event"
    }  # fmt: skip
    for body, _ in hooked.got:
        jsonschema.validate(body, schema)
        assert not set(body) - set(described["definitions"]["Activity"]["properties"])


@pytest.fixture
def through_prism(teams: Teams, described: dict[str, Any], tmp_path: Path) -> Iterator[str]:
    """The description as a proxy before the connector service."""
    problem = prisms.install()
    if problem:
        pytest.skip(problem)
    with prisms.prism(described, teams.bot.service_url.rstrip("/"), tmp_path) as address:
        yield address


async def test_answers_and_refusals_keep_to_the_description(
    teams: Teams, connect: Connect, hooked: Hooked, aylin: str, through_prism: str
) -> None:
    api, chat = connect(through_prism), chat_id(aylin)
    asked = teams.phone.write(aylin, "", files=[teams.phone.add_file("Rad.png", "image/png", PNG)])
    await teams.courier.settled()
    activities = api.conversations.activities(chat)
    sent = await activities.create(text("Guten Tag"))
    await activities.update(sent.id, text("Grüß Gott"))
    await activities.create(TypingActivityInput())
    await activities.delete(sent.id)
    await api.reactions.add(chat, asked.id, "like")
    assert len(await api.conversations.members(chat).get_all()) == 1
    page = await api.http.get(f"{through_prism}/v3/conversations/{chat}/pagedmembers")  # the SDK spells it with a capital M
    assert len(page.json()["members"]) == 1
    await api.conversations.members(chat).get(aylin)
    await api.conversations.create(CreateConversationParams(members=[Account(id=user_id(aylin))], activity=text("Noch etwas")))
    picture = hooked.got[-1][0]["attachments"][0]["contentUrl"].partition("/v3/")[2]
    assert (await api.http.get(f"{through_prism}/v3/{picture.partition('/views')[0]}")).json()["views"][0]["viewId"] == "original"
    assert (await api.http.get(f"{through_prism}/v3/conversations")).json()["conversations"][0]["id"] == chat
    for conversation, status in ((chat_id("nobody"), 404), (chat, 429)):
        if status == 429:
            teams.faults.add(Fault(kind="throttled", remaining=1))
        with pytest.raises(httpx.HTTPStatusError) as caught:
            await api.conversations.activities(conversation).create(text("?"))
        assert caught.value.response.status_code == status
