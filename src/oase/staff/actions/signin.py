"""Signing in: mail address and password, then a code where a second factor is set up.

    count the attempt --> look at the password (in a thread) --> session            or ticket --> count --> code --> session

Every refusal takes the same way and the same time, whether the address is known or not.
"""

from collections.abc import Sequence

import structlog

from oase.kernel.audit import Actor
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.metrics import counter
from oase.kernel.secrets import Safe, Secret
from oase.staff import passwords, tickets, totp
from oase.staff.actions import attempts
from oase.staff.actions.sessions import open_session
from oase.staff.errors import CodeRefused, SignInRefused
from oase.staff.repository import access, agents
from oase.staff.repository.agents import Login
from oase.staff.rules import TICKET_LASTS, normal_email
from oase.staff.types import NewSession, SecondStep, Visit

_log = structlog.get_logger("oase.staff")
_SIGN_INS = counter("sign_ins", "Sign-ins of agents, by what became of them.", ("result",))


async def sign_in(
    database: Database, safe: Safe, *, email: str, password: Secret, visit: Visit, slug: str = ""
) -> NewSession | SecondStep:
    """Lets an agent in by password, into the workspace with this short name or else the oldest that the password opens.

    Raises SignInRefused, TooManyAttempts.
    """
    email = _as_stored(email)
    keys = attempts.sign_in_keys(email, visit.address)
    async with database.everywhere() as work:
        await attempts.count(work, keys)
        logins = await agents.logins_by_email(work, email, slug)
    login = await _first_that_fits(logins, password)
    if login is None:
        _refused("password", visit)
        raise SignInRefused
    if login.totp:
        return SecondStep(ticket=_ticket(database, safe, login))
    failures = await attempts.succeeded(database, keys)
    renewed = await passwords.hash_password(password) if passwords.is_outdated(login.password_hash) else ""
    async with database.work(login.workspace_id, actor=actor_of(login, visit)) as work:
        if renewed:
            await agents.replace_hash(work, login.id, login.password_hash, renewed)
        return await _let_in(work, login, visit, failures=failures, by="password")


async def second_step(database: Database, safe: Safe, *, ticket: Secret, code: str, visit: Visit) -> NewSession:
    """Lets an agent in by a code of the second factor, or a recovery code. Raises SignInRefused, CodeRefused, TooManyAttempts."""
    known = tickets.read(safe, ticket, database.clock.now())
    if known is None:
        raise SignInRefused
    keys = attempts.code_keys(known.agent_id)
    async with database.everywhere() as work:
        await attempts.count(work, keys)
    async with database.work(known.workspace_id) as work:
        login = await agents.find_login(work, known.agent_id)
        if login is None or not login.totp or tickets.stamp_of(login.password_hash) != known.stamp:
            raise SignInRefused
        work.actor = actor_of(login, visit)
        by = await _use_code(work, safe, login, code)
        if by is None:
            _refused("code", visit)
            raise CodeRefused
        session = await _let_in(work, login, visit, by=by)
    await attempts.succeeded(database, {**keys, **attempts.sign_in_keys(login.email, visit.address)})
    return session


async def check_own_password(database: Database, login: Login, password: Secret, visit: Visit) -> None:
    """Makes sure that it is still the agent who sits there. Raises SignInRefused, TooManyAttempts."""
    keys = attempts.sign_in_keys(login.email, visit.address)
    async with database.everywhere() as work:
        await attempts.count(work, keys)
    if not await passwords.verify(login.password_hash, password):
        _refused("own password", visit)
        raise SignInRefused
    await attempts.succeeded(database, keys)


def actor_of(login: Login, visit: Visit) -> Actor:
    """The agent who is about to be signed in, for the audit log."""
    return Actor(kind="agent", id=login.id, name=login.name, address=visit.address)


async def _first_that_fits(logins: Sequence[Login], password: Secret) -> Login | None:
    for login in logins:
        if await passwords.verify(login.password_hash, password):
            return login
    if not logins:
        await passwords.verify("", password)  # takes the time that a known address would
    return None


async def _use_code(work: UnitOfWork, safe: Safe, login: Login, code: str) -> str | None:
    """How a code opened; None if it did not. Either kind is used up by this."""
    if login.totp is None:
        return None
    secret = safe.open(login.totp, purpose=totp.purpose(login.id))
    step = totp.matching_step(secret, code, work.clock.now())
    if step is not None:
        return "code" if await access.use_step(work, login.id, step) else None
    left = await access.use_recovery(work, login.id, totp.recovery_hash(code))
    if left is None:
        return None
    work.audit("agent.recovery_code_used", subject="agent", subject_id=login.id, left=left)
    return "recovery code"


async def _let_in(work: UnitOfWork, login: Login, visit: Visit, *, by: str, failures: int = 0) -> NewSession:
    session = await open_session(work, login.id, visit)
    work.audit("agent.signed_in", subject="agent", subject_id=login.id, by=by, failures_before=failures)
    _SIGN_INS.labels("let_in").inc()
    return session


def _ticket(database: Database, safe: Safe, login: Login) -> Secret:
    ticket = tickets.Ticket(
        workspace_id=login.workspace_id,
        agent_id=login.id,
        stamp=tickets.stamp_of(login.password_hash),
        expires_at=database.clock.now() + TICKET_LASTS,
    )
    return tickets.write(safe, ticket)


def _as_stored(email: str) -> str:
    try:
        return normal_email(email)
    except Invalid:  # refused like any unknown address, and counted like one
        return email.strip().lower()[:320]


def _refused(what: str, visit: Visit) -> None:
    _SIGN_INS.labels("refused").inc()
    _log.warning("sign-in refused", by=what, address=visit.address)
