"""From what is to be said or done to calls: as a direct message by the Send API, in public as a reply to a comment.

https://developers.facebook.com/docs/instagram-platform/comment-moderation (read 2026-11)
https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/mentions (read 2026-11)
"""

from collections.abc import Sequence
from typing import Any

from oase.channels.adapters.instagram.manifest import LIMITS, PUBLIC_LIMITS
from oase.channels.adapters.instagram.mentions import MARK
from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Card,
    MarkRead,
    Moderate,
    Outbound,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
)
from oase.channels.families.meta import bearer, graph_url
from oase.channels.families.meta.messaging import Writer
from oase.kernel.i18n import message

_WRITER = Writer(name="Instagram", limits=LIMITS, platform="instagram")


def write(outbound: Outbound, account: Account) -> Sequence[Call]:
    """The calls; raises CannotSay for what Instagram cannot carry, or not in one message."""
    match outbound:
        case Moderate():
            return [_act(outbound, account)]
        case Say() if outbound.envelope.thread:
            return [_reply(outbound, account)]
        case Say() if outbound.envelope.about.startswith(MARK):
            raise CannotSay("private_reply", message("The author of a mention cannot be answered in private."))
        case Say():
            return _WRITER.say(outbound, account)
        case React() | MarkRead() | ShowTyping() if not outbound.envelope.thread:
            return [_WRITER.sign(outbound, account)]
        case UseTemplate():
            raise CannotSay("template", message("Instagram has no templates."))
        case Position() | Card() | React() | MarkRead() | ShowTyping():
            raise CannotSay(type(outbound).__name__.lower(), message("Instagram cannot carry this."))


def _reply(say: Say, account: Account) -> Call:
    """Below the comment that is answered, else below the post; in a place where we were mentioned, by a call of its own."""
    if say.choices or say.files:
        raise CannotSay("attachments", message("A comment on Instagram is text alone."))
    if not say.text.strip():
        raise CannotSay("text", message("A comment cannot be empty."))
    if len(say.text) > PUBLIC_LIMITS.text_length:
        raise CannotSay("text_length", message("A comment carries %(n)s characters.", n=PUBLIC_LIMITS.text_length))
    body: dict[str, Any] = {"message": say.text}
    thread, below = say.envelope.thread, say.envelope.reply_to
    if thread.startswith(MARK):
        media, comment = thread.removeprefix(MARK), below.removeprefix(MARK)
        where = {"media_id": media} | ({"comment_id": comment} if comment not in ("", media) else {})
        return _call(account, "POST", where | body, str(account.settings.get("instagram_id") or ""), "mentions")
    if below:
        return _call(account, "POST", body, below, "replies")
    return _call(account, "POST", body, thread, "comments")


def _act(moderate: Moderate, account: Account) -> Call:
    target = moderate.envelope.reply_to
    if not target or target.startswith(MARK):
        raise CannotSay(moderate.act, message("What others write below their own posts is not ours to hide or delete."))
    match moderate.act:
        case "hide" | "show":
            return _call(account, "POST", {"hide": moderate.act == "hide"}, target)
        case "delete":
            return _call(account, "DELETE", None, target)
        case "like" | "unlike":
            raise CannotSay(moderate.act, message("Instagram lets no program like a comment."))


def _call(account: Account, method: str, body: Any, *path: str) -> Call:
    return Call(method=method, url=graph_url(account, *path), headers=bearer(account), json=body)
