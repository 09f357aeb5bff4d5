"""Files that we sent, by their links: fetched by providers, opened by customers. Nobody signs in here; the link is the key."""

from typing import Any, Final
from urllib.parse import quote

from litestar import get
from litestar.params import FromPath
from litestar.response import Stream

from oase.conversations import read_link, stored_file
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.web.given import GivenServices

_SHOWN: Final = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/")


@get("/f/{link:str}/{name:str}", opt={"public": True, "quiet": True, "cross_site": True}, include_in_schema=False)
async def send_file(services: GivenServices, link: FromPath[str], name: FromPath[str]) -> Stream:
    """The file behind a link; what a browser might run becomes plain bytes."""
    found = read_link(services.book, link)
    if found is None:
        raise NotFound(message("This file does not exist."))
    async with services.database.work(found[0]) as work:
        file = await stored_file(work, found[1])
    if file is None or file.state != "stored":
        raise NotFound(message("This file does not exist."))
    shown = file.type.startswith(_SHOWN)
    headers: dict[str, Any] = {
        "content-disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(file.name or 'file', safe='')}",
        "content-length": str(await services.blobs.size(file.blob_key)),
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "private, max-age=86400, immutable",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
    }
    content = services.blobs.stream(file.blob_key)
    return Stream(content, media_type=file.type if shown else "application/octet-stream", headers=headers)


handlers: Final = [send_file]
