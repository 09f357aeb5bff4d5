"""The adapter against the simulated Teams, over HTTP: neither knows the other's code. The core's own wire carries the calls."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace
from tests.channels.caller import Caller
from tests.channels.door import Door, opened
from tests.sandbox.conftest import Starter, World, endpoint, start
from tests.servers import prism as prisms
from tests.servers.teams import FILE, description

from oase.channels.adapters.teams import adapter
from oase.channels.contract import (
    Accepted,
    Account,
    Again,
    Choice,
    Deleted,
    Edited,
    Envelope,
    File,
    Notice,
    Outcome,
    React,
    Reacted,
    Receipt,
    Received,
    Refused,
    Renewed,
    Say,
    ShowTyping,
    Unclear,
)
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret
from oase.sandbox.faults import Fault
from oase.sandbox.teams import Teams

__all__ = ["endpoint", "start"]
pytestmark = pytest.mark.enable_socket
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    return await start(platforms=(Teams,))


@pytest.fixture
def teams(world: World) -> Teams:
    platform = world.sandbox.platforms["teams"]
    assert isinstance(platform, Teams)
    return platform


@pytest.fixture
def aylin(teams: Teams) -> str:
    return next(one.id for one in teams.phone.customers.values() if one.name == "Aylin Özdemir")


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[Outside]:
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as outside:
        yield outside


def connected(teams: Teams, outside: Outside, **settings: str) -> Caller:
    """The company's account."""
    login = teams.login
    given = {"app_id": login.app_id, "tenant_id": login.tenant_id, "authority": teams.base_url, **settings}
    account = Account(id="1", channel="teams", settings=given, secrets={"app_secret": (Secret(login.secret),)})
    return Caller(adapter, account, outside, lambda: datetime.now(UTC))


Company = tuple[Caller, Door]


@pytest_asyncio.fixture
async def company(teams: Teams, outside: Outside) -> AsyncIterator[Company]:
    """A company to which Teams delivers, with its token and Microsoft's keys."""
    caller = connected(teams, outside)
    assert (await caller.check()).ok
    assert isinstance(await caller.renew(), Renewed)
    async with opened(caller) as door:
        teams.webhook_url = door.url
        yield caller, door


async def written(door: Door, teams: Teams, who: str, text: str = "Guten Tag") -> Envelope:
    """The customer writes; to where the answer goes."""
    teams.phone.write(who, text)
    await teams.courier.settled()
    said = door.heard(Received)[-1]
    return Envelope(id="1", to=said.sender.value, reply_to=said.external_id, at=datetime.now(UTC))


async def test_a_customer_writes_with_a_picture_and_a_file_is_answered_and_reads_it(
    company: Company, teams: Teams, aylin: str
) -> None:
    caller, door = company
    picture, order = (
        teams.phone.add_file("Rad.png", "image/png", PNG),
        teams.phone.add_file("März.pdf", "application/pdf", b"%PDF"),
    )
    teams.phone.write(aylin, "Größe < 28 & > 26 🚲", files=[picture])
    teams.phone.write(aylin, "", files=[order])
    await teams.courier.settled()
    shown, sent = door.heard(Received)
    assert (shown.content.text, shown.content.kind, shown.sender.name) == ("Größe < 28 & > 26 🚲", "image", "Aylin Özdemir")
    assert (sent.content.kind, sent.content.media[0].name, sent.content.media[0].type) == (
        "document",
        "März.pdf",
        "application/pdf",
    )
    assert [one.text for one in door.heard(Notice)] == ["Aylin Özdemir has added the app."]
    for content, data in ((shown.content, PNG), (sent.content, b"%PDF")):
        file = await caller.fetch(content.media[0])
        assert isinstance(file, File) and file.content == data

    to = Envelope(id="1", to=shown.sender.value, at=datetime.now(UTC))
    assert isinstance(await caller.say(ShowTyping(envelope=to)), Accepted)
    plan = File(name="Plan.png", type="image/png", content=PNG + bytes(900_000))
    outcomes = [await caller.say(said) for said in (Say(envelope=to, text="So <geht> es:"), Say(envelope=to, files=(plan,)))]
    answered = [one for one in teams.phone.chats[aylin] if one.from_business]
    assert [(one.text, [file.data for file in one.files]) for one in answered] == [("So <geht> es:", []), ("", [plan.content])]
    teams.phone.see(aylin)
    await teams.courier.settled()
    assert all(isinstance(one, Accepted) for one in outcomes)
    read = door.heard(Receipt)[-1]
    assert isinstance(outcomes[1], Accepted)
    assert (read.external_id, read.state, read.up_to) == (outcomes[1].external_id, "read", True)


