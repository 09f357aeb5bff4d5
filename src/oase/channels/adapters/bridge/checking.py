"""*Test connection*: the connector's own manifest; and telling it where events go."""

from collections.abc import Sequence

from oase.channels.adapters.bridge.manifest import address, secret
from oase.channels.contract import Account, Call, Checked, Malformed, NoReply, Refused, Reply
from oase.channels.families import wordless
from oase.channels.families.bridge import manifest_call, outcome_of, read_about, webhook_call
from oase.channels.families.bridge.wire import words
from oase.kernel.i18n import message


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """One call; what the connector can is kept as facts of the account."""
    if not address(account).startswith(("https://", "http://")):
        return Checked(ok=False, summary=message("The connector's address begins with https://."))
    if not replies:
        return manifest_call(address(account), secret(account))
    if wrong := _wrong(replies[0]):
        return Checked(ok=False, summary=wrong)
    reply = replies[0]
    try:
        about = read_about(reply.body if isinstance(reply, Reply) else b"")
    except Malformed as error:
        return Checked(ok=False, summary=message("The connector's manifest cannot be used: %(why)s", why=str(error)))
    facts = {
        "name": about.name[:200],
        "capabilities": words(about.capabilities),
        "public": words(about.public),
        "acts": words(about.acts),
        "text_length": str(min(max(about.text_length, 1), 1_000_000)),
    }
    return Checked(ok=True, summary=f"{about.name[:200]} · {facts['capabilities']}", facts=facts)


def subscribe(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """One call."""
    if not replies:
        return webhook_call(address(account), secret(account), account.webhook_url)
    if wrong := _wrong(replies[0]):
        return Checked(ok=False, summary=wrong)
    return Checked(ok=True, summary=message("The connector brings its events to Oase from now on."))


def _wrong(reply: Reply | NoReply) -> str:
    """Why an answer is none; empty if it is one."""
    if isinstance(reply, NoReply):
        return wordless.unreachable(message("The connector"), reply.why)
    if 200 <= reply.status <= 299:
        return ""
    if reply.status in (401, 403):
        return message("The connector does not accept our signature. Both sides need the same shared secret.")
    outcome = outcome_of(reply)
    return outcome.why if isinstance(outcome, Refused) else getattr(outcome, "why", "")
