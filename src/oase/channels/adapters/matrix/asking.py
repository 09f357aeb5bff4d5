"""Asking the homeserver what is new, as a long poll: sync, then whatever it makes necessary, in the same round.

    sync --invitations--> join            (kept in the cursor and tried again, if the room's server does not answer)
         --a gap ("limited")--> messages, page by page, back to where we were
         --an event of ours from another program--> joined_members: whom it was meant for
         --> one delivery for each event, oldest first in each room, and the cursor

The first round gives nothing but a place to go on from: the dialogue with customers begins when the account is connected.

https://spec.matrix.org/latest/client-server-api/#syncing (read 2026-11)
"""

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from oase.channels.adapters.matrix.addresses import bearer, own_id, url
from oase.channels.adapters.matrix.errors import PLACE, code_of, failure
from oase.channels.adapters.matrix.wire import Json
from oase.channels.contract import Account, Again, Call, NoReply, Polled, Raw, Refused, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import Unreadable, mapping, object_of, objects, sound, text
from oase.channels.families.steps import Dialogue, step

_HOLD: Final = timedelta(seconds=30)
_PATIENCE: Final = timedelta(seconds=60)
_PAGES: Final = 20  # of one gap, 100 events each
_LOOKS: Final = 200  # pages and members, of all rooms in one round: the core gives a round 300 calls
_JOINS: Final = 50  # in one round; the others wait
_TRIES: Final = 10  # of one invitation
_REACTIONS: Final = 50  # the newest ones, of which we know what was reacted to if they are taken back
_SOON: Final = timedelta(seconds=5)
_STATE_TOLD: Final = ("m.room.encryption", "m.room.tombstone")


def _filter(events: int) -> str:
    """What sync is to leave out: everything that is no message, no typing and no receipt."""
    none = {"not_types": ["*"]}
    members = {"lazy_load_members": True, "include_redundant_members": True}
    room = {
        "account_data": none,
        "ephemeral": {"types": ["m.typing", "m.receipt"]},
        "state": {"types": ["m.room.member"], **members},
        "timeline": {"limit": events, **members},
    }
    return msgspec.json.encode({"presence": none, "account_data": none, "room": room}).decode()


def poll(
    account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply]
) -> Call | Polled | Again | Refused:
    """The next call of this round, or what it gave."""
    return step(_round(account, cursor, now), replies)


def dedup_key(raw: Raw) -> bytes | None:
    """The event's id."""
    try:
        found = msgspec.json.decode(sound(raw.body))
    except Unreadable:
        return None
    event_id = text(mapping(found, "event"), "event_id") if isinstance(found, dict) else ""
    return event_id.encode() or None


def _round(account: Account, cursor: Mapping[str, Any], now: datetime) -> Dialogue[Polled | Again | Refused]:
    since = text(cursor, "since")
    reply = yield _sync(account, since)
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    content = object_of(reply)
    if reply.status != 200 or content is None or not text(content, "next_batch"):
        return _failed(reply, content)
    invited = _invited(content, account) | {str(room): int(tries) for room, tries in mapping(cursor, "invites").items()}
    waiting = yield from _join(account, invited)
    reactions = {str(key): str(value) for key, value in mapping(cursor, "reactions").items()}
    raws: list[Raw] = []
    left = [_LOOKS]
    if since:
        for kind in ("join", "leave"):
            for room, news in mapping(content, "rooms", kind).items():
                if isinstance(news, dict):
                    gap_from = since if kind == "join" else ""
                    raws += yield from _room(account, room, news, gap_from, reactions, now, left)
    kept: dict[str, Any] = {"since": text(content, "next_batch")}
    kept |= {"invites": waiting} if waiting else {}
    newest = dict(list(reactions.items())[-_REACTIONS:])
    kept |= {"reactions": newest} if newest else {}
    return Polled(raws=tuple(raws), cursor=kept, after=timedelta(0) if since or not waiting else _SOON)


def _sync(account: Account, since: str) -> Call:
    hold = int(_HOLD.total_seconds() * 1000) if since else 0
    query = {"filter": _filter(50 if since else 1), "timeout": str(hold), "set_presence": "online"}
    query |= {"since": since} if since else {}
    return _call(account, "GET", "client", "v3", "sync", query=urlencode(query))


def _call(account: Account, method: str, *path: str, query: str = "") -> Call:
    json: Json | None = {} if method == "POST" else None
    return Call(method=method, url=url(account, *path, query=query), headers=bearer(account), json=json, timeout=_PATIENCE)


def _failed(reply: Reply, content: Json | None) -> Again | Refused:
    if reply.status == 200 and not code_of(content):
        return Again(why=wordless.words_of(PLACE, 200), after=_SOON)
    return failure(reply, content)


def _invited(content: Json, account: Account) -> dict[str, int]:
    """Rooms that we are to enter; those that are not direct only where the account takes every invitation."""
    every = account.settings.get("invitations") == "all"
    rooms = mapping(content, "rooms", "invite")
    return {room: 0 for room, state in rooms.items() if isinstance(state, dict) and (every or _is_direct(state, account))}


def _is_direct(room: Json, account: Account) -> bool:
    own = own_id(account)
    return any(
        text(event, "state_key") == own and mapping(event, "content").get("is_direct") is True
        for event in objects(mapping(room, "invite_state"), "events")
    )