async def test_buttons_reactions_corrections_and_what_was_taken_back(company: Company, teams: Teams, aylin: str) -> None:
    caller, door = company
    to = await written(door, teams, aylin, "Größe 42")
    choices = (Choice(id="slot-9", title="9 Uhr"), Choice(id="slot-10", title="10 Uhr"))
    outcome = await caller.say(Say(envelope=to, text="Wann?\nVor < 11 Uhr & danach", choices=choices))
    assert isinstance(outcome, Accepted)
    message, card = teams.phone.chats[aylin]
    assert (card.text, [one.title for one in card.choices]) == ("Wann?\nVor < 11 Uhr & danach", ["9 Uhr", "10 Uhr"])
    teams.phone.write(aylin, "10 Uhr", chosen=card.choices[1].id)
    teams.phone.edit(message.id, "Größe 43")
    teams.phone.react(card.id, "👍")
    teams.phone.react(card.id, "👋")
    teams.phone.react(card.id, "")
    teams.phone.react(message.id, "❤️")  # of reactions to others' messages the bot hears nothing
    await teams.courier.settled()
    chosen = door.heard(Received)[-1]
    assert (chosen.content.text, chosen.content.data["id"], chosen.reply_to) == ("10 Uhr", "slot-10", outcome.external_id)
    assert [(one.external_id, one.content.text) for one in door.heard(Edited)] == [(to.reply_to, "Größe 43")]
    assert [(one.external_id, one.emoji) for one in door.heard(Reacted)] == [
        (outcome.external_id, emoji) for emoji in ("👍", "", "👋", "")
    ]
    assert isinstance(await caller.say(React(envelope=to, emoji="🙏")), Accepted)
    assert message.reactions["business"] == "🙏"
    await caller.say(React(envelope=to, emoji="", before="🙏"))
    assert "business" not in message.reactions
    teams.phone.delete(message.id)
    await teams.courier.settled()
    assert [one.external_id for one in door.heard(Deleted)] == [to.reply_to]


async def test_the_channel_is_public_and_is_answered_in_its_thread(company: Company, teams: Teams, aylin: str) -> None:
    caller, door = company
    post = teams.timeline.publish(aylin, "Unsere Lieferung fehlt.")
    below = teams.timeline.publish(aylin, "Seit Montag!", parent_id=post.id)
    teams.timeline.edit(below.id, "Seit Dienstag!")
    await teams.courier.settled()
    private = await written(door, teams, aylin)
    asked, again, alone = door.heard(Received)
    assert alone.sender.value == private.to != asked.sender.value and alone.sender.aliases == asked.sender.aliases  # one person
    assert asked.thread is not None and asked.thread == again.thread
    assert (asked.content.text, asked.sender.name) == ("Unsere Lieferung fehlt.", "Aylin Özdemir")
    assert [(one.external_id, one.content.text) for one in door.heard(Edited)] == [(again.external_id, "Seit Dienstag!")]
    to = Envelope(
        id="1", to=asked.sender.value, thread=asked.thread.external_id, reply_to=asked.external_id, at=datetime.now(UTC)
    )
    outcome = await caller.say(Say(envelope=to, text="Wir suchen sie."))
    assert isinstance(outcome, Accepted)
    ours = teams.timeline.below(post.id)[-1]
    assert ours.text == "Wir suchen sie."
    teams.timeline.like(ours.id, aylin)
    teams.timeline.remove(below.id)
    await teams.courier.settled()
    assert [(one.external_id, one.emoji) for one in door.heard(Reacted)] == [(outcome.external_id, "👍")]
    assert [one.external_id for one in door.heard(Deleted)] == [again.external_id]


async def test_deliveries_three_times_and_in_reverse_lose_and_double_nothing(company: Company, teams: Teams, aylin: str) -> None:
    _, door = company
    for fault in (
        Fault(kind="duplicate", times=2),
        Fault(kind="reversed"),
        Fault(kind="wrong_signature"),
        Fault(kind="truncated"),
    ):
        teams.faults.add(fault)
    for number in range(10):
        teams.phone.write(aylin, f"Satz {number}")
    await teams.courier.settled()
    assert sorted(one.content.text for one in door.heard(Received)) == [f"Satz {number}" for number in range(10)]
    assert door.forged >= 10


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(kind="throttled", seconds=3), Again),
        (Fault(kind="token_expired"), Refused),
        (Fault(kind="error_in_200"), Refused),
        (Fault(kind="outage"), Again),
        (Fault(kind="http_error", status=502), Unclear),
        (Fault(kind="cut_before_accept"), Unclear),
        (Fault(kind="cut_after_accept"), Unclear),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
