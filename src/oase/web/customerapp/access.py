"""Who asks: the account of the address, the customer of the token; what a refusal looks like; which web pages may ask."""

import math
from typing import Any

import msgspec
from litestar import Request, Response

from oase.channels import StoredAccount
from oase.web.customerapp import tokens
from oase.web.customerapp.parts import AppParts
from oase.web.customerapp.tokens import Bearer
from oase.web.widget import origins
from oase.web.widget.abuse import network_of
from oase.web.widget.hot import Refusal, site_of

AnyRequest = Request[Any, Any, Any]


def parts_of(request: AnyRequest) -> AppParts:
    """The running parts, set by `oase.main.web`."""
    parts: AppParts = request.app.state.customerapp
    return parts


async def account_of(request: AnyRequest, account_id: str) -> StoredAccount:
    """The account; raises Refusal. Web pages of others may ask only if the account names them."""
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    return await app_of(parts_of(request), account_id, origin, host)


async def app_of(parts: AppParts, account_id: str, origin: str, host: str) -> StoredAccount:
    """The same, without a request at hand."""
    account = await site_of(parts.widget, account_id, "", "", "app")
    allowed = origins.lines(account.account.settings, "origins") or ["none://"]
    if not origins.allowed(origin, host, allowed):
        raise Refusal(403, "origin", why="This site is not on the account's list of web pages that may use the API.")
    return account


def customer_of(request: AnyRequest, account: StoredAccount) -> Bearer:
    """The customer; raises Refusal."""
    return customer_by(parts_of(request), account, request.headers.get("authorization", ""))


def customer_by(parts: AppParts, account: StoredAccount, authorization: str) -> Bearer:
    """The customer of a header; raises Refusal."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(401, "session", why="A token is missing: Authorization: Bearer …")
    return tokens.read(account, token.strip(), parts.widget.clock.now())


def slowly(request: AnyRequest) -> None:
    """Raises Refusal if too much comes from one address."""
    address = network_of(request.client.host if request.client else "")
    if wait := parts_of(request).widget.abuse.address.take(address):
        raise Refusal(429, "slow", retry_after=wait)


def answer(request: AnyRequest, content: Any, status: int = 200) -> Response[Any]:
    """JSON, for whoever may read it."""
    headers = {"cache-control": "no-store", **origins.cors(request.headers.get("origin", ""))}
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json", headers=headers)


def refused(request: AnyRequest, refusal: Refusal) -> Response[Any]:
    """A refusal as JSON."""
    given = answer(request, refusal.body(), refusal.status)
    if refusal.retry_after:
        given.headers["retry-after"] = str(math.ceil(refusal.retry_after))
    if refusal.status == 401:
        given.headers["www-authenticate"] = "Bearer"
    return given
