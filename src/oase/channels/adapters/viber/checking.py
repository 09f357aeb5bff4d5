"""*Test connection*, and telling Viber where to deliver: in words. Viber sends nothing for a bot without a webhook."""

from collections.abc import Sequence
from typing import Any

from oase.channels.adapters.viber.api import API, base_url, call, status_of
from oase.channels.adapters.viber.errors import CREDENTIALS, sentence
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.kernel.i18n import message

EVENTS = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")
"""What Viber tells beside messages (`event_types`)."""


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """One call, then what it found."""
    if not replies:
        return call(account, "get_account_info")
    found, error = _read(replies[0])
    if found is None:
        return Checked(ok=False, summary=error)
    facts = {key: str(found[key]) for key in ("id", "name", "uri") if isinstance(found.get(key), str)}
    notes = [f"{facts.get('name', '?')} · {facts.get('uri', '?')}"]
    hook, people = found.get("webhook"), found.get("subscribers_count")
    if isinstance(hook, str) and hook and hook != account.webhook_url:
        notes.append(str(message("Until now Viber delivers this bot's messages elsewhere; saving changes that.")))
    if isinstance(people, int):
        notes.append(str(message("%(n)s people have subscribed.", n=people)))
    return Checked(ok=True, summary="\n".join(notes), facts=facts)


def subscribe(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """One call, during which Viber tries the address; then whether it was taken."""
    if not replies:
        if not account.webhook_url.startswith("https://") and base_url(account) == API:
            return Checked(ok=False, summary=message("Viber delivers to addresses with https:// only."))
        body = {"url": account.webhook_url, "event_types": list(EVENTS), "send_name": True, "send_photo": False}
        return call(account, "set_webhook", body)
    found, error = _read(replies[0])
    return Checked(ok=False, summary=error) if found is None else Checked(ok=True, summary=message("Viber delivers to Oase."))


def _read(reply: Reply | NoReply) -> tuple[dict[str, Any] | None, str]:
    """What a call gave, and in its absence why it failed."""
    if isinstance(reply, NoReply):
        return None, wordless.unreachable("Viber", reply.why)
    status = status_of(reply)
    if status is not None:
        return (object_of(reply), "") if status.code == 0 else (None, sentence(status))
    if reply.status in (401, 403):
        return None, str(CREDENTIALS)
    return None, wordless.words_of("Viber", reply.status)
