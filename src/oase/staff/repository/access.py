"""Ways in: sessions, links by mail, second factors, API tokens, counted failures."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.kernel.db import UnitOfWork
from oase.kernel.permissions import Permission, known
from oase.staff.rules import Attempts
from oase.staff.types import ApiToken, SessionInfo

Purpose = Literal["invitation", "reset"]
_NOWHERE: Final = UUID(int=0)  # failed sign-ins belong to no workspace


class SessionRow(Struct, frozen=True, kw_only=True):
    """A session with its agent and workspace: one query, asked for every page."""

    token_hash: bytes
    created_at: datetime
    last_seen_at: datetime
    agent_id: UUID
    name: str
    email: str
    language: str
    time_zone: str
    picture: str
    preferences: dict[str, Any]
    workspace_name: str
    workspace_time_zone: str
    role_keys: list[str]
    role_names: list[str]
    permissions: list[str]


async def find_session(work: UnitOfWork, session_id: UUID) -> SessionRow | None:
    """The session with everything that a page needs; None if it does not exist or its agent is not active."""
    return await work.one(
        SessionRow,
        """
SELECT s.token_hash, s.created_at, s.last_seen_at, a.id AS agent_id, a.name, a.email, a.language, a.time_zone, a.picture,
       a.preferences, w.name AS workspace_name, w.time_zone AS workspace_time_zone, r.role_keys, r.role_names, r.permissions
FROM agent_session s
JOIN agent a ON a.workspace_id = s.workspace_id AND a.id = s.agent_id
JOIN workspace w ON w.workspace_id = s.workspace_id AND w.id = s.workspace_id
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(r.key), '{}') AS role_keys, coalesce(array_agg(r.name), '{}') AS role_names,
           string_to_array(coalesce(string_agg(array_to_string(r.permissions, ' '), ' '), ''), ' ') AS permissions
    FROM agent_role ar JOIN role r ON r.workspace_id = ar.workspace_id AND r.id = ar.role_id
    WHERE ar.workspace_id = s.workspace_id AND ar.agent_id = a.id
) r
WHERE s.workspace_id = %(workspace_id)s AND s.id = %(id)s AND a.state = 'active'""",
        {"id": session_id},
    )


async def insert_session(
    work: UnitOfWork, session_id: UUID, agent_id: UUID, token_hash: bytes, address: str, user_agent: str, at: datetime
) -> None:
    """Writes a new session, the first sign of life of its agent."""
    await work.run(
        "WITH opened AS ("
        "INSERT INTO agent_session (workspace_id, id, agent_id, token_hash, created_at, last_seen_at, address, user_agent)"
        " VALUES (%(workspace_id)s, %(id)s, %(agent)s, %(hash)s, %(at)s, %(at)s, %(address)s, %(user_agent)s))"
        " UPDATE agent SET last_seen_at = %(at)s WHERE workspace_id = %(workspace_id)s AND id = %(agent)s",
        {
            "id": session_id,
            "agent": agent_id,
            "hash": token_hash,
            "at": at,
            "address": address[:100],
            "user_agent": user_agent[:400],
        },
    )


async def touch_session(work: UnitOfWork, session_id: UUID, agent_id: UUID, at: datetime) -> None:
    """Notes that a session was used."""
    await work.run(
        "WITH touched AS (UPDATE agent_session SET last_seen_at = %(at)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s)"
        " UPDATE agent SET last_seen_at = %(at)s WHERE workspace_id = %(workspace_id)s AND id = %(agent)s",
        {"id": session_id, "agent": agent_id, "at": at},
    )


async def sessions_of(work: UnitOfWork, agent_id: UUID) -> list[SessionInfo]:
    """An agent's sessions, the last used first."""
    return await work.all(
        SessionInfo,
        "SELECT id, created_at, last_seen_at, address, user_agent FROM agent_session"
        " WHERE workspace_id = %(workspace_id)s AND agent_id = %(agent)s ORDER BY last_seen_at DESC, id",
        {"agent": agent_id},
    )


async def delete_sessions(work: UnitOfWork, agent_id: UUID, *, only: UUID | None = None, but: UUID | None = None) -> list[UUID]:
    """Ends an agent's sessions: all, one, or all but one; gives the ids of those that ended."""
    rows = await work.tuples(
        "DELETE FROM agent_session WHERE workspace_id = %(workspace_id)s AND agent_id = %(agent)s"
        " AND (%(only)s::uuid IS NULL OR id = %(only)s::uuid) AND (%(but)s::uuid IS NULL OR id <> %(but)s::uuid) RETURNING id",
        {"agent": agent_id, "only": only, "but": but},
    )
    return [row[0] for row in rows]


