"""Logs: one line per thing that happened, for people (text) or machines (JSON), with the ids it belongs to, without secrets.

    structlog.get_logger("oase.intake").info("delivery taken in", count=3)
    with bound(workspace_id=workspace.id, message_id=message.id): …      # every line within carries them

Everything that other libraries log through `logging` (uvicorn, procrastinate, aiohttp) takes the same way. Below the chosen
level a call costs next to nothing: the method is an empty function.
"""

import logging
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Final, Literal, TextIO
from uuid import UUID

import msgspec
import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

from oase.kernel.secrets import Secret

MASK: Final = "***"
_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_SECRET_WORDS: Final = ("password", "passwort", "token", "secret", "authorization", "cookie", "api_key", "apikey", "credential")
_CHATTY: Final = ("aiohttp.access", "asyncio", "botocore", "urllib3", "mail.log", "slixmpp")  # below warning, nobody needs them


def set_up(*, form: Literal["text", "json"] = "text", level: str = "info", stream: TextIO | None = None) -> None:
    """Sets logging up for this process; to be called once, before the first line."""
    out, threshold = stream or sys.stderr, _LEVELS[level]
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_to_json)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        masked,
    ]
    end: list[Processor] = [structlog.processors.format_exc_info, renderer] if form == "json" else [renderer]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *end],
        )
    )
    root = logging.getLogger()
    root.handlers, root.level = [handler], threshold
    _take_over(threshold)


def bound(**ids: object) -> AbstractContextManager[None]:
    """Binds ids (request_id, message_id, account_id, workspace_id) to every line within, across awaits."""
    return bound_contextvars(**ids)


def masked(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Masks what must not be seen: Secret values, and anything under a name that speaks of a secret, at any depth."""
    for name, value in event.items():
        event[name] = _without_secrets(name, value)
    return event


def _without_secrets(name: str, value: Any) -> Any:
    if isinstance(value, Secret) or (value and _speaks_of_secret(name)):
        return MASK
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _without_secrets(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_secrets("", item) for item in value]
    return value


def _speaks_of_secret(name: str) -> bool:
    lower = name.lower().replace("-", "_")
    return any(word in lower for word in _SECRET_WORDS)


def _take_over(threshold: int) -> None:
    """Lines of libraries that bring handlers of their own go our way, once."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "procrastinate", "aiohttp", "alembic", "sqlalchemy"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)  # the web layer logs requests itself, with their ids
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
    logging.captureWarnings(True)


def _to_json(event: EventDict, **_: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
