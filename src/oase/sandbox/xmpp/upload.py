"""The upload service (XEP-0363): slots over the stream, files over HTTP, in the sandbox's web application."""

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from xml.etree.ElementTree import Element

import msgspec
from litestar import Request, Response, get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from oase.sandbox.places import File
from oase.sandbox.whatsapp.answers import Answer, plain_error
from oase.sandbox.xmpp import names
from oase.sandbox.xmpp.errors import Refused
from oase.sandbox.xmpp.wire import make

if TYPE_CHECKING:
    from oase.sandbox.xmpp.platform import Xmpp

MOST_BYTES: Final = 10 * 1024 * 1024
_KEEP: Final = 1_000


class Slot(msgspec.Struct, kw_only=True):
    """A place for one file; `file` once it was put there."""

    name: str
    type: str
    size: int
    file: File | None = None


class Upload:
    """The service under a name of its own."""

    def __init__(self, platform: "Xmpp", domain: str) -> None:
        self._platform = platform
        self.jid = f"upload.{domain}"
        self._slots: dict[str, Slot] = {}

    def info(self) -> Element:
        """What the service is, and the largest file."""
        identity = make(f"{names.INFO} identity", category="store", type="file", name="HTTP File Upload")
        kind = make(f"{names.FORM} field", make(f"{names.FORM} value", names.UPLOAD), var="FORM_TYPE", type="hidden")
        most = make(f"{names.FORM} field", make(f"{names.FORM} value", str(MOST_BYTES)), var="max-file-size")
        form = make(f"{names.FORM} x", kind, most, type="result")
        features = [make(f"{names.INFO} feature", var=one) for one in (names.INFO, names.UPLOAD)]
        return make(f"{names.INFO} query", identity, *features, form)

    def slot(self, asked: Element) -> Element:
        """Where a file may be put, and where it will be found. Raises Refused."""
        name, size = (asked.get("filename") or "").rpartition("/")[2], asked.get("size") or ""
        if not 0 < len(name) <= 255 or not (size.isdecimal() and len(size) <= 12 and int(size) > 0):
            raise Refused("bad-request")
        if int(size) > MOST_BYTES:
            most = make(f"{names.UPLOAD} max-file-size", str(MOST_BYTES))
            more = make(f"{names.UPLOAD} file-too-large", most)
            raise Refused("not-acceptable", f"A file may have {MOST_BYTES} bytes.", more=more)
        type = asked.get("content-type") or "application/octet-stream"
        address = self._place(Slot(name=name, type=type, size=int(size)))
        return make(f"{names.UPLOAD} slot", make(f"{names.UPLOAD} put", url=address), make(f"{names.UPLOAD} get", url=address))

    def put(self, file: File) -> str:
        """A customer's program has put a file; gives its address."""
        return self._place(Slot(name=file.name, type=file.type, size=len(file.data), file=file))

    def found(self, address: str) -> File | None:
        """The file at an address of ours."""
        start = f"{self._platform.base_url}/files/"
        slot = self._slots.get(address.removeprefix(start).partition("/")[0]) if address.startswith(start) else None
        return slot.file if slot is not None else None

    def _place(self, slot: Slot) -> str:
        id = secrets.token_urlsafe(18)
        self._slots[id] = slot
        if len(self._slots) > _KEEP:
            del self._slots[next(iter(self._slots))]
        return f"{self._platform.base_url}/files/{id}/{quote(slot.name, safe='')}"

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """PUT and GET of one file."""

        @put("/files/{slot:str}/{name:str}", status_code=201)
        async def take(slot: FromPath[str], name: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
            return await self._take(slot, request)

        @get("/files/{slot:str}/{name:str}", sync_to_thread=False)
        def give(slot: FromPath[str], name: FromPath[str]) -> Answer:
            found = self._slots.get(slot)
            if found is None or found.file is None or self._platform.struck("media_expired"):
                return plain_error(404)
            safe = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
            return Response(found.file.data, media_type=found.file.type, headers=safe)

        return [take, give]

    async def _take(self, id: str, request: Request[Any, Any, Any]) -> Answer:
        fault = await self._platform.fault_before()
        if fault:
            return fault
        slot, data = self._slots.get(id), await request.body()
        if slot is None or slot.file is not None:
            return plain_error(403)
        if len(data) != slot.size:
            return plain_error(413 if len(data) > slot.size else 400)
        slot.file = self._platform.phone.add_file(slot.name, slot.type, data)
        return Response(b"", status_code=201, media_type="text/plain")
