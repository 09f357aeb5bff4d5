"""The adapter against Bluesky's own network, run on this machine. Customers write by the atproto SDK. Chats are not in it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
import pytest_asyncio
from atproto import AsyncClient, client_utils, models
from atproto.exceptions import BadRequestError
from msgspec.structs import replace
from tests.channels.caller import Caller
from tests.channels.story import Desk, open_house
from tests.conftest import make_database
from tests.servers.bluesky import Network, missing, network, token

from oase.channels.adapters.bluesky import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Deleted,
    Envelope,
    Event,
    File,
    Moderate,
    Reacted,
    Received,
    Refused,
    Renewed,
    Say,
)
from oase.kernel.http import Guard, Outside
from oase.kernel.ids import new_id
from oase.kernel.postgres import EmbeddedPostgres
from oase.kernel.secrets import Secret

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("bluesky"), pytest.mark.enable_socket]

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6338a1a0000002"
    "bc01093308dd490000000049454e44ae426082"
)
AUDIENCE = "did:web:localhost"
PASSWORD = "geheim-4711"
T = TypeVar("T")


@pytest_asyncio.fixture(scope="session")
async def bluesky(postgres: EmbeddedPostgres) -> AsyncIterator[Network]:
    """The network."""
    if why := missing():
        pytest.skip(why)
    async with network(await make_database(postgres, "bluesky")) as running:
        yield running


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Outside]:
    """A way out that may talk to this machine."""
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8"), ip_network("::1/128")])) as way:
        yield way


async def soon(ask: Callable[[], Awaitable[T]]) -> T:
    """What the network says, as soon as it knows of it."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await ask()
            except BadRequestError:
                await asyncio.sleep(0.1)


class Person:
    """Somebody with an account and a program that others wrote."""

    def __init__(self, client: AsyncClient, did: str, handle: str) -> None:
        self.client, self.did, self.handle = client, did, handle

    async def app_password(self, *, chats: bool = False) -> str:
        """A new app password."""
        asked = {"name": f"Oase {new_id()}"[:30], "privileged": chats}
        return str((await self.client.com.atproto.server.create_app_password(asked)).password)

    async def says(self, text: str) -> Any:
        """Writes a post, which the whole network sees when this returns: people answer what they see."""
        post = await self.client.send_post(text)
        await self.sees(post.uri)
        return post

    async def sees(self, uri: str) -> Any:
        """A post as this person sees it, and what is below it."""
        return (await soon(lambda: self.client.get_post_thread(uri))).thread

    async def misses(self, uri: str) -> None:
        """Waits until a post is not there any more."""
        async with asyncio.timeout(30):
            while (await self.client.get_posts([uri])).posts:  # noqa: ASYNC110 - the network tells nobody
                await asyncio.sleep(0.1)


class Clients:
    """Opens accounts, each under a name of its own."""

    def __init__(self, bluesky: Network) -> None:
        self._home = f"{bluesky.url}/xrpc"
        self._app = AsyncClient(base_url=f"{bluesky.app}/xrpc")
        self._open = [self._app]

    async def __call__(self, name: str) -> Person:
        """Somebody new, whom the whole network knows."""
        client = AsyncClient(base_url=self._home)
        self._open.append(client)
        handle = f"{name}-{new_id().hex[-8:]}.test"
        given = {"handle": handle, "email": f"{handle}@example.com", "password": PASSWORD}
        made = await client.com.atproto.server.create_account(given)
        await soon(lambda: self._app.app.bsky.actor.get_profile({"actor": made.did}))
        await client.login(handle, PASSWORD)
        return Person(client, made.did, handle)

    async def close(self) -> None:
        """Ends them all."""
        for client in self._open:
            await client.request.close()


@pytest_asyncio.fixture(scope="session")
async def people(bluesky: Network) -> AsyncIterator[Clients]:
    clients = Clients(bluesky)
    yield clients
    await clients.close()


@pytest_asyncio.fixture
async def us(people: Clients) -> Person:
    """The company, new for each test."""
    return await people("lindgruen")


