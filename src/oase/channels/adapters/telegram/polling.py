"""Asking Telegram instead of being told: for installations that the internet cannot reach.

getUpdates (held for up to 25 seconds) --updates--> the spinner on each pressed button is stopped --> Polled
           --a webhook is set--> deleteWebhook --> asked again

Telegram forgets what lies before `offset`, so the cursor moves only with what is stored.
https://core.telegram.org/bots/api#getupdates (read 2026-08)
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from oase.channels.adapters.telegram import wire
from oase.channels.adapters.telegram.api import failure_of, method
from oase.channels.adapters.telegram.errors import DOWN, WEBHOOK_ACTIVE, meaning_of
from oase.channels.adapters.telegram.replies import failed
from oase.channels.adapters.telegram.updates import ALLOWED, callback_id
from oase.channels.contract import Account, Again, Call, NoReply, Polled, Raw, Refused, Reply
from oase.channels.families.json_in_the_wild import Unreadable, sound

_HELD_SECONDS = 25
_SOON = timedelta(seconds=30)
_QUICK = timedelta(seconds=5)


class _Batch(msgspec.Struct):
    """What getUpdates gives."""

    ok: bool
    result: list[msgspec.Raw] = []


_BATCH = msgspec.json.Decoder(_Batch)
_UPDATE = msgspec.json.Decoder(wire.Update)


def poll(
    account: Account, cursor: Mapping[str, Any], now: datetime, replies: Sequence[Reply | NoReply]
) -> Call | Polled | Again | Refused:
    """The next step of a round."""
    rest = list(replies)
    if not rest:
        return _ask(account, cursor)
    first = rest.pop(0)
    if _webhook_is_set(first):  # one way only: the account's settings say that we ask
        if not rest:
            return method(account, "deleteWebhook", {"drop_pending_updates": False})
        done = rest.pop(0)
        if isinstance(done, NoReply) or done.status != 200:
            return _failed(done)
        if not rest:
            return _ask(account, cursor)
        first = rest.pop(0)
    if isinstance(first, NoReply) or first.status != 200:
        return _failed(first)
    try:
        batch = _BATCH.decode(sound(first.body))
        updates = [(bytes(update), _UPDATE.decode(update).update_id) for update in batch.result]
    except Unreadable:
        return Again(why=str(DOWN), after=_SOON)
    if not batch.ok:
        return _failed(first)
    pressed = [id for body, _ in updates if (id := callback_id(body))]
    if len(rest) < len(pressed):
        return method(account, "answerCallbackQuery", {"callback_query_id": pressed[len(rest)]}, timeout=_QUICK)
    offset = max((number + 1 for _, number in updates), default=cursor.get("offset"))
    raws = tuple(Raw(body=body, received_at=now) for body, _ in updates)
    return Polled(raws=raws, cursor={} if offset is None else {"offset": offset}, after=timedelta(0))


def _ask(account: Account, cursor: Mapping[str, Any]) -> Call:
    since = {"offset": cursor["offset"]} if "offset" in cursor else {}
    body = {**since, "limit": 100, "timeout": _HELD_SECONDS, "allowed_updates": list(ALLOWED)}
    return method(account, "getUpdates", body, timeout=timedelta(seconds=_HELD_SECONDS + 15))


def _webhook_is_set(reply: Reply | NoReply) -> bool:
    failure = failure_of(reply) if isinstance(reply, Reply) else None
    return failure is not None and meaning_of(failure).words is WEBHOOK_ACTIVE


def _failed(reply: Reply | NoReply) -> Again | Refused:
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    failure = failure_of(reply)
    if failure is not None:
        return failed(failure)
    if reply.status in (401, 403):
        return Refused(why=str(DOWN), code=str(reply.status), sign_in=True)
    return Again(why=str(DOWN), after=_SOON)
