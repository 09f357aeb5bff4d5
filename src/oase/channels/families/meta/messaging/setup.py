"""*Test connection* and *subscribe* of a page, and of the Instagram account that is linked to it; in words.

    check      GET page · GET debug_token (validity, permissions, end) · GET page/subscribed_apps
    subscribe  GET app/subscriptions · POST app/subscriptions · GET page/subscribed_apps · POST page/subscribed_apps · …

https://developers.facebook.com/docs/graph-api/reference/debug_token (read 2026-11)
https://developers.facebook.com/docs/graph-api/reference/app/subscriptions (read 2026-11)
https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps (read 2026-11)
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meta.graph import bearer, graph_error, graph_url
from oase.channels.families.meta.messaging.place import app_id
from oase.channels.families.meta.messaging.writing import page
from oase.channels.families.meta.outcomes import Judge
from oase.channels.families.meta.token import about_token, ask_about_token, end_of_token
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

_IDS = {
    "page_id": message("Enter the page ID: it consists of digits only."),
    "app_id": message("Enter the app ID: it consists of digits only."),
    "instagram_id": message("Enter the ID of the Instagram account: it consists of digits only."),
}
_APP = message("Meta does not accept the app ID together with the app secret.")
_OTHER_APP = message(
    "The access token was made for another application. Make one for this application, or enter its ID and secret."
)
_OTHER_PAGE = message("The access token is not one of this page. Make a page access token for it.")
_NO_LONGER_VALID = message("The access token is no longer valid.")
_NOT_SUBSCRIBED = message(
    "The application is not subscribed to the page, so nothing will arrive. Save the account once more: Oase then tells Meta."
)
_BY_HAND = message(
    "Meta does not take the webhook's address from here. Enter it in the application's dashboard, under *Webhooks*."
)
_SUBSCRIBED = message("Meta delivers to this address now.")

Content = Mapping[str, Any]


class Found(Struct, frozen=True, kw_only=True):
    """What the page's answer says: facts to keep, how people call it, and in words what is wrong with it."""

    facts: Mapping[str, str]
    name: str
    wrong: str = ""


