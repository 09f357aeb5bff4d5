"""The demonstration's shop: where everybody can be a visitor at once. Shown only where the demonstration is switched on."""

import base64
import hmac
from datetime import timedelta
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post

from oase.channels import StoredAccount
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.web.pages import render
from oase.web.portal.assets import own
from oase.web.widget import Parts

AnyRequest = Request[Any, Any, Any]
_PUBLIC: Final = {"public": True}
_GOODS: Final = (
    ("Stadtwind", "Stadtrad, 8 Gänge, Nabendynamo", "899", "#c2410c", "#fbbf24"),
    ("Deichläufer", "Trekkingrad, 27 Gänge, Gepäckträger", "1.149", "#1d4ed8", "#93c5fd"),
    ("Lastesel", "Lastenrad mit Motor, trägt zwei Kinder", "4.290", "#6d28d9", "#c4b5fd"),
    ("Waldkauz", "Mountainbike, Scheibenbremsen", "1.690", "#15803d", "#86efac"),
)


@get("/demo/shop", opt=_PUBLIC, include_in_schema=False)
async def shop(request: AnyRequest) -> Response[Any]:
    """The shop's front page with the chat of the first web chat account."""
    accounts = await _demo(request)
    first = {account.channel: account.id for account in reversed(accounts)}
    shown: dict[str, Any] = {"company": _company(accounts), "chat": first.get("webchat"), "form": first.get("form")}
    return render(request, "portal/shop.html", own=own, goods=_GOODS, **shown)


@get("/demo/shop/imprint", opt=_PUBLIC, include_in_schema=False)
async def imprint(request: AnyRequest) -> Response[Any]:
    """Says that all of it is invented."""
    return render(request, "portal/imprint.html", own=own, company=_company(await _demo(request)))


@post("/demo/shop/token", opt=_PUBLIC, include_in_schema=False)
async def token(request: AnyRequest) -> dict[str, str]:
    """What a company's own server would make for a signed-in user: here always the same invented one."""
    account = next((one for one in await _demo(request) if one.channel == "webchat"), None)
    if account is None:
        raise NotFound(message("There is no web chat."))
    claims = {
        "sub": "kunde-4711",
        "exp": int((_parts(request).clock.now() + timedelta(hours=1)).timestamp()),
        "name": "Jana Weiß",
        "email": "jana.weiss@example.com",
        "phone": "+493023125042",
        "kundennummer": "K-4711",
    }
    return {"token": _sign(claims, account.account.secret("identity_secret").reveal())}


def _company(accounts: list[StoredAccount]) -> str:
    """The shop is called as its chat is; without one it has a name of its own."""
    chat = next((account for account in accounts if account.channel == "webchat"), None)
    return str(chat.account.settings.get("company") or chat.name) if chat else "Radhaus Beispiel"


def _sign(claims: dict[str, Any], key: str) -> str:
    parts = [
        base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=") for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    ]
    body = b".".join(parts)
    return (body + b"." + base64.urlsafe_b64encode(hmac.digest(key.encode(), body, "sha256")).rstrip(b"=")).decode()


async def _demo(request: AnyRequest) -> list[StoredAccount]:
    """The accounts of the demonstration, oldest first; raises NotFound where it is switched off."""
    parts = _parts(request)
    if not parts.demo:
        raise NotFound(message("The demonstration is switched off here."))
    return sorted(await parts.accounts.enabled(), key=lambda account: account.id)


def _parts(request: AnyRequest) -> Parts:
    parts: Parts = request.app.state.widget
    return parts
