"""How people and messages are named: Telegram numbers messages within a chat, and chats within a connected business account.

private chat with the bot        address 4711             message 4711/12
group                            thread  -10047           message -10047/12
chat of a business account       address <connection>/4711    message <connection>/4711/12
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from oase.channels.adapters.telegram import wire
from oase.channels.contract import Address


class Place(Struct, frozen=True):
    """A chat as calls name it, and a message in it."""

    chat: str
    connection: str = ""
    message: int = 0


def external_id(chat: int | str, message: int | str, connection: str | None = None) -> str:
    """The id of a message, unique in the account."""
    return f"{connection}/{chat}/{message}" if connection else f"{chat}/{message}"


def chat_of(address: str) -> Place:
    """The chat that an address stands for."""
    connection, _, chat = address.rpartition("/")
    return Place(chat=chat, connection=connection)


def message_of(external_id: str) -> Place | None:
    """The chat and the number that an external id stands for; None if it is none of a message (a pressed button, for example)."""
    place, _, number = external_id.rpartition("/")
    chat = chat_of(place)
    if not (number.isascii() and number.isdigit() and chat.chat.removeprefix("-").isdigit() and chat.chat.isascii()):
        return None
    return Place(chat=chat.chat, connection=chat.connection, message=int(number[:18]))


def person(user: wire.User, connection: str | None = None, phone: str = "") -> Address:
    """A user as an address. A user name is no alias: it can be given up, and taken by somebody else."""
    name = " ".join(part for part in (user.first_name, user.last_name or "") if part)
    fields: Mapping[str, str] = {
        key: value
        for key, value in (("language", user.language_code or ""), ("telegram", f"@{user.username}" if user.username else ""))
        if value
    }
    aliases = [("telegram", str(user.id))] if connection else []
    aliases += [("phone", phone)] if phone else []
    value = f"{connection}/{user.id}" if connection else str(user.id)
    return Address(value=value, name=name or user.username or "", aliases=tuple(aliases), fields=fields)


def chat_as_person(chat: wire.Chat, connection: str | None = None) -> Address:
    """A chat as an address: a group's anonymous administrators, a channel, the other side of a business chat."""
    name = chat.title or " ".join(part for part in (chat.first_name, chat.last_name) if part) or chat.username or ""
    aliases = (("telegram", str(chat.id)),) if connection else ()
    return Address(value=f"{connection}/{chat.id}" if connection else str(chat.id), name=name, aliases=aliases)


def moment(seconds: int, otherwise: datetime) -> datetime:
    """A time of Telegram's (seconds since 1970; 0 stands for none). Raises ValueError or OverflowError."""
    if not seconds:
        return otherwise
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except OSError as error:
        raise ValueError("The time is out of range.") from error
