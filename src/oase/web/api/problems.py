"""Errors as programs get them: problem+json (RFC 9457), every input at fault named by a JSON pointer.

OaseError · ValidationException · HTTPException · anything else --> Problem
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from msgspec import Meta, Struct

from oase.channels.contract import ChannelError
from oase.conversations import OutOfDate
from oase.kernel import errors
from oase.web.guards import NotSignedIn

log = structlog.get_logger()
AnyRequest = Request[Any, Any, Any]
MEDIA_TYPE: Final = "application/problem+json"
_TYPES: Final = "/api/v1/problems/"
_KINDS: Final[tuple[tuple[type[Exception], int, str], ...]] = (
    (NotSignedIn, 401, "not-authenticated"),
    (OutOfDate, 412, "out-of-date"),
    (errors.NotFound, 404, "not-found"),
    (errors.Invalid, 422, "invalid"),
    (ChannelError, 422, "channel-cannot"),
    (errors.Conflict, 409, "conflict"),
    (errors.Forbidden, 403, "not-allowed"),
    (errors.TooMany, 429, "too-many-requests"),
    (errors.Unavailable, 503, "unavailable"),
)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `([^`]*)`")
_ABSENT: Final = re.compile(r"Missing required .*parameter '([^']*)'")
_MISSING: Final = re.compile(r"Object missing required field `([^`]*)`")


class ProblemPart(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One input at fault."""

    detail: Annotated[str, Meta(description="What is wrong, in a sentence.")]
    pointer: Annotated[str, Meta(description="Where in the body (RFC 6901).", examples=["#/message/text"])] = ""
    parameter: Annotated[str, Meta(description="Or: which query parameter or header.", examples=["limit"])] = ""


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong (RFC 9457)."""

    type: Annotated[str, Meta(description="The kind of problem; stable.", examples=[f"{_TYPES}invalid"])]
    title: Annotated[str, Meta(description="The kind in words.", examples=["Unprocessable Entity"])]
    status: Annotated[int, Meta(description="The HTTP status.", examples=[422])]
    detail: Annotated[str, Meta(description="What happened and what to do.", examples=["The first message is empty."])] = ""
    instance: Annotated[str, Meta(description="The path of the request.")] = ""
    request_id: Annotated[str, Meta(description="Names the request in the logs.")] = ""
    errors: Annotated[tuple[ProblemPart, ...], Meta(description="Each input at fault.")] = ()


class InvalidInputs(errors.Invalid):
    """Several inputs cannot be used: a sentence for each, by field."""

    def __init__(self, found: Mapping[str, str]) -> None:
        field, text = next(iter(found.items()))
        super().__init__(text, field=field)
        self.found = found


class NotJson(errors.OaseError):
    """The body is no JSON that can be read."""


def on_oase_error(request: AnyRequest, error: errors.OaseError) -> Response[bytes]:
    """What the slices refuse."""
    status, kind = next(((status, kind) for cls, status, kind in _KINDS if isinstance(error, cls)), (500, "failed"))
    if isinstance(error, NotJson):
        status, kind = 400, "not-json"
    if status >= 500:
        log.error("api.failed", path=request.url.path, error=str(error), exc_info=error)
    field = getattr(error, "field", "")
    found = error.found if isinstance(error, InvalidInputs) else {field: str(error)} if field else {}
    headers = {"retry-after": str(error.retry_after_seconds)} if isinstance(error, errors.TooMany) else {}
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="oase"'
    parts = tuple(_part(request, str(text), name) for name, text in found.items())
    return _problem(request, status, kind, str(error), parts, headers)


def on_invalid(request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """What does not have the form that the description demands."""
    found = error.extra if isinstance(error.extra, list) else []
    names = _sent_names(request)
    parts = tuple(_shaped(one, names) for one in found if isinstance(one, dict))
    if not parts and (absent := _ABSENT.search(error.detail)):
        parts = (ProblemPart(detail=f"“{absent[1]}” is missing.", parameter=absent[1]),)
    detail = parts[0].detail if parts else error.detail
    return _problem(request, 422, "invalid", detail, parts)


def _sent_names(request: AnyRequest) -> dict[str, str]:
    """What parameters of the handler are called in a request, where that differs."""
    parameters = request.route_handler.parsed_fn_signature.parameters
    return {name: sent for name, one in parameters.items() if (sent := getattr(one.kwarg_definition, "name", None))}


def _shaped(found: dict[str, Any], names: Mapping[str, str]) -> ProblemPart:
    """The framework's words in ours; `source` says where the input was."""
    text, key = str(found.get("message", "")), str(found.get("key", ""))
    if unknown := _UNKNOWN.search(text):
        key, text = _joined(key, unknown[1]), f"There is no field “{unknown[1]}”."
    elif missing := _MISSING.search(text):
        key, text = _joined(key, missing[1]), f"The field “{missing[1]}” is missing."
    if found.get("source") == "body":
        plain = key.removeprefix("data").replace("[", ".").replace("]", "").strip(".")
        return ProblemPart(detail=text, pointer="#/" + plain.replace(".", "/") if plain else "#")
    return ProblemPart(detail=text, parameter=names.get(key, key))


def _joined(key: str, name: str) -> str:
    return name if key in ("", "data") or key.endswith(name) else f"{key}.{name}"


def on_http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What the framework refuses: unknown paths, wrong methods, bodies that are too large."""
    kind = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}.get(error.status_code, "refused")
    return _problem(request, error.status_code, kind, error.detail if error.status_code < 500 else "", (), error.headers or {})


def on_crash(request: AnyRequest, error: Exception) -> Response[bytes]:
    """What nobody foresaw."""
    log.error("api.crashed", path=request.url.path, error=repr(error), exc_info=error)
    return _problem(request, 500, "failed", "Something went wrong on our side. It has been written down.")


def _part(request: AnyRequest, detail: str, field: str) -> ProblemPart:
    if field in request.query_params or field.lower() in request.headers:
        return ProblemPart(detail=detail, parameter=field)
    return ProblemPart(detail=detail, pointer="#/" + field.replace(".", "/"))


def _problem(
    request: AnyRequest,
    status: int,
    kind: str,
    detail: str,
    parts: tuple[ProblemPart, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    body = Problem(
        type=_TYPES + kind,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
        request_id=request.scope["state"].get("request_id", ""),
        errors=parts,
    )
    return Response(msgspec.json.encode(body), status_code=status, media_type=MEDIA_TYPE, headers=headers or {})
