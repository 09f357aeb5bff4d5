"""One language of conditions: what fits by facts is what a view of the inbox finds by SQL; words are whole words in any case."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from oase.conversations import View, inbox_page
from oase.conversations.conditions import Condition, Facts, Group, conditions_of, fits, says

from .conftest import Ground

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TEAM, AGENT = UUID(int=1), UUID(int=2)


def facts(**given: Any) -> Facts:
    """A conversation on WhatsApp."""
    usual: dict[str, Any] = {
        "id": UUID(int=9), "number": 1042, "kind": "private", "channel": "whatsapp", "account_id": UUID(int=3), "state": "open",
        "assignee_id": None, "team_id": None, "priority": 0, "tags": (), "fields": {}, "subject": "", "message_count": 1,
        "created_at": NOW - timedelta(hours=2), "due_at": None, "waiting_since": None, "last_at": NOW, "last_out_at": None,
        "solved_at": None, "snoozed_until": None, "person_id": UUID(int=4),
    }  # fmt: skip
    return Facts(**usual | given)


@pytest.mark.parametrize(
    ("wanted", "text", "found"),
    [
        ("Rechnung", "Wo ist meine RECHNUNG?", True),
        ("Rechnung", "Die Abrechnungen fehlen", False),
        ("Rechnung", "Rechnungen fehlen", False),
        ("Rechnung*", "Rechnungen fehlen", True),
        ("straße", "Meine Strasse heißt anders", True),
        ("nicht  da", "Das Rad ist nicht\nda!", True),
        ("c++", "Ich schreibe C++.", True),
        (".*", "alles", False),
    ],
)
def test_words_are_found_as_words(wanted: str, text: str, found: bool) -> None:
    assert says(wanted, text) is found


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Condition(what="words", how="has", values=("defekt", "kaputt")), True),
        (Condition(what="words", how="lacks", values=("defekt", "kaputt")), False),
        (Condition(what="team", values=("none",)), True),
        (Condition(what="team", how="is_not", values=("none", str(TEAM))), False),
        (Condition(what="tag", values=("garantie",)), True),
        (Condition(what="tag", how="is_not", values=("VIP",)), True),
        (Condition(what="field", key="order", values=("a-17",)), True),
        (Condition(what="person_field", key="vip", values=("true",)), True),
        (Condition(what="language", values=("de",)), True),
        (Condition(what="messages", how="at_least", values=("2",)), False),
        (Condition(what="age", how="at_least", values=("120",)), True),
        (Condition(what="waiting", how="at_most", values=("10",)), False),
        (Condition(what="public", values=("no",)), True),
        (Condition(what="hours", values=("closed",)), True),
        (Condition(what="organisation", how="has", values=("Radhaus",)), True),
        (Condition(what="address", how="has", values=("example.com",)), True),
        (Condition(what="consent", values=("no",)), True),
        (Condition(what="last_by", values=("us",)), True),
        (Condition(what="files", how="at_least", values=("2",)), True),
        (Condition(what="person_conversations", how="at_most", values=("1",)), True),
        (Condition(what="text_language", how="is_not", values=("none", "en")), True),
        (Condition(what="due", how="at_most", values=("30",)), True),
        (Condition(what="due", how="at_least", values=("30",)), False),
        (Condition(what="overdue", values=("no",)), True),
    ],
)
def test_a_condition_asks_for_what_it_says(condition: Condition, holds: bool) -> None:
    here = facts(
        subject="Lastenrad", text="Die Bremse ist kaputt", tags=("Garantie",), fields={"order": "A-17"},
        person_fields={"vip": True}, person_language="de", open=False, organisation="Radhaus Süd GmbH",
        address="anna@example.com", last_by="out", files=2, person_count=1, text_language="de",
        due_at=NOW + timedelta(minutes=20),
    )  # fmt: skip
    assert fits([Group(conditions=(condition,))], here, NOW) is holds


def test_of_a_group_all_must_hold_or_any_and_of_groups_all() -> None:
    true, false = Condition(what="state", values=("open",)), Condition(what="state", values=("solved",))
    both, either = Group(conditions=(true, false)), Group(match="any", conditions=(true, false))
    assert [fits(one, facts(), NOW) for one in ([both], [either], [either, both], [Group()], [])] == [
        False,
        True,
        False,
        True,
        True,
    ]


async def test_a_view_finds_what_its_conditions_fit(ground: Ground) -> None:
    from oase.conversations import facts_of, set_priority, set_state, set_team
    from oase.conversations.types import Author
    from oase.staff import save_team

    desk, made = ground.desk, []
    for number in range(8):
        made.append(await desk.writes(f"Frage {number}", phone=f"49152288170{number:02}"))
    async with desk.work() as work:
        team = await save_team(work, name="Werkstatt", members=())
        for number, one in enumerate(made):
            if number % 2:
                await set_team(work, Author(), one, team, team="Werkstatt")
            await set_priority(work, Author(), one, number % 3)
            if number % 4 == 3:
                await set_state(work, Author(), one, "solved")
    for one in made[:4]:
        await ground.tags(one, "Garantie", *(["VIP"] if one == made[2] else []))
    await desk.gives(made[1], "Anna")
    views = [
        View(), View(states=("open", "solved")), View(teams=(team,)), View(unassigned=True), View(tags=("Garantie", "VIP")),
        View(assignees=(desk.agents["Anna"],), unassigned=True), View(priorities=(1, 2)), View(channels=("email",)),
    ]  # fmt: skip
    async with desk.work() as work:
        known = await facts_of(work, made)
        for view in views:
            found = {row.id for row in (await inbox_page(work, view, desk.agents["Anna"]))[0]}
            fitting = {one.id for one in known.values() if fits([Group(conditions=conditions_of(view))], one, desk.clock.now())}
            assert fitting == found, view


async def test_what_is_known_of_person_files_and_language_is_asked_for(ground: Ground) -> None:
    from oase.desk.automations import Act

    person = (
        Condition(what="address", how="has", values=("+4915228817*",)),
        Condition(what="person_conversations", how="at_most", values=("1",)),
        Condition(what="files", how="at_most", values=("0",)), Condition(what="consent", values=("no",)),
        Condition(what="text_language", values=("de",)), Condition(what="last_by", values=("customer",)),
    )  # fmt: skip
    await ground.rule("Neu", "received", Act(do="tag", value="Neu"), if_=person)
    hit = await ground.desk.writes("Guten Tag, ich habe eine Frage zu meiner letzten Rechnung, die Sie mir geschickt haben.")
    other = await ground.desk.writes(
        "Hello, I have a question about the invoice that you sent me last week.", phone="4915228817002"
    )
    await ground.feed.catch_up()
    assert [(await ground.facts(one))["tags"] for one in (hit, other)] == [["Neu"], []]
