"""Passwords change: by their owner, by a link in a mail, by accepting an invitation."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from oase.kernel.audit import Actor
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.secrets import Secret
from oase.staff import mails, passwords, tokens
from oase.staff.actions import attempts
from oase.staff.actions.sessions import end_other_sessions, open_session
from oase.staff.actions.signin import actor_of, check_own_password
from oase.staff.errors import LinkRefused, UnknownAgent
from oase.staff.repository import access, agents, organisation
from oase.staff.repository.agents import Login
from oase.staff.rules import RESET_LASTS, check_password, normal_email, normal_name
from oase.staff.types import Mail, NewSession, Visit

Purpose = Literal["invitation", "reset"]


class Opened(Struct, frozen=True, kw_only=True):
    """A link that works: whom it is for."""

    workspace_name: str
    name: str
    email: str


async def change_password(
    database: Database,
    workspace_id: UUID,
    agent_id: UUID,
    *,
    old: Secret,
    new: Secret,
    keep_session: UUID | None,
    url: str,
    visit: Visit,
) -> Mail:
    """Changes an agent's own password; other sessions end. Gives the mail that tells them.

    Raises SignInRefused (the old one is wrong), TooManyAttempts, WeakPassword.
    """
    login, workspace_name = await _login(database, workspace_id, agent_id)
    await check_own_password(database, login, old, visit)
    check_password(new, email=login.email, names=[login.name, workspace_name])
    password_hash = await passwords.hash_password(new)
    async with database.work(workspace_id, actor=actor_of(login, visit)) as work:
        await _replace(work, agent_id, password_hash)
        await end_other_sessions(work, agent_id, but=keep_session)
    return _changed(login, workspace_name, url)


async def ask_for_reset(database: Database, *, email: str, url: str, visit: Visit) -> list[Mail]:
    """The mails that let somebody choose a new password: one per workspace, none for an unknown address.

    The caller says the same in both cases, and sends them after it has answered. Raises Invalid, TooManyAttempts.
    """
    email = normal_email(email)
    async with database.everywhere() as work:
        await attempts.count(work, attempts.reset_keys(email, visit.address))
        logins = await agents.logins_by_email(work, email, "")
    return [await _offer_reset(database, login, url, visit) for login in logins]


async def open_link(database: Database, token: Secret, purpose: Purpose) -> Opened:
    """Whom a link is for, to greet them; raises LinkRefused."""
    login, workspace_name = await _by_link(database, token, purpose)
    return Opened(workspace_name=workspace_name, name=login.name, email=login.email)


async def reset_password(database: Database, *, token: Secret, password: Secret, url: str, visit: Visit) -> Mail:
    """Gives the agent behind a reset link a new password; all sessions end. A second factor stays, so nobody is signed in here.

    Raises LinkRefused, WeakPassword.
    """
    login, workspace_name = await _by_link(database, token, "reset")
    check_password(password, email=login.email, names=[login.name, workspace_name])
    password_hash = await passwords.hash_password(password)
    async with database.work(login.workspace_id, actor=actor_of(login, visit)) as work:
        await _use_link(work, token, "reset", login)
        await _replace(work, login.id, password_hash)
        await end_other_sessions(work, login.id)
        for key in (*attempts.sign_in_keys(login.email, ""), *attempts.reset_keys(login.email, "")):
            await access.forgive(work, key)
    return _changed(login, workspace_name, url)


async def accept_invitation(database: Database, *, token: Secret, name: str, password: Secret, visit: Visit) -> NewSession:
    """Makes an invited agent active, under the name and password that they choose, and signs them in.

    Raises LinkRefused, Invalid, WeakPassword.
    """
    login, workspace_name = await _by_link(database, token, "invitation")
    name = normal_name(name)
    check_password(password, email=login.email, names=[name, workspace_name])
    password_hash = await passwords.hash_password(password)
    actor = Actor(kind="agent", id=login.id, name=name, address=visit.address)
    async with database.work(login.workspace_id, actor=actor) as work:
        await _use_link(work, token, "invitation", login)
        await agents.update_agent(work, login.id, {"name": name})
        await agents.set_password(work, login.id, password_hash, work.clock.now())
        await agents.set_state(work, login.id, "active")
        work.audit("agent.joined", subject="agent", subject_id=login.id)
        work.emit("agent", login.id)
        return await open_session(work, login.id, visit)


async def _login(database: Database, workspace_id: UUID, agent_id: UUID) -> tuple[Login, str]:
    async with database.work(workspace_id) as work:
        login = await agents.find_login(work, agent_id)
        workspace = await organisation.find_workspace(work)
    if login is None or workspace is None:
        raise UnknownAgent
    return login, workspace.name


async def _offer_reset(database: Database, login: Login, url: str, visit: Visit) -> Mail:
    link_id = new_id()
    token, token_hash = tokens.make(login.workspace_id, link_id)
    async with database.work(login.workspace_id, actor=actor_of(login, visit)) as work:
        now = work.clock.now()
        await access.put_link(work, link_id, login.id, "reset", token_hash, now, now + RESET_LASTS)
        workspace = await organisation.find_workspace(work)
        work.audit("agent.reset_asked", subject="agent", subject_id=login.id)
    name = workspace.name if workspace else ""
    return mails.reset(to=login.email, name=login.name, workspace=name, language=login.language, url=url, token=token)


async def _by_link(database: Database, token: Secret, purpose: Purpose) -> tuple[Login, str]:
    parsed = tokens.parse(token.reveal())
    if parsed is None:
        raise LinkRefused
    async with database.work(parsed.workspace_id) as work:
        agent_id = await access.find_link(work, parsed.id, purpose, parsed.hash, work.clock.now())
    if agent_id is None:
        raise LinkRefused
    try:
        return await _login(database, parsed.workspace_id, agent_id)
    except UnknownAgent:  # deactivated meanwhile
        raise LinkRefused from None


async def _use_link(work: UnitOfWork, token: Secret, purpose: Purpose, login: Login) -> None:
    """Uses a link up: of two who come at once, one gets it."""
    parsed = tokens.parse(token.reveal())
    if parsed is None or await access.find_link(work, parsed.id, purpose, parsed.hash, work.clock.now()) != login.id:
        raise LinkRefused
    if not await access.delete_link(work, login.id, purpose):
        raise LinkRefused


async def _replace(work: UnitOfWork, agent_id: UUID, password_hash: str) -> None:
    await agents.set_password(work, agent_id, password_hash, work.clock.now())
    await access.delete_link(work, agent_id, "reset")
    work.audit("agent.password_changed", subject="agent", subject_id=agent_id)


def _changed(login: Login, workspace_name: str, url: str) -> Mail:
    return mails.password_changed(to=login.email, name=login.name, workspace=workspace_name, language=login.language, url=url)