async def delete_old_sessions(work: UnitOfWork, unused_since: datetime) -> int:
    """Deletes sessions not used since then, in all workspaces; in a unit of work that works everywhere."""
    return await work.run("DELETE FROM agent_session WHERE last_seen_at < %(since)s", {"since": unused_since})


async def put_link(
    work: UnitOfWork, link_id: UUID, agent_id: UUID, purpose: Purpose, token_hash: bytes, at: datetime, expires_at: datetime
) -> None:
    """Writes a link by mail; an earlier one for the same purpose stops working."""
    await delete_link(work, agent_id, purpose)
    await work.run(
        "INSERT INTO agent_link (workspace_id, id, agent_id, purpose, token_hash, created_at, expires_at)"
        " VALUES (%(workspace_id)s, %(id)s, %(agent)s, %(purpose)s, %(hash)s, %(at)s, %(expires)s)",
        {"id": link_id, "agent": agent_id, "purpose": purpose, "hash": token_hash, "at": at, "expires": expires_at},
    )


async def find_link(work: UnitOfWork, link_id: UUID, purpose: Purpose, token_hash: bytes, now: datetime) -> UUID | None:
    """The agent that a link is for, if it is right and not too old."""
    agent_id: UUID | None = await work.value(
        "SELECT agent_id FROM agent_link WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND purpose = %(purpose)s"
        " AND token_hash = %(hash)s AND expires_at > %(now)s",
        {"id": link_id, "purpose": purpose, "hash": token_hash, "now": now},
    )
    return agent_id


async def delete_link(work: UnitOfWork, agent_id: UUID, purpose: Purpose) -> bool:
    """Stops a link from working; True if there was one."""
    return bool(
        await work.run(
            "DELETE FROM agent_link WHERE workspace_id = %(workspace_id)s AND agent_id = %(agent)s AND purpose = %(purpose)s",
            {"agent": agent_id, "purpose": purpose},
        )
    )


async def delete_old_links(work: UnitOfWork, now: datetime) -> int:
    """Deletes links that are too old, in all workspaces; in a unit of work that works everywhere."""
    return await work.run("DELETE FROM agent_link WHERE expires_at < %(now)s", {"now": now})


async def set_pending_totp(work: UnitOfWork, agent_id: UUID, sealed: bytes) -> None:
    """Keeps a second factor's sealed secret until it is confirmed."""
    await work.run(
        "UPDATE agent SET totp_pending = %(sealed)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": agent_id, "sealed": sealed},
    )


async def pending_totp(work: UnitOfWork, agent_id: UUID) -> bytes | None:
    """The sealed secret that waits to be confirmed."""
    sealed: bytes | None = await work.value(
        "SELECT totp_pending FROM agent WHERE workspace_id = %(workspace_id)s AND id = %(id)s FOR UPDATE", {"id": agent_id}
    )
    return sealed


async def confirm_totp(work: UnitOfWork, agent_id: UUID, step: int, recovery: list[bytes]) -> None:
    """Makes the pending secret the second factor, with fresh recovery codes."""
    await work.run(
        "UPDATE agent SET totp = totp_pending, totp_pending = NULL, totp_last_step = %(step)s, recovery = %(recovery)s"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": agent_id, "step": step, "recovery": recovery},
    )


async def remove_totp(work: UnitOfWork, agent_id: UUID) -> bool:
    """Takes the second factor away; True if there was one."""
    return bool(
        await work.run(
            "UPDATE agent SET totp = NULL, totp_pending = NULL, totp_last_step = 0, recovery = '{}'"
            " WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND totp IS NOT NULL",
            {"id": agent_id},
        )
    )


async def use_step(work: UnitOfWork, agent_id: UUID, step: int) -> bool:
    """Notes that the code of this time step was used; False if it, or a later one, was used already."""
    return bool(
        await work.run(
            "UPDATE agent SET totp_last_step = %(step)s"
            " WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND totp_last_step < %(step)s",
            {"id": agent_id, "step": step},
        )
    )


async def use_recovery(work: UnitOfWork, agent_id: UUID, code_hash: bytes) -> int | None:
    """Uses up a recovery code and gives the number that is left; None if it is none of them."""
    left: int | None = await work.value(
        "UPDATE agent SET recovery = array_remove(recovery, %(hash)s::bytea)"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND %(hash)s::bytea = ANY(recovery) RETURNING cardinality(recovery)",
        {"id": agent_id, "hash": code_hash},
    )
    return left


async def replace_recovery(work: UnitOfWork, agent_id: UUID, recovery: list[bytes]) -> bool:
    """Writes fresh recovery codes; False if there is no second factor."""
    return bool(
        await work.run(
            "UPDATE agent SET recovery = %(recovery)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND totp IS NOT NULL",
            {"id": agent_id, "recovery": recovery},
        )
    )


