"""Who may use the sandbox's own routes, and how its errors look.

The sandbox has no sign-in: it is for one's own machine and for tests. What it can refuse, it refuses: requests that a
browser sends on behalf of another site.
"""

from typing import Any

from litestar import Request, Response
from litestar.types import ExceptionHandlersMap

from oase.kernel.errors import Conflict, Forbidden, Invalid, NotFound, OaseError, Unavailable

MAX_BODY_BYTES = 110 * 1024 * 1024
PAGE_OPTIONS = {"public": True}
GRAPH_OPTIONS = {"public": True, "cross_site": True}
_STATUS = {NotFound: 404, Invalid: 400, Conflict: 409, Forbidden: 403, Unavailable: 503}


async def own_pages_only(request: Request[Any, Any, Any]) -> Response[dict[str, str]] | None:
    """Refuses what another site makes a browser send (header Sec-Fetch-Site, W3C Fetch Metadata)."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return Response({"detail": "Only the sandbox's own pages may do this."}, status_code=403)
    return None


def _answer(_: Request[Any, Any, Any], error: OaseError) -> Response[dict[str, str]]:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
    return Response({"detail": str(error)}, status_code=status)


answer_errors: ExceptionHandlersMap = {OaseError: _answer}
