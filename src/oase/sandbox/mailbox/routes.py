"""The routes of the mailbox, below `/sandbox/control/mails`."""

from typing import Any

from litestar import Response, Router, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody

from oase.sandbox.guard import MAX_BODY_BYTES, PAGE_OPTIONS, answer_errors, own_pages_only
from oase.sandbox.mailbox import reading
from oase.sandbox.mailbox.box import Mailbox, mail_head
from oase.sandbox.mailbox.compose import NewMail

_BASE = "/sandbox/control/mails"
_SEALED = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'"


def mailbox_router(mailbox: Mailbox) -> Router:
    """List, one mail, its HTML, raw text and parts; writing as a customer; emptying."""
    return Router(
        path=_BASE,
        route_handlers=[*_box_routes(mailbox), *_mail_routes(mailbox)],
        before_request=own_pages_only,
        exception_handlers=answer_errors,
        request_max_body_size=MAX_BODY_BYTES,
        opt=PAGE_OPTIONS,
        include_in_schema=False,
    )


def _box_routes(mailbox: Mailbox) -> list[HTTPRouteHandler]:
    @get("/")
    async def mails(limit: FromQuery[int] = 200) -> list[dict[str, Any]]:
        return [mail_head(each) for each in mailbox.newest(limit)]

    @get("/proposal")
    async def proposal() -> dict[str, str]:
        return {"to": mailbox.settings.oase_address}

    @post("/")
    async def write(data: JSONBody[NewMail]) -> dict[str, Any]:
        return mail_head(await mailbox.write(data))

    @delete("/")
    async def clear() -> None:
        mailbox.clear()

    return [mails, proposal, write, clear]


def _mail_routes(mailbox: Mailbox) -> list[HTTPRouteHandler]:
    @get("/{mail_id:str}")
    async def mail(mail_id: FromPath[str]) -> dict[str, Any]:
        found = mailbox.mail(mail_id)
        return {**mail_head(found), **reading.whole(found.raw)}

    @get("/{mail_id:str}/html")
    async def html(mail_id: FromPath[str]) -> Response[str]:
        text = reading.html(mailbox.mail(mail_id).raw, f"{_BASE}/{mail_id}/parts/")
        return Response(text, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _SEALED})

    @get("/{mail_id:str}/raw")
    async def raw(mail_id: FromPath[str]) -> Response[bytes]:
        return Response(mailbox.mail(mail_id).raw, media_type="text/plain; charset=utf-8", headers=_quiet("raw.eml"))

    @get("/{mail_id:str}/parts/{place:int}")
    async def part(mail_id: FromPath[str], place: FromPath[int]) -> Response[bytes]:
        try:
            data, kind, name = reading.part(mailbox.mail(mail_id).raw, place)
        except IndexError:
            return Response(b"", status_code=404)
        return Response(data, media_type=kind, headers=_quiet("" if kind.startswith("image/") else name))

    return [mail, html, raw, part]


def _quiet(filename: str) -> dict[str, str]:
    """Headers under which a file from a mail can do no harm; a name makes it a download."""
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
    if filename and filename != "raw.eml":
        plain = filename.encode("ascii", "replace").decode().replace('"', "_")
        headers["Content-Disposition"] = f'attachment; filename="{plain}"'
    return headers
