"""Requests of the API: strict JSON, conditions (If-Match), requests that may come again (Idempotency-Key), pages.

body --size, depth, form--> struct        act(work) --once per key--> result, kept in the same transaction
"""

import base64
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec
from litestar import Request
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.idempotency import Once, claim, keep, once
from oase.web.api.caller import Caller
from oase.web.api.problems import NotJson
from oase.web.services import Services

T = TypeVar("T")
_KEY_CHARACTERS: Final = 255
_DEPTH: Final = 32
REPLAYED: Final = "idempotency-replayed"


class ApiRequest(Request[Any, Any, Any]):
    """A request whose JSON is read strictly: bounded depth, UTF-8, an object."""

    async def json(self) -> Any:
        """The body; raises NotJson with a sentence for the sender."""
        body = await self.body()
        try:
            content = msgspec.json.decode(body)
        except RecursionError:
            raise NotJson(message("The body is nested too deeply.")) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotJson(message("The body is no JSON: %(why)s.", why=str(error))) from None
        if _depth(content) > _DEPTH:
            raise NotJson(message("The body is nested too deeply."))
        if b"\\u0000" in body and _has_nul(content):
            raise NotJson(message("The body has a text with a NUL character."))
        return content


def _depth(content: Any) -> int:
    """How deeply lists and objects lie in each other; stops counting soon after the limit."""
    depth, level = 0, [content]
    while level and depth <= _DEPTH:
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        depth += 1
    return depth


def _has_nul(content: Any) -> bool:
    """Whether a text in it has the one character that the database cannot keep."""
    if isinstance(content, str):
        return "\x00" in content
    if isinstance(content, dict):
        return any(_has_nul(key) or _has_nul(value) for key, value in content.items())
    return isinstance(content, list) and any(map(_has_nul, content))


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """Some of a list."""

    data: Annotated[Sequence[T], Meta(description="The items of this page, in the list's order.")]
    next: Annotated[str | None, Meta(description="Send this as `cursor` for the next page; null at the end.")] = None


class _Place(Struct, frozen=True, array_like=True):
    at: datetime
    id: UUID


def write_cursor(at: datetime, id: UUID) -> str:
    """A place in a list, as text."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(_Place(at, id))).rstrip(b"=").decode()


def read_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    """The place that a cursor names; raises Invalid for one that is none of ours."""
    if not text:
        return None
    try:
        place = msgspec.msgpack.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Place)
    except (ValueError, msgspec.DecodeError):
        raise Invalid(message("This cursor is none of ours."), field="cursor") from None
    return place.at, place.id


def page_of(rows: Sequence[T], limit: int, place: Callable[[T], tuple[datetime, UUID]]) -> Page[T]:
    """The first `limit` of one row more than that."""
    shown = list(rows[:limit])
    return Page(data=shown, next=write_cursor(*place(shown[-1])) if len(rows) > limit else None)


class _Keyed(Protocol):
    @property
    def id(self) -> UUID:
        """What lists are ordered by."""
        ...


K = TypeVar("K", bound=_Keyed)


def before_of(cursor: str | None) -> UUID | None:
    """The id after which a list goes on that is ordered by id; raises Invalid for a cursor that is none of ours."""
    try:
        return UUID(cursor) if cursor else None
    except ValueError:
        raise Invalid(message("This cursor is none of ours."), field="cursor") from None


def page_by_id(rows: Sequence[K], limit: int) -> Page[K]:
    """The first `limit` of one row more than that; the cursor is the last one's id."""
    shown = list(rows[:limit])
    return Page(data=shown, next=str(shown[-1].id) if len(rows) > limit else None)


def or_none(value: T | UnsetType) -> T | None:
    """What was sent; None where it was left out."""
    return None if value is UNSET else value


def version_of(if_match: str | None) -> int | None:
    """The version in an If-Match header (`"7"`); None without one, or for `*`; raises Invalid."""
    if not if_match or if_match.strip() == "*":
        return None
    plain = if_match.strip().removeprefix("W/").strip('"')
    if not plain.isdigit():
        raise Invalid(message("If-Match must be the ETag of the conversation."), field="If-Match")
    return int(plain)


@contextmanager
def own_names(names: Sequence[tuple[str, str]]) -> Iterator[None]:
    """Mistakes are named by the fields of the API, not by those of the slice: what begins with one gets the other."""
    try:
        yield
    except Invalid as error:
        for theirs, ours in names:
            if error.field.startswith(theirs):
                raise Invalid(error.args[0], field=ours + error.field.removeprefix(theirs)) from error
        raise


async def once_of(request: Request[Any, Any, Any], caller: Caller) -> Once | None:
    """What stands for this request, if it has an Idempotency-Key."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= _KEY_CHARACTERS:
        raise Invalid(
            message("An idempotency key has between 1 and %(n)s characters.", n=_KEY_CHARACTERS), field="Idempotency-Key"
        )
    described = f"{request.method} {request.url.path}\n".encode() + await request.body()
    return once(caller.id, key, described)


async def carried_out(
    request: Request[Any, Any, Any],
    services: Services,
    caller: Caller,
    act: Callable[[UnitOfWork], Awaitable[T]],
    kind: type[T],
) -> T:
    """Acts in one transaction; a request that came before gets its first answer, which is of `kind`, again."""
    asked = await once_of(request, caller)
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        if asked is None:
            return await act(work)
        known = await claim(work, {asked.id: asked})
        if asked.id in known:
            request.scope["state"][REPLAYED] = True
            return msgspec.json.decode(known[asked.id], type=kind)
        result = await act(work)
        await keep(work, {asked.id: msgspec.json.encode(result)})
        return result
