"""The second factor is set up and taken away."""

from collections.abc import Set
from uuid import UUID

from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import Conflict
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.kernel.secrets import Safe, Secret
from oase.staff import totp
from oase.staff.actions.agents import check_rank
from oase.staff.actions.signin import actor_of, check_own_password
from oase.staff.errors import CodeRefused, UnknownAgent
from oase.staff.repository import access, agents, organisation
from oase.staff.types import TotpSetUp, Visit


async def start_second_factor(work: UnitOfWork, safe: Safe, agent_id: UUID) -> TotpSetUp:
    """A new secret, which counts once a code of it was given; raises Conflict if there is a second factor already."""
    login, workspace = await agents.find_login(work, agent_id), await organisation.find_workspace(work)
    if login is None or workspace is None:
        raise UnknownAgent
    if login.totp:
        raise Conflict(message("The second factor is already set up."))
    secret = totp.new_secret()
    await access.set_pending_totp(work, agent_id, safe.seal(secret, purpose=totp.purpose(agent_id)))
    return TotpSetUp(secret=secret, uri=totp.uri(secret, email=login.email, issuer=f"Oase {workspace.name}"))


async def confirm_second_factor(work: UnitOfWork, safe: Safe, agent_id: UUID, code: str) -> tuple[str, ...]:
    """Makes the new secret the second factor and gives the recovery codes, which are shown once. Raises CodeRefused."""
    sealed = await access.pending_totp(work, agent_id)
    if sealed is None:
        raise CodeRefused
    step = totp.matching_step(safe.open(sealed, purpose=totp.purpose(agent_id)), code, work.clock.now())
    if step is None:
        raise CodeRefused
    codes = totp.new_recovery_codes()
    await access.confirm_totp(work, agent_id, step, [totp.recovery_hash(code) for code in codes])
    work.audit("agent.second_factor_added", subject="agent", subject_id=agent_id)
    return codes


async def renew_recovery_codes(work: UnitOfWork, agent_id: UUID) -> tuple[str, ...]:
    """Fresh recovery codes; the old ones stop working. Raises Conflict if there is no second factor."""
    codes = totp.new_recovery_codes()
    if not await access.replace_recovery(work, agent_id, [totp.recovery_hash(code) for code in codes]):
        raise Conflict(message("There is no second factor."))
    work.audit("agent.recovery_codes_renewed", subject="agent", subject_id=agent_id)
    return codes


async def remove_second_factor(database: Database, workspace_id: UUID, agent_id: UUID, *, password: Secret, visit: Visit) -> None:
    """Takes an agent's own second factor away, after the password. Raises SignInRefused, TooManyAttempts."""
    async with database.work(workspace_id) as work:
        login = await agents.find_login(work, agent_id)
    if login is None:
        raise UnknownAgent
    await check_own_password(database, login, password, visit)
    async with database.work(workspace_id, actor=actor_of(login, visit)) as work:
        if await access.remove_totp(work, agent_id):
            work.audit("agent.second_factor_removed", subject="agent", subject_id=agent_id)


async def reset_second_factor(work: UnitOfWork, agent_id: UUID, *, held: Set[Permission]) -> None:
    """Takes somebody else's second factor away, who has lost phone and recovery codes. Raises Forbidden for one with more rights."""
    await check_rank(work, agent_id, held)
    if await access.remove_totp(work, agent_id):
        work.audit("agent.second_factor_removed", subject="agent", subject_id=agent_id)
