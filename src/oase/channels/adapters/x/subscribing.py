"""Telling X where deliveries go: the webhook of the application, then our account's subscription to it.

webhooks --ours?--> else POST webhooks (X challenges us at once) · not valid any more: PUT, which challenges us again
subscriptions/all --subscribed?--> else POST subscriptions/all, with the user's own token

https://docs.x.com/x-api/webhooks/introduction, /x-api/account-activity/introduction (read 2026-08)
"""

from typing import Any

from oase.channels.adapters.x.replies import outcome_of
from oase.channels.adapters.x.wire import Json, address, bearer, get
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.steps import Dialogue
from oase.kernel.i18n import message

_ASKED = message("X is asked for what is new; nothing has to be told to it.")
_READY = message("X delivers to us.")


def by_webhook(account: Account) -> bool:
    """Whether this account is delivered to, and not asked for."""
    return account.settings.get("delivery") == "webhook"


def subscribing(account: Account) -> Dialogue[Checked]:
    """Up to four calls; harmless when repeated."""
    if not by_webhook(account):
        return Checked(ok=True, summary=_ASKED)
    own = bearer(account, "bearer_token")
    answer = yield Call(method="GET", url=address(account, "/2/webhooks"), headers=own)
    listed = object_of(answer)
    if not _good(answer) or listed is None:
        return _failed(answer)
    known = _ours(listed, account.webhook_url)
    if known is None:
        body = {"url": account.webhook_url}
        made = yield Call(method="POST", url=address(account, "/2/webhooks"), headers=own, json=body)
        known = _inside(object_of(made))
        if not _good(made) or not isinstance(known.get("id"), str):
            return _failed(made)
    elif known.get("valid") is False:
        again = yield Call(method="PUT", url=address(account, f"/2/webhooks/{known['id']}"), headers=own)
        if not _good(again):
            return _failed(again)
    path = f"/2/account_activity/webhooks/{known['id']}/subscriptions/all"
    state = yield get(account, path)
    if _good(state) and _inside(object_of(state)).get("subscribed") is True:
        return Checked(ok=True, summary=_READY)
    done = yield Call(method="POST", url=address(account, path), headers=bearer(account), json={})
    if _good(done) and _inside(object_of(done)).get("subscribed") is True:
        return Checked(ok=True, summary=_READY)
    return _failed(done)


def _ours(listed: Json, url: str) -> dict[str, Any] | None:
    hooks = listed.get("data")
    found = [one for one in hooks if isinstance(one, dict) and one.get("url") == url] if isinstance(hooks, list) else []
    return next((one for one in found if isinstance(one.get("id"), str)), None)


def _inside(content: Json | None) -> dict[str, Any]:
    data = (content or {}).get("data")
    return data if isinstance(data, dict) else {}


def _good(reply: Reply | NoReply) -> bool:
    return isinstance(reply, Reply) and 200 <= reply.status <= 299


def _failed(reply: Reply | NoReply) -> Checked:
    return Checked(ok=False, summary=message("X cannot deliver to us: %(why)s", why=outcome_of(reply).why))
