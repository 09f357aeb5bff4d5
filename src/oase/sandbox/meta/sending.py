"""The Send API: what Meta takes, what it refuses, what it tells afterwards.

https://developers.facebook.com/docs/messenger-platform/reference/send-api (2026-11)
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/sender-actions (2026-11)
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets (2026-11)
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from oase.kernel.errors import NotFound
from oase.sandbox.meta.asked import Upload
from oase.sandbox.meta.errors import nobody, not_available, outside_window, parameter
from oase.sandbox.places import Choice, Customer, File, Json

if TYPE_CHECKING:
    from oase.sandbox.meta.base import MetaPlatform

_WINDOW: Final = timedelta(hours=24)
_HUMAN_AGENT: Final = timedelta(days=7)
_ACTIONS: Final = ("mark_seen", "typing_on", "typing_off", "react", "unreact")
_KINDS: Final = ("image", "video", "audio", "file")
_MEGABYTE: Final = 1024 * 1024


class Sending:
    """`POST /<page>/messages` and `/message_attachments`."""

    def __init__(self, platform: "MetaPlatform") -> None:
        self._platform = platform

    def send(self, given: Json) -> Json:
        """A message, or a sign. Raises Refused."""
        message, action = given.get("message"), given.get("sender_action")
        if message is not None and action is not None:
            raise parameter("Cannot send both message and state at the same time.")
        to = given.get("recipient")
        if not isinstance(to, dict):
            raise parameter("The parameter recipient is required.")
        if action is not None:
            return self._sign(self._person(to), str(action).lower(), given.get("payload"))
        if not isinstance(message, dict):
            raise parameter("Requires one of the params: message, sender_action")
        return self._message(to, message, given)

    def _person(self, to: Json) -> Customer:
        try:
            return self._platform.phone.customer(str(to.get("id") or ""))
        except NotFound:
            raise nobody() from None

    def _message(self, to: Json, message: Json, given: Json) -> Json:
        platform = self._platform
        private = "comment_id" in to or "post_id" in to
        customer = platform.private_reply(to) if private else self._person(to)
        if customer.blocked:
            raise not_available()
        if not private:
            self._occasion(customer, given)
        text, files, choices = self._text(message), self._files(message), self._choices(message)
        if not text and not files:
            raise parameter("Invalid data: the message needs a text or an attachment")
        reply_to = given.get("reply_to")
        answered = str(reply_to.get("mid") or "") if isinstance(reply_to, dict) else ""
        if answered and answered not in platform.phone.messages:
            raise parameter("Invalid message ID given in reply_to")
        metadata = str(message.get("metadata") or "")
        sent = platform.phone.deliver(customer.id, text, key=metadata, files=files, choices=choices, reply_to=answered)
        platform.echo(sent, app_id=platform.app_id, metadata=metadata)
        return {"recipient_id": customer.id, "message_id": sent.id}

    def _occasion(self, customer: Customer, given: Json) -> None:
        """Whether the time for an answer is over."""
        kind, tag = given.get("messaging_type", "RESPONSE"), given.get("tag")
        if kind not in ("RESPONSE", "UPDATE", "MESSAGE_TAG"):
            raise parameter("Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG}")
        if kind == "MESSAGE_TAG" and tag != "HUMAN_AGENT":
            raise parameter("Param tag must be HUMAN_AGENT for the messaging type MESSAGE_TAG")
        wrote = self._platform.wrote_at.get(customer.id)
        allowed = _HUMAN_AGENT if kind == "MESSAGE_TAG" else _WINDOW
        if wrote is None or self._platform.now() - wrote > allowed:
            raise outside_window()

    def _text(self, message: Json) -> str:
        text = message.get("text") or ""
        if not isinstance(text, str):
            raise parameter("Param message[text] must be a string")
        limit, limit_bytes = self._platform.text_characters, self._platform.text_bytes
        if len(text) > limit or (limit_bytes and len(text.encode()) > limit_bytes):
            raise parameter(f"Length of param message[text] must be less than or equal to {limit_bytes or limit}")
        return text

    def _files(self, message: Json) -> list[File]:
        attachment = message.get("attachment")
        if attachment is None:
            return []
        if message.get("text"):
            raise parameter("Cannot send both text and attachment in one message")
        payload = attachment.get("payload") if isinstance(attachment, dict) else None
        known = self._platform.uploads.get(str((payload or {}).get("attachment_id") or ""))
        if known is None:
            raise parameter("Invalid attachment ID", subcode=2018074)
        return [self._platform.phone.file(known)]

    def _choices(self, message: Json) -> list[Choice]:
        offered = message.get("quick_replies") or []
        if not isinstance(offered, list) or len(offered) > 13:
            raise parameter("Number of elements in param message[quick_replies] must be less than or equal to 13")
        choices = []
        for one in offered:
            if one.get("content_type") != "text" or not one.get("title") or "payload" not in one:
                raise parameter("Param message[quick_replies] needs content_type, title and payload")
            choices.append(Choice(id=str(one["payload"]), title=str(one["title"])[:20]))
        return choices

    def _sign(self, customer: Customer, action: str, payload: object) -> Json:
        phone = self._platform.phone
        if action not in _ACTIONS:
            raise parameter(f"Param sender_action must be one of {{{', '.join(_ACTIONS)}}}")
        if action in ("react", "unreact"):
            about = payload if isinstance(payload, dict) else {}
            message_id = str(about.get("message_id") or "")
            if message_id not in phone.messages:
                raise parameter("Invalid message ID")
            phone.business_reacts(message_id, str(about.get("reaction") or "") if action == "react" else "")
        elif action == "typing_on":
            phone.business_types(customer.id)
        elif action == "mark_seen" and (chat := phone.chats.get(customer.id)):
            phone.business_read(chat[-1].id)
        return {"recipient_id": customer.id}

    def upload(self, given: Json, upload: Upload | None) -> Json:
        """A file that a message may name afterwards."""
        message = given.get("message")
        attachment = message.get("attachment") if isinstance(message, dict) else None
        kind = attachment.get("type") if isinstance(attachment, dict) else None
        if kind not in _KINDS:
            raise parameter("Param message[attachment][type] must be one of {audio, file, image, video}")
        if upload is None:
            raise parameter("Failed to fetch the file from the url", subcode=2018008)
        limit = (8 if kind == "image" else 25) * _MEGABYTE
        if not upload.data or len(upload.data) > limit or not self._platform.takes(str(kind), upload.type):
            raise parameter("Upload attachment failure.", subcode=2018047)
        file = self._platform.phone.add_file(upload.name, upload.type, upload.data)
        attachment_id = self._platform.new_id("attachment")
        self._platform.uploads[attachment_id] = file.id
        return {"attachment_id": attachment_id}
