"""In which browsers an agent has signed in before: a cookie that outlives the sessions.

    sign-in --mark of the agent--> cookie, two years        no mark of this agent --> a mail says that somebody signed in

A mark is a keyed hash: it says nothing to anybody else, cannot be made without the installation's key, and opens nothing.
"""

import hashlib
from typing import Any, Final
from uuid import UUID

from litestar import Request
from litestar.datastructures import Cookie

from oase.kernel.secrets import Safe
from oase.web.sessions import is_secure

_NAME: Final = "oase-known"
_SECONDS: Final = 2 * 365 * 86_400
_AGENTS: Final = 8  # who shares a browser


def is_known(request: Request[Any, Any, Any], safe: Safe, agent_id: UUID) -> bool:
    """Whether this agent has signed in here before."""
    return _mark(safe, agent_id) in _marks(request)


def remembered(request: Request[Any, Any, Any], safe: Safe, agent_id: UUID) -> Cookie:
    """The cookie that says so from now on."""
    mark = _mark(safe, agent_id)
    marks = [mark, *(one for one in _marks(request) if one != mark)][:_AGENTS]
    return Cookie(
        key=_NAME, value=".".join(marks), path="/", httponly=True, samesite="lax", secure=is_secure(request), max_age=_SECONDS
    )


def _marks(request: Request[Any, Any, Any]) -> list[str]:
    return [one for one in request.cookies.get(_NAME, "").split(".") if one]


def _mark(safe: Safe, agent_id: UUID) -> str:
    return hashlib.blake2b(agent_id.bytes, key=safe.derive("known browser"), digest_size=16).hexdigest()
