"""From the bytes of an update to events.

update -> message, edited_message                      said to the bot: in private, or in a group that addresses it
       -> business_message, edited_…, deleted_…        said to the personal account of a connected Telegram Business user
       -> callback_query                               a button below a message of ours
       -> message_reaction, my_chat_member, business_connection
       -> any other kind: `Unknown`

In groups only what addresses the bot is taken: a command, its @name, an answer to it. The rest is the group's own talk. Until the
account was asked for its name, all of it is taken: better one word too many than a question lost.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from oase.channels.adapters.telegram import wire
from oase.channels.adapters.telegram.content import content_of, extra_of, part_of, phone_of
from oase.channels.adapters.telegram.ids import chat_as_person, external_id, moment, person
from oase.channels.adapters.telegram.notices import connected, membership
from oase.channels.contract import (
    Account,
    Address,
    Content,
    Deleted,
    Edited,
    Event,
    Malformed,
    Raw,
    Reacted,
    Received,
    SaidElsewhere,
    Thread,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Incomplete, Unreadable, as_mapping, decode, reason, sound
from oase.kernel import i18n

_UPDATE = msgspec.json.Decoder(wire.Update)
_MESSAGE = msgspec.json.Decoder(wire.Message)
_OPENED = i18n.message("The customer has opened the chat for the first time.")
_ALL = msgspec.json.Decoder(dict[str, msgspec.Raw])
_CUSTOM, _PAID = "✨", "⭐"  # reactions of which Telegram gives an id or a price only


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """The events of one update. Raises Malformed if it is none, or if what it holds cannot be read: it has no neighbours."""
    body = sound(raw.body)
    number = decode(body, _UPDATE).update_id
    kinds = {key: value for key, value in decode(body, _ALL).items() if key != "update_id" and bytes(value) != b"null"}
    for kind, reading in _KINDS.items():
        if kind in kinds:
            try:
                return list(reading(kinds[kind], account, raw.received_at))
            except Unreadable as error:
                raise Malformed(reason(error)) from None
    return [_unknown(kinds, number, raw.received_at)]


def _unknown(kinds: Mapping[str, msgspec.Raw], number: int, at: datetime) -> Unknown:
    """An update of a kind that we do not read: its name, and who it is from where it says so."""
    kind = next(iter(kinds), "empty")
    data = as_mapping(kinds[kind]) if kinds else {}
    author = data.get("from") or data.get("user")
    try:
        sender: Address | None = person(msgspec.convert(author, wire.User))
    except Unreadable:
        sender = None
    return Unknown(kind=kind[:100], external_id=f"update/{number}", at=at, sender=sender, data=data)


def _message(raw: msgspec.Raw, account: Account, at: datetime) -> Iterable[Event]:
    message = _MESSAGE.decode(raw)
    if message.chat.type == "private":
        if message.from_ is None:
            raise Incomplete("The message does not say who sent it.")
        yield _said(message, raw, person(message.from_, phone=_own_phone(message)), at)
    elif _is_for_us(message, account):
        yield _said(message, raw, _author(message), at, thread=_thread(message.chat))


def _edited(raw: msgspec.Raw, account: Account, at: datetime) -> Iterable[Event]:
    message = _MESSAGE.decode(raw)
    if message.chat.type != "private" and not _is_for_us(message, account):
        return
    content = content_of(message)
    if content is not None:
        id = external_id(message.chat.id, message.message_id, message.business_connection_id)
        yield Edited(external_id=id, content=_whole(content, message), at=moment(message.edit_date or message.date, at))


def _business(raw: msgspec.Raw, account: Account, at: datetime) -> Iterable[Event]:
    """A message in a chat of a connected account: from the customer, from the account's owner, or from ourselves."""
    message = _MESSAGE.decode(raw)
    connection = message.business_connection_id
    if not connection or message.from_ is None:
        raise Incomplete("The message does not say in which business account it was written, or by whom.")
    if message.from_.id == message.chat.id:
        yield _said(message, raw, person(message.from_, connection), at)
        return
    id = external_id(message.chat.id, message.message_id, connection)
    if message.sender_business_bot is not None:
        return  # what we said there ourselves comes back
    content = content_of(message) or Content(kind="placeholder", data={"unknown": _kind(raw)})
    yield SaidElsewhere(
        external_id=id,
        to=chat_as_person(message.chat, connection),
        at=moment(message.date, at),
        content=_whole(content, message),
        author=person(message.from_).name,
        reply_to=_answered(message),
    )


def _gone(raw: msgspec.Raw, account: Account, at: datetime) -> Iterable[Event]:
    gone = msgspec.json.decode(raw, type=wire.DeletedMessages)
    for message_id in gone.message_ids:
        yield Deleted(external_id=external_id(gone.chat.id, message_id, gone.business_connection_id), at=at)


def _pressed(raw: msgspec.Raw, account: Account, at: datetime) -> Iterable[Event]:
    """A button of ours; Telegram does not say when it was pressed, so the time of arrival counts."""
    callback = msgspec.json.decode(raw, type=wire.Callback)
    below, id = callback.message, f"callback/{callback.id}"
    connection = below.business_connection_id if below else None
    sender = person(callback.from_, connection)
    if callback.data is None:
        yield Unknown(kind="callback_query", external_id=id, at=at, sender=sender, data=as_mapping(raw))
        return
    keyboard = below.reply_markup.inline_keyboard if below and below.reply_markup else []
    titles = [button.text for row in keyboard for button in row if button.callback_data == callback.data]
    yield Received(
        external_id=id,
        sender=sender,
        at=at,
        content=Content(kind="choice", text=next(iter(titles), "") or callback.data, data={"id": callback.data}),
        reply_to=external_id(below.chat.id, below.message_id, connection) if below else "",
        thread=_thread(below.chat) if below and below.chat.type != "private" else None,
    )