@pytest_asyncio.fixture(scope="session")
async def aylin(people: Clients) -> Person:
    """A customer."""
    return await people("aylin")


@pytest_asyncio.fixture(scope="session")
async def sam(people: Clients) -> Person:
    """Another one."""
    return await people("sam")


class Company(Caller):
    """The company's account in Oase."""

    ahead = timedelta(0)

    async def events(self, count: int = 1) -> list[Event]:
        """Asks until there are that many: the network needs a moment for everything."""
        found: list[Event] = []
        async with asyncio.timeout(60):
            while len(found) < count:
                found += await self.round()
                await asyncio.sleep(0.1)
        return found


@pytest_asyncio.fixture
async def company(bluesky: Network, us: Person, outside: Outside) -> Company:
    """It has passed its test, has an access token, and has asked once."""
    settings = {"base_url": bluesky.url, "handle": us.handle, "messages": False}
    secrets = {"app_password": (Secret(await us.app_password()),)}
    account = Account(id="1", channel="bluesky", settings=settings, secrets=secrets)
    company = Company(adapter, account, outside, lambda: datetime.now(UTC) + company.ahead)
    found = await company.check()
    assert (found.ok, found.summary) == (True, f"@{us.handle}"), found.summary
    assert found.facts == {"did": us.did, "handle": us.handle, "pds": bluesky.url}
    renewed = await company.renew()
    assert isinstance(renewed, Renewed)
    assert renewed.lasts == timedelta(hours=2)
    assert await company.round() == []
    return company


def envelope(to: str, **more: str) -> Envelope:
    """To somebody."""
    return Envelope(id=str(new_id()), to=to, at=datetime.now(UTC), **more)


def in_thread(post: Received) -> Envelope:
    """Below a post."""
    assert post.thread is not None
    return envelope(post.sender.value, thread=post.thread.external_id, reply_to=post.external_id)


def received(events: Sequence[Event]) -> list[Received]:
    """Messages only; fails for anything else."""
    assert all(isinstance(one, Received) for one in events), events
    return [one for one in events if isinstance(one, Received)]


async def mentions(person: Person, us: Person, text: str) -> str:
    """Writes a post that names us; its uri."""
    built = client_utils.TextBuilder().mention(f"@{us.handle}", us.did).text(f" {text}")
    return str((await person.client.send_post(built, langs=["de"])).uri)


async def test_a_mention_is_answered_in_its_thread(company: Company, us: Person, aylin: Person) -> None:
    uri = await mentions(aylin, us, "Mein Rad klappert 🚲, was tun?")
    (said,) = received(await company.events())
    assert (said.external_id, said.sender.value, said.sender.fields) == (uri, aylin.did, {"handle": f"@{aylin.handle}"})
    assert said.content.text == f"@{us.handle} Mein Rad klappert 🚲, was tun?"
    assert said.thread is not None
    assert (said.thread.external_id, said.thread.author, said.thread.ours) == (uri, f"@{aylin.handle}", False)

    text = f"Grüß Gott @{aylin.handle} 👋 Siehe https://example.com/öl?a=1 #Lastenräder"
    picture = File(name="Öl.jpg", type="image/jpeg", content=JPEG)
    outcome = await company.say(Say(envelope=in_thread(said), text=text, files=(picture,)))
    assert isinstance(outcome, Accepted), outcome
    answer = await aylin.sees(outcome.external_id)
    record = answer.post.record
    assert (record.text, record.reply.parent.uri, record.reply.root.uri) == (text, uri, uri)
    assert [_piece(record.text, facet) for facet in record.facets] == [
        (f"@{aylin.handle}", aylin.did), ("https://example.com/öl?a=1", "https://example.com/öl?a=1"),
        ("#Lastenräder", "Lastenräder"),
    ]  # fmt: skip
    assert len(answer.post.embed.images) == 1


