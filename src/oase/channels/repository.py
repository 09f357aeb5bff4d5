"""All SQL of accounts and templates."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from oase.channels.contract import Template
from oase.channels.types import AccountRow, AccountState, AccountTrouble, StoredAccount
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id

_NOTED_EVERY: Final = timedelta(minutes=1)
_COLUMNS = (
    "workspace_id, id, channel, name, settings, secrets, enabled, state, state_why, state_since"
    ", facts, expires_at, checked_at, told_url, told_why, told_at"
)


async def find(work: UnitOfWork, account_id: UUID) -> AccountRow | None:
    """One account, in whatever workspace the unit of work may see."""
    return await work.one(AccountRow, f"SELECT {_COLUMNS} FROM account WHERE id = %(id)s", {"id": account_id})


async def enabled(work: UnitOfWork) -> list[AccountRow]:
    """All accounts that are switched on, of every workspace that the unit of work may see."""
    return await work.all(AccountRow, f"SELECT {_COLUMNS} FROM account WHERE enabled ORDER BY workspace_id, id")


async def of_workspace(work: UnitOfWork) -> list[AccountRow]:
    """All accounts of the workspace."""
    return await work.all(
        AccountRow, f"SELECT {_COLUMNS} FROM account WHERE workspace_id = %(workspace_id)s ORDER BY channel, name, id"
    )


async def insert(
    work: UnitOfWork, account_id: UUID, channel: str, name: str, settings: Mapping[str, Any], secrets: bytes
) -> None:
    """Adds an account, switched on."""
    await work.run(
        "INSERT INTO account (workspace_id, id, channel, name, settings, secrets, state_since, created_at)"
        " VALUES (%(workspace_id)s, %(id)s, %(channel)s, %(name)s, %(settings)s, %(secrets)s, %(now)s, %(now)s)",
        {
            "id": account_id,
            "channel": channel,
            "name": name,
            "settings": Jsonb(settings),
            "secrets": secrets,
            "now": work.clock.now(),
        },
    )


async def update(work: UnitOfWork, account_id: UUID, name: str, settings: Mapping[str, Any], secrets: bytes, on: bool) -> int:
    """Changes an account; its state begins anew."""
    return await work.run(
        "UPDATE account SET name = %(name)s, settings = %(settings)s, secrets = %(secrets)s, enabled = %(on)s,"
        " state = 'up', state_why = '', state_since = %(now)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": account_id, "name": name, "settings": Jsonb(settings), "secrets": secrets, "on": on, "now": work.clock.now()},
    )


async def forget_facts(work: UnitOfWork, account_id: UUID) -> None:
    """What was found of an account does not count any more: it is set up differently, or signed in anew."""
    await work.run(
        "UPDATE account SET facts = '{}', expires_at = NULL, checked_at = NULL, told_url = '', told_why = '', told_at = NULL"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": account_id},
    )


async def set_facts(work: UnitOfWork, account_id: UUID, facts: Mapping[str, str], expires_at: datetime | None) -> None:
    """Keeps what a good test found."""
    await work.run(
        "UPDATE account SET facts = %(facts)s, expires_at = %(expires_at)s, checked_at = %(now)s"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": account_id, "facts": Jsonb(dict(facts)), "expires_at": expires_at, "now": work.clock.now()},
    )


async def set_checked(work: UnitOfWork, account_id: UUID) -> None:
    """Writes down that the account was tested now."""
    await work.run(
        "UPDATE account SET checked_at = %(now)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": account_id, "now": work.clock.now()},
    )


async def set_told(work: UnitOfWork, account_id: UUID, url: str, why: str) -> None:
    """Writes down which address the provider has for its deliveries; empty, with the reason, where it did not take ours."""
    await work.run(
        "UPDATE account SET told_url = %(url)s, told_why = %(why)s, told_at = %(now)s"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": account_id, "url": url, "why": why, "now": work.clock.now()},
    )


async def note_heard(work: UnitOfWork, account_id: UUID) -> None:
    """Something has arrived."""
    await _note(work, account_id, "heard_at")


async def note_sent(work: UnitOfWork, account_id: UUID) -> None:
    """The provider has taken something."""
    await _note(work, account_id, "sent_at")


async def _note(work: UnitOfWork, account_id: UUID, column: str) -> None:
    now = work.clock.now()
    await work.run(
        f"UPDATE account SET {column} = %(now)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s"
        f" AND ({column} IS NULL OR {column} < %(before)s)",
        {"id": account_id, "now": now, "before": now - _NOTED_EVERY},
    )


async def last_moments(work: UnitOfWork) -> dict[UUID, tuple[datetime | None, datetime | None]]:
    """When each account of the workspace was heard of, and when it sent something last."""
    rows = await work.tuples("SELECT id, heard_at, sent_at FROM account WHERE workspace_id = %(workspace_id)s")
    return {account_id: (heard_at, sent_at) for account_id, heard_at, sent_at in rows}


async def in_trouble(work: UnitOfWork, expiring_before: datetime) -> list[AccountTrouble]:
    """The accounts of the workspace that are switched on and not up, or whose credentials end before this moment."""
    return await work.all(
        AccountTrouble,
        "SELECT id, channel, name, state, state_why, state_since, expires_at, warned FROM account"
        " WHERE workspace_id = %(workspace_id)s AND enabled AND (state <> 'up' OR expires_at < %(before)s) ORDER BY name, id",
        {"before": expiring_before},
    )


async def set_warned(work: UnitOfWork, account_id: UUID, warned: Mapping[str, str]) -> None:
    """Writes down of what administrators were told."""
    await work.run(
        "UPDATE account SET warned = %(warned)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": account_id, "warned": Jsonb(dict(warned))},
    )


async def set_secrets(work: UnitOfWork, account_id: UUID, secrets: bytes) -> None:
    """Writes the sealed secrets only; the account's listeners go on."""
    await work.run(
        "UPDATE account SET secrets = %(secrets)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": account_id, "secrets": secrets},
    )