async def attempts_locked(work: UnitOfWork, key: UUID, now: datetime) -> Attempts:
    """Earlier attempts, locked until the end of the transaction, so that attempts made at once are counted one by one."""
    await work.run(
        "INSERT INTO sign_in_lock (workspace_id, id, failures, last_failure_at) VALUES (%(nowhere)s, %(id)s, 0, %(now)s)"
        " ON CONFLICT DO NOTHING",
        {"nowhere": _NOWHERE, "id": key, "now": now},
    )
    row = await work.row(
        "SELECT failures, last_failure_at, locked_until FROM sign_in_lock"
        " WHERE workspace_id = %(nowhere)s AND id = %(id)s FOR UPDATE",
        {"nowhere": _NOWHERE, "id": key},
    )
    return msgspec.convert(row, Attempts) if row else Attempts()


async def put_attempts(work: UnitOfWork, key: UUID, attempts: Attempts) -> None:
    """Writes the attempts so far."""
    await work.run(
        "UPDATE sign_in_lock SET failures = %(failures)s, last_failure_at = %(last)s, locked_until = %(until)s"
        " WHERE workspace_id = %(nowhere)s AND id = %(id)s",
        {
            "nowhere": _NOWHERE,
            "id": key,
            "failures": attempts.failures,
            "last": attempts.last_failure_at,
            "until": attempts.locked_until,
        },
    )


async def forgive(work: UnitOfWork, key: UUID) -> int:
    """Forgets the attempts of one key; gives how many there were."""
    failures: int | None = await work.value(
        "DELETE FROM sign_in_lock WHERE workspace_id = %(nowhere)s AND id = %(id)s RETURNING failures",
        {"nowhere": _NOWHERE, "id": key},
    )
    return failures or 0


async def take_back(work: UnitOfWork, key: UUID) -> None:
    """Takes back the one attempt that was counted before it succeeded."""
    await work.run(
        "UPDATE sign_in_lock SET failures = greatest(failures - 1, 0), locked_until = NULL"
        " WHERE workspace_id = %(nowhere)s AND id = %(id)s",
        {"nowhere": _NOWHERE, "id": key},
    )


async def delete_old_attempts(work: UnitOfWork, before: datetime) -> int:
    """Deletes attempts that nobody asks for any more."""
    return await work.run("DELETE FROM sign_in_lock WHERE last_failure_at < %(before)s", {"before": before})


async def insert_api_token(work: UnitOfWork, token: ApiToken, token_hash: bytes) -> None:
    """Writes a new API token."""
    await work.run(
        "INSERT INTO api_token (workspace_id, id, name, hint, token_hash, permissions, created_by, created_at, expires_at)"
        " VALUES (%(workspace_id)s, %(id)s, %(name)s, %(hint)s, %(hash)s, %(permissions)s, %(by)s, %(at)s, %(expires)s)",
        {
            "id": token.id,
            "name": token.name,
            "hint": token.hint,
            "hash": token_hash,
            "permissions": sorted(token.permissions),
            "by": token.created_by,
            "at": token.created_at,
            "expires": token.expires_at,
        },
    )


async def find_api_token(work: UnitOfWork, token_id: UUID) -> tuple[bytes, str, frozenset[Permission], datetime | None] | None:
    """Hash, name, permissions and last use of a token; None if it does not exist or has expired."""
    row = await work.row(
        "SELECT token_hash, name, permissions, last_used_at FROM api_token"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND (expires_at IS NULL OR expires_at > %(now)s)",
        {"id": token_id, "now": work.clock.now()},
    )
    return (row["token_hash"], row["name"], known(row["permissions"]), row["last_used_at"]) if row else None


async def touch_api_token(work: UnitOfWork, token_id: UUID, at: datetime) -> None:
    """Notes that a token was used."""
    await work.run(
        "UPDATE api_token SET last_used_at = %(at)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": token_id, "at": at},
    )


async def all_api_tokens(work: UnitOfWork) -> list[ApiToken]:
    """All API tokens, the newest first."""
    rows = await work.rows(
        "SELECT id, name, hint, permissions, created_by, created_at, expires_at, last_used_at FROM api_token"
        " WHERE workspace_id = %(workspace_id)s ORDER BY created_at DESC, id"
    )
    return [ApiToken(**{**row, "permissions": known(row["permissions"])}) for row in rows]


async def delete_api_token(work: UnitOfWork, token_id: UUID) -> str | None:
    """Ends a token and gives its name; None if there is none."""
    name: str | None = await work.value(
        "DELETE FROM api_token WHERE workspace_id = %(workspace_id)s AND id = %(id)s RETURNING name", {"id": token_id}
    )
    return name
