"""What a lead does on the floor: gives a conversation to somebody, whispers, opens and ends wallboards.

Live: `("whisper", agent, {"id": …})` when an agent was whispered to, `{"read": …}` when they have read it.
"""

from typing import Final
from uuid import UUID

from oase.conversations import Author, assign, open_conversation
from oase.desk.floor import repository
from oase.desk.floor.errors import UnknownWall
from oase.desk.floor.types import Given, Wall, Whisper
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.secrets import Secret
from oase.staff import UnknownAgent, UnknownTeam, list_agents, list_teams, tokens

LENGTH: Final = 280
"""Characters of a whisper: more is a note on a conversation, or a talk."""
WALL_PREFIX: Final = "wall_"
_NAME_LENGTH: Final = 80
_WALLS_AT_MOST: Final = 50


async def give(
    work: UnitOfWork, author: Author, conversation_id: UUID, agent_id: UUID | None, *, seen_with: UUID | None
) -> Given:
    """Gives a conversation to an agent, or back to nobody. `seen_with`: with whom the lead saw it.

    Done already: nothing happens. Raises Conflict if somebody else got it meanwhile, UnknownAgent, NoConversation.
    """
    names = {one.id: one.name for one in await list_agents(work) if one.state == "active"}
    if agent_id is not None and agent_id not in names:
        raise UnknownAgent
    found = await open_conversation(work, conversation_id, author.id or UUID(int=0))
    if found.assignee_id == agent_id:
        return Given(changed=False, before=found.assignee_id)
    if found.assignee_id != seen_with:
        raise _taken(names.get(found.assignee_id) if found.assignee_id else None)
    await assign(work, author, conversation_id, agent_id, assignee=names[agent_id] if agent_id else "", version=found.version)
    return Given(changed=True, before=found.assignee_id)


def _taken(by: str | None) -> Conflict:
    if by is None:
        return Conflict(message("Somebody gave it back meanwhile. Please look again."))
    return Conflict(message("%(name)s has it by now. Please look again.", name=by))


async def whisper(work: UnitOfWork, author: Author, agent_id: UUID, text: str, *, about: UUID | None = None) -> Whisper:
    """Tells one agent something that nobody else reads. Raises Invalid, UnknownAgent."""
    words = " ".join(text.split())
    if not words:
        raise Invalid(message("Please write something."), field="text")
    if len(words) > LENGTH:
        raise Invalid(message("A whisper has at most %(n)s characters.", n=LENGTH), field="text")
    if agent_id not in {one.id for one in await list_agents(work) if one.state == "active"}:
        raise UnknownAgent
    one = Whisper(id=new_id(), by_name=author.name, text=words, conversation_id=about, at=work.clock.now())
    await repository.delete_old_whispers(work)
    await repository.insert_whisper(work, agent_id, author.id, one)
    work.audit("agent.whispered", subject="agent", subject_id=agent_id)
    work.emit("whisper", agent_id, {"id": str(one.id)})
    return one


async def read_whisper(work: UnitOfWork, agent_id: UUID, whisper_id: UUID) -> None:
    """The agent has read it: it goes, on all of their pages."""
    if await repository.delete_whisper(work, agent_id, whisper_id):
        work.emit("whisper", agent_id, {"read": str(whisper_id)})


async def open_wall(work: UnitOfWork, name: str, team_id: UUID | None, *, by: UUID | None) -> tuple[Secret, Wall]:
    """A wallboard with an address of its own; the end of the address is shown once. Raises Invalid, UnknownTeam."""
    words = " ".join(name.split())
    if not words or len(words) > _NAME_LENGTH:
        raise Invalid(message("Please give a name of at most %(n)s characters.", n=_NAME_LENGTH), field="name")
    if team_id is not None and team_id not in {team.id for team in await list_teams(work)}:
        raise UnknownTeam
    if len(await repository.walls(work)) >= _WALLS_AT_MOST:
        raise Invalid(message("There are at most %(n)s wallboards. Please end one first.", n=_WALLS_AT_MOST), field="name")
    one = Wall(id=new_id(), name=words, team_id=team_id, created_at=work.clock.now(), seen_at=None)
    secret, token_hash = tokens.make(work.workspace_id, one.id, prefix=WALL_PREFIX)
    await repository.insert_wall(work, one, token_hash, by)
    work.audit("wall.opened", subject="wall", subject_id=one.id, name=words)
    return secret, one


async def close_wall(work: UnitOfWork, wall_id: UUID) -> None:
    """Its address shows nothing from now on. Raises UnknownWall."""
    name = await repository.delete_wall(work, wall_id)
    if name is None:
        raise UnknownWall
    work.audit("wall.ended", subject="wall", subject_id=wall_id, name=name)
