"""*Test connection*: is the forum there, does it accept the key, may its user act; in words."""

from typing import Final

from oase.channels.adapters.discourse.calls import call
from oase.channels.adapters.discourse.errors import PLACE, trouble
from oase.channels.adapters.discourse.wire import FORUM, PROFILE
from oase.channels.contract import Account, Checked, NoReply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import answered
from oase.channels.families.markup import one_line
from oase.channels.families.steps import Dialogue
from oase.kernel.i18n import message

_ADDRESS: Final = message("Enter the address of the forum. It begins with https://.")
_NO_FORUM: Final = message("At this address there is no forum with Discourse.")


def checking(account: Account) -> Dialogue[Checked]:
    """Two calls: the forum, the user of the key."""
    if not str(account.settings.get("url") or "").strip().startswith(("https://", "http://")):
        return Checked(ok=False, summary=_ADDRESS)
    reply = yield call(account, "GET", "site/basic-info.json")
    forum = answered(reply, FORUM)
    if forum is None:
        if isinstance(reply, NoReply):
            return Checked(ok=False, summary=wordless.unreachable(PLACE, reply.why))
        return Checked(ok=False, summary=_NO_FORUM if reply.status in (200, 404) else trouble(reply).why)
    title = one_line(forum.title) or str(account.settings["url"])
    reply = yield call(account, "GET", f"u/{_plain(account)}.json")
    profile = answered(reply, PROFILE)
    if profile is None:
        return Checked(ok=False, summary=message("%(forum)s: %(why)s", forum=title, why=trouble(reply).why))
    user = profile.user
    if not (user.admin or user.moderator):
        lacks = message(
            "%(forum)s: the user %(user)s is no moderator, so deleting and personal messages may be refused.",
            forum=title, user=user.username,
        )  # fmt: skip
        return Checked(ok=False, summary=lacks)
    facts = {"forum": title, "user_id": str(user.id), "user": user.username}
    return Checked(ok=True, summary=f"{title} · {user.username}", facts=facts)


def _plain(account: Account) -> str:
    """The user name as a part of an address."""
    return "".join(one for one in str(account.settings.get("username") or "") if one.isalnum() or one in "._-")[:100] or "-"
