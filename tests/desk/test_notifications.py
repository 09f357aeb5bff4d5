"""Agents are told what concerns them, each event once, never what they did themselves or look at."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.desk.conftest import Desk
from tests.statements import statements

from oase.conversations import Case, Said, set_state, set_team
from oase.conversations.types import Author
from oase.desk import RULE, Wishes, check_wishes, notification_of, waiting_for
from oase.desk.notifications.rules import concerned, is_quiet, warns_from
from oase.desk.notifications.types import Colleague, News
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.ids import new_id
from oase.kernel.retention import sweep
from oase.staff import save_team


async def mine(desk: Desk, name: str = "Anna", words: str = "Wo bleibt mein Lastenrad? 🚲") -> Any:
    """A conversation of an agent, who has seen everything so far."""
    conversation_id = await desk.writes(words)
    await desk.gives(conversation_id, name)
    await desk.reads(name, conversation_id)
    await desk.feed.catch_up()
    return conversation_id


async def test_a_message_in_my_conversation_concerns_me_alone(desk: Desk) -> None:
    await mine(desk)
    await desk.writes("Hallo? Ich warte noch!")
    assert (await desk.told("Anna", unseen=True), await desk.told("Sophie")) == (["message"], [])


async def test_a_mention_concerns_the_mentioned_but_not_the_one_who_wrote_it(desk: Desk) -> None:
    conversation_id = await mine(desk)
    await desk.mentions(conversation_id, "Sophie", "Anna", by="Anna")
    assert (await desk.told("Sophie"), await desk.told("Anna", unseen=True)) == (["mention"], [])


async def test_what_somebody_gives_me_concerns_me_and_what_i_take_myself_does_not(desk: Desk) -> None:
    first = await desk.writes("Meine Bremse quietscht.", phone="4915228817001")
    second = await desk.writes("Das Licht flackert.", phone="4915228817002")
    await desk.gives(first, "Anna", by="Sophie")
    await desk.gives(second, "Anna", by="Anna")
    assert (await desk.told("Anna"), await desk.told("Sophie")) == (["assigned"], [])


async def test_something_new_concerns_those_who_wish_it_in_their_teams(desk: Desk) -> None:
    for name in ("Anna", "Sophie"):
        await desk.wishes(name, unassigned=("browser",))
    first = await desk.writes("Haben Sie Kindersitze?", phone="4915228817003")
    assert (await desk.told("Anna"), await desk.told("Sophie"), await desk.told("Ted")) == (["unassigned"], ["unassigned"], [])
    async with desk.work() as work:
        team = await save_team(work, name="Werkstatt", members=[desk.agents["Sophie"]])
        await set_team(work, Author(), first, team, team="Werkstatt")
    assert (await desk.told("Anna"), await desk.told("Sophie")) == (["unassigned"], ["unassigned"] * 2)
    await desk.writes("Noch etwas: auch für Zwillinge?", phone="4915228817003")
    assert len(await desk.told("Sophie")) == 2  # a further message is nothing new


async def test_whoever_looks_at_the_conversation_is_not_told_of_it(desk: Desk) -> None:
    conversation_id = await mine(desk)
    await desk.looks("Anna", conversation_id)
    await desk.writes("Ich sehe, Sie sind gerade da.")
    assert await desk.told("Anna", unseen=True) == []
    await desk.looks("Anna", conversation_id, "left")
    await desk.writes("Und jetzt sind Sie weg.")
    assert await desk.told("Anna", unseen=True) == ["message"]


async def test_what_was_looked_at_or_went_to_others_or_is_solved_waits_no_longer(desk: Desk) -> None:
    conversation_id = await mine(desk)
    await desk.writes("Erste Frage")
    assert await desk.told("Anna", unseen=True) == ["message"]
    await desk.reads("Anna", conversation_id)
    assert await desk.told("Anna", unseen=True) == []
    await desk.writes("Zweite Frage")
    await desk.gives(conversation_id, "Sophie", by="Anna")
    assert (await desk.told("Anna", unseen=True), await desk.told("Sophie", unseen=True)) == ([], ["assigned"])
    async with desk.work() as work:
        await set_state(work, Author(id=desk.agents["Ted"], name="Ted"), conversation_id, "solved")
    assert await desk.told("Sophie", unseen=True) == []
    assert [one["waiting"] for one in await desk.pages_hear("Anna")][-3:] == [0, 1, 0]


async def test_an_event_that_is_handled_twice_is_told_once(desk: Desk) -> None:
    await mine(desk)
    async with desk.database.everywhere() as work:
        before = await work.row("SELECT * FROM follower_position WHERE name = 'notifications'")
    await desk.browser("Anna")
    await desk.writes("Nur einmal, bitte.")
    assert len(await desk.pushed()) == 1
    async with desk.database.everywhere() as work:
        await work.run("UPDATE follower_position SET xid = %(xid)s, event_id = %(event_id)s WHERE name = 'notifications'", before)
    assert len(await desk.pushed()) == 1
    assert await desk.told("Anna", unseen=True) == ["message"]


async def test_nobody_who_may_not_read_is_told_anything(desk: Desk) -> None:
    await mine(desk)
    await desk.browser("Anna")
    await desk.writes("Vertraulich: mein Kontostand")
    await desk.feed.catch_up()
    async with desk.work() as work:
        await work.run("DELETE FROM agent_role WHERE agent_id = %(id)s", {"id": desk.agents["Anna"]})
    assert await desk.pushed() == []
    await desk.writes("Und noch einmal vertraulich")
    assert await desk.told("Anna", unseen=True) == ["message"]  # only what was told while it was allowed


async def test_a_due_time_about_to_pass_is_told_once(desk: Desk) -> None:
    conversation_id = await mine(desk)
    due = desk.clock.now() + timedelta(minutes=14)
    async with desk.work() as work:
        await work.run(
            "UPDATE conversation SET due_at = %(due)s, waiting_since = %(since)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
            {"id": conversation_id, "due": due, "since": due - timedelta(hours=24)},
        )
    assert [await desk.timer.warn(), await desk.timer.warn()] == [1, 0]
    assert await desk.told("Anna", unseen=True) == ["due"]
    desk.timer._warned.clear()  # as after a restart
    assert await desk.timer.warn() == 1
    assert await desk.told("Anna", unseen=True) == ["due"]


async def test_an_offer_is_told_once_and_its_notice_goes_when_it_ends_elsewhere(desk: Desk) -> None:
    conversation_id = await desk.writes("Haben Sie am Samstag offen?", phone="4915228817044")

    async def offer(what: str, **more: str) -> None:
        async with desk.work() as work:
            work.emit("offer", desk.agents["Anna"], {"what": what, "conversation": str(conversation_id), **more})

    await offer("made", offer="one")
    await offer("made", offer="one")
    assert (await desk.told("Anna", unseen=True), await desk.told("Sophie")) == (["offer"], [])
    await offer("expired")
    assert await desk.told("Anna", unseen=True) == []
    await desk.wishes("Anna", offer=())
    await offer("made", offer="two")
    assert await desk.told("Anna", unseen=True) == []
    await desk.gives(conversation_id, "Anna", by="Sophie")
    await offer("withdrawn")
    assert await desk.told("Anna", unseen=True) == ["assigned"]  # the end of an offer ends nothing else


async def test_a_batch_costs_the_same_number_of_statements_however_much_happened(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cost(customers: int) -> int:
        for one in range(customers):
            conversation_id = await desk.writes(f"Frage {customers} {one}", phone=f"49152288{customers:02}{one:03}")
            await desk.gives(conversation_id, "Anna", by="Sophie")
            await desk.reads("Anna", conversation_id)
        await desk.visible()
        with statements(monkeypatch) as sent:
            await desk.feed.catch_up()
        return len(sent)

    few = await cost(2)
    assert few > 10
    assert await cost(12) == few


def colleague(**wishes: Any) -> Colleague:
    return Colleague(
        id=new_id(), name="Anna", email="anna@lindgruen.example", language="de", zone=ZoneInfo("Europe/Berlin"), teams=frozenset(),
        last_seen_at=None, wishes=Wishes(**wishes),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-11-24T19:59:00+01:00", False),
        ("2026-11-24T20:00:00+01:00", True),
        ("2026-11-25T06:59:59+01:00", True),
        ("2026-11-25T07:00:00+01:00", False),
        ("2026-11-24T18:30:00+00:00", False),
        ("2026-11-24T19:30:00+00:00", True),
        ("2026-11-28T12:00:00+01:00", True),
    ],
)
def test_quiet_hours_are_those_of_the_agents_own_clock_and_go_over_midnight(moment: str, quiet: bool) -> None:
    anna = colleague(quiet_from="20:00", quiet_until="07:00", quiet_weekend=True)
    assert is_quiet(anna.wishes, datetime.fromisoformat(moment), anna) is quiet


def test_a_warning_comes_in_the_last_quarter_and_not_before_fifteen_minutes(desk_time: datetime) -> None:
    assert desk_time - warns_from(desk_time, desk_time - timedelta(hours=24)) == timedelta(minutes=15)
    assert desk_time - warns_from(desk_time, desk_time - timedelta(minutes=2)) == timedelta(seconds=30)
    assert desk_time - warns_from(desk_time, None) == timedelta(minutes=15)


@pytest.fixture
def desk_time() -> datetime:
    """Some moment."""
    return datetime.fromisoformat("2026-11-24T12:00:00+01:00")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("quiet_from", {"quiet_from": "25:00", "quiet_until": "07:00"}),
        ("quiet_until", {"quiet_from": "20:00"}),
        ("mail_after_minutes", {"mail_after_minutes": 1}),
        ("mail_every_minutes", {"mail_every_minutes": 0}),
    ],
)
def test_wishes_that_make_no_sense_are_refused(field: str, change: dict[str, Any]) -> None:
    given: dict[str, Any] = {"quiet_from": "", "quiet_until": "", "mail_after_minutes": 15, "mail_every_minutes": 60}
    assert check_wishes({"due": ["mail", "pigeon"]}, **given).due == ("mail",)
    with pytest.raises(Invalid) as error:
        check_wishes({}, **{**given, **change})
    assert error.value.field == field


async def test_a_notification_is_shown_to_its_agent_only(desk: Desk) -> None:
    await mine(desk)
    await desk.writes("Nur für Anna")
    await desk.feed.catch_up()
    notification_id = await desk.value("SELECT id FROM notification WHERE seen_at IS NULL")
    async with desk.work() as work:
        assert (await notification_of(work, desk.agents["Anna"], notification_id)).body == "Nur für Anna"
        with pytest.raises(NotFound):
            await notification_of(work, desk.agents["Sophie"], notification_id)


ANNA, SOPHIE, CASE, MESSAGE = (new_id() for _ in range(4))


def whom(what: str, *, automatic: bool = False, assignee: UUID | None = ANNA, merged: bool = False, **facts: Any) -> list[str]:
    """The kinds of whom it concerns, of a team of Anna and Sophie."""
    team = {one: msgspec.structs.replace(colleague(), id=one) for one in (ANNA, SOPHIE)}
    case = Case(
        id=CASE, channel="whatsapp", person_id=new_id(), person="Jürgen", subject="", first_line="", state="open",
        assignee_id=assignee, team_id=None, due_at=None, merged_into=CASE if merged else None,
    )  # fmt: skip
    now = datetime.fromisoformat("2026-11-24T12:00:00+01:00")
    news = News(what=what, conversation_id=CASE, source="1-1", at=now, messages=(MESSAGE,), **facts)  # type: ignore[arg-type]
    said = {MESSAGE: Said(id=MESSAGE, text="Ich bin bis Montag nicht im Büro.", automatic=automatic)}
    return [kind for _, kind in concerned(news, case, said, team)]


def test_machines_colleagues_elsewhere_and_oneself_are_no_news() -> None:
    assert whom("wrote") == ["message"]
    assert whom("wrote", automatic=True) == []
    assert whom("wrote", merged=True) == []
    assert whom("wrote", assignee=new_id()) == []  # somebody who may not read any more
    assert whom("wrote", assignee=None, fresh=True) == ["unassigned", "unassigned"]
    assert whom("wrote", assignee=None) == []
    assert whom("mentioned", to=ANNA, by_id=SOPHIE) == ["mention"]
    assert whom("mentioned", to=ANNA, by_id=ANNA) == []
    assert whom("assigned", to=ANNA, by_id=SOPHIE) == ["assigned"]
    assert whom("assigned", to=ANNA, by_id=ANNA) == []
    assert whom("assigned", to=SOPHIE, by_id=ANNA) == []  # it went on to somebody else meanwhile
    assert whom("teamed", assignee=None, by_id=SOPHIE) == ["unassigned"]


async def test_the_number_in_the_title_counts_conversations(desk: Desk) -> None:
    await mine(desk)
    await desk.writes("Eins")
    await desk.writes("Zwei")
    await desk.feed.catch_up()
    async with desk.work() as work:
        assert await waiting_for(work, desk.agents["Anna"]) == 1


async def test_old_notifications_go_when_the_workspace_has_kept_them_long_enough(desk: Desk) -> None:
    async def swept(**lengths: int) -> int:
        return await sweep(desk.database, desk.workspace_id, [RULE], {"retention": lengths})

    await mine(desk)
    desk.clock.advance(timedelta(days=29))
    assert await swept() == 0
    desk.clock.advance(timedelta(days=2))
    assert await swept(notifications=60) == 0
    assert await desk.told("Anna") == ["assigned"]
    assert await swept() == 1
    assert await desk.told("Anna") == []
