"""Files: uploaded before the message that carries them, and downloaded."""

from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, MultipartBody
from litestar.response import Stream
from msgspec import Meta, Struct

from oase.conversations import MessageFile, insert_upload, stored_file
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.web.api.conversations import READ, REPLY
from oase.web.api.parts import GivenCaller
from oase.web.api.shapes import Attachment, shown
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]
MAXIMUM_BYTES: Final = 50 * 1024 * 1024
_NAME_CHARACTERS: Final = 255


class Upload(Struct, kw_only=True, forbid_unknown_fields=True):
    """A file to be uploaded."""

    file: Annotated[UploadFile, Meta(description="The file, with its name and type.")]


def public(file: MessageFile) -> Attachment:
    """A file as the API shows it."""
    return shown(Attachment, file)


async def _find(work: UnitOfWork, attachment_id: UUID) -> MessageFile:
    found = await stored_file(work, attachment_id)
    if found is None:
        raise NotFound(message("This file does not exist."))
    return found


@post("/attachments", opt=REPLY, summary="Upload a file", tags=["Attachments"], request_max_body_size=MAXIMUM_BYTES + 100_000)
async def upload(services: GivenServices, caller: GivenCaller, data: MultipartBody[Upload]) -> Response[Attachment]:
    """At most 50 MB. Name its id in `attachment_ids` of a message within two days, else it is deleted."""
    content = await data.file.read()
    if not content:
        raise Invalid(message("The file is empty."), field="file")
    if len(content) > MAXIMUM_BYTES:
        raise Invalid(message("The file is larger than %(n)s MB.", n=MAXIMUM_BYTES // 1024 // 1024), field="file")
    key = f"files/{caller.workspace_id}/{new_id()}"
    kind = (data.file.content_type or "application/octet-stream")[:120]
    await services.blobs.put(key, content, kind)
    facts = {
        "name": (data.file.filename or "file").replace("\x00", "")[:_NAME_CHARACTERS],
        "type": kind,
        "size_bytes": len(content),
        "blob_key": key,
        "uploaded_by": caller.agent_id,
    }
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        made = public(await _find(work, await insert_upload(work, facts)))
    return Response(made, status_code=201, headers={"location": f"/api/v1/attachments/{made.id}"})


@get("/attachments/{attachment_id:uuid}", opt=READ, summary="Read about a file", tags=["Attachments"])
async def read(services: GivenServices, caller: GivenCaller, attachment_id: FromPath[UUID]) -> Attachment:
    """Its name, type, size and state."""
    async with services.database.work(caller.workspace_id) as work:
        return public(await _find(work, attachment_id))


@get(
    "/attachments/{attachment_id:uuid}/content",
    opt=READ,
    summary="Download a file",
    tags=["Attachments"],
    media_type="application/octet-stream",
)
async def download(services: GivenServices, caller: GivenCaller, attachment_id: FromPath[UUID]) -> Stream:
    """Its bytes, always as a download."""
    async with services.database.work(caller.workspace_id) as work:
        file = await _find(work, attachment_id)
    if file.state != "stored":
        raise NotFound(message("The bytes of this file are not here (yet)."))
    size = await services.blobs.size(file.blob_key)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name or 'file', safe='')}",
        "content-length": str(size),
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, max-age=86400, immutable",
        "x-file-type": file.type.encode("ascii", "replace").decode(),
    }
    return Stream(services.blobs.stream(file.blob_key), media_type="application/octet-stream", headers=headers)


handlers: Final = [upload, read, download]
