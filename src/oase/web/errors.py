"""What went wrong, as HTTP: a page for people, a sentence for htmx, problem+json (RFC 9457) for programs.

OaseError / HTTPException / anything else -> Trouble(status, sentence) -> page | toast | problem+json
"""

from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from msgspec import Struct

from oase.kernel import errors
from oase.kernel.db import cannot_be_kept
from oase.kernel.i18n import message
from oase.web.guards import NotSignedIn
from oase.web.pages import fragment, is_partial, reader_of, render, toast

log = structlog.get_logger()
AnyRequest = Request[Any, Any, Any]

_STATUS: Final[tuple[tuple[type[errors.OaseError], int], ...]] = (
    (NotSignedIn, 401),
    (errors.NotFound, 404),
    (errors.Invalid, 422),
    (errors.Conflict, 409),
    (errors.Forbidden, 403),
    (errors.TooMany, 429),
    (errors.Unavailable, 503),
)
_PROGRAM_PATHS: Final = ("/api/", "/hooks/")


class Trouble(Struct, frozen=True, kw_only=True):
    """What is told about an error. `title` is empty where the status says it."""

    status: int
    detail: str
    field: str = ""
    retry_after_seconds: int = 0


def on_oase_error(request: AnyRequest, error: errors.OaseError) -> Response[Any]:
    """Errors that the slices raise on purpose: their message is meant for people."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if isinstance(error, NotSignedIn) and not _for_program(request):
        return _to_sign_in(request)
    if status >= 500:
        log.error("http.failed", path=request.url.path, error=str(error), exc_info=error)
    retry = error.retry_after_seconds if isinstance(error, errors.TooMany) else 0
    return _answer(
        request,
        Trouble(
            status=status, detail=reader_of(request).text(error), field=getattr(error, "field", ""), retry_after_seconds=retry
        ),
    )


def on_http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Errors of the framework: unknown addresses, wrong methods, bodies that cannot be read."""
    detail = error.detail if error.status_code in (400, 413) else ""
    response = _answer(request, Trouble(status=error.status_code, detail=detail))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def on_crash(request: AnyRequest, error: Exception) -> Response[Any]:
    """What nobody foresaw: logged with everything, told without anything. Only a text that PostgreSQL cannot hold is the sender's."""
    if cannot_be_kept(error):
        return on_oase_error(request, errors.Invalid(message("A text has a NUL character.")))
    log.error("http.crashed", path=request.url.path, error=repr(error), exc_info=error)
    return _answer(request, Trouble(status=500, detail=""))


def _answer(request: AnyRequest, trouble: Trouble) -> Response[Any]:
    if _for_program(request):
        return problem(trouble, request.url.path)
    headers = {"retry-after": str(trouble.retry_after_seconds)} if trouble.retry_after_seconds else {}
    context = {"trouble": trouble, "request_id": request.scope["state"].get("request_id", "")}
    if is_partial(request):
        text = fragment(request, "components/error_text.html", trouble=trouble).strip()
        return Response("", status_code=trouble.status, headers=headers | {"hx-reswap": "none"} | toast(text, kind="error"))
    return render(request, "components/error.html", status=trouble.status, headers=headers, **context)


def problem(trouble: Trouble, path: str) -> Response[bytes]:
    """The error as application/problem+json."""
    try:
        title = HTTPStatus(trouble.status).phrase
    except ValueError:
        title = "Error"
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": trouble.status, "instance": path}
    if trouble.detail:
        body["detail"] = trouble.detail
    if trouble.field:
        body["errors"] = [{"detail": trouble.detail, "pointer": f"#/{trouble.field}"}]
    headers = {"retry-after": str(trouble.retry_after_seconds)} if trouble.retry_after_seconds else {}
    return Response(msgspec.json.encode(body), status_code=trouble.status, media_type="application/problem+json", headers=headers)


def _for_program(request: AnyRequest) -> bool:
    accept = request.headers.get("accept", "")
    return request.url.path.startswith(_PROGRAM_PATHS) or ("json" in accept and "text/html" not in accept)


def _to_sign_in(request: AnyRequest) -> Response[Any]:
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if is_partial(request):
        return Response("", status_code=401, headers={"hx-redirect": "/signin"})
    if request.method == "GET" and here not in ("/", "/signin"):
        return Redirect("/signin", query_params={"next": here}, status_code=303)
    return Redirect("/signin", status_code=303)
