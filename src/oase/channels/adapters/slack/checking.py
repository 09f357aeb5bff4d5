"""*Test connection*: as which app the token speaks, and which scopes it has.

https://docs.slack.dev/reference/methods/auth.test (read 2026-11); scopes stand in the header `x-oauth-scopes` of every answer.
"""

from collections.abc import Sequence

from oase.channels.adapters.slack.errors import sentence
from oase.channels.adapters.slack.wire import ask
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of, text
from oase.kernel.i18n import message

NEEDED = ("chat:write", "im:history", "im:write", "users:read", "files:read", "files:write", "reactions:read", "reactions:write")


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """One call, then what it found."""
    if not replies:
        return ask(account, "auth.test")
    reply = replies[0]
    if isinstance(reply, NoReply):
        return Checked(ok=False, summary=wordless.unreachable("Slack", reply.why))
    content = object_of(reply) or {}
    if content.get("ok") is not True:
        error = text(content, "error")
        return Checked(ok=False, summary=sentence(error, content) if error else wordless.words_of("Slack", reply.status))
    if not text(content, "bot_id"):
        return Checked(ok=False, summary=message("Enter the bot token of the app: it begins with xoxb-."))
    name = f"{text(content, 'team')} · @{text(content, 'user')}"
    facts = {key: text(content, key) for key in ("team_id", "team", "url", "user_id", "bot_id") if text(content, key)}
    granted = {scope.strip() for scope in reply.headers.get("x-oauth-scopes", "").split(",") if scope.strip()}
    missing = [scope for scope in NEEDED if granted and scope not in granted]
    if missing:
        lacks = message("%(name)s: the app lacks these scopes: %(scopes)s.", name=name, scopes=", ".join(missing))
        return Checked(ok=False, summary=lacks, facts=facts)
    return Checked(ok=True, summary=name, facts=facts)
