"""*Test connection*, and telling Telegram where to deliver: in words.

getMe -> getWebhookInfo -> who the bot is, and how deliveries are
setWebhook, or deleteWebhook where the account asks by itself
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from oase.channels.adapters.telegram.api import API, base_url, failure_of, method, result_of
from oase.channels.adapters.telegram.errors import CREDENTIALS, sentence
from oase.channels.adapters.telegram.updates import ALLOWED
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.kernel.i18n import message

_TOKEN = message("Enter the whole token as @BotFather shows it: digits, a colon, and 35 further characters.")
_CONNECTIONS = 40


def asks(account: Account) -> bool:
    """Whether this account asks for its messages, instead of having them delivered."""
    return account.settings.get("receive") == "polling"


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """Two calls, then what they found."""
    if not replies:
        number, _, rest = account.secret("bot_token").reveal().strip().partition(":")
        if not (number.isascii() and number.isdigit() and rest):
            return Checked(ok=False, summary=_TOKEN)
        return method(account, "getMe")
    me, error = _read(replies[0])
    if not isinstance(me, dict) or not me.get("username"):
        return Checked(ok=False, summary=error)
    if len(replies) == 1:
        return method(account, "getWebhookInfo")
    facts = {"id": str(me.get("id") or ""), "username": str(me["username"]), "name": str(me.get("first_name") or "")}
    hook, error = _read(replies[1])
    if not isinstance(hook, dict):
        return Checked(ok=False, summary=error, facts=facts)
    notes = [f"@{facts['username']} · {facts['name']}", *_notes(account, hook)]
    return Checked(ok=True, summary="\n".join(notes), facts=facts)


def _notes(account: Account, hook: dict[str, Any]) -> list[str]:
    """What is worth knowing about the bot's deliveries."""
    address, waiting, error = str(hook.get("url") or ""), hook.get("pending_update_count"), hook.get("last_error_message")
    notes = []
    if address and (asks(account) or address != account.webhook_url):
        host = urlsplit(address).hostname if address.isascii() else None
        notes.append(
            message("Until now Telegram delivers this bot's messages to %(host)s; saving changes that.", host=host or "?")
        )
    elif address and isinstance(error, str) and error:
        notes.append(message("Telegram's last delivery to Oase failed: %(why)s", why=error[:300]))
    if isinstance(waiting, int) and waiting > 0:
        notes.append(message("%(n)s deliveries are waiting at Telegram.", n=waiting))
    return [str(note) for note in notes]


def subscribe(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """One call, then whether it was done."""
    if not replies:
        if asks(account):
            return method(account, "deleteWebhook", {"drop_pending_updates": False})
        if urlsplit(account.webhook_url).scheme != "https" and base_url(account) == API:
            return Checked(
                ok=False,
                summary=message(
                    "Telegram delivers to addresses with https:// only. Choose *Oase asks Telegram* if the internet cannot "
                    "reach this installation."
                ),
            )
        body = {
            "url": account.webhook_url,
            "secret_token": account.secret("webhook_secret"),
            "allowed_updates": list(ALLOWED),
            "max_connections": _CONNECTIONS,
        }
        return method(account, "setWebhook", body)
    done, error = _read(replies[0])
    if done is not True:
        return Checked(ok=False, summary=error)
    return Checked(
        ok=True,
        summary=message("Oase asks Telegram for messages.") if asks(account) else message("Telegram delivers to Oase."),
    )


def _read(reply: Reply | NoReply) -> tuple[Any, str]:
    """The result of a call, and in its absence why it failed."""
    if isinstance(reply, NoReply):
        return None, wordless.unreachable("Telegram", reply.why)
    failure = failure_of(reply)
    if failure is not None:
        return None, sentence(failure)
    if reply.status in (401, 404):
        return None, str(CREDENTIALS)
    return (result_of(reply) if reply.status == 200 else None), wordless.words_of("Telegram", reply.status)
