"""What Telegram tells about the bot itself: blocked, added to a group, connected to somebody's account."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from oase.channels.adapters.telegram import wire
from oase.channels.adapters.telegram.ids import moment, person
from oase.channels.contract import Account, Event, Notice
from oase.kernel.i18n import message


def membership(raw: msgspec.Raw, account: Account, at: datetime) -> Iterable[Event]:
    """In private: blocked or unblocked. In groups: the bot was added, removed, or given other rights."""
    change = msgspec.json.decode(raw, type=wire.Membership)
    gone = change.new_chat_member.status in ("kicked", "left")
    name = change.chat.title or person(change.from_).name
    if change.chat.type == "private":
        text = (
            message("%(name)s has blocked the bot. Messages will not reach this person until they unblock it.", name=name)
            if gone
            else message("%(name)s has unblocked the bot.", name=name)
        )
    else:
        text = (
            message("The bot is no longer in “%(group)s”.", group=name)
            if gone
            else message("The bot is in “%(group)s” as %(role)s.", group=name, role=change.new_chat_member.status)
        )
    yield Notice(kind="blocked" if gone else "member", text=str(text), at=moment(change.date, at))


def connected(raw: msgspec.Raw, account: Account, at: datetime) -> Iterable[Event]:
    """A Telegram Business account was connected to the bot, or disconnected."""
    connection = msgspec.json.decode(raw, type=wire.Connection)
    name = person(connection.user).name
    text = (
        message("%(name)s has connected the bot to their Telegram Business account.", name=name)
        if connection.is_enabled
        else message("%(name)s has disconnected the bot from their Telegram Business account.", name=name)
    )
    yield Notice(kind="business_connection", text=str(text), at=moment(connection.date, at), serious=not connection.is_enabled)