async def test_replies_gather_in_the_thread_that_we_opened_and_quotes_come_too(
    company: Company, us: Person, aylin: Person, sam: Person
) -> None:
    ours = await us.says("Wir haben wieder Lastenräder!")
    first = await aylin.client.send_post("Was kosten sie?", reply_to=below(ours, ours))
    (one,) = received(await company.events())
    assert one.thread is not None
    assert (one.thread.external_id, one.thread.title, one.thread.ours) == (ours.uri, "Wir haben wieder Lastenräder!", True)
    answer = await company.say(Say(envelope=in_thread(one), text="Ab 3.900 €"))
    assert isinstance(answer, Accepted)
    said = (await aylin.sees(answer.external_id)).post
    assert (said.record.reply.root.uri, said.record.reply.parent.uri) == (ours.uri, first.uri)
    also = await sam.client.send_post("Das wüsste ich auch gern", reply_to=below(ours, first))
    await aylin.sees(also.uri)  # the network takes in several people's posts side by side, in any order
    await aylin.client.send_post("Danke 🙂", reply_to=below(ours, said))
    quoted = models.AppBskyEmbedRecord.Main(record=models.create_strong_ref(ours))
    await sam.client.send_post("Seht mal", embed=quoted)
    asked, thanks, quote = received(await company.events(3))
    assert [asked.content.text, thanks.content.text, quote.content.text] == [
        "Das wüsste ich auch gern", "Danke 🙂", "Seht mal",
    ]  # fmt: skip
    assert asked.thread == thanks.thread == one.thread
    assert (thanks.reply_to, quote.thread and quote.thread.ours) == (answer.external_id, False)


@pytest.mark.filterwarnings("ignore:Use 'content=<...>'")  # so does the SDK upload
async def test_a_picture_of_a_customer_is_fetched(company: Company, us: Person, aylin: Person) -> None:
    post = client_utils.TextBuilder().mention(f"@{us.handle}", us.did)
    await aylin.client.send_image(post, PNG, "Rahmen, gebrochen")
    (said,) = received(await company.events())
    (picture,) = said.content.media
    fetched = await company.fetch(picture)
    assert isinstance(fetched, File), fetched
    assert (fetched.name, fetched.type) == ("Rahmen, gebrochen.webp", "image/webp"), "the network shows all pictures as WebP"
    assert fetched.content[:4] + fetched.content[8:12] == b"RIFFWEBP"


async def test_an_answer_that_is_written_twice_is_there_once(company: Company, us: Person, aylin: Person) -> None:
    uri = await mentions(aylin, us, "Frage")
    (said,) = received(await company.events())
    say = Say(envelope=in_thread(said), text="Antwort")
    first, again = await company.say(say), await company.say(say)
    assert isinstance(first, Accepted)
    assert first == again
    await aylin.sees(first.external_id)
    assert len((await aylin.sees(uri)).replies) == 1


async def test_likes_go_both_ways_and_can_be_taken_back(company: Company, us: Person, aylin: Person) -> None:
    uri = await mentions(aylin, us, "Danke!")
    (said,) = received(await company.events())
    assert isinstance(await company.say(Moderate(envelope=in_thread(said), act="like")), Accepted)
    liked = (await us.client.com.atproto.repo.list_records({"repo": us.did, "collection": "app.bsky.feed.like"})).records
    assert [one.value.subject.uri for one in liked] == [uri]
    assert isinstance(await company.say(Moderate(envelope=in_thread(said), act="unlike")), Accepted)
    left = (await us.client.com.atproto.repo.list_records({"repo": us.did, "collection": "app.bsky.feed.like"})).records
    assert left == []
    answer = await company.say(Say(envelope=in_thread(said), text="Gern!"))
    assert isinstance(answer, Accepted)
    shown = (await aylin.sees(answer.external_id)).post
    await aylin.client.like(shown.uri, shown.cid)
    (reaction,) = await company.events()
    assert isinstance(reaction, Reacted)
    assert (reaction.external_id, reaction.sender.value) == (answer.external_id, aylin.did)


async def test_a_mention_that_its_author_deletes_is_found_by_looking_again(company: Company, us: Person, aylin: Person) -> None:
    uri = await mentions(aylin, us, "Doof")
    await company.events()
    await aylin.client.delete_post(uri)
    await aylin.misses(uri)
    company.ahead = timedelta(minutes=6)
    (gone,) = await company.events()
    assert isinstance(gone, Deleted)
    assert gone.external_id == uri


