"""Files: attachments, raw mails, pictures. A folder by default, S3-compatible storage by setting, memory for tests.

    bytes or a stream --put--> key ... get / stream --> bytes

A key is a path such as `<workspace>/attachments/<id>`. What was put is durable when `put` returns: in a folder the file and
its name are synced to the disk; what breaks off half-way leaves nothing under the key.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from oase.kernel.errors import NotFound, Unavailable
from oase.kernel.i18n import message
from oase.kernel.settings import BadSetting, Settings

_KEY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_CHUNK_BYTES: Final = 256 * 1024
_ONE_PIECE_BYTES: Final = 8_000_000
_AT_ONCE: Final = 8
_SYNCS_AT_ONCE: Final = 32

Content = bytes | AsyncIterable[bytes]


class BlobMissing(NotFound):
    """No file lies under this key."""


class Blobs:
    """One place for files. Raises Unavailable when it does not answer."""

    def __init__(self, store: LocalStore | MemoryStore | S3Store, *, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    async def put(self, key: str, content: Content, type: str = "application/octet-stream") -> int:
        """Stores a file under `key`, replacing what lay there, and gives its size in bytes."""
        counted = content if isinstance(content, bytes) else _Counted(content)
        await self._write(key, counted, type)
        await self._sync(key)
        return len(content) if isinstance(content, bytes) else counted.size_bytes  # type: ignore[union-attr]

    async def put_all(self, files: Sequence[tuple[str, bytes, str]]) -> None:
        """Stores many small files, each a key, its content and type. They are durable together: a disk is slow one by one."""
        left = iter(files)

        async def write_next() -> None:
            for key, content, type in left:
                await self._write(key, content, type)

        await asyncio.gather(*(write_next() for _ in range(_AT_ONCE)))
        await self._sync(*(key for key, _, _ in files))

    async def _write(self, key: str, content: "bytes | _Counted", type: str) -> None:
        attributes = {"Content-Type": type} if isinstance(self._store, S3Store) else None
        with _plain_errors():
            # a small file in one piece: a quarter of the work
            pieces = not isinstance(content, bytes) or len(content) > _ONE_PIECE_BYTES
            await self._store.put_async(_checked(key), content, attributes=attributes, use_multipart=pieces)

    async def get(self, key: str) -> bytes:
        """The whole file; raises BlobMissing."""
        with _plain_errors(key):
            result = await self._store.get_async(_checked(key))
            return bytes(await result.bytes_async())

    async def stream(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The file piece by piece, from byte `start` up to but not including `end`; raises BlobMissing before the first piece."""
        stop = min(end, await self.size(key)) if end is not None else await self.size(key)
        if start >= stop:
            return
        with _plain_errors(key):
            result = await self._store.get_async(_checked(key), options={"range": (start, stop)})
            async for chunk in result.stream(min_chunk_size=_CHUNK_BYTES):
                yield bytes(chunk)

    async def size(self, key: str) -> int:
        """The size of the file in bytes; raises BlobMissing."""
        with _plain_errors(key):
            return (await self._store.head_async(_checked(key)))["size"]

    async def exists(self, key: str) -> bool:
        """Whether a file lies under this key."""
        try:
            await self.size(key)
        except BlobMissing:
            return False
        return True

    async def delete(self, *keys: str) -> None:
        """Deletes files; those that are not there are passed over."""
        for key in keys:
            try:
                with _plain_errors(key):
                    await self._store.delete_async(_checked(key))
            except BlobMissing:
                continue

    async def keys(self, prefix: str = "") -> AsyncIterator[tuple[str, int]]:
        """Every key below `prefix` with the file's size in bytes, in no order."""
        with _plain_errors(prefix):
            async for batch in self._store.list(prefix or None, chunk_size=500):
                for entry in batch:
                    yield entry["path"], entry["size"]

    async def _sync(self, *keys: str) -> None:
        if self._folder:
            await asyncio.to_thread(_sync_files, self._folder, [self._folder / key for key in keys])


class _Counted:
    """A stream that is counted while it passes."""

    def __init__(self, content: AsyncIterable[bytes]) -> None:
        self._content = content
        self.size_bytes = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._content:
            self.size_bytes += len(chunk)
            yield chunk


def in_memory() -> Blobs:
    """Files that live as long as the process: for tests."""
    return Blobs(MemoryStore())


def in_folder(folder: Path) -> Blobs:
    """Files in a folder, which is made if it is not there, closed to others."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Blobs(LocalStore(folder), folder=folder)


def open_blobs(settings: Settings) -> Blobs:
    """The place for files that the settings name; raises BadSetting."""
    if not settings.blobs_url:
        return in_folder(settings.data_dir / "blobs")
    scheme, _, rest = settings.blobs_url.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise BadSetting(f"The setting OASE_BLOBS_URL is {settings.blobs_url!r}, but must be s3://bucket or s3://bucket/prefix.")
    return Blobs(
        S3Store(
            bucket,
            prefix=prefix.strip("/") or None,
            endpoint=settings.blobs_endpoint or None,
            region=settings.blobs_region,
            access_key_id=settings.blobs_key_id or None,
            secret_access_key=settings.blobs_secret.reveal() or None,
            client_options={
                "allow_http": settings.blobs_endpoint.startswith("http://"),
                "timeout": "60s",
                "connect_timeout": "5s",
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
        )
    )


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key for a file.")
    return key


@contextmanager
def _plain_errors(key: str = "") -> Iterator[None]:
    """Errors of the store as ours. With `key`, what is not found is that file; without, it is the bucket or folder."""
    try:
        yield
    except (BaseError, FileNotFoundError, PermissionError) as error:
        if key and isinstance(error, FileNotFoundError):
            raise BlobMissing(message("The file %(key)s does not exist.", key=key)) from None
        raise Unavailable(message("The place for files does not answer at the moment.")) from error


def _sync_files(root: Path, files: Sequence[Path]) -> None:
    """Makes files and their names durable (fsync of each file and of each folder up to the root)."""
    if len(files) > 1:
        # the file system writes its journal once for all who wait at that moment
        with ThreadPoolExecutor(_SYNCS_AT_ONCE) as pool:
            list(pool.map(_sync_path, files))
    folders = dict.fromkeys(parent for file in files for parent in file.parents if parent == root or root in parent.parents)
    for path in (*(files if len(files) == 1 else ()), *folders):
        _sync_path(path)


def _sync_path(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except (FileNotFoundError, PermissionError):  # replaced or deleted meanwhile; folders cannot be opened on Windows
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
