"""Macros do several things with one click, after having said what they change."""

import pytest

from oase.conversations import Author
from oase.desk.automations import ME, Act, preview_macro, remove_macro, run_macro, save_macro
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.ids import new_id
from oase.staff import delete_team, save_team

from .conftest import Ground


async def test_what_was_shown_is_done_once_in_the_agents_name(ground: Ground) -> None:
    snippet = await ground.snippet(de="Hallo {{person.first_name}}, hier {{agent.first_name}}: {{conversation.number}} ist dran.")
    hit = await ground.desk.writes("Die Bremse ist kaputt.")
    await ground.tags(hit, "Garantie")
    anna, key = Author(id=ground.desk.agents["Anna"], name="Anna Berger"), new_id()
    acts = (
        Act(do="assign", value=ME), Act(do="tag", value="Garantie"), Act(do="tag", value="Reparatur"), Act(do="priority", value="1"),
        Act(do="answer", value=str(snippet)), Act(do="note", value="Teil bestellt."), Act(do="state", value="solved"),
    )  # fmt: skip
    async with ground.desk.work() as work:
        macro = await save_macro(work, ground.means, name="Reparatur", acts=acts)
        effects = await preview_macro(work, ground.means, macro, hit, anna)
    assert [one.changes for one in effects] == [True, False, True, True, True, True, True]
    for _ in range(2):
        async with ground.desk.work() as work:
            await run_macro(work, ground.means, macro, hit, anna, client_key=key)
    now = await ground.facts(hit)
    assert (now["state"], now["tags"], now["priority"], now["assignee_id"]) == ("solved", ["Garantie", "Reparatur"], 1, anna.id)
    assert await ground.said(hit) == [effects[4].text]
    assert effects[4].text.startswith("Hallo Jürgen, hier Anna: ")
    assert await ground.said(hit, "note") == ["Teil bestellt."]


async def test_a_macro_that_names_what_is_gone_says_so_and_does_nothing(ground: Ground) -> None:
    hit = await ground.desk.writes("Hallo?")
    async with ground.desk.work() as work:
        team = await save_team(work, name="Werkstatt", members=())
        acts = (Act(do="tag", value="X"), Act(do="team", value=str(team)))
        macro = await save_macro(work, ground.means, name="Werkstatt", acts=acts)
        await delete_team(work, team)
    with pytest.raises(Conflict, match="team that was deleted"):
        async with ground.desk.work() as work:
            await run_macro(work, ground.means, macro, hit, Author(name="Anna"), client_key=new_id())
    assert (await ground.facts(hit))["tags"] == []


async def test_names_are_taken_once_and_needed(ground: Ground) -> None:
    act = (Act(do="tag", value="X"),)
    async with ground.desk.work() as work:
        macro = await save_macro(work, ground.means, name="Eins", acts=act)
    with pytest.raises(Conflict):
        async with ground.desk.work() as work:
            await save_macro(work, ground.means, name="Eins", acts=act)
    with pytest.raises(Invalid):
        async with ground.desk.work() as work:
            await save_macro(work, ground.means, name=" ", acts=act)
    async with ground.desk.work() as work:
        await remove_macro(work, macro)
        with pytest.raises(NotFound):
            await remove_macro(work, macro)
