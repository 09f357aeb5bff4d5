"""Who somebody is: deliveries hold ids only; names, mail address and language are asked for once.

https://docs.slack.dev/reference/methods/users.info (read 2026-11); the mail address comes only with the scope users:read.email.
"""

from collections.abc import Sequence
from datetime import timedelta

from oase.channels.adapters.slack.errors import MEANINGS, failure
from oase.channels.adapters.slack.wire import ask
from oase.channels.contract import Account, Address, Again, Call, NoReply, Refused, Reply
from oase.channels.families.json_in_the_wild import mapping, object_of, text

_SOON = timedelta(minutes=1)


def whois(address: str, account: Account, replies: Sequence[Reply | NoReply]) -> Call | Address | Again | Refused:
    """One call, then the person."""
    if not replies:
        return ask(account, "users.info", user=address, include_locale="true")
    reply = replies[0]
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    content = object_of(reply) or {}
    user, profile = mapping(content, "user"), mapping(content, "user", "profile")
    if content.get("ok") is not True or not user:
        error = text(content, "error")
        outcome = failure(error, content, reply) if error in MEANINGS else None
        return outcome if isinstance(outcome, Again | Refused) else Refused(why=error or f"HTTP {reply.status}", code=error)
    name = text(profile, "display_name") or text(profile, "real_name") or text(user, "real_name") or text(user, "name")
    fields = {"language": text(user, "locale")[:2].lower(), "job": text(profile, "title")}
    email = text(profile, "email").lower()
    vouched = user.get("is_email_confirmed") is True and text(user, "team_id") == account.facts.get(
        "team_id"
    )  # by our own workspace
    aliases = (("email", email),) if email and vouched else ()
    fields |= {"email": email} if email and not vouched else {}
    return Address(value=address, name=name[:200], aliases=aliases, fields={key: value for key, value in fields.items() if value})
