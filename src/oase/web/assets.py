"""Static files, held in memory, with addresses that change with their content.

    static/** --sha256 over names and bytes--> /assets/<version>/<path>   immutable for a year, gzipped beforehand

One version for the whole tree: modules and style sheets point at each other by relative addresses, which then stay right.
A page of an older release that asks for its own version gets today's file, but is told not to keep it.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from markupsafe import Markup
from msgspec import Struct

_FOLDER: Final = Path(__file__).parent / "static"
_COMPRESSED: Final = frozenset({".css", ".js", ".svg", ".json", ".html", ".txt", ".webmanifest"})
_IMPORTS: Final = re.compile(r'^import (?:[^"]+ from )?"\./([^"]+)";', re.MULTILINE)
_FOREVER: Final = "public, max-age=31536000, immutable"


class Asset(Struct, frozen=True):
    """One file, ready to be sent. `packed` is its gzip form, empty where that is no smaller."""

    type: str
    plain: bytes
    packed: bytes


class Assets:
    """All static files of this release, and those made at the start (`extra`: path -> content)."""

    def __init__(self, extra: Mapping[str, bytes] | None = None, folder: Path = _FOLDER) -> None:
        contents = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        contents |= extra or {}
        digest = hashlib.sha256()
        for path in sorted(contents):
            digest.update(path.encode() + b"\0" + hashlib.sha256(contents[path]).digest())
        self.version = digest.hexdigest()[:12]
        self._files = {path: _asset(path, content) for path, content in contents.items()}

    def url(self, path: str) -> str:
        """The address of a file; raises KeyError for one that does not exist, so that a typing mistake is seen at once."""
        if path not in self._files:
            raise KeyError(f"There is no static file {path!r}.")
        return f"/assets/{self.version}/{path}"

    def module(self, path: str) -> Markup:
        """The tags that run a module. All that it imports is asked for at once, not file by file as the imports are read."""
        loads = Markup("").join(
            Markup('<link rel="modulepreload" href="{}">').format(self.url(one)) for one in self._imported(path)
        )
        return loads + Markup('<script type="module" src="{}"></script>').format(self.url(path))

    def _imported(self, path: str) -> list[str]:
        """What a module imports, and what that imports, without itself; in the order in which it is met."""
        met = {path: None}
        for one in (waiting := [path]):
            text = self._files[one].plain.decode()
            beside = [(PurePosixPath(one).parent / name).as_posix() for name in _IMPORTS.findall(text)]
            waiting += [found for found in beside if found not in met]
            met |= dict.fromkeys(beside)
        return list(met)[1:]

    def get(self, path: str) -> Asset | None:
        """The file at this path."""
        return self._files.get(path)


def _asset(path: str, content: bytes) -> Asset:
    suffix = Path(path).suffix
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if suffix in (".js", ".mjs"):
        kind = "text/javascript"
    packed = gzip.compress(content, 9, mtime=0) if suffix in _COMPRESSED else b""
    return Asset(kind, content, packed if packed and len(packed) < len(content) else b"")


@get("/assets/{version:str}/{path:path}", opt={"public": True, "quiet": True}, sync_to_thread=False, include_in_schema=False)
def asset(request: Request[Any, Any, Any], version: FromPath[str], path: FromPath[str]) -> Response[bytes]:
    """One static file."""
    assets: Assets = request.app.state.assets
    found = assets.get(path.lstrip("/"))
    if found is None:
        raise NotFoundException("There is no such file.")
    headers = {"cache-control": _FOREVER if version == assets.version else "no-cache", "vary": "accept-encoding"}
    if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.type, headers=headers | {"content-encoding": "gzip"})
    return Response(found.plain, media_type=found.type, headers=headers)
