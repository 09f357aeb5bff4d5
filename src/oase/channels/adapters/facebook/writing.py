"""From what is to be said or done to calls: in Messenger by the Send API, on the page by comments.

https://developers.facebook.com/docs/graph-api/reference/object/comments (read 2026-11)
https://developers.facebook.com/docs/graph-api/reference/comment (read 2026-11)
"""

from collections.abc import Sequence
from typing import Any

from oase.channels.adapters.facebook.manifest import LIMITS, PUBLIC_LIMITS
from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Card,
    FromReply,
    MarkRead,
    Moderate,
    Outbound,
    Part,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
)
from oase.channels.families.meta import bearer, graph_url
from oase.channels.families.meta.messaging import Writer, page
from oase.kernel.i18n import message

_WRITER = Writer(name="Messenger", limits=LIMITS)


def write(outbound: Outbound, account: Account) -> Sequence[Call]:
    """The calls; raises CannotSay for what Facebook cannot carry, or not in one message."""
    match outbound:
        case Moderate():
            return [_act(outbound, account)]
        case Say() if outbound.envelope.thread:
            return _comment(outbound, account)
        case Say():
            return _WRITER.say(outbound, account)
        case React() | MarkRead() | ShowTyping() if not outbound.envelope.thread:
            return [_WRITER.sign(outbound, account)]
        case UseTemplate():
            raise CannotSay("template", message("Facebook has no templates here."))
        case Position() | Card() | React() | MarkRead() | ShowTyping():
            raise CannotSay(type(outbound).__name__.lower(), message("Facebook cannot carry this."))


def _comment(say: Say, account: Account) -> Sequence[Call]:
    """Below the comment that is answered, or else below the post; with one picture at most."""
    if say.choices:
        raise CannotSay("buttons", message("A comment has no buttons."))
    if len(say.files) > PUBLIC_LIMITS.attachments_per_message:
        raise CannotSay("attachments", message("A comment carries one picture."))
    if not say.text.strip() and not say.files:
        raise CannotSay("text", message("A comment cannot be empty."))
    if len(say.text) > PUBLIC_LIMITS.text_length:
        raise CannotSay("text_length", message("A comment carries %(n)s characters.", n=PUBLIC_LIMITS.text_length))
    envelope = say.envelope
    calls: list[Call] = []
    body: dict[str, Any] = {"message": say.text} if say.text else {}
    if say.files:
        calls.append(_picture(say, account))
        body["attachment_id"] = FromReply(call=0, key="id")
    calls.append(_call(account, "POST", body, envelope.reply_to or envelope.thread, "comments"))
    return calls


def _picture(say: Say, account: Account) -> Call:
    """The upload of a picture that is not shown on the page by itself."""
    file = say.files[0]
    if PUBLIC_LIMITS.carrier(file.type, file.size_bytes) is None:
        raise CannotSay("file", message("A comment does not carry a file of this type and size: %(file)s.", file=file.name))
    parts = (
        Part(name="published", content=b"false"),
        Part(name="source", content=file.content, filename=file.name or "file", type=file.type.partition(";")[0].strip()),
    )
    return Call(method="POST", url=graph_url(account, page(account), "photos"), headers=bearer(account), parts=parts)


def _act(moderate: Moderate, account: Account) -> Call:
    target = moderate.envelope.reply_to or moderate.envelope.thread
    match moderate.act:
        case "hide" | "show":
            return _call(account, "POST", {"is_hidden": moderate.act == "hide"}, target)
        case "delete":
            return _call(account, "DELETE", None, target)
        case "like":
            return _call(account, "POST", None, target, "likes")
        case "unlike":
            return _call(account, "DELETE", None, target, "likes")


def _call(account: Account, method: str, body: Any, *path: str) -> Call:
    return Call(method=method, url=graph_url(account, *path), headers=bearer(account), json=body)
