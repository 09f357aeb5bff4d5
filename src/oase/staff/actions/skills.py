"""Skills are named, given to agents, deleted. Whoever routes hears of it by the live topic "desk"."""

from collections.abc import Mapping
from typing import get_args
from uuid import UUID

from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.staff.errors import UnknownAgent, UnknownSkill
from oase.staff.repository import agents, skills
from oase.staff.rules import normal_name
from oase.staff.types import Skill, SkillKind


async def save_skill(work: UnitOfWork, *, kind: SkillKind, name: str, code: str = "", skill_id: UUID | None = None) -> Skill:
    """Writes a skill, new or changed; its kind stays what it was. Raises Invalid, NameTaken, UnknownSkill."""
    if kind not in get_args(SkillKind):
        raise Invalid(message("There is no such kind of skill."), field="kind")
    if skill_id is not None:
        kind = (await _found(work, skill_id)).kind
    code = code.strip()[:100]
    if kind == "language":
        code = code.lower()
    if kind in ("language", "channel") and not code:
        raise Invalid(message("Please choose for which conversations the skill is needed."), field="code")
    skill = Skill(id=skill_id or new_id(), kind=kind, name=normal_name(name), code=code)
    await skills.put_skill(work, skill, work.clock.now())
    work.audit("skill.saved", subject="skill", subject_id=skill.id, kind=kind, name=skill.name, code=code)
    _tell(work, skill.id)
    return skill


async def delete_skill(work: UnitOfWork, skill_id: UUID) -> None:
    """Deletes a skill; whoever had it does not any more, and no conversation needs it. Raises UnknownSkill."""
    name = await skills.delete_skill(work, skill_id)
    if name is None:
        raise UnknownSkill
    work.audit("skill.deleted", subject="skill", subject_id=skill_id, name=name)
    _tell(work, skill_id)


async def set_skills(work: UnitOfWork, agent_id: UUID, levels: Mapping[UUID, int]) -> None:
    """Gives an agent exactly these skills, with levels from 1 to 5. Raises Invalid, UnknownAgent, UnknownSkill."""
    _check_levels(levels)
    if await agents.find_agent(work, agent_id) is None:
        raise UnknownAgent
    known = {one.id: one.name for one in await skills.all_skills(work)}
    if not levels.keys() <= known.keys():
        raise UnknownSkill
    if (await skills.held(work, agent_id)).get(agent_id, {}) == levels:
        return
    await skills.replace_held(work, agent_id, levels)
    named = {known[skill]: level for skill, level in levels.items()}
    work.audit("agent.skills_changed", subject="agent", subject_id=agent_id, skills=named)
    _tell(work, agent_id)


async def set_holders(work: UnitOfWork, skill_id: UUID, levels: Mapping[UUID, int]) -> None:
    """Gives a skill to exactly these agents, with levels from 1 to 5. Raises Invalid, UnknownSkill."""
    _check_levels(levels)
    skill = await _found(work, skill_id)
    before = {agent: held[skill_id] for agent, held in (await skills.held(work)).items() if skill_id in held}
    if before == levels:
        return
    await skills.replace_holders(work, skill_id, levels)
    given = {str(agent): level for agent, level in levels.items()}
    work.audit("skill.holders_changed", subject="skill", subject_id=skill_id, name=skill.name, agents=given)
    _tell(work, skill_id)


def _check_levels(levels: Mapping[UUID, int]) -> None:
    if any(not 1 <= level <= 5 for level in levels.values()):
        raise Invalid(message("A level is a number from 1 to 5."), field="skills")


async def _found(work: UnitOfWork, skill_id: UUID) -> Skill:
    found = next((one for one in await skills.all_skills(work) if one.id == skill_id), None)
    if found is None:
        raise UnknownSkill
    return found


def _tell(work: UnitOfWork, key: UUID) -> None:
    work.emit("desk", key, {"what": "skills"})
