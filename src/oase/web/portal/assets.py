"""The portal's own static files, with addresses that change with their content."""

from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.web.assets import Assets

_HERE: Final = Path(__file__).parent
_SHARED: Final = _HERE.parent / "widget" / "static"
ASSETS: Final = Assets({"sha256.js": (_SHARED / "sha256.js").read_bytes()}, folder=_HERE / "static")


def own(path: str) -> str:
    """The address of a file of the portal; raises KeyError for one that does not exist."""
    return ASSETS.url(path).replace("/assets/", "/portal/assets/", 1)


@get(
    "/portal/assets/{version:str}/{path:path}", opt={"public": True, "quiet": True}, sync_to_thread=False, include_in_schema=False
)
def portal_asset(request: Request[Any, Any, Any], version: FromPath[str], path: FromPath[str]) -> Response[bytes]:
    """A style sheet, script or picture."""
    found = ASSETS.get(path.lstrip("/"))
    if found is None:
        raise NotFound(message("There is no such file."))
    forever = "public, max-age=31536000, immutable" if version == ASSETS.version else "no-cache"
    headers = {"cache-control": forever, "vary": "accept-encoding"}
    if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.type, headers=headers | {"content-encoding": "gzip"})
    return Response(found.plain, media_type=found.type, headers=headers)
