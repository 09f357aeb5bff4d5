"""One round of asking: notifications since the last one, for each the start of its thread; now and then what was edited or deleted.

first round      verify_credentials, instance: who we are -> the newest notification: from here on, nothing before
notifications    min_id pages, oldest first after turning; people whom the server's filter holds back are customers, too
context          of a mention in public that answers something: its first ancestor opened the thread
statuses?id[]    the last mentions again: edited_at has changed -> edited; no longer there -> gone. Nobody notifies us of either.

cursor: me, domain · notification · watched {status id: edited_at}, looked
https://docs.joinmastodon.org/methods/notifications/ and /methods/statuses/#index (read 2026-08)
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from oase.channels.adapters.mastodon.replies import outcome_of
from oase.channels.adapters.mastodon.wire import PRIVATE, Notification, Status, Told, get, host, objects
from oase.channels.contract import Account, Again, NoReply, Polled, Raw, Refused, Reply
from oase.channels.families.json_in_the_wild import Unreadable, object_of
from oase.channels.families.steps import Dialogue
from oase.channels.families.waiting import pause_of
from oase.kernel.i18n import message

_PAGE: Final = 40
_WATCHED: Final = 20  # as many as one call may ask for
_LOOK: Final = timedelta(minutes=5)
_PAUSE: Final = timedelta(seconds=20)
_UNWANTED: Final = ("follow", "follow_request", "reblog", "poll", "status", "quoted_update", "admin.sign_up", "admin.report")
_UNREADABLE: Final = message("The server answered with something that is not Mastodon's API.")


class Kept(Struct, kw_only=True):
    """The cursor."""

    me: str = ""
    domain: str = ""
    notification: str = ""
    watched: dict[str, str] = {}
    looked: str = ""


def asking(account: Account, cursor: Mapping[str, Any], now: datetime) -> Dialogue[Polled | Again | Refused]:
    """A round."""
    kept = _kept(cursor)
    if not kept.notification:
        return (yield from _beginning(account, kept, now))
    page = yield get(account, "/api/v1/notifications", [*_wanted(), ("min_id", kept.notification), ("limit", str(_PAGE))])
    items = objects(page)
    if items is None:
        return _failed(page)
    raws = []
    for item in reversed(items):
        raws.append((yield from _delivery(account, kept, item, now)))
    more = len(items) >= _PAGE
    if not more:
        raws += yield from _changes(account, kept, now)
    return Polled(raws=tuple(raws), cursor=msgspec.to_builtins(kept), after=timedelta(0) if more else pause_of(account, _PAUSE))


def _kept(cursor: Mapping[str, Any]) -> Kept:
    try:
        return msgspec.convert(dict(cursor), Kept)
    except (msgspec.ValidationError, ValueError):
        return Kept()


def _wanted() -> Sequence[tuple[str, str]]:
    return [*(("exclude_types[]", kind) for kind in _UNWANTED), ("include_filtered", "true")]


def _beginning(account: Account, kept: Kept, now: datetime) -> Dialogue[Polled | Again | Refused]:
    """Who we are, and where the notifications stand."""
    answer = yield get(account, "/api/v1/accounts/verify_credentials")
    me = object_of(answer) or {}
    if not (isinstance(answer, Reply) and answer.status == 200 and isinstance(me.get("id"), str)):
        return _failed(answer)
    instance = object_of((yield get(account, "/api/v2/instance"))) or {}
    domain = instance.get("domain")
    newest = yield get(account, "/api/v1/notifications", [*_wanted(), ("limit", "1")])
    items = objects(newest)
    if items is None:
        return _failed(newest)
    kept.me, kept.domain = str(me["id"]), str(domain).lower() if isinstance(domain, str) and domain else host(account)
    kept.notification = next((one.id for item in items if (one := _notification(item)) is not None), "0")
    return Polled(cursor=msgspec.to_builtins(kept), after=timedelta(0))


def _delivery(account: Account, kept: Kept, item: msgspec.Raw, now: datetime) -> Dialogue[Raw]:
    notification = _notification(item)
    root = msgspec.Raw(b"")
    if notification is not None:
        kept.notification = _later(kept.notification, notification.id)
        status = _status(notification.status) if notification.type in ("mention", "quote") else None
        if status is not None:
            kept.watched[status.id] = str(status.edited_at or "")
            kept.watched = dict(list(kept.watched.items())[-_WATCHED:])
            if status.in_reply_to_id and status.visibility not in PRIVATE:
                root = yield from _root(account, status)
    return _raw(Told(me=kept.me, domain=kept.domain, notification=item, root=root), now)


def _root(account: Account, status: Status) -> Dialogue[msgspec.Raw]:
    """The status that opened the thread; empty if the server does not say it."""
    answer = yield get(account, f"/api/v1/statuses/{status.id}/context")
    if isinstance(answer, Reply) and answer.status == 200:
        try:
            ancestors = msgspec.json.decode(answer.body, type=_Context).ancestors
        except Unreadable:
            ancestors = []
        if ancestors and _status(ancestors[0]) is not None:
            return ancestors[0]
    return msgspec.Raw(b"")


class _Context(Struct):
    ancestors: list[msgspec.Raw] = []


def _changes(account: Account, kept: Kept, now: datetime) -> Dialogue[list[Raw]]:
    """What became of the last mentions, now and then."""
    if not kept.looked:
        kept.looked = now.isoformat()
    if not kept.watched or now - datetime.fromisoformat(kept.looked) < _LOOK:
        return []
    kept.looked = now.isoformat()
    found = objects((yield get(account, "/api/v1/statuses", [("id[]", one) for one in kept.watched])))
    if found is None:  # before version 4.3, and on other servers, nobody can be asked for several statuses at once
        return []
    statuses = {status.id: (status, item) for item in found if (status := _status(item)) is not None}
    raws = []
    for known, edited in list(kept.watched.items()):
        if known not in statuses:
            del kept.watched[known]
            raws.append(_raw(Told(me=kept.me, domain=kept.domain, gone=known), now))
        elif str(statuses[known][0].edited_at or "") != edited:
            kept.watched[known] = str(statuses[known][0].edited_at or "")
            raws.append(_raw(Told(me=kept.me, domain=kept.domain, changed=statuses[known][1]), now))
    return raws


def _raw(told: Told, now: datetime) -> Raw:
    parts = {
        name: value for name, value in msgspec.structs.asdict(told).items() if not isinstance(value, msgspec.Raw) or bytes(value)
    }
    return Raw(body=msgspec.json.encode({name: value for name, value in parts.items() if value}), received_at=now)


def _notification(item: msgspec.Raw) -> Notification | None:
    try:
        return msgspec.json.decode(item, type=Notification, strict=False)
    except Unreadable:
        return None


def _status(item: msgspec.Raw) -> Status | None:
    try:
        return msgspec.json.decode(item, type=Status, strict=False)
    except Unreadable:
        return None


def _later(one: str, other: str) -> str:
    """The later of two ids: numbers that grow, as texts."""
    return max(one, other, key=lambda text: (len(text), text))


def _failed(reply: Reply | NoReply) -> Again | Refused:
    if isinstance(reply, Reply) and reply.status < 300:
        return Again(why=str(_UNREADABLE), after=timedelta(minutes=1))
    return outcome_of(reply)
