"""API tokens are made and ended."""

from collections.abc import Collection, Set
from datetime import datetime
from uuid import UUID

from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.kernel.secrets import Secret
from oase.staff import tokens
from oase.staff.errors import UnknownToken
from oase.staff.queries import API_PREFIX
from oase.staff.repository import access
from oase.staff.rules import check_grant, normal_name
from oase.staff.types import ApiToken

_HINT_LENGTH = 6


async def create_api_token(
    work: UnitOfWork,
    *,
    name: str,
    permissions: Collection[Permission],
    created_by: UUID,
    held: Set[Permission],
    expires_at: datetime | None = None,
) -> tuple[Secret, ApiToken]:
    """A new API token; its text is shown once. Raises Forbidden if it could do more than the one who makes it, and Invalid."""
    check_grant(held, permissions)
    if not permissions:
        raise Invalid(message("Please choose what the token may do."), field="permissions")
    now = work.clock.now()
    if expires_at is not None and expires_at <= now:
        raise Invalid(message("The day on which the token ends must lie ahead."), field="expires_at")
    token_id = new_id()
    secret, token_hash = tokens.make(work.workspace_id, token_id, prefix=API_PREFIX)
    token = ApiToken(
        id=token_id,
        name=normal_name(name),
        # The beginning of the text is the workspace's id, the same for all of its tokens; the end tells them apart.
        hint=f"{API_PREFIX}…{secret.reveal()[-_HINT_LENGTH:]}",
        permissions=frozenset(permissions),
        created_by=created_by,
        created_at=now,
        expires_at=expires_at,
        last_used_at=None,
    )
    await access.insert_api_token(work, token, token_hash)
    work.audit("token.created", subject="token", subject_id=token_id, name=token.name, permissions=sorted(token.permissions))
    return secret, token


async def revoke_api_token(work: UnitOfWork, token_id: UUID) -> None:
    """Ends an API token at once. Raises UnknownToken."""
    name = await access.delete_api_token(work, token_id)
    if name is None:
        raise UnknownToken
    work.audit("token.revoked", subject="token", subject_id=token_id, name=name)