async def test_a_storm_of_replies_is_read_once_and_in_order(company: Company, us: Person, sam: Person) -> None:
    ours = await us.says("Gewinnspiel!")
    start = datetime.now(UTC)
    records = [
        models.AppBskyFeedPost.Record(
            text=f"Antwort {number}", reply=below(ours, ours), created_at=(start + timedelta(milliseconds=number)).isoformat()
        )
        for number in range(105)
    ]
    writes = [models.ComAtprotoRepoApplyWrites.Create(collection="app.bsky.feed.post", value=one) for one in records]
    await sam.client.com.atproto.repo.apply_writes({"repo": sam.did, "writes": writes})
    texts = [one.content.text for one in received(await company.events(105))]
    assert texts == [f"Antwort {number}" for number in range(105)]
    assert await company.round() == []


async def test_what_reaches_the_network_late_is_not_lost(company: Company, us: Person, aylin: Person) -> None:
    """The network sorts by what the author's clock says; bridges from other networks bring posts hours after they were written."""
    await mentions(aylin, us, "Gleich da")
    await company.events()
    text = f"@{us.handle} Vor zwei Stunden geschrieben"
    named = models.AppBskyRichtextFacet.Main(
        index=models.AppBskyRichtextFacet.ByteSlice(byte_start=0, byte_end=len(us.handle) + 1),
        features=[models.AppBskyRichtextFacet.Mention(did=us.did)],
    )
    written = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    late = models.AppBskyFeedPost.Record(text=text, facets=[named], created_at=written)
    await aylin.client.app.bsky.feed.post.create(aylin.did, late)
    (said,) = received(await company.events())
    assert said.content.text == text
    assert await company.round() == []


async def test_names_that_nobody_has_and_posts_that_are_gone_are_told(company: Company, us: Person, aylin: Person) -> None:
    uri = await mentions(aylin, us, "Frage")
    (said,) = received(await company.events())
    refused = await company.say(Say(envelope=in_thread(said), text="Fragen Sie @niemand.example"))
    assert isinstance(refused, Refused)
    assert "Nobody on Bluesky has the name" in refused.why
    await aylin.client.delete_post(uri)
    await aylin.misses(uri)
    gone = await company.say(Say(envelope=in_thread(said), text="Antwort"))
    assert isinstance(gone, Refused)
    assert "does not exist any more" in gone.why


async def test_an_access_token_that_has_ended_is_renewed(company: Company, us: Person, aylin: Person) -> None:
    now = int(datetime.now(UTC).timestamp())
    ended = token({"scope": "com.atproto.appPass", "sub": us.did, "iat": now - 8000, "exp": now - 800, "aud": AUDIENCE})
    company.account = replace(company.account, secrets={**company.account.secrets, "access_token": (Secret(ended),)})
    await mentions(aylin, us, "Frage")
    refused = await company.poll()
    assert isinstance(refused, Refused)
    assert refused.sign_in
    assert isinstance(await company.renew(), Renewed)
    assert len(received(await company.events())) == 1


async def test_where_the_refresh_token_has_ended_the_app_password_opens_a_session(company: Company, us: Person) -> None:
    spent = company.account.secret("refresh_token")
    await us.client.com.atproto.server.delete_session(headers={"Authorization": f"Bearer {spent.reveal()}"})
    assert isinstance(await company.renew(), Renewed)
    assert company.account.secret("refresh_token") != spent
    assert await company.round() == []


async def test_an_app_password_that_was_taken_back_needs_a_new_one(company: Company, us: Person) -> None:
    (kept,) = (await us.client.com.atproto.server.list_app_passwords()).passwords
    await us.client.com.atproto.server.revoke_app_password({"name": kept.name})
    refused = await company.renew()
    assert isinstance(refused, Refused)
    assert refused.sign_in
    found = await company.check()
    assert not found.ok
    assert "does not know this handle with this app password" in str(found.summary)