def _reacted(raw: msgspec.Raw, account: Account, at: datetime) -> Iterable[Event]:
    reaction = msgspec.json.decode(raw, type=wire.Reaction)
    sender = person(reaction.user) if reaction.user is not None else chat_as_person(reaction.actor_chat or reaction.chat)
    shown = [{"emoji": one.emoji or "", "paid": _PAID}.get(one.type, _CUSTOM) for one in reaction.new_reaction]
    id = external_id(reaction.chat.id, reaction.message_id)
    yield Reacted(external_id=id, sender=sender, emoji=shown[-1] if shown else "", at=moment(reaction.date, at))


_KINDS: Mapping[str, Callable[[msgspec.Raw, Account, datetime], Iterable[Event]]] = {
    "message": _message,
    "edited_message": _edited,
    "business_message": _business,
    "edited_business_message": _edited,
    "deleted_business_messages": _gone,
    "callback_query": _pressed,
    "message_reaction": _reacted,
    "my_chat_member": membership,
    "business_connection": connected,
}


def _said(message: wire.Message, raw: msgspec.Raw, sender: Address, at: datetime, thread: Thread | None = None) -> Event:
    connection = message.business_connection_id
    id, sent = external_id(message.chat.id, message.message_id, connection), moment(message.date, at)
    started, token = _start(message)
    content = Content(kind="system", text=str(_OPENED)) if started else content_of(message)
    if content is None:
        return Unknown(kind=_kind(raw), external_id=id, at=sent, sender=sender, data=as_mapping(raw))
    return Received(
        external_id=id,
        sender=sender,
        at=sent,
        content=_whole(content, message),
        reply_to=_answered(message),
        token=token,
        thread=thread,
        link=_link(message) if thread else "",
    )


def _start(message: wire.Message) -> tuple[bool, str]:
    """Whether the *Start* button was pressed, and the code that the deep link brought along."""
    if message.chat.type != "private" or message.business_connection_id:
        return False, ""
    command, _, code = (message.text or "").partition(" ")
    return command == "/start", code.strip()[:64] if command == "/start" else ""


def _whole(content: Content, message: wire.Message) -> Content:
    quoted = message.quote.text if message.quote else ""
    return msgspec.structs.replace(content, data={**content.data, **extra_of(message)}, quoted=quoted)


def _answered(message: wire.Message) -> str:
    answered = message.reply_to_message
    if answered is None or (message.is_topic_message and answered.message_id == message.message_thread_id):
        return ""  # in a topic, what answers nothing seems to answer the message that opened the topic
    return external_id(message.chat.id, answered.message_id, message.business_connection_id)


def _own_phone(message: wire.Message) -> str:
    """The customer's number, if they shared their own card: Telegram then says that it is theirs."""
    contact, author = message.contact, message.from_
    forwarded = message.forward_origin is not None
    return phone_of(contact) if contact and author and contact.user_id == author.id and not forwarded else ""


def _is_for_us(message: wire.Message, account: Account) -> bool:
    """Whether it addresses us; before we know our own name, whatever is said is for us."""
    return not account.facts.get("id") or _addresses_us(message, account)


def _addresses_us(message: wire.Message, account: Account) -> bool:
    us, name = account.facts.get("id", ""), f"@{account.facts.get('username', '')}".lower()
    answered = message.reply_to_message.from_ if message.reply_to_message else None
    if answered is not None and us and str(answered.id) == us:
        return True
    text = message.text if message.text is not None else message.caption or ""
    parts = [(entity, part_of(text, entity).lower()) for entity in (*message.entities, *message.caption_entities)]
    return any(
        (entity.type == "mention" and part == name)
        or (entity.type == "text_mention" and entity.user is not None and str(entity.user.id) == us)
        or (entity.type == "bot_command" and ("@" not in part or part.endswith(name)))
        for entity, part in parts
    )


def _author(message: wire.Message) -> Address:
    if message.sender_chat is not None:
        return chat_as_person(message.sender_chat)
    if message.from_ is None:
        raise Incomplete("The message does not say who sent it.")
    return person(message.from_)


def _thread(chat: wire.Chat) -> Thread:
    link = f"https://t.me/{chat.username}" if chat.username else ""
    return Thread(external_id=str(chat.id), title=chat.title or "", link=link)


def _link(message: wire.Message) -> str:
    return f"https://t.me/{message.chat.username}/{message.message_id}" if message.chat.username else ""


_ALWAYS_THERE = frozenset({"message_id", "from", "chat", "date", "message_thread_id", "business_connection_id", "sender_chat"})


def _kind(raw: msgspec.Raw) -> str:
    """What a message of an unknown kind is called: the first field that says something of its own."""
    fields: Mapping[str, Any] = as_mapping(raw)
    return next((f"message.{key}"[:100] for key in fields if key not in _ALWAYS_THERE), "message")
