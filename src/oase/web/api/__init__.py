"""The JSON API, version 1: `/api/v1`, described at `/api/v1/openapi.json`.

request --guard: token or session, limit, permission--> strict JSON --> action or query --> resource | problem+json
"""

from typing import Final

from litestar import Router
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException

from oase.kernel.errors import OaseError
from oase.web.api import (
    accounts,
    agents,
    calendar_sources,
    calendars,
    conversations,
    desk,
    duty,
    events,
    files,
    finding,
    floor,
    journal,
    macros,
    messages,
    persons,
    planning,
    problems,
    promises,
    public,
    reports,
    rule_trials,
    rules,
    shifts,
    signals,
    staff,
    views,
    webhooks,
)
from oase.web.api.description import PATH, describe, document, problem_responses
from oase.web.api.guard import given_caller, given_parts, known_caller, tell_limits
from oase.web.api.request import ApiRequest

MAXIMUM_BODY_BYTES: Final = 2 * 1024 * 1024  # of JSON; uploads say their own
_AREAS: Final = (
    conversations,
    messages,
    public,
    signals,
    files,
    persons,
    accounts,
    journal,
    desk,
    planning,
    promises,
    rules,
    rule_trials,
    macros,
    views,
    agents,
    duty,
    shifts,
    staff,
    calendars,
    calendar_sources,
    finding,
    floor,
    webhooks,
    events,
    reports,
)
_ROUTES: Final = [handler for area in _AREAS for handler in area.handlers]

for _handler in _ROUTES:
    _handler.responses = {**problem_responses(), **(_handler.responses or {})}

router = Router(
    path=PATH,
    route_handlers=[describe, *_ROUTES],
    guards=[known_caller],
    middleware=[tell_limits],
    request_class=ApiRequest,
    request_max_body_size=MAXIMUM_BODY_BYTES,
    dependencies={
        "caller": Provide(given_caller, sync_to_thread=False),
        "parts": Provide(given_parts, sync_to_thread=False),
    },
    exception_handlers={
        OaseError: problems.on_oase_error,
        ValidationException: problems.on_invalid,
        HTTPException: problems.on_http_error,
        Exception: problems.on_crash,
    },
    opt={"cross_site": True},
)
handlers = [router]

__all__ = ["document", "handlers", "router"]
