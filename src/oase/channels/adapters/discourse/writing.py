"""From what is to be said to calls: an answer in a topic, a personal message, an act on a post.

Whatever answers a post asks for that post first: its number in the topic, and for personal messages the topic, stand in the reply.
"""

from collections.abc import Sequence
from typing import Any, Final

from oase.channels.adapters.discourse.calls import call
from oase.channels.contract import Account, Call, CannotSay, Envelope, FromReply, Manifest, Moderate, Outbound, Say
from oase.kernel.i18n import message

_LIKE: Final = 2  # post_action_type_id
_TITLE_LENGTH: Final = 100
_KINDS: Final = {"position": "location", "card": "contacts", "template": "template", "react": "reaction"}


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The calls, the post itself last; raises CannotSay."""
    if isinstance(outbound, Moderate):
        return [_act(outbound, account)]
    if not isinstance(outbound, Say):
        kind = str(type(outbound).__struct_config__.tag)
        raise CannotSay(_KINDS.get(kind, kind), message("The forum carries text only."))
    if outbound.files or outbound.choices:
        raise CannotSay("files" if outbound.files else "buttons", message("The forum carries text only."))
    if not outbound.text.strip():
        raise CannotSay("text", message("The forum cannot carry an empty post."))
    if len(outbound.text) > manifest.limits.text_length:
        raise CannotSay("text_length", message("This post is too long for the forum."))
    raw, envelope = outbound.text.replace("<", "&lt;"), outbound.envelope
    if envelope.thread:
        return _in_topic(envelope, raw, account)
    if envelope.reply_to.isdigit() and not envelope.about:
        body = {"raw": raw, "topic_id": FromReply(call=0, key="topic_id")}
        return [_asked(envelope, account), call(account, "POST", "posts.json", body)]
    return [_personal(envelope, raw, account)]


def _in_topic(envelope: Envelope, raw: str, account: Account) -> Sequence[Call]:
    topic = envelope.thread.removeprefix("topic-")
    if not topic.isdigit():
        raise CannotSay("thread", message("It is not said in which topic this is to stand."))
    body: dict[str, Any] = {"raw": raw, "topic_id": int(topic)}
    if not envelope.reply_to.isdigit():
        return [call(account, "POST", "posts.json", body)]
    body["reply_to_post_number"] = FromReply(call=0, key="post_number")
    return [_asked(envelope, account), call(account, "POST", "posts.json", body)]


def _asked(envelope: Envelope, account: Account) -> Call:
    return call(account, "GET", f"posts/{envelope.reply_to}.json")


def _personal(envelope: Envelope, raw: str, account: Account) -> Call:
    """A personal message with a topic of its own."""
    if not envelope.to:
        raise CannotSay("text", message("It is not said who is to get this message."))
    title = (envelope.subject or " ".join(raw.split()))[:_TITLE_LENGTH]
    body = {"raw": raw, "title": title, "target_recipients": envelope.to, "archetype": "private_message"}
    return call(account, "POST", "posts.json", body)


def _act(moderate: Moderate, account: Account) -> Call:
    post = moderate.envelope.reply_to
    if not post.isdigit():
        raise CannotSay(moderate.act, message("It is not said which post this is about."))
    match moderate.act:
        case "delete":
            return call(account, "DELETE", f"posts/{post}.json")
        case "like":
            return call(account, "POST", "post_actions.json", {"id": int(post), "post_action_type_id": _LIKE})
        case "unlike":
            return call(account, "DELETE", f"post_actions/{post}.json", post_action_type_id=_LIKE)
    raise CannotSay(moderate.act, message("The forum has no way to hide a post by its API. Delete it, or hide it in the forum."))
