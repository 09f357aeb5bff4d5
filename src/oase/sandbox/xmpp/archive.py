"""The account's archive (XEP-0313): everything said to and by the company, in order, asked for page by page (XEP-0059)."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element

import msgspec

from oase.sandbox.xmpp import names
from oase.sandbox.xmpp.wire import child, make, text

_KEEP: Final = 50_000
_PAGE: Final = 100
_KEPT: Final = (
    (names.RECEIPTS, "received"),
    (names.MARKERS, "displayed"),
    (names.REACTIONS, "reactions"),
    (names.RETRACT, "retract"),
)


class Kept(msgspec.Struct, frozen=True):
    """One message as it is kept."""

    id: str
    at: datetime
    other: str  # the bare address of the other side
    message: Element


class Page(msgspec.Struct, frozen=True):
    """What was asked for; `first` is its place among all that fit the question."""

    found: Sequence[Kept]
    complete: bool
    first: int
    count: int


class NoSuchPlace(Exception):
    """The page was to begin at a message that is not there."""


class Archive:
    """Bounded: the oldest go."""

    def __init__(self) -> None:
        self._all: dict[str, Kept] = {}

    def keep(self, message: Element, other: str, at: datetime) -> str:
        """Keeps a message if it is of the kind that is kept; gives its id, else nothing."""
        if not _is_kept(message):
            return ""
        one = Kept(secrets.token_hex(8), at, other, message)
        self._all[one.id] = one
        if len(self._all) > _KEEP:
            del self._all[next(iter(self._all))]
        return one.id

    def page(self, query: Element) -> Page:
        """The page that a query asks for. Raises NoSuchPlace, and ValueError for a time that is none."""
        fits = [one for one in self._all.values() if _fits(one, _fields(query))]
        rules = child(query, names.RSM, "set")
        asked = {one.tag.rpartition("}")[2]: text(one) for one in (rules if rules is not None else ())}
        most = min(int(asked["max"]), _PAGE) if asked.get("max", "").isdecimal() else _PAGE
        ids = [one.id for one in fits]
        start, end = 0, len(fits)
        if asked.get("after"):
            start = _place(ids, asked["after"]) + 1
        if asked.get("before"):
            end = _place(ids, asked["before"])
        if "before" in asked:
            first = max(start, end - most)
            return Page(fits[first:end], first == start, first, len(fits))
        last = min(end, start + most)
        return Page(fits[start:last], last == end, start, len(fits))


def _is_kept(message: Element) -> bool:
    """What has words, and what changes or confirms what was said; nothing that its sender wants forgotten (XEP-0334)."""
    if message.get("type") in ("error", "groupchat") or child(message, names.HINTS, "no-store") is not None:
        return False
    wanted = child(message, names.CLIENT, "body") is not None or child(message, names.HINTS, "store") is not None
    return wanted or any(child(message, *one) is not None for one in _KEPT)


def _fields(query: Element) -> Mapping[str, str]:
    form = child(query, names.FORM, "x")
    fields = form.findall(f"{{{names.FORM}}}field") if form is not None else []
    return {one.get("var") or "": text(child(one, names.FORM, "value")) for one in fields}


def _fits(one: Kept, asked: Mapping[str, str]) -> bool:
    who, start, end = (asked.get(name, "") for name in ("with", "start", "end"))
    if who and who.partition("/")[0].lower() != one.other:
        return False
    return not (start and one.at < _moment(start)) and not (end and one.at > _moment(end))


def _moment(stamp: str) -> datetime:
    found = datetime.fromisoformat(stamp)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _place(ids: Sequence[str], id: str) -> int:
    if id not in ids:
        raise NoSuchPlace
    return ids.index(id)


def stamp(at: datetime) -> str:
    """A moment as XEP-0082 writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def forwarded(message: Element, at: datetime) -> Element:
    """A message as others carry it (XEP-0297)."""
    return make(f"{names.FORWARD} forwarded", make(f"{names.DELAY} delay", stamp=stamp(at)), message)


def result(one: Kept, query_id: str) -> Element:
    """A message of a page, as it is sent before the answer."""
    asked = {"queryid": query_id} if query_id else {}
    return make(f"{names.ARCHIVE} result", forwarded(one.message, one.at), id=one.id, **asked)


def end_of(page: Page) -> Element:
    """The answer after a page."""
    rules = make(f"{names.RSM} set")
    if page.found:
        rules.append(make(f"{names.RSM} first", page.found[0].id, index=str(page.first)))
        rules.append(make(f"{names.RSM} last", page.found[-1].id))
    rules.append(make(f"{names.RSM} count", str(page.count)))
    whole = {"complete": "true"} if page.complete else {}
    return make(f"{names.ARCHIVE} fin", rules, **whole)
