"""What a bot sends: checked as Telegram checks it, then put into the chat or the group.

https://core.telegram.org/bots/api#sendmessage and the methods after it (Bot API 10.1, read 2026-11)
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from oase.sandbox.places import Choice, Contact, Customer, File, Json, Message, Spot
from oase.sandbox.telegram.asked import Asked, Refused, Upload, bad
from oase.sandbox.telegram.shapes import GROUP_ID, message_json

if TYPE_CHECKING:
    from oase.sandbox.telegram.platform import Telegram

SENDERS: Final[Mapping[str, str]] = {
    "sendmessage": "",
    "sendphoto": "photo",
    "sendvideo": "video",
    "sendvoice": "voice",
    "sendaudio": "audio",
    "sendanimation": "animation",
    "senddocument": "document",
    "sendsticker": "sticker",
    "sendmediagroup": "",
    "sendlocation": "",
    "sendvenue": "",
    "sendcontact": "",
}
"""The methods that send something, with the field of their file."""
_TEXT, _CAPTION, _CALLBACK_BYTES, _VCARD_BYTES = 4096, 1024, 64, 2048
_PHOTO_BYTES, _FILE_BYTES = 10_000_000, 50_000_000
_REACTIONS: Final = frozenset(
    [
        *"❤👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡",
        *("❤\u200d🔥", "👨\u200d💻", "🤷\u200d♂", "🤷\u200d♀"),
    ]
)


class Sending:
    """Puts messages of the bot where they belong."""

    def __init__(self, platform: "Telegram") -> None:
        self._platform = platform

    def send(self, name: str, asked: Asked) -> Any:
        """The message that was sent, or the messages of an album."""
        if name == "sendmediagroup":
            return self._album(asked)
        if name == "sendmessage":
            return self._put(asked, self._text(asked), [])
        if name in ("sendlocation", "sendvenue"):
            return self._put(asked, "", [], spot=self._spot(asked, name == "sendvenue"))
        if name == "sendcontact":
            return self._put(asked, "", [], contact=self._contact(asked))
        field = SENDERS[name]
        file = self._file(asked, field, asked.text(field), _PHOTO_BYTES if field == "photo" else _FILE_BYTES)
        return self._put(asked, self._caption(asked.text("caption")), [file], voice=field == "voice", sticker=field == "sticker")

    def customer(self, chat: int) -> Customer:
        """The person of a private chat that the bot may write to."""
        customer = self._platform.phone.customers.get(str(chat))
        if customer is None or not customer.extra.get("started"):
            raise bad("chat not found")
        if customer.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return customer

    def emoji(self, reaction: Any) -> str:
        """The emoji of a reaction; empty takes it back."""
        if not reaction:
            return ""
        first = reaction[0] if isinstance(reaction, list) else {}
        emoji = str(first.get("emoji", "")) if isinstance(first, dict) else ""
        if emoji not in _REACTIONS:
            raise bad("REACTION_INVALID")
        return emoji

    def _text(self, asked: Asked) -> str:
        text = asked.text("text").strip()
        if not text:
            raise bad("message text is empty")
        if len(text) > _TEXT:
            raise bad("message is too long")
        return text

    def _caption(self, text: str) -> str:
        if len(text) > _CAPTION:
            raise bad("message caption is too long")
        return text

    def _file(self, asked: Asked, field: str, given: str, limit_bytes: int) -> File:
        """An uploaded file, by its field or as `attach://…`, or one that Telegram has (its file_id)."""
        upload: Upload | None = asked.files.get(given.removeprefix("attach://") if given else field)
        if upload is None:
            known = self._platform.phone.files.get(given)
            if known is None:
                raise bad(f"there is no {field} in the request" if not given else "wrong remote file identifier specified")
            return known
        if not upload.data:
            raise bad("file must be non-empty")
        if len(upload.data) > limit_bytes:
            raise Refused(413, "Request Entity Too Large")
        return self._platform.phone.add_file(upload.name, upload.type, upload.data)

    def _spot(self, asked: Asked, named: bool) -> Spot:
        if named and not (asked.has("title") and asked.has("address")):
            raise bad("venue title and address must be non-empty")
        latitude, longitude = asked.number("latitude"), asked.number("longitude")
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise bad("wrong latitude or longitude")
        return Spot(latitude=latitude, longitude=longitude, name=asked.text("title"), address=asked.text("address"))

    def _contact(self, asked: Asked) -> Contact:
        if not (asked.has("phone_number") and asked.has("first_name")):
            raise bad("phone number and first name must be non-empty")
        if len(asked.text("vcard").encode()) > _VCARD_BYTES:
            raise bad("vCard is too long")
        return Contact(name=f"{asked.text('first_name')} {asked.text('last_name')}".strip(), phone=asked.text("phone_number"))

    def _choices(self, asked: Asked) -> list[Choice]:
        markup = asked.json("reply_markup") or {}
        rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
        buttons = [button for row in rows for button in row]
        for button in buttons:
            if not button.get("text"):
                raise bad('can\'t parse inline keyboard button: Field "text" must be non-empty')
            if not 0 < len(str(button.get("callback_data", "x")).encode()) <= _CALLBACK_BYTES:
                raise bad("BUTTON_DATA_INVALID")
        return [Choice(id=str(one.get("callback_data", "")), title=str(one["text"])) for one in buttons]

    def _answers(self, asked: Asked, chat: int) -> str:
        """The message that is answered; a missing one is an error unless the bot said that it does not matter."""
        parameters = asked.json("reply_parameters")
        if not isinstance(parameters, dict):
            return ""
        number = str(parameters.get("message_id", ""))
        known: Any = self._platform.timeline.posts.get(number) if chat == GROUP_ID else self._platform.phone.messages.get(number)
        if known is not None and (chat == GROUP_ID or known.customer_id == str(chat)):
            return number
        if parameters.get("allow_sending_without_reply"):
            return ""
        raise bad("message to be replied not found")

    def _put(self, asked: Asked, text: str, files: list[File], **what: Any) -> Json:
        chat = asked.whole("chat_id")
        if chat == GROUP_ID:
            return self._in_group(asked, text, files)
        customer = self.customer(chat)
        message = self._platform.phone.deliver(
            customer.id, text, files=files, choices=self._choices(asked), reply_to=self._answers(asked, chat), **what
        )
        return self._shown(message, customer)

    def _shown(self, message: Message, customer: Customer) -> Json:
        return message_json(message, customer, self._platform.bot) | self._platform.answered(message.reply_to)

    def _in_group(self, asked: Asked, text: str, files: list[File]) -> Json:
        timeline = self._platform.timeline
        newest = next((one.id for one in reversed(timeline.posts.values())), "")
        below = self._answers(asked, GROUP_ID) or newest
        post = (
            timeline.answer(text, parent_id=below, files=files) if below else timeline.publish("", text, files=files, tell=False)
        )
        return self._platform.in_group(post)

    def _album(self, asked: Asked) -> list[Json]:
        media = asked.json("media")
        if not isinstance(media, list) or not 2 <= len(media) <= 10:
            raise bad("the album must include 2-10 items")
        kinds = {str(one.get("type")) for one in media}
        if not (kinds <= {"photo", "video"} or kinds in ({"audio"}, {"document"})):
            raise bad("can't use the specified media types in the album")
        chat = asked.whole("chat_id")
        files = [self._file(asked, "media", str(one.get("media", "")), _FILE_BYTES) for one in media]
        captions = [self._caption(str(one.get("caption", ""))) for one in media]
        if chat == GROUP_ID:
            return [self._in_group(asked, next(filter(None, captions), ""), files)]
        customer, answered = self.customer(chat), self._answers(asked, chat)
        album = f"136{self._platform.new_id('message')}"
        shown = []
        for file, caption in zip(files, captions, strict=True):
            message = self._platform.phone.deliver(customer.id, caption, files=[file], reply_to=answered)
            message.extra["album"] = album
            shown.append(self._shown(message, customer))
        return shown