async def test_bad_days(company: Company, teams: Teams, aylin: str, fault: Fault, kind: type[Outcome]) -> None:
    caller, door = company
    to = await written(door, teams, aylin)
    fault.remaining = 1
    teams.faults.add(fault)
    outcome = await caller.say(Say(envelope=to, text="Guten Tag"))
    assert isinstance(outcome, kind), outcome
    assert not isinstance(outcome, Refused) or outcome.sign_in == (fault.kind == "token_expired")
    assert (
        not isinstance(outcome, Again) or fault.kind == "outage" or (outcome.after.total_seconds(), outcome.account) == (3, True)
    )
    assert isinstance(await caller.say(Say(envelope=to, text="Guten Tag")), Accepted)


async def test_a_secret_that_has_ended_is_told_by_test_and_renewal(teams: Teams, company: Company) -> None:
    caller, _ = company
    teams.faults.add(Fault(kind="token_expired"))
    checked, renewed = await caller.check(), await caller.renew()
    assert not checked.ok and "are expired" in checked.summary
    assert isinstance(renewed, Refused) and renewed.sign_in and "AADSTS7000222" in renewed.why
    teams.faults.clear()
    assert isinstance(await caller.renew(), Renewed)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"app_id": "00000000-1111-2222-3333-444444444444"}, "AADSTS700016"),
        ({"tenant_id": "00000000-1111-2222-3333-444444444444"}, "AADSTS90002"),
    ],
)
async def test_a_wrong_app_or_tenant_is_told_in_microsofts_words(
    teams: Teams, outside: Outside, settings: dict[str, str], words: str
) -> None:
    checked = await connected(teams, outside, **settings).check()
    assert not checked.ok and words in checked.summary


async def test_who_has_blocked_the_app_and_files_that_have_ended_are_told(company: Company, teams: Teams, aylin: str) -> None:
    caller, door = company
    to = await written(door, teams, aylin)
    teams.phone.write(aylin, "", files=[teams.phone.add_file("a.png", "image/png", PNG)])
    await teams.courier.settled()
    teams.faults.add(Fault(kind="media_expired", remaining=1))
    assert isinstance(await caller.fetch(door.heard(Received)[-1].content.media[0]), Refused)
    teams.phone.customer(aylin).blocked = True
    outcome = await caller.say(Say(envelope=to, text="Guten Tag"))
    assert isinstance(outcome, Refused) and outcome.code == "ConversationBlockedByUser" and not outcome.sign_in


async def test_the_pace_of_the_manifest_is_one_that_teams_allows(company: Company, teams: Teams, aylin: str) -> None:
    from oase.sandbox.teams.pace import SENDING, Pace

    limits, pace = adapter.manifest.limits, Pace(SENDING)
    assert limits.pair_interval is not None
    interval = limits.pair_interval.total_seconds()
    sent = [0.0] * limits.pair_burst + [number * interval for number in range(1, 60)]
    assert [pace.wait("a:1", at) for at in sent] == [0.0] * len(sent)


# --- with the published description between ---


@pytest.fixture
def through_prism(teams: Teams, specs: Path, tmp_path: Path) -> Iterator[str]:
    """Microsoft's description as a proxy before the connector service."""
    if not (specs / FILE).exists():
        pytest.skip("Microsoft's description of the Bot Connector is not here (OASE_SPECS).")
    problem = prisms.install()
    if problem:
        pytest.skip(problem)
    with prisms.prism(description(specs), teams.bot.service_url.rstrip("/"), tmp_path) as address:
        yield address


async def test_requests_and_answers_keep_to_the_published_description(
    company: Company, teams: Teams, aylin: str, through_prism: str
) -> None:
    caller, door = company
    to = await written(door, teams, aylin)
    conversation = to.to.rpartition("@")[0]
    caller.account = replace(caller.account, settings={**caller.account.settings, "authority": through_prism})
    here = f"@{through_prism.replace('//', '', 1)}"
    to = replace(to, to=f"{conversation}{here}")
    picture = File(name="Plan.png", type="image/png", content=PNG)
    said = (
        Say(envelope=to, text="Guten Tag"), Say(envelope=to, files=(picture,)), ShowTyping(envelope=to), React(envelope=to, emoji="👍"),
        Say(envelope=to, text="Wann?", choices=(Choice(id="a", title="9 Uhr"),)),
    )  # fmt: skip
    for outbound in said:
        outcome = await caller.say(outbound)
        assert isinstance(outcome, Accepted), outcome
    gone = await caller.say(Say(envelope=replace(to, to=f"a:1bm9ib2R5{here}"), text="?"))
    assert isinstance(gone, Refused) and gone.code == "ConversationNotFound"
    teams.faults.add(Fault(kind="throttled", seconds=2, remaining=1))
    assert isinstance(await caller.say(Say(envelope=to, text="?")), Again)
    assert [len(teams.phone.chats[aylin]), len(teams.phone.accepted)] == [4, 3]
