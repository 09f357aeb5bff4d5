"""Uploads to X: pictures in one request; videos in pieces, worked on for a moment.

https://docs.x.com/x-api/media/quickstart/media-upload-chunked (read 2026-11)
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from oase.sandbox.places import File, Json
from oase.sandbox.places.requests import Asked, Refused, Routes, json_answer
from oase.sandbox.whatsapp.answers import Answer

if TYPE_CHECKING:
    from oase.sandbox.x.platform import X

_WORK_SECONDS: Final = 0.2
_PICTURE_BYTES: Final = 5 * 1024 * 1024


class Upload(msgspec.Struct):
    """A file that comes in pieces, or has come."""

    type: str
    category: str
    total: int
    pieces: dict[int, bytes]
    working: bool = False
    file: File | None = None


class Uploads:
    """The files that the company's program has brought."""

    def __init__(self, platform: "X") -> None:
        self._platform = platform
        self._known: dict[str, Upload] = {}
        self.routes: Routes = (
            ("POST", r"/2/media/upload", self._whole),
            ("GET", r"/2/media/upload", self._status),
            ("POST", r"/2/media/upload/initialize", self._begin),
            ("POST", r"/2/media/upload/(\d+)/append", self._append),
            ("POST", r"/2/media/upload/(\d+)/finalize", self._finalize),
        )

    def taken(self, ids: Sequence[str], place: str) -> list[File]:
        """The files with these ids, for a post ("tweet") or a message ("dm"). Raises Refused."""
        files = []
        for key in ids:
            upload = self._known.get(str(key))
            if upload is None or upload.file is None or upload.working or not upload.category.startswith(place):
                raise _bad("Your media IDs are invalid.")
            files.append(upload.file)
        moving = [one for one in files if not one.type.startswith("image/") or one.type == "image/gif"]
        if len(files) > 4 or (moving and len(files) > 1):
            raise _bad("Media of these kinds cannot stand beside each other.")
        return files

    async def _whole(self, asked: Asked) -> Answer:
        given, category = asked.files.get("media"), asked.text("media_category")
        if given is None or not category:
            raise _bad("media and media_category are required.")
        if not category.endswith("_image") or len(given.data) > _PICTURE_BYTES:
            raise _bad("Invalid media category or file size exceeds the limit.")
        file = self._platform.phone.add_file(given.name, given.type, given.data)
        self._known[file.id] = Upload(given.type, category, len(given.data), {}, file=file)
        return json_answer({"data": self._told(file.id)})

    async def _begin(self, asked: Asked) -> Answer:
        if not str(asked.text("media_category")) or not asked.text("media_type"):
            raise _bad("media_type and media_category are required.")
        key = self._platform.new_id("file")
        self._known[key] = Upload(asked.text("media_type"), asked.text("media_category"), asked.whole("total_bytes", 0), {})
        return json_answer({"data": {"id": key, "media_key": f"7_{key}", "expires_after_secs": 86400}})

    async def _append(self, asked: Asked, key: str) -> Answer:
        given = asked.files.get("media")
        if given is None or not asked.text("segment_index").isdigit():
            raise _bad("media and segment_index are required.")
        self._upload(key).pieces[int(asked.text("segment_index"))] = given.data
        return json_answer({"data": {"expires_at": int(self._platform.now().timestamp()) + 86400}})

    async def _finalize(self, asked: Asked, key: str) -> Answer:
        upload = self._upload(key)
        data = b"".join(piece for _, piece in sorted(upload.pieces.items()))
        if len(data) != upload.total:
            raise _bad(f"File size mismatch: {len(data)} of {upload.total} bytes.")
        upload.file = File(id=key, name="", type=upload.type, data=data)
        self._platform.phone.files[key] = upload.file
        upload.working = True
        asyncio.get_running_loop().call_later(_WORK_SECONDS, self._done, key)
        return json_answer({"data": self._told(key)})

    def _done(self, key: str) -> None:
        self._known[key].working = False

    async def _status(self, asked: Asked) -> Answer:
        key = asked.text("media_id")
        self._upload(key)
        return json_answer({"data": self._told(key)})

    def _upload(self, key: str) -> Upload:
        if key not in self._known:
            raise _bad("Your media IDs are invalid.")
        return self._known[key]

    def _told(self, key: str) -> Json:
        upload = self._known[key]
        number = 3 if upload.category.endswith("_image") else 7
        body: Json = {"id": key, "media_key": f"{number}_{key}", "size": upload.total, "expires_after_secs": 86400}
        if upload.pieces:
            state = (
                {"state": "in_progress", "check_after_secs": 1, "progress_percent": 50}
                if upload.working
                else {"state": "succeeded"}
            )
            body["processing_info"] = state
        return body


def _bad(detail: str) -> Refused:
    body = {"title": "Invalid Request", "detail": detail, "type": "https://api.x.com/2/problems/invalid-request", "status": 400}
    return Refused(400, body)