def _join(account: Account, invited: Mapping[str, int]) -> Generator[Call, Reply | NoReply, dict[str, int]]:
    """Enters the rooms; gives those to try again, with how often it was tried."""
    waiting: dict[str, int] = {}
    for number, (room, tries) in enumerate(invited.items()):
        if number >= _JOINS:
            waiting[room] = tries
            continue
        reply = yield _call(account, "POST", "client", "v3", "join", room)
        passes = isinstance(reply, NoReply) or reply.status == 429 or reply.status >= 500
        if passes and tries + 1 < _TRIES:
            waiting[room] = tries + 1
    return waiting


def _room(
    account: Account, room: str, news: Json, since: str, reactions: dict[str, str], now: datetime, left: list[int]
) -> Generator[Call, Reply | NoReply, list[Raw]]:
    """The deliveries of one room."""
    timeline = mapping(news, "timeline")
    events = objects(timeline, "events")
    names = _names([*objects(mapping(news, "state"), "events"), *events])
    raws: list[Raw] = []
    if since and timeline.get("limited") is True and not _entered(events, account):
        missed, lost = yield from _gap(account, room, text(timeline, "prev_batch"), since, names, left)
        events = missed + events
        if lost:
            raws.append(_raw({"room": room, "lost": text(timeline, "prev_batch")}, now))
    told = [event for event in events if _is_told(event)]
    ours = [event for event in told if text(event, "sender") == own_id(account) and not _is_echo(event)]
    other = (yield from _other(account, room, names, left)) if ours else ""
    raws += [_raw(_delivery(room, event, names, other, reactions), now) for event in told]
    for event in objects(mapping(news, "ephemeral"), "events"):
        if _of_others(mapping(event, "content"), own_id(account)):
            raws.append(_raw({"room": room, "ephemeral": event, "at": int(now.timestamp() * 1000)}, now))
    return raws


def _entered(events: Sequence[Json], account: Account) -> bool:
    """Whether we entered the room just now: what was said before the newest events of it was not said to us."""
    own = own_id(account)
    return any(text(one, "state_key") == own and mapping(one, "content").get("membership") == "join" for one in events)


def _is_told(event: Json) -> bool:
    """Whether it is delivered: what is said, and the few changes of a room that a person should know of."""
    if "state_key" not in event:
        return True
    went = mapping(event, "content").get("membership") in ("leave", "ban")
    return went if text(event, "type") == "m.room.member" else text(event, "type") in _STATE_TOLD


def _of_others(content: Json, own: str) -> bool:
    """Whether somebody else types or has read; that we do, the server tells us as well."""
    typing = content.get("user_ids")
    if isinstance(typing, list):
        return any(user != own for user in typing)
    return any(user != own for kinds in content.values() if isinstance(kinds, dict) for user in mapping(kinds, "m.read"))


def _is_echo(event: Json) -> bool:
    """Whether this program sent it: only then the server names our transaction."""
    return bool(text(mapping(event, "unsigned"), "transaction_id"))


def _names(events: Sequence[Json]) -> dict[str, str]:
    """What people call themselves, as far as this answer says."""
    found: dict[str, str] = {}
    for event in events:
        name = text(mapping(event, "content"), "displayname")
        if text(event, "type") == "m.room.member" and name:
            found[text(event, "state_key")] = name
    return found


def _gap(
    account: Account, room: str, start: str, since: str, names: dict[str, str], left: list[int]
) -> Generator[Call, Reply | NoReply, tuple[list[dict[str, Any]], bool]]:
    """What lies between the last round and this one, oldest first, and whether some of it could not be had."""
    found: list[dict[str, Any]] = []
    more = msgspec.json.encode({"lazy_load_members": True}).decode()
    for _ in range(min(_PAGES, left[0])):
        left[0] -= 1
        query = urlencode({"dir": "b", "from": start, "to": since, "limit": "100", "filter": more})
        content = object_of((yield _call(account, "GET", "client", "v3", "rooms", room, "messages", query=query)))
        if content is None or code_of(content):
            return found, True
        page = objects(content, "chunk")
        names |= {user: name for user, name in _names(objects(content, "state")).items() if user not in names}
        found = list(reversed(page)) + found
        start = text(content, "end")
        if not start or not page:
            return found, False
    return found, True


def _other(account: Account, room: str, names: dict[str, str], left: list[int]) -> Generator[Call, Reply | NoReply, str]:
    """The customer in a room where our side speaks: the first member that is not us."""
    if left[0] <= 0:
        return ""
    left[0] -= 1
    content = object_of((yield _call(account, "GET", "client", "v3", "rooms", room, "joined_members")))
    joined = mapping(content or {}, "joined")
    others = sorted(user for user in joined if user != own_id(account))
    for user in others:
        names.setdefault(user, text(mapping(joined, user), "display_name"))
    return others[0] if others else ""


def _delivery(room: str, event: Json, names: Mapping[str, str], other: str, reactions: dict[str, str]) -> dict[str, Any]:
    """What `parse` gets: the event, and what it does not say by itself."""
    relation = mapping(event, "content", "m.relates_to")
    if text(event, "type") == "m.reaction" and text(event, "event_id"):
        reactions[text(event, "event_id")] = text(relation, "event_id")
    sender, redacts = text(event, "sender"), text(event, "redacts") or text(mapping(event, "content"), "redacts")
    shown = {user: names[user] for user in (sender, other) if names.get(user)}
    body: dict[str, Any] = {"room": room, "event": event, "names": shown}
    body |= {"other": other} if other else {}
    body |= {"reacted_to": reactions[redacts]} if redacts in reactions else {}
    return body


def _raw(body: Mapping[str, Any], now: datetime) -> Raw:
    return Raw(body=msgspec.json.encode(body), method="GET", received_at=now)
