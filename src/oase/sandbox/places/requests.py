"""Requests to a simulated API of many paths: read whatever form they have, and sent to the function that answers their path.

request ── read ──▶ Asked ── Routes (method, pattern) ──▶ function(asked, *parts of the path) ──▶ Answer, or Refused
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Request, Response, route
from litestar.datastructures import UploadFile
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

from oase.sandbox.places.types import Json
from oase.sandbox.whatsapp.answers import Answer


class Refused(Exception):
    """A request that the API refuses, with the JSON and the headers of the answer."""

    def __init__(self, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(body))
        self.status, self.body, self.headers = status, body, dict(headers or {})


class Upload(msgspec.Struct):
    """A file that came with a request."""

    name: str
    type: str
    data: bytes


class Asked(msgspec.Struct):
    """One request: `values` of its query and of its JSON or form; a name that comes several times has a list in `lists`."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]
    values: Json
    files: Mapping[str, Upload]
    body: bytes

    def text(self, name: str, otherwise: str = "") -> str:
        """A value as text."""
        value = self.values.get(name)
        return otherwise if value is None else str(value)

    def whole(self, name: str, otherwise: int) -> int:
        """A value as a whole number."""
        text = self.text(name)
        return int(text) if text.isdigit() else otherwise

    def many(self, name: str) -> Sequence[str]:
        """All values of a name: repeated in the query ("name" or "name[]"), or a list in JSON."""
        value = self.values.get(name)
        if isinstance(value, list):
            return [str(one) for one in value]
        return [*self.lists.get(name, ()), *self.lists.get(f"{name}[]", ())]

    @property
    def bearer(self) -> str:
        """The token that it carries."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" else ""


Answering = Callable[..., Awaitable[Answer]]
Routes = Sequence[tuple[str, str, Answering]]
"""Method, regular expression of the path, function: it gets the request and the groups of the expression."""


def json_answer(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None, kind: str = "application/json"
) -> Answer:
    """A JSON answer."""
    return Response(msgspec.json.encode(content), status_code=status, media_type=kind, headers=dict(headers or {}))


def refusal(refused: Refused, kind: str = "application/json") -> Answer:
    """The answer that says what was refused."""
    return json_answer(refused.body, refused.status, refused.headers, kind)


def handler(prefix: str, answer: Callable[[Asked], Awaitable[Answer]]) -> HTTPRouteHandler:
    """One handler for everything below the platform's prefix."""
    methods = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE]

    @route("/{rest:path}", http_method=methods, status_code=200)
    async def everything(request: Request[Any, Any, Any]) -> Answer:
        return await answer(await read(request, prefix))

    return everything


async def dispatch(routes: Routes, asked: Asked, unknown: Refused) -> Answer:
    """The answer of the function for this path. Raises Refused."""
    for method, pattern, answering in routes:
        found = re.fullmatch(pattern, asked.path)
        if found and method == asked.method:
            return await answering(asked, *found.groups())
    raise unknown


async def read(request: Request[Any, Any, Any], prefix: str) -> Asked:
    """Whatever form the request has."""
    pairs = [(str(name), str(value)) for name, value in request.query_params.multi_items()]
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    values: Json = dict(pairs)
    files: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = b""
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        for name, value in (await request.form()).multi_items():
            if isinstance(value, UploadFile):
                files[name] = Upload(value.filename, value.content_type or "application/octet-stream", await value.read())
            else:
                values[name] = value
                lists.setdefault(name, []).append(str(value))
    else:
        body = await request.body()
        if kind == "application/json":
            values |= _json(body)
    headers = {name.lower(): value for name, value in request.headers.items()}
    path = request.url.path.removeprefix(prefix) or "/"
    return Asked(request.method, path, headers, dict(pairs), lists, values, files, body)


def _json(body: bytes) -> Json:
    try:
        value = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return value if isinstance(value, dict) else {}
