"""Files and mails of messages: served apart from the pages, under a policy that lets nothing run."""

import re
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from oase.conversations import MessageFile, mail_body, stored_file
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import html

_READ: Final = {"permission": Permission.CONVERSATION_READ}
_SHOWN: Final = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "application/pdf")
_FILE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; object-src 'self';"
    " frame-ancestors 'self'"
)
_MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:{remote}; font-src 'none'; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)$")
_BLANK: Final = "<!doctype html><meta charset=utf-8><base target=_blank><meta name=viewport content='width=device-width'>"
_MAIL_STYLE: Final = (
    "<style>html{color-scheme:light}body{margin:8px;font:14px/1.45 system-ui,'Segoe UI',Roboto,'Noto Sans',sans-serif;color:#20302c;"
    "background:#fff;overflow-wrap:anywhere}img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}"
    "blockquote{margin:8px 0 8px 4px;padding-left:10px;border-left:2px solid #d8d2c4}</style>"
)


@get("/messages/{message_id:uuid}/mail", opt=_READ, include_in_schema=False)
async def show_mail(
    request: Request[Any, Any, Any],
    services: GivenServices,
    viewer: GivenViewer,
    message_id: FromPath[UUID],
    pictures: FromQuery[bool] = False,
) -> Response[Any]:
    """The HTML of a mail, for its frame. Pictures from the internet only when they were asked for."""
    async with services.database.work(viewer.workspace_id) as work:
        body = await mail_body(work, message_id)
    text = body.html
    for file in body.files:
        text = text.replace(f"cid:{file.content_id}", f"/files/{file.id}")
    policy = _MAIL_POLICY.format(remote=" https: http:" if pictures else "")
    headers = {"content-security-policy": policy, "cache-control": "private, max-age=300", "referrer-policy": "no-referrer"}
    return html(request, _BLANK + _MAIL_STYLE + text, headers=headers)


@get("/files/{attachment_id:uuid}", opt=_READ, include_in_schema=False)
async def send_file(
    request: Request[Any, Any, Any],
    services: GivenServices,
    viewer: GivenViewer,
    attachment_id: FromPath[UUID],
) -> Response[Any]:
    """A file, whole or the range that a player asks for."""
    async with services.database.work(viewer.workspace_id) as work:
        file = await stored_file(work, attachment_id)
    if file is None or file.state != "stored":
        raise NotFound(message("This file does not exist."))
    size = await services.blobs.size(file.blob_key)
    start, end = _range(request.headers.get("range", ""), size)
    headers = {**_headers(file), "content-length": str(end - start), "accept-ranges": "bytes"}
    partial = (start, end) != (0, size)
    if partial:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    content = services.blobs.stream(file.blob_key, start=start, end=end)
    return Stream(content, status_code=206 if partial else 200, media_type=_type(file), headers=headers)


def _type(file: MessageFile) -> str:
    """The type to send; whatever a browser might run becomes plain bytes."""
    return file.type if file.type in _SHOWN or file.type.startswith(("audio/", "video/")) else "application/octet-stream"


def _headers(file: MessageFile) -> dict[str, str]:
    shown = file.type in _SHOWN or file.type.startswith(("audio/", "video/"))
    name = quote(file.name or "file", safe="")
    return {
        "content-disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{name}",
        "content-security-policy": _FILE_POLICY,
        "cache-control": "private, max-age=86400, immutable",
        "cross-origin-resource-policy": "same-origin",
    }


def _range(header: str, size: int) -> tuple[int, int]:
    """The bytes asked for, from and up to but not including; everything where the header asks for nothing that can be had."""
    match = _RANGE.match(header)
    if match is None or (not match[1] and not match[2]) or size == 0:
        return 0, size
    if not match[1]:
        return max(0, size - int(match[2])), size
    start, end = int(match[1]), min(int(match[2]) + 1, size) if match[2] else size
    return (start, end) if start < end else (0, size)


handlers: Final = [show_mail, send_file]
