"""Who may call a route: the one place where it is decided.

Every handler says `opt={"permission": Permission.X}` or `opt={"public": True}`; a test holds all routes to that.
Requests that change something must come from our own pages (fetch metadata, OWASP CSRF cheat sheet), unless the handler says
`opt={"cross_site": True}`: webhooks, the API (which has no cookies), the widget.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection, Request
from litestar.handlers import BaseRouteHandler

from oase.kernel.errors import Forbidden
from oase.kernel.i18n import message
from oase.kernel.permissions import require
from oase.web.sessions import Viewer, known_viewer, viewer_of

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
Connection = ASGIConnection[Any, Any, Any, Any]


class NotSignedIn(Forbidden):
    """The page is for people who are signed in."""


async def permitted(connection: Connection, handler: BaseRouteHandler) -> None:
    """Lets the request pass, or raises NotSignedIn or Forbidden."""
    if handler.opt.get("api"):
        return  # the API has a guard of its own, for tokens as well as sessions
    if not handler.opt.get("cross_site"):
        same_origin(connection)
    if handler.opt.get("public"):
        return
    viewer = await viewer_of(connection)
    if viewer is None:
        raise NotSignedIn(message("Please sign in first."))
    require(viewer.permissions, handler.opt["permission"])


def signed_in(request: Request[Any, Any, Any]) -> Viewer:
    """The viewer, for handlers that ask for `viewer`; raises NotSignedIn on a public route without one."""
    viewer = known_viewer(request)
    if viewer is None:
        raise NotSignedIn(message("Please sign in first."))
    return viewer


def same_origin(connection: Connection) -> None:
    """Raises Forbidden if a browser sends this from a foreign page.

    Browsers say where a request comes from in Sec-Fetch-Site (over https and on the own machine) and in Origin (always, when
    something is changed); neither can be set by a page. Programs that are no browsers send neither and carry no one's cookies.
    """
    if connection.scope.get("method", "GET") in _SAFE:
        return
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is not None:
        foreign = site not in ("same-origin", "none")
    elif origin is not None:
        foreign = urlsplit(origin).netloc != connection.headers.get("host", "")
    else:
        foreign = False
    if foreign:
        raise Forbidden(message("This request came from another website and was not carried out."))
