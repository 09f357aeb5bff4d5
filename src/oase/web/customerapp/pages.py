"""The ready-made app: a page that can be put on the home screen, and works by the same API as everybody's own app.

GET /app/<account>/                      the page          look.css, icon.svg, icons/…, manifest.webmanifest, worker.js beside it
GET /app/assets/<version>/<path>         modules, style sheet, words
"""

from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from oase.channels import StoredAccount
from oase.kernel.errors import NotFound
from oase.kernel.i18n import Message, message
from oase.web.assets import Assets
from oase.web.customerapp import icons
from oase.web.customerapp.access import account_of, parts_of
from oase.web.customerapp.description import description
from oase.web.pages import reader_of, render
from oase.web.portal.look import css
from oase.web.widget.hot import Refusal
from oase.web.widget.lean import lean
from oase.web.widget.look import look_of

AnyRequest = Request[Any, Any, Any]
_FOLDER: Final = Path(__file__).parent / "static"
_SHARED: Final = Path(__file__).parents[1] / "widget" / "static"
_MODULES: Final = {file.name: lean(file.read_text("utf-8")).encode() for file in _FOLDER.glob("*.[jc]s*")}
ASSETS: Final = Assets(
    {**_MODULES, **{name: lean((_SHARED / name).read_text("utf-8")).encode() for name in ("dom.js", "text.js")}}, folder=_FOLDER
)
_ICON: Final = (_FOLDER / "icon.svg").read_text("utf-8")
_WORKER: Final = (_FOLDER / "worker.js").read_text("utf-8")
_PUBLIC: Final = {"public": True, "quiet": True}
_HOUR: Final = "public, max-age=3600"


def own(path: str) -> str:
    """The address of a file of the app; raises KeyError for one that does not exist."""
    return ASSETS.url(path).replace("/assets/", "/app/assets/", 1)


@get("/app/{account_id:str}", opt=_PUBLIC, sync_to_thread=False, include_in_schema=False)
def without_slash(account_id: FromPath[str]) -> Redirect:
    """Litestar knows no difference between the two; browsers do, and relative addresses count from the folder."""
    return Redirect(f"/app/{account_id}/start", status_code=307)


@get("/app/{account_id:str}/start", opt=_PUBLIC, include_in_schema=False)
async def page(request: AnyRequest, account_id: FromPath[str]) -> Response[Any]:
    """The page."""
    account = await _offered(request, account_id)
    look = look_of(account)
    reader = reader_of(request)
    site = {
        "account": look.account, "company": look.company, "language": reader.language,
        "greeting": look.greeting.get(reader.language) or next(iter(look.greeting.values()), ""),
        "words": own(f"words/{reader.language}.json"), "icon": f"/app/{look.account}/icon.svg",
        "worker": f"/app/{look.account}/worker.js",
    }  # fmt: skip
    headers = {"cache-control": "no-cache", "referrer-policy": "no-referrer"}
    return render(request, "customerapp/app.html", headers=headers, look=look, site=site, own=own)


@get("/app/{account_id:str}/look.css", opt=_PUBLIC, include_in_schema=False)
async def look_css(request: AnyRequest, account_id: FromPath[str]) -> Response[str]:
    """The company's colour."""
    account = await _offered(request, account_id)
    return Response(css(look_of(account).color), media_type="text/css; charset=utf-8", headers={"cache-control": _HOUR})


@get("/app/{account_id:str}/icon.svg", opt=_PUBLIC, include_in_schema=False)
async def icon(request: AnyRequest, account_id: FromPath[str]) -> Response[str]:
    """The app's icon: a speech bubble in the company's colour."""
    color = look_of(await _offered(request, account_id)).color
    text = _ICON.replace("#ffffff", icons.on(color)).replace("#0f766e", color)
    return Response(text, media_type="image/svg+xml", headers={"cache-control": _HOUR})


