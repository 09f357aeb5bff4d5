"""Skills, and who has them, in the database."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.errors import UniqueViolation

from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.staff.errors import NameTaken
from oase.staff.types import Skill

_KINDS: Final = ("language", "product", "channel", "own")


async def all_skills(work: UnitOfWork) -> list[Skill]:
    """All skills: by kind, then by name."""
    found = await work.all(Skill, "SELECT id, kind, name, code FROM skill WHERE workspace_id = %(workspace_id)s")
    return sorted(found, key=lambda one: (_KINDS.index(one.kind), one.name.casefold()))


async def put_skill(work: UnitOfWork, skill: Skill, at: datetime) -> None:
    """Writes a skill, new or changed; raises NameTaken."""
    try:
        await work.run(
            "INSERT INTO skill (workspace_id, id, kind, name, code, created_at)"
            " VALUES (%(workspace_id)s, %(id)s, %(kind)s, %(name)s, %(code)s, %(at)s)"
            " ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name, code = excluded.code",
            {"id": skill.id, "kind": skill.kind, "name": skill.name, "code": skill.code, "at": at},
        )
    except UniqueViolation:
        raise NameTaken(
            message("There is a skill “%(name)s” already, or one for the same conversations.", name=skill.name)
        ) from None


async def delete_skill(work: UnitOfWork, skill_id: UUID) -> str | None:
    """Deletes a skill and gives its name; None if there is none."""
    name: str | None = await work.value(
        "DELETE FROM skill WHERE workspace_id = %(workspace_id)s AND id = %(id)s RETURNING name", {"id": skill_id}
    )
    return name


async def held(work: UnitOfWork, agent_id: UUID | None = None) -> dict[UUID, dict[UUID, int]]:
    """Levels by skill, by agent: of everybody, or of one."""
    only = " AND agent_id = %(agent)s" if agent_id else ""
    levels: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for agent, skill, level in await work.tuples(
        f"SELECT agent_id, skill_id, level FROM agent_skill WHERE workspace_id = %(workspace_id)s{only}", {"agent": agent_id}
    ):
        levels[agent][skill] = level
    return dict(levels)


async def replace_holders(work: UnitOfWork, skill_id: UUID, levels: Mapping[UUID, int]) -> None:
    """Gives a skill to exactly these agents, as far as they exist."""
    await work.run("DELETE FROM agent_skill WHERE workspace_id = %(workspace_id)s AND skill_id = %(skill)s", {"skill": skill_id})
    agents = sorted(levels)
    await work.run(
        "INSERT INTO agent_skill (workspace_id, id, agent_id, skill_id, level)"
        " SELECT %(workspace_id)s, h.id, h.agent_id, %(skill)s, h.level"
        " FROM unnest(%(ids)b::uuid[], %(agents)b::uuid[], %(levels)b::smallint[]) AS h (id, agent_id, level)"
        " WHERE EXISTS (SELECT FROM agent a WHERE a.workspace_id = %(workspace_id)s AND a.id = h.agent_id)",
        {"skill": skill_id, "ids": [new_id() for _ in agents], "agents": agents, "levels": [levels[one] for one in agents]},
    )


async def replace_held(work: UnitOfWork, agent_id: UUID, levels: Mapping[UUID, int]) -> None:
    """Gives an agent exactly these skills, as far as they exist."""
    await work.run("DELETE FROM agent_skill WHERE workspace_id = %(workspace_id)s AND agent_id = %(agent)s", {"agent": agent_id})
    skills = sorted(levels)
    await work.run(
        "INSERT INTO agent_skill (workspace_id, id, agent_id, skill_id, level)"
        " SELECT %(workspace_id)s, h.id, %(agent)s, h.skill_id, h.level"
        " FROM unnest(%(ids)b::uuid[], %(skills)b::uuid[], %(levels)b::smallint[]) AS h (id, skill_id, level)"
        " WHERE EXISTS (SELECT FROM skill s WHERE s.workspace_id = %(workspace_id)s AND s.id = h.skill_id)",
        {"agent": agent_id, "ids": [new_id() for _ in skills], "skills": skills, "levels": [levels[one] for one in skills]},
    )
