"""Everything about a person as one ZIP: a JSON file for each kind of record, and the files themselves."""

import tempfile
import zipfile
from collections.abc import AsyncIterator
from typing import IO, Any, Final
from uuid import UUID

import msgspec
from litestar.response import Stream

from oase.kernel.blobs import BlobMissing, Blobs
from oase.people import Collected

_IN_MEMORY_BYTES: Final = 4 * 1024 * 1024
_CHUNK_BYTES: Final = 256 * 1024


async def write_archive(collected: Collected, about: dict[str, Any], blobs: Blobs) -> IO[bytes]:
    """The archive in a temporary file, at its beginning; files that are gone are named in `about.json`. Raises Unavailable."""
    target = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - `sent` closes it
    missing: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, records in collected.records.items():
            archive.writestr(f"{name}.json", msgspec.json.format(msgspec.json.encode(records), indent=2))
        for file in collected.files:
            try:
                with archive.open(zipfile.ZipInfo(file.path), "w", force_zip64=True) as entry:
                    async for chunk in blobs.stream(file.blob_key):
                        entry.write(chunk)
            except BlobMissing:
                missing.append(file.path)
        archive.writestr("about.json", msgspec.json.format(msgspec.json.encode({**about, "missing": missing}), indent=2))
    target.seek(0)
    return target


def sent(target: IO[bytes], person_id: UUID) -> Stream:
    """The answer that brings the archive, to be saved."""
    headers = {"content-disposition": f'attachment; filename="person-{str(person_id)[-12:]}.zip"', "cache-control": "no-store"}
    return Stream(_pieces(target), media_type="application/zip", headers=headers, status_code=200)


async def _pieces(target: IO[bytes]) -> AsyncIterator[bytes]:
    with target:
        while chunk := target.read(_CHUNK_BYTES):
            yield chunk
