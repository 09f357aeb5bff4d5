"""How people, chats, messages and updates look in the Bot API.

https://core.telegram.org/bots/api#available-types (Bot API 10.1, read 2026-11)
"""

from collections.abc import Sequence

from oase.sandbox.places import Customer, File, Json, Message, Post, Spot

BOT_ID = 7000000001
GROUP_ID = -1001987654321


def bot_json(name: str, username: str) -> Json:
    """The bot itself."""
    return {"id": BOT_ID, "is_bot": True, "first_name": name, "username": username}


def user_json(customer: Customer) -> Json:
    """A person."""
    first, _, last = customer.name.partition(" ")
    user: Json = {"id": int(customer.id), "is_bot": False, "first_name": first, "language_code": "de"}
    user |= {"last_name": last} if last else {}
    return user | ({"username": customer.handle.removeprefix("@")} if customer.handle else {})


def chat_json(customer: Customer) -> Json:
    """The private chat with a person."""
    names = {key: value for key, value in user_json(customer).items() if key in ("first_name", "last_name", "username")}
    return {"id": int(customer.id), "type": "private", **names}


def group_json(title: str) -> Json:
    """The company's group."""
    return {"id": GROUP_ID, "type": "supergroup", "title": title, "username": "lindgruen_gruppe"}


def entities_of(text: str, bot: str) -> list[Json]:
    """Commands, mentions and web addresses in a text. Offsets count UTF-16 code units."""
    found: list[Json] = []
    place = 0
    for word in text.split(" "):
        kind = "bot_command" if word.startswith("/") and len(word) > 1 else "mention" if word.startswith("@") else ""
        kind = "url" if word.startswith(("http://", "https://")) else kind
        if kind:
            found.append({"type": kind, "offset": _units(text[:place]), "length": _units(word)})
        place += len(word) + 1
    return found


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def file_json(file: File, **more: object) -> Json:
    """A file as Telegram names it."""
    return {"file_id": file.id, "file_unique_id": f"u{file.id[-12:]}", "file_size": len(file.data), **more}


def _photo(file: File) -> list[Json]:
    small = file_json(file, width=90, height=68)
    return [{**small, "file_size": max(1, len(file.data) // 20)}, file_json(file, width=1280, height=960)]


def said_json(text: str, files: Sequence[File], *, voice: bool, sticker: bool, bot: str) -> Json:
    """What a message says: a text, or one file with a text beside it."""
    if not files:
        entities = entities_of(text, bot)
        return {"text": text} | ({"entities": entities} if entities else {})
    file = files[0]
    caption: Json = {"caption": text} if text else {}
    kind = file.type.partition("/")[0]
    named: Json = {"file_name": file.name, "mime_type": file.type}
    if sticker:
        look = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "👍"}
        return {"sticker": file_json(file, **look)}
    if voice:
        return {"voice": file_json(file, duration=3, mime_type="audio/ogg"), **caption}
    if file.type in ("image/jpeg", "image/png"):
        return {"photo": _photo(file), **caption}
    if kind == "video":
        return {"video": file_json(file, width=640, height=480, duration=3, **named), **caption}
    if kind == "audio":
        return {"audio": file_json(file, duration=3, **named), **caption}
    return {"document": file_json(file, **named), **caption}


def spot_json(spot: Spot) -> Json:
    """A place, with a name if it has one."""
    point = {"latitude": spot.latitude, "longitude": spot.longitude}
    if not spot.name:
        return {"location": point}
    return {"venue": {"location": point, "title": spot.name, "address": spot.address or "–"}, "location": point}


def message_json(message: Message, customer: Customer, bot: Json) -> Json:
    """A message of a private chat, without what it answers."""
    body: Json = {
        "message_id": int(message.id),
        "from": bot if message.from_business else user_json(customer),
        "chat": chat_json(customer),
        "date": int(message.time.timestamp()),
    }
    if message.contact:
        first, _, last = message.contact.name.partition(" ")
        card = {"phone_number": message.contact.phone, "first_name": first}
        return body | {"contact": card | ({"last_name": last} if last else {})}
    if message.spot:
        return body | spot_json(message.spot)
    body |= said_json(message.text, message.files, voice=message.voice, sticker=message.sticker, bot=bot["username"])
    if message.choices:
        rows = [[{"text": choice.title, "callback_data": choice.id}] for choice in message.choices]
        body["reply_markup"] = {"inline_keyboard": rows}
    if message.extra.get("album"):
        body["media_group_id"] = message.extra["album"]
    return body


def post_json(post: Post, author: Json, title: str, bot: str) -> Json:
    """A message of the group, without what it answers."""
    body: Json = {
        "message_id": int(post.id), "from": author, "chat": group_json(title), "date": int(post.time.timestamp()),
    }  # fmt: skip
    return body | said_json(post.text, post.files, voice=False, sticker=False, bot=bot)
