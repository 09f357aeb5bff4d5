"""*Test connection*, and telling LINE where to deliver: in words.

info -> webhook/endpoint -> message/quota -> …/consumption     who we are, whether deliveries come, what is left of the plan
PUT webhook/endpoint -> webhook/endpoint                       the address, and whether it is switched on
"""

from collections.abc import Sequence
from typing import Any

from oase.channels.adapters.line.api import failure_of, get, send
from oase.channels.adapters.line.errors import CREDENTIALS, sentence
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.kernel.i18n import message

_SWITCHED_OFF = message(
    "LINE knows the address, but deliveries are switched off. Switch on *Use webhook* in the LINE Developers Console, "
    "Messaging API."
)


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """Four calls, then what they found."""
    if not replies:
        return get(account, "info")
    info, error = _read(replies[0])
    if info is None or not info.get("userId"):
        return Checked(ok=False, summary=error)
    if len(replies) == 1:
        return get(account, "channel", "webhook", "endpoint")
    if len(replies) == 2:
        return get(account, "message", "quota")
    if len(replies) == 3:
        return get(account, "message", "quota", "consumption")
    facts = {
        "user_id": str(info["userId"]),
        "basic_id": str(info.get("premiumId") or info.get("basicId") or ""),
        "name": str(info.get("displayName") or ""),
    }
    notes = [f"{facts['basic_id']} · {facts['name']}", *_notes(account, *(_read(reply)[0] or {} for reply in replies[1:4]))]
    return Checked(ok=True, summary="\n".join(notes), facts=facts)


def _notes(account: Account, hook: dict[str, Any], quota: dict[str, Any], used: dict[str, Any]) -> list[str]:
    notes = []
    if hook.get("endpoint") == account.webhook_url and hook.get("active") is False:
        notes.append(_SWITCHED_OFF)
    elif hook.get("endpoint") and hook.get("endpoint") != account.webhook_url:
        notes.append(message("Until now LINE delivers this account's messages elsewhere; saving changes that."))
    limit, total = quota.get("value"), used.get("totalUsage")
    if quota.get("type") == "limited" and isinstance(limit, int) and isinstance(total, int):
        notes.append(message("%(used)s of this month's %(limit)s messages are used.", used=total, limit=limit))
    return [str(note) for note in notes]


def subscribe(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """Two calls, then whether deliveries will come."""
    if not replies:
        return send(account, {"endpoint": account.webhook_url}, "channel", "webhook", "endpoint", method="PUT")
    if len(replies) == 1:
        done, error = _read(replies[0])
        return Checked(ok=False, summary=error) if done is None else get(account, "channel", "webhook", "endpoint")
    hook, error = _read(replies[1])
    if hook is None:
        return Checked(ok=False, summary=error)
    if hook.get("active") is not True:
        return Checked(ok=False, summary=_SWITCHED_OFF)
    return Checked(ok=True, summary=message("LINE delivers to Oase."))


def _read(reply: Reply | NoReply) -> tuple[dict[str, Any] | None, str]:
    """What a call gave, and in its absence why it failed."""
    if isinstance(reply, NoReply):
        return None, wordless.unreachable("LINE", reply.why)
    content = object_of(reply)
    if reply.status == 200 and content is not None:
        return content, wordless.words_of("LINE", 200)
    failure = failure_of(reply)
    if failure is not None:
        return None, sentence(failure)
    if reply.status in (401, 403):
        return None, str(CREDENTIALS)
    return None, wordless.words_of("LINE", reply.status)