@get("/app/{account_id:str}/icons/{file:str}", opt=_PUBLIC, include_in_schema=False)
async def icon_png(request: AnyRequest, account_id: FromPath[str], file: FromPath[str]) -> Response[bytes]:
    """The same as PNG, as home screens and notices want it."""
    color = look_of(await _offered(request, account_id)).color
    name, _, kind = file.rpartition(".")
    if kind != "png" or name not in icons.NAMES:
        raise NotFound(message("There is no such file."))
    return Response(icons.icon_png(name, color), media_type="image/png", headers={"cache-control": _HOUR})


@get("/app/{account_id:str}/manifest.webmanifest", opt=_PUBLIC, include_in_schema=False)
async def manifest(request: AnyRequest, account_id: FromPath[str]) -> Response[bytes]:
    """What a phone needs to put the app on its home screen (https://www.w3.org/TR/appmanifest/)."""
    look = look_of(await _offered(request, account_id))
    root = f"/app/{look.account}/"
    content = {
        "id": root, "name": look.company, "short_name": look.company[:24], "start_url": f"{root}start", "scope": root,
        "display": "standalone", "lang": reader_of(request).language, "theme_color": look.color, "background_color": "#ffffff",
        "icons": [
            {"src": f"{root}icons/{size}{whole}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for whole, purpose in (("", "any"), ("-whole", "maskable"))
            for size in (192, 512)
        ],
    }  # fmt: skip
    return Response(msgspec.json.encode(content), media_type="application/manifest+json", headers={"cache-control": "no-cache"})


@get("/app/{account_id:str}/worker.js", opt=_PUBLIC, include_in_schema=False)
async def worker(request: AnyRequest, account_id: FromPath[str]) -> Response[str]:
    """The service worker: the page without a network, and push messages."""
    account = await _offered(request, account_id)
    files = [own(name) for name in ("app.css", "app.js", "net.js", "thread.js", "push.js", "dom.js", "text.js")]
    files += [own(f"words/{language}.json") for language in ("de", "en")]
    site = {"account": str(account.id), "version": ASSETS.version, "files": files}
    text = _WORKER.replace("/*SITE*/ null", msgspec.json.encode(site).decode(), 1)
    return Response(text, media_type="text/javascript; charset=utf-8", headers={"cache-control": "no-cache"})


@get("/app/assets/{version:str}/{path:path}", opt=_PUBLIC, sync_to_thread=False, include_in_schema=False)
def app_asset(request: AnyRequest, version: FromPath[str], path: FromPath[str]) -> Response[bytes]:
    """A module, style sheet or list of words."""
    found = ASSETS.get(path.lstrip("/"))
    if found is None:
        raise NotFound(message("There is no such file."))
    forever = "public, max-age=31536000, immutable" if version == ASSETS.version else "no-cache"
    headers = {"cache-control": forever, "vary": "accept-encoding"}
    if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.type, headers=headers | {"content-encoding": "gzip"})
    return Response(found.plain, media_type=found.type, headers=headers)


@get("/app/v1/openapi.json", opt={**_PUBLIC, "cross_site": True}, sync_to_thread=False, include_in_schema=False)
def openapi() -> Response[bytes]:
    """The API's description."""
    headers = {"cache-control": _HOUR, "access-control-allow-origin": "*"}
    return Response(description(), media_type="application/json", headers=headers)


async def _offered(request: AnyRequest, account_id: str) -> StoredAccount:
    """The account, if it offers the ready-made app; raises NotFound."""
    try:
        account = await account_of(request, account_id)
    except Refusal:
        raise NotFound(await _why_not(request, account_id)) from None
    if not account.account.settings.get("example", True):
        raise NotFound(message("There is no such page."))
    return account


async def _why_not(request: AnyRequest, account_id: str) -> Message:
    """What a customer reads whose app was switched off, or who has a wrong address."""
    try:
        account = await parts_of(request).widget.accounts.get(UUID(account_id))
    except ValueError:
        account = None
    if account is None or account.channel != "app":
        return message("There is no such page.")
    return message("This app cannot be reached right now. Please write to us in another way.")