async def test_a_wrong_app_password_is_told(company: Company) -> None:
    company.account = replace(company.account, secrets={"app_password": (Secret("abcd-efgh-ijkl-mnop"),)})
    found = await company.check()
    assert not found.ok
    assert "does not know this handle with this app password" in str(found.summary)
    refused = await company.renew()
    assert isinstance(refused, Refused)
    assert refused.sign_in


async def test_an_account_that_sleeps_is_told(company: Company, us: Person) -> None:
    await us.client.com.atproto.server.deactivate_account({})
    found = await company.check()
    assert not found.ok
    assert "not active (deactivated)" in str(found.summary)


async def test_whoever_signs_in_too_often_waits_as_long_as_the_server_says(company: Company) -> None:
    settings = {**company.account.settings, "handle": f"niemand-{new_id().hex[-8:]}.test"}
    company.account = replace(company.account, settings=settings, secrets={"app_password": (Secret("abcd-efgh-ijkl-mnop"),)})
    refused = await asyncio.gather(*(company.renew() for _ in range(30)))
    assert all(isinstance(one, Refused) for one in refused)
    later = await company.renew()
    assert isinstance(later, Again)
    assert later.account
    assert timedelta(minutes=3) < later.after <= timedelta(minutes=5)


async def test_that_messages_cannot_be_read_is_told(company: Company) -> None:
    company.account = replace(company.account, settings={**company.account.settings, "messages": True})
    found = await company.check()
    assert not found.ok
    assert "direct messages cannot be read" in str(found.summary), "this network has no chat service"
    assert found.facts == company.account.facts


@pytest_asyncio.fixture
async def desk(fresh_dsn: str, tmp_path: Path, workspace_id: UUID) -> AsyncIterator[Desk]:
    """An agent in a whole house."""
    async with open_house(fresh_dsn, tmp_path) as house:
        yield Desk(house, workspace_id)


async def test_the_whole_story(desk: Desk, bluesky: Network, us: Person, aylin: Person) -> None:
    given = {"base_url": bluesky.url, "handle": us.handle, "app_password": await us.app_password(), "messages": False}
    await desk.connect("bluesky", {**given, "interval": 1})
    await desk.until("SELECT id FROM account WHERE cursor <> '{}'")
    uri = await mentions(aylin, us, "Habt ihr heute offen? 🧡")
    (question,) = await desk.messages(1)
    assert (question["text"], question["external_id"]) == (f"@{us.handle} Habt ihr heute offen? 🧡", uri)

    picture = await desk.upload("Tür.png", "image/png", PNG)
    await desk.answer(question["conversation_id"], "Ja, bis 18 Uhr.", files=[picture], reply_to=question["id"])
    await desk.until("SELECT id FROM delivery WHERE state = 'sent'")
    (_, said) = await desk.messages(2)
    answer = (await aylin.sees(said["external_id"])).post
    assert (answer.record.text, answer.record.reply.parent.uri, len(answer.embed.images)) == ("Ja, bis 18 Uhr.", uri, 1)

    await aylin.client.send_post("Danke!", reply_to=below(answer.record.reply.root, answer))
    thanks = (await desk.messages(3))[2]
    assert (thanks["conversation_id"], thanks["text"]) == (question["conversation_id"], "Danke!")

    await aylin.client.delete_post(thanks["external_id"])
    await aylin.misses(thanks["external_id"])
    await desk.answer(question["conversation_id"], "Gern!", reply_to=thanks["id"])
    (failed,) = await desk.until("SELECT why FROM delivery WHERE state = 'failed'")
    assert "The post does not exist any more" in failed["why"]


def below(root: Any, parent: Any) -> models.AppBskyFeedPost.ReplyRef:
    """Where a reply stands."""
    return models.AppBskyFeedPost.ReplyRef(root=models.create_strong_ref(root), parent=models.create_strong_ref(parent))


def _piece(text: str, facet: models.AppBskyRichtextFacet.Main) -> tuple[str, str]:
    feature = facet.features[0]
    piece = text.encode()[facet.index.byte_start : facet.index.byte_end].decode()
    return piece, str(getattr(feature, "did", "") or getattr(feature, "uri", "") or getattr(feature, "tag", ""))
