"""From what is to be said in private to calls of the Send API: the same for Messenger and for Instagram.

The message's own call is always the last; an upload comes before it. Each message carries our envelope id (`metadata`), which
Meta hands back with the echo: so a lost reply can be resolved.

https://developers.facebook.com/docs/messenger-platform/reference/send-api (read 2026-11)
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/sender-actions (read 2026-11)
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Capability,
    Envelope,
    File,
    FromReply,
    Limits,
    Outbound,
    Part,
    React,
    Say,
    ShowTyping,
)
from oase.channels.families.meta.graph import bearer, graph_url
from oase.kernel.i18n import message

Body = dict[str, Any]

_KINDS: Mapping[Capability, str] = {
    Capability.IMAGE: "image",
    Capability.VIDEO: "video",
    Capability.AUDIO: "audio",
    Capability.DOCUMENT: "file",
}


class Writer(Struct, frozen=True, kw_only=True):
    """How one place's messages are written. `platform` is named in uploads, where there is one."""

    name: str
    limits: Limits
    platform: str = ""
    names_emoji: bool = False  # reactions are sent by name ("love") where the emoji has one

    def say(self, say: Say, account: Account) -> Sequence[Call]:
        """The calls of a message; raises CannotSay."""
        limits = self.limits
        if len(say.files) > limits.attachments_per_message or (say.files and (say.text or say.choices)):
            raise CannotSay("attachments", message("%(place)s carries one file in a message, without text.", place=self.name))
        if say.files:
            return self._file(say, account)
        if not say.text.strip():
            raise CannotSay("text", message("%(place)s cannot carry an empty message.", place=self.name))
        if len(say.text) > limits.text_length:
            raise CannotSay(
                "text_length",
                message("%(place)s carries %(n)s characters in one message.", place=self.name, n=limits.text_length),
            )
        if limits.text_bytes and len(say.text.encode("utf-8", "replace")) > limits.text_bytes:
            raise CannotSay(
                "text_length", message("%(place)s carries %(n)s bytes in one message.", place=self.name, n=limits.text_bytes)
            )
        content: Body = {"text": say.text}
        if say.choices:
            content["quick_replies"] = self._quick_replies(say)
        return [self._message(account, say, content)]

    def sign(self, outbound: Outbound, account: Account) -> Call:
        """A reaction, a read mark, a typing sign: no message, and harmless when repeated."""
        envelope = outbound.envelope
        if isinstance(outbound, React):
            if not envelope.reply_to:
                raise CannotSay("reaction", message("It is not said which message this refers to."))
            payload: Body = {"message_id": envelope.reply_to}
            if not outbound.emoji:
                return self._action(account, envelope, "unreact", payload)
            return self._action(account, envelope, "react", payload | {"reaction": outbound.emoji})
        return self._action(account, envelope, "typing_on" if isinstance(outbound, ShowTyping) else "mark_seen")

    def _quick_replies(self, say: Say) -> list[Body]:
        limits = self.limits
        if any(choice.description for choice in say.choices):
            raise CannotSay("list", message("%(place)s has no lists with descriptions.", place=self.name))
        if len(say.choices) > limits.buttons or any(len(choice.title) > limits.button_length for choice in say.choices):
            raise CannotSay(
                "buttons",
                message(
                    "%(place)s carries %(n)s quick replies of %(length)s characters.",
                    place=self.name, n=limits.buttons, length=limits.button_length,
                ),
            )  # fmt: skip
        return [{"content_type": "text", "title": choice.title, "payload": choice.id} for choice in say.choices]

    def _file(self, say: Say, account: Account) -> Sequence[Call]:
        if say.envelope.about:
            raise CannotSay("attachments", message("A private answer to a comment is one text, without a file."))
        file = say.files[0]
        kind = self.limits.carrier(file.type, file.size_bytes)
        if kind is None:
            raise CannotSay(
                "file",
                message("%(place)s does not carry a file of this type and size: %(file)s.", place=self.name, file=file.name),
            )
        content = {"attachment": {"type": _KINDS[kind], "payload": {"attachment_id": FromReply(call=0, key="attachment_id")}}}
        return [self._upload(account, file, _KINDS[kind]), self._message(account, say, content)]

    def _upload(self, account: Account, file: File, kind: str) -> Call:
        plain = file.type.partition(";")[0].strip() or "application/octet-stream"
        about = msgspec.json.encode({"attachment": {"type": kind, "payload": {"is_reusable": True}}})
        parts = [Part(name="message", content=about)]
        if self.platform:
            parts.append(Part(name="platform", content=self.platform.encode()))
        parts.append(Part(name="filedata", content=file.content, filename=file.name or "file", type=plain))
        return Call(
            method="POST",
            url=graph_url(account, page(account), "message_attachments"),
            headers=bearer(account),
            parts=tuple(parts),
        )

    def _message(self, account: Account, say: Say, content: Body) -> Call:
        envelope = say.envelope
        body: Body = {"recipient": recipient(account, envelope)}
        if not envelope.about:
            body |= _occasion(account, say)
        body["message"] = content | {"metadata": envelope.id}
        if envelope.reply_to and not envelope.about:
            body["reply_to"] = {"mid": envelope.reply_to}
        return _call(account, body)

    def _action(self, account: Account, envelope: Envelope, action: str, payload: Body | None = None) -> Call:
        body: Body = {"recipient": {"id": envelope.to}, "sender_action": action}
        return _call(account, body | ({"payload": payload} if payload else {}))


def page(account: Account) -> str:
    """The id of the page: of its own messages, and of the Instagram account that is linked to it."""
    return str(account.settings.get("page_id") or "")


def recipient(account: Account, envelope: Envelope) -> Body:
    """To whom: by their scoped id, or the author of a comment or post, who has not written to us yet."""
    if not envelope.about:
        return {"id": envelope.to}
    own_posts = f"{page(account)}_"
    return {"post_id" if envelope.about.startswith(own_posts) else "comment_id": envelope.about}


def _occasion(account: Account, say: Say) -> Body:
    """Why we may write: an answer within 24 hours, or a person who answers within seven days, where Meta has granted that."""
    if account.settings.get("human_agent") is True and not say.automatic:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {"messaging_type": "RESPONSE"}


def _call(account: Account, body: Body) -> Call:
    return Call(method="POST", url=graph_url(account, page(account), "messages"), headers=bearer(account), json=body)
