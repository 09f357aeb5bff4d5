"""Rules are tried on the past before they are switched on: what they would have hit, and nothing is changed by it."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.statements import statements

from oase.conversations import Answer, Author, say, set_state
from oase.conversations.conditions import Condition
from oase.desk.automations import Act, Trial, When, begin_trial, save_rule, step_trial
from oase.kernel.ids import new_id

from .conftest import Ground

BROKEN = (Condition(what="words", how="has", values=("kaputt",)),)


async def tried(ground: Ground, when: When, if_: tuple[Condition, ...] = ()) -> Trial:
    """A trial of a draft, to its end."""
    from oase.conversations.conditions import Group

    async with ground.desk.work() as work:
        act, groups = Act(do="state", value="solved"), (Group(conditions=if_),)
        rule = await save_rule(work, ground.book, name="Versuch", when=when, groups=groups, acts=(act,))
        trial = await begin_trial(work, rule.id)
    while not trial.done:
        async with ground.desk.work() as work:
            trial = await step_trial(work, ground.means, rule.id, trial.id)
    return trial


async def a_past(ground: Ground) -> list[UUID]:
    """Four conversations: one about something broken, one answered, one answered and silent, one solved."""
    made = [
        await ground.desk.writes(words, phone=f"491522881700{n}") for n, words in enumerate(("Kaputt!", "Frage", "Bitte", "Ende"))
    ]
    async with ground.desk.work() as work:
        for one in made[1:3]:
            await say(work, ground.book, Author(id=ground.desk.agents["Anna"]), one, Answer(client_key=new_id(), text="Gern!"))
        await set_state(work, Author(id=ground.desk.agents["Anna"]), made[3], "solved")
    ground.desk.clock.advance(timedelta(days=2))
    await ground.desk.writes("Noch eine Frage: alles kaputt.", phone="4915228817001")
    return made


@pytest.mark.parametrize(
    ("when", "if_", "hits"),
    [
        (When(what="opened"), (), [0, 1, 2, 3]),
        (When(what="opened"), BROKEN, [0]),
        (When(what="received"), BROKEN, [0, 1]),
        (When(what="answered"), (), [1, 2]),
        (When(what="state", to=("solved",)), (), [3]),
        (When(what="state", to=("waiting",)), (), [1, 2]),
        (When(what="waited", minutes=24 * 60), (), [1, 2]),
        (When(what="waited", minutes=24 * 60), (Condition(what="state", values=("waiting",)),), [2]),
        (When(what="unanswered", minutes=24 * 60), (), [0, 3]),
        (When(what="solved_for", minutes=24 * 60), (), [3]),
        (When(what="tags"), (), []),
    ],
)
async def test_a_trial_finds_what_the_rule_would_have_hit(
    ground: Ground, when: When, if_: tuple[Condition, ...], hits: list[int]
) -> None:
    made = await a_past(ground)
    trial = await tried(ground, when, if_)
    assert (sorted(trial.hits), trial.hit_count, trial.looked, trial.total) == (
        sorted(made[one] for one in hits),
        len(hits),
        4,
        4,
    )


async def test_nothing_is_changed_and_each_step_costs_the_same(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await a_past(ground)
    before = [await ground.facts(one) for one in made]
    with statements(monkeypatch) as sent:
        await tried(ground, When(what="received"))
    assert [await ground.facts(one) for one in made] == before
    assert len(sent) <= 70  # a few for the draft, at most nine for each of five steps, with BEGIN
    assert await ground.outcomes() == []
