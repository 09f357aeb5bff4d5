"""The description of the API: OpenAPI 3.1, made of the handlers and their types."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
from litestar import Litestar, Response, get
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Components, SecurityScheme, Tag
from msgspec import Struct

from oase.web.api.problems import MEDIA_TYPE, Problem

PATH: Final = "/api/v1"
_TAGS: Final = {
    "Conversations": "One concern of one person; may span channels.",
    "Messages": "What is said, in and out, and notes to colleagues.",
    "Attachments": "Files of messages.",
    "Persons": "The humans outside, and their addresses.",
    "Accounts": "The configured connections of channels: set up, tried, changed.",
    "Journal": "Raw deliveries of the outside world, with their fate.",
    "Desk": "Tags, snippets, custom fields.",
    "Rules": "What happens by itself (when, if, then), tried on the past; macros.",
    "Views": "Filters of the inbox, kept under a name.",
    "Staff": "Agents, roles and teams; who calls; the workspace, API tokens, the audit log.",
    "Opening hours": "When is worked: calendars of the company and its teams.",
    "Search": "Over persons and messages.",
    "Webhooks": "Programs are told what happens (Standard Webhooks).",
    "Events": "A live stream of what happens.",
}
_ABOUT: Final = """
Everything that Oase can do, for programs.

**Who may.** `Authorization: Bearer oase_…` with a token from *Administration → API tokens*; it carries permissions by name, and each
route says which it needs (`x-permission`).

**Errors** are `application/problem+json` (RFC 9457); `errors[]` names each input at fault. Unknown fields are refused.

**Repeating.** Send `Idempotency-Key` with anything that changes something: a repetition within 24 hours gets the first answer.
**Clashes.** `If-Match` with the ETag of a conversation: 412 if somebody was faster.
**Lists** are pages: `next` is the `cursor` of the following one. **Limits:** the headers `RateLimit` and `RateLimit-Policy`; 429 says when.
"""
_PROBLEMS: Final = {
    400: "The body is no JSON",
    401: "No token, or one that is not known",
    403: "The permission is missing",
    404: "It does not exist",
    409: "The state does not allow it",
    412: "Somebody was faster (If-Match)",
    413: "The body is too large",
    422: "Something cannot be used; `errors[]` says what",
    429: "Too many requests; Retry-After says when",
    503: "Something does not answer at the moment",
}


def problem_responses() -> dict[int, ResponseSpec]:
    """What every route may answer when something is wrong."""
    return {
        status: ResponseSpec(data_container=Problem, description=words, media_type=MEDIA_TYPE, generate_examples=False)
        for status, words in _PROBLEMS.items()
    }


@lru_cache(maxsize=1)
def document() -> bytes:
    """The description as JSON."""
    from oase.web.api import router

    config = OpenAPIConfig(
        title="Oase",
        version="1",
        use_handler_docstrings=True,
        description=_ABOUT.strip(),
        tags=[Tag(name=name, description=words) for name, words in _TAGS.items()],
        components=Components(
            security_schemes={"token": SecurityScheme(type="http", scheme="bearer", description="An API token: oase_…")}
        ),
        security=[{"token": []}],
    )
    # this application only describes: nothing is given
    given = {name: Provide(lambda: None, sync_to_thread=False) for name in ("services", "directory")}
    app = Litestar([router], openapi_config=config, dependencies=given, logging_config=None)
    found: dict[str, Any] = app.openapi_schema.to_schema()
    _say_permissions(found, app)
    _say_inputs(found)
    return msgspec.json.encode(found)


def _say_permissions(schema: dict[str, Any], app: Litestar) -> None:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            permission = handler.opt.get("permission")
            for path in handler.paths:
                for operation in _operations(schema, f"{PATH}{path}", handler.http_methods):
                    operation["x-permission"] = str(permission)


def _operations(schema: dict[str, Any], path: str, methods: Sequence[str] | set[str]) -> list[dict[str, Any]]:
    plain = "/".join(part.split(":")[0] + "}" if part.startswith("{") else part for part in path.split("/"))
    item = schema["paths"].get(plain, {})
    return [item[method.lower()] for method in methods if method.lower() in item]


def _say_inputs(schema: dict[str, Any]) -> None:
    """What comes in, described by what reads it: limits of the items of lists too, and no fields but those described."""
    known = schema["components"]["schemas"]
    ours = [kind for kind in Struct.__subclasses__() if kind.__module__.startswith("oase.web.api.")]
    for kind in ours:
        if kind.__struct_config__.forbid_unknown_fields and kind.__name__ in known:
            try:
                known |= msgspec.json.schema_components([kind], ref_template="#/components/schemas/{name}")[1]
            except TypeError:  # an upload: no JSON, so only the framework can describe it
                known[kind.__name__]["additionalProperties"] = False


@get("/openapi.json", opt={"public": True, "api": True}, include_in_schema=False)
async def describe() -> Response[bytes]:
    """The description, for everybody: it holds nothing of a workspace."""
    return Response(document(), media_type="application/json", headers={"cache-control": "public, max-age=300"})


__all__ = ["PATH", "describe", "document", "problem_responses"]
