"""*Test connection*: is WordPress there, does it let us in, may we moderate, who else is our side; in words."""

import json
from typing import Final

from oase.channels.adapters.wordpress.calls import call
from oase.channels.adapters.wordpress.errors import trouble
from oase.channels.adapters.wordpress.wire import SITE, USER, USERS, Site
from oase.channels.contract import Account, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import answered
from oase.channels.families.markup import one_line
from oase.channels.families.steps import Dialogue
from oase.kernel.i18n import message

_ADDRESS: Final = message("Enter the address of the blog. It begins with https://.")
_NO_API: Final = message("At this address there is no WordPress, or its REST API is switched off.")


def checking(account: Account) -> Dialogue[Checked]:
    """Three calls: the site, our user, the team."""
    if not str(account.settings.get("url") or "").strip().startswith(("https://", "http://")):
        return Checked(ok=False, summary=_ADDRESS)
    reply = yield call(account, "GET", "")
    site = answered(reply, SITE)
    if site is None or "wp/v2" not in site.namespaces:
        return Checked(ok=False, summary=_why(reply))
    reply = yield call(account, "GET", "users/me", context="edit")
    user = answered(reply, USER)
    title = one_line(site.name) or str(account.settings["url"])
    if user is None:
        return Checked(ok=False, summary=_refused(title, site, reply))
    if not user.capabilities.get("moderate_comments"):
        lacks = message(
            "%(site)s: the user %(user)s may not moderate comments. It needs the role Editor.", site=title, user=user.name
        )
        return Checked(ok=False, summary=lacks)
    team = answered((yield call(account, "GET", "users", who="authors", per_page=100, _fields="id")), USERS)
    ids = [str(one.id) for one in team or ()]
    facts = {"site": title, "user_id": str(user.id), "user": one_line(user.name), "team": ",".join(ids)}
    return Checked(ok=True, summary=f"{title} · {facts['user']}", facts=facts)


def _why(reply: Reply | NoReply) -> str:
    if isinstance(reply, NoReply):
        return wordless.unreachable("WordPress", reply.why)
    return _NO_API if reply.status < 500 and reply.status not in (401, 403, 429) else trouble(reply).why


def _refused(title: str, site: Site, reply: Reply | NoReply) -> str:
    if not _has_application_passwords(site):
        return message("%(site)s: application passwords are switched off. WordPress offers them over HTTPS only.", site=title)
    return message("%(site)s: %(why)s", site=title, why=trouble(reply).why)


def _has_application_passwords(site: Site) -> bool:
    """WordPress tells with the API's start whether it takes them (since 5.6)."""
    found = json.loads(bytes(site.authentication) or b"{}")
    return isinstance(found, dict) and "application-passwords" in found