class Setup(Struct, frozen=True, kw_only=True):
    """What one place needs. `found` reads the page's answer."""

    judge: Judge
    object: str  # of its webhooks
    ids: tuple[str, ...]  # settings that are ids
    fields: str  # of the page, to be asked for
    permissions: tuple[str, ...]
    subscriptions: tuple[str, ...]  # fields of the webhook
    page_subscriptions: tuple[str, ...]  # the same of the page; already there are others
    needed: tuple[str, ...]  # of those the ones without which nothing works
    get_started: bool = False  # the button whose press brings a link's code along
    found: Callable[[Account, Content], Found]

    def check(self, account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
        """The next of three calls, then what they found."""
        if not replies:
            for name in self.ids:
                if not str(account.settings.get(name) or "").isdigit():
                    return Checked(ok=False, summary=_IDS[name])
            return _get(account, page(account), fields=self.fields)
        content, error = self._read(replies[0])
        if content is None:
            return Checked(ok=False, summary=error)
        found = self.found(account, content)
        if found.wrong:
            return Checked(ok=False, summary=found.wrong, facts=found.facts)
        if len(replies) == 1:
            return ask_about_token(account, _as_app(account))
        ends, wrong = self._token(account, replies[1])
        if wrong:
            return Checked(ok=False, summary=f"{found.name}\n{wrong}", facts=found.facts, expires_at=ends)
        if len(replies) == 2:
            return _get(account, page(account), "subscribed_apps")
        wrong = self._subscription(account, replies[2])
        summary = f"{found.name}\n{wrong}" if wrong else found.name
        return Checked(ok=not wrong, summary=summary, facts=found.facts, expires_at=ends)

    def subscribe(self, account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
        """The next of up to four calls: our address, unless the application delivers elsewhere; then the page's fields."""
        if not replies:
            return Call(method="GET", url=graph_url(account, app_id(account), "subscriptions"), headers=_as_app(account))
        content, error = self._read(replies[0])
        if content is None:
            return Checked(ok=False, summary=f"{_APP}\n{error}")
        told = self._address(content)
        if told not in ("", account.webhook_url):
            words = message(
                "The application delivers to another address already: %(address)s. Change it in the application's dashboard, "
                "under *Webhooks*, or use an application of its own.",
                address=told,
            )
            return Checked(ok=False, summary=words)
        if len(replies) == 1:
            return self._deliver_here(account)
        content, error = self._read(replies[1])
        if content is None and not told:
            return Checked(ok=False, summary=f"{_BY_HAND}\n{error}")
        if len(replies) == 2:
            return _get(account, page(account), "subscribed_apps")
        content, error = self._read(replies[2])
        if content is None:
            return Checked(ok=False, summary=error)
        return self._subscribe_page(account, content, replies[3:])

    def _subscribe_page(self, account: Account, content: Content, replies: Sequence[Reply | NoReply]) -> Call | Checked:
        """The page's fields, with those that it has already: two channels may share the application."""
        if not replies:
            fields = list(dict.fromkeys((*(_fields_of(account, content) or ()), *self.page_subscriptions)))
            body = {"subscribed_fields": fields}
            url = graph_url(account, page(account), "subscribed_apps")
            return Call(method="POST", url=url, headers=bearer(account), json=body)
        for reply in replies:
            done, error = self._read(reply)
            if done is None:
                return Checked(ok=False, summary=error)
        if self.get_started and len(replies) == 1:
            url = graph_url(account, page(account), "messenger_profile")
            return Call(method="POST", url=url, headers=bearer(account), json={"get_started": {"payload": "GET_STARTED"}})
        return Checked(ok=True, summary=str(_SUBSCRIBED))

    def _read(self, reply: Reply | NoReply) -> tuple[dict[str, Any] | None, str]:
        if isinstance(reply, NoReply):
            return None, self.judge.unreachable(reply.why)
        content = object_of(reply)
        error = graph_error(content)
        if error is not None:
            return None, self.judge.words(error)
        if content is None or reply.status != 200:
            return None, self.judge.unreadable(reply.status)
        return content, ""

    def _token(self, account: Account, reply: Reply | NoReply) -> tuple[datetime | None, str]:
        """When the token ends, and what is wrong with it; both empty if nothing is."""
        content, error = self._read(reply)
        if content is None:
            return None, f"{_APP}\n{error}"
        known = about_token(content)
        ends = end_of_token(known)
        if known.get("is_valid") is not True:
            theirs = known.get("error")
            words = theirs.get("message") if isinstance(theirs, dict) else ""
            return ends, "\n".join(filter(None, (str(_NO_LONGER_VALID), str(words or ""))))
        if str(known.get("app_id") or "") != app_id(account):
            return ends, str(_OTHER_APP)
        if str(known.get("profile_id") or page(account)) != page(account):
            return ends, str(_OTHER_PAGE)
        scopes = known.get("scopes")
        granted = scopes if isinstance(scopes, list) else []
        missing = [permission for permission in self.permissions if permission not in granted]
        if missing:
            return ends, message("The access token lacks the permission %(permission)s.", permission=", ".join(missing))
        return ends, ""

    def _subscription(self, account: Account, reply: Reply | NoReply) -> str:
        content, error = self._read(reply)
        if content is None:
            return error
        fields = _fields_of(account, content)
        if fields is None:
            return str(_NOT_SUBSCRIBED)
        missing = [field for field in self.needed if field not in fields]
        if missing:
            return message(
                "The application is not subscribed to these fields of the page: %(fields)s. "
                "Save the account once more: Oase then tells Meta.",
                fields=", ".join(missing),
            )
        return ""

    def _address(self, content: Content) -> str:
        """Where the application delivers this place's events so far; empty if nowhere."""
        data = content.get("data")
        for one in data if isinstance(data, list) else ():
            if isinstance(one, dict) and one.get("object") == self.object:
                return str(one.get("callback_url") or "")[:500]
        return ""

    def _deliver_here(self, account: Account) -> Call:
        body = {
            "object": self.object,
            "callback_url": account.webhook_url,
            "verify_token": account.secret("verify_token"),
            "fields": ",".join(self.subscriptions),
            "include_values": True,
        }
        return Call(method="POST", url=graph_url(account, app_id(account), "subscriptions"), headers=_as_app(account), json=body)


def _get(account: Account, *path: str, **query: str) -> Call:
    return Call(method="GET", url=graph_url(account, *path, **query), headers=bearer(account))


def _as_app(account: Account) -> Mapping[str, Secret]:
    """The application's own token: its id and its secret."""
    return {"authorization": Secret(f"Bearer {app_id(account)}|{account.secret('app_secret').reveal()}")}


def _fields_of(account: Account, content: Content) -> list[str] | None:
    """The fields of the page that our application is subscribed to; None if it is not among its applications."""
    data = content.get("data")
    for one in data if isinstance(data, list) else ():
        if isinstance(one, dict) and str(one.get("id") or "") == app_id(account):
            fields = one.get("subscribed_fields")
            return [str(field) for field in fields] if isinstance(fields, list) else []
    return None