async def delete(work: UnitOfWork, account_id: UUID) -> int:
    """Removes an account; what was said over it stays."""
    return await work.run("DELETE FROM account WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": account_id})


async def set_state(
    work: UnitOfWork, account_id: UUID, state: AccountState, why: str, *, known: StoredAccount | None = None
) -> bool:
    """Writes down how the connection is; True if that is new. `known`: only if its secrets are still those."""
    unchanged = " AND secrets IS NOT DISTINCT FROM %(sealed)b" if known else ""
    return bool(
        await work.run(
            "UPDATE account SET state = %(state)s, state_why = %(why)s,"
            " state_since = CASE WHEN state = %(state)s THEN state_since ELSE %(now)s END"
            f" WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND (state, state_why) <> (%(state)s, %(why)s){unchanged}",
            {"id": account_id, "state": state, "why": why, "now": work.clock.now(), "sealed": known and known.sealed},
        )
    )


async def cursor(work: UnitOfWork, account_id: UUID) -> Mapping[str, Any]:
    """Where the account's listener is."""
    found = await work.value(
        "SELECT cursor FROM account WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": account_id}
    )
    return found or {}


async def set_cursor(work: UnitOfWork, account_id: UUID, value: Mapping[str, Any]) -> None:
    """Moves the account's listener on."""
    await work.run(
        "UPDATE account SET cursor = %(cursor)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": account_id, "cursor": Jsonb(value)},
    )


async def replace_templates(work: UnitOfWork, account_id: UUID, templates: Sequence[Template]) -> None:
    """Takes the provider's list in place of what was known."""
    await work.run(
        "DELETE FROM template WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s", {"account_id": account_id}
    )
    await work.run(
        "INSERT INTO template (workspace_id, id, account_id, name, language, content, synchronised_at)"
        " SELECT %(workspace_id)s, t.id, %(account_id)s, t.content->>'name', t.content->>'language', t.content, %(now)s"
        " FROM unnest(%(ids)b::uuid[], %(contents)b::jsonb[]) AS t (id, content)"
        " ON CONFLICT (workspace_id, account_id, name, language) DO NOTHING",
        {
            "account_id": account_id,
            "ids": [new_id() for _ in templates],
            "contents": [msgspec.json.encode(template).decode() for template in templates],
            "now": work.clock.now(),
        },
    )


async def templates(work: UnitOfWork, account_id: UUID) -> list[Template]:
    """The templates of an account, approved ones first."""
    found = await work.tuples(
        "SELECT content FROM template WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s"
        " ORDER BY content->>'status' <> 'approved', name, language",
        {"account_id": account_id},
    )
    return [msgspec.convert(content, Template) for (content,) in found]
