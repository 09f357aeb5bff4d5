"""The API's description for developers (OpenAPI 3.1), made from the shapes that the requests are read and answered with."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import Struct

from oase.web.customerapp import shapes
from oase.web.customerapp.api import HANDLERS

_REF: Final = "#/components/schemas/{name}"
_BODIES: Final[Mapping[str, Any]] = {
    "beginSession": shapes.NewSession, "say": shapes.NewMessage, "typing": shapes.Typing, "read": shapes.Read,
    "registerDevice": shapes.NewDevice,
}  # fmt: skip
_ANSWERS: Final[Mapping[str, type[Struct]]] = {
    "beginSession": shapes.Session, "about": shapes.About, "listConversations": shapes.Conversations, "listMessages": shapes.Page,
    "say": shapes.Taken, "upload": shapes.Uploaded, "unread": shapes.Unread, "registerDevice": shapes.Registered,
}  # fmt: skip
_QUERIES: Final[Mapping[str, Mapping[str, tuple[str, dict[str, Any]]]]] = {
    "about": {"lang": ("en or de", {"type": "string"})},
    "listMessages": {
        "before": ("the id of the oldest message at hand: what was said before it", {"type": "string", "format": "uuid"}),
        "conversation": ("of one conversation only", {"type": "string", "format": "uuid"}),
        "limit": ("how many", {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}),
    },
    "upload": {
        "name": ("the file's name", {"type": "string", "maxLength": 200}),
        "width": ("of a picture, in pixels", {"type": "integer"}),
        "height": ("of a picture, in pixels", {"type": "integer"}),
    },
}
_OPEN: Final = ("beginSession", "about", "download")
_ERRORS: Final[Mapping[str, str]] = {
    "401": "The token is missing, over, or not ours (`session`); the company's JWT cannot be used (`token`).",
    "403": "A web page that the account does not name (`origin`); files are not wanted (`no_files`).",
    "404": "There is no such app (`gone`).",
    "413": "Too large (`too_long`, `file_too_large`).",
    "422": "The request is not of the right form (`malformed`, `device`); `why` says where.",
    "428": "Very many customers come at once: solve the puzzle in `why` and send it along (`puzzle`).",
    "429": "Too fast (`slow`); Retry-After says when to come again.",
    "503": "Not now (`later`); Retry-After says when to come again.",
}
_STREAM: Final = """Server-sent events. The first connection begins with `{"sync": [messages], "presence": {…}}`, the newest hundred
messages. Then, as it happens: `{"message": …}`, `{"typing": true}` while an agent types, `{"read": "…"}` when the customer's messages
were read. A comment line comes every 20 seconds. The stream ends by itself after about ten minutes and at restarts: connect again, at
once the first time, then with growing pauses, and send the last `id:` as `Last-Event-ID`: then it says `{"presence": {…}}` and goes on
behind that event, with nothing lost and nothing twice. Where it cannot (after hours, after signing in, after a thousand events) it begins
with `sync` again; `GET messages?before=` has what is older. A message whose `id` you have is that message as it is now. Confirm what
arrives by `POST read` with `delivered`, or a push message goes out."""


@cache
def description() -> bytes:
    """The whole description as JSON."""
    types = [*_BODIES.values(), *_ANSWERS.values(), shapes.Problem, shapes.Message]
    _, components = msgspec.json.schema_components(types, ref_template=_REF)
    schemas = {name.rpartition(".")[2]: schema for name, schema in components.items()}
    paths: dict[str, dict[str, Any]] = {}
    for handler in HANDLERS:
        path = next(iter(handler.paths)).replace("{reference:str}", "{reference}").replace("{device_id:uuid}", "{device_id}")
        method = next(one for one in sorted(handler.http_methods) if one not in ("OPTIONS", "HEAD")).lower()
        paths.setdefault(f"/app/{{account}}/v1{path}", {})[method] = _operation(handler, path)
    paths["/app/{account}/v1/stream"] = {"get": _stream_operation()}
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Oase: the app channel",
                "version": "1",
                "description": "For a company's own app and its customers.",
            },
            "paths": paths,
            "components": {
                "schemas": schemas,
                "securitySchemes": {"session": {"type": "http", "scheme": "bearer", "description": "of POST session"}},
            },
        }
    )


def _operation(handler: Any, path: str) -> dict[str, Any]:
    name = handler.operation_id
    parameters = [_parameter("account", "path", "the account's id", {"type": "string", "format": "uuid"})]
    parameters += [_parameter(one, "path", "", {"type": "string"}) for one in ("reference", "device_id") if f"{{{one}}}" in path]
    parameters += [_parameter(one, "query", words, schema) for one, (words, schema) in _QUERIES.get(name, {}).items()]
    good: dict[str, Any] = {"description": "done"}
    if name in _ANSWERS:
        good["content"] = _json(_ANSWERS[name])
    elif name == "download":
        good["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": handler.summary,
        "description": " ".join((handler.fn.__doc__ or "").split()),
        "parameters": parameters,
        "responses": {str(handler.status_code): good, **_errors()},
        "security": [] if name in _OPEN else [{"session": []}],
    }
    if name in _BODIES:
        operation["requestBody"] = {"required": True, "content": _json(_BODIES[name])}
    elif name == "upload":
        operation["requestBody"] = {"required": True, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
    return operation


def _stream_operation() -> dict[str, Any]:
    stream = {"description": _STREAM, "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    return {
        "operationId": "stream",
        "summary": "What happens, as it happens",
        "description": _STREAM,
        "parameters": [
            _parameter("account", "path", "the account's id", {"type": "string", "format": "uuid"}),
            _parameter("Last-Event-ID", "header", "the id of the last event that was seen", {"type": "string"}),
        ],
        "responses": {"200": stream, **_errors()},
        "security": [{"session": []}],
    }


def _parameter(name: str, place: str, words: str, schema: dict[str, Any]) -> dict[str, Any]:
    required = place == "path" or name == "name"
    return {"name": name, "in": place, "required": required, "description": words, "schema": schema}


def _errors() -> dict[str, Any]:
    return {status: {"description": words, "content": _json(shapes.Problem)} for status, words in _ERRORS.items()}


def _json(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REF)
    return {"application/json": {"schema": schema}}
