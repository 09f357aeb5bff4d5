"""*Test connection*: who signed in, whether direct messages may be read, and where deliveries go, that the application is right."""

from typing import Final

from oase.channels.adapters.x.replies import outcome_of
from oase.channels.adapters.x.subscribing import by_webhook
from oase.channels.adapters.x.tokens import NOBODY
from oase.channels.adapters.x.wire import address, bearer, get
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.steps import Dialogue
from oase.kernel.i18n import message

_SOON: Final = message("Oase is fetching an access token from X. Test again in a moment.")
_SECRETS: Final = message("To be delivered to by webhook, enter the API secret and the bearer token of your application.")


def checking(account: Account) -> Dialogue[Checked]:
    """Two or three questions."""
    if not account.secret("access_token"):
        return Checked(ok=False, summary=_SOON if account.secret("refresh_token") else NOBODY)
    answer = yield get(account, "/2/users/me", [("user.fields", "name,username")])
    user = (object_of(answer) or {}).get("data")
    if isinstance(answer, NoReply):
        return Checked(ok=False, summary=wordless.unreachable("X", answer.why))
    if answer.status != 200 or not isinstance(user, dict) or not isinstance(user.get("id"), str):
        return Checked(ok=False, summary=outcome_of(answer).why)
    name = f"@{user.get('username') or '?'} · {user.get('name') or '?'}"
    facts = {"user_id": user["id"], "username": str(user.get("username") or ""), "name": str(user.get("name") or "")}
    messages = yield get(account, "/2/dm_events", [("max_results", "1")])
    if isinstance(messages, Reply) and messages.status in (401, 403):
        why = message("%(name)s: direct messages cannot be read. %(why)s", name=name, why=outcome_of(messages).why)
        return Checked(ok=False, summary=why, facts=facts)
    if by_webhook(account):
        if not (account.secret("consumer_secret") and account.secret("bearer_token")):
            return Checked(ok=False, summary=_SECRETS, facts=facts)
        hooks = yield Call(method="GET", url=address(account, "/2/webhooks"), headers=bearer(account, "bearer_token"))
        if not isinstance(hooks, Reply) or hooks.status != 200:
            why = message("%(name)s: webhooks cannot be set up. %(why)s", name=name, why=outcome_of(hooks).why)
            return Checked(ok=False, summary=why, facts=facts)
    return Checked(ok=True, summary=name, facts=facts)
