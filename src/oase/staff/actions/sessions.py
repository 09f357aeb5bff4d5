"""Sessions begin and end."""

from uuid import UUID

from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Message
from oase.kernel.ids import new_id
from oase.staff import mails, tokens
from oase.staff.errors import UnknownAgent
from oase.staff.queries import find_agent, find_workspace
from oase.staff.repository import access
from oase.staff.types import Mail, NewSession, Visit


async def open_session(work: UnitOfWork, agent_id: UUID, visit: Visit) -> NewSession:
    """Signs an agent in, in one browser. The caller has made sure of who it is, and audits it."""
    session_id = new_id()
    token, token_hash = tokens.make(work.workspace_id, session_id)
    await access.insert_session(work, session_id, agent_id, token_hash, visit.address, visit.user_agent, work.clock.now())
    return NewSession(token=token, session_id=session_id, agent_id=agent_id, workspace_id=work.workspace_id)


async def word_of_sign_in(work: UnitOfWork, agent_id: UUID, *, device: Message, address: str, url: str) -> Mail:
    """The mail that tells an agent of a sign-in which may not be theirs. Two queries."""
    agent, workspace = await find_agent(work, agent_id), await find_workspace(work)
    if workspace is None:
        raise UnknownAgent
    return mails.new_sign_in(agent=agent, workspace=workspace, url=url, device=device, address=address, at=work.clock.now())


async def sign_out(work: UnitOfWork, agent_id: UUID, session_id: UUID) -> bool:
    """Ends one session of an agent; False if it had ended."""
    return bool(await _end(work, agent_id, only=session_id))


async def end_other_sessions(work: UnitOfWork, agent_id: UUID, *, but: UUID | None = None) -> int:
    """Ends all sessions of an agent, but the one given; gives the number that ended."""
    return len(await _end(work, agent_id, but=but))


async def _end(work: UnitOfWork, agent_id: UUID, *, only: UUID | None = None, but: UUID | None = None) -> list[UUID]:
    ended = await access.delete_sessions(work, agent_id, only=only, but=but)
    for session_id in ended:  # open pages of these sessions see it in the live log
        work.emit("session", session_id, {"ended": True})
    if ended:
        work.audit("session.ended", subject="agent", subject_id=agent_id, sessions=len(ended))
    return ended
