"""From one activity to what it means. An activity that changes another one has the same id: deliveries are told apart by their bytes.

message, messageUpdate, messageDelete, messageReaction, typing, event (read), installationUpdate; others are shown as unknown.
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-activities (read 2026-11)
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Struct

from oase.channels.adapters.teams.content import content_of
from oase.channels.adapters.teams.emoji import emoji_of
from oase.channels.adapters.teams.places import is_microsofts, message_id, value_of
from oase.channels.contract import (
    Account,
    Address,
    Deleted,
    Edited,
    Event,
    Malformed,
    Notice,
    Raw,
    Reacted,
    Receipt,
    Received,
    Thread,
    Typing,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Unreadable, mapping, objects, reason, sound, text
from oase.kernel.i18n import message

_SILENT: Final = frozenset(
    {"conversationUpdate", "endOfConversation", "trace", "invokeResponse", "delay", "contactRelationUpdate"}
)
_STAMP: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")


class Scene(Struct, frozen=True):
    """One activity with what is known around it."""

    activity: dict[str, Any]
    conversation: str
    sender: Address
    at: datetime
    id: str
    thread: Thread | None

    @property
    def external_id(self) -> str:
        """How the message is known here."""
        return message_id(self.conversation, self.id)


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """The events of a delivery; raises Malformed if it is no activity, or one of a service that is not Microsoft's."""
    try:
        activity = msgspec.json.decode(sound(raw.body))
    except Unreadable as error:
        raise Malformed(reason(error)) from None
    if not isinstance(activity, dict) or not text(activity, "type"):
        raise Malformed("This is no activity: it has no type.")
    service, conversation = text(activity, "serviceUrl"), text(mapping(activity, "conversation"), "id")
    if not (conversation and text(activity, "channelId")) or not is_microsofts(service, account):
        raise Malformed("This does not say in which conversation it was, or names a service that is not Microsoft's.")
    return list(_events(_scene(activity, conversation, service, raw)))


def _scene(activity: dict[str, Any], conversation: str, service: str, raw: Raw) -> Scene:
    sender = mapping(activity, "from")
    value = value_of(conversation, service)
    user = text(sender, "aadObjectId") or text(sender, "id")
    aliases = (("teams_user", user),) if user else ()
    language = text(activity, "locale")[:2].lower()
    in_channel = text(mapping(activity, "conversation"), "conversationType") == "channel"
    thread = None
    if in_channel:
        title = text(mapping(activity, "channelData", "channel"), "name") or text(
            mapping(activity, "channelData", "team"), "name"
        )
        thread = Thread(external_id=value, title=title[:120])
        value = user or value
    return Scene(
        activity=activity,
        conversation=conversation,
        sender=Address(
            value=value,
            name=text(sender, "name")[:200],
            aliases=aliases,
            fields={"language": language} if language else {},
        ),
        at=_moment(text(activity, "timestamp"), raw.received_at),
        id=text(activity, "id") or sha256(raw.body).hexdigest()[:32],
        thread=thread,
    )


def _moment(stamp: str, otherwise: datetime) -> datetime:
    """A time with up to seven digits behind the second."""
    found = _STAMP.fullmatch(stamp)
    if found is None:
        return otherwise
    try:
        return datetime.fromisoformat(f"{found[1]}{(found[2] or '')[:7]}{found[3]}").astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise


def _events(scene: Scene) -> Iterator[Event]:
    kind = text(scene.activity, "type")
    write = _ACTIVITIES.get(kind)
    if write is not None:
        yield from write(scene)
    elif kind not in _SILENT:
        yield _unknown(scene, kind)


def _unknown(scene: Scene, kind: str) -> Unknown:
    data: dict[str, Any] = {name: scene.activity[name] for name in ("name", "value", "text", "action") if name in scene.activity}
    return Unknown(kind=kind[:100], external_id=scene.external_id, at=scene.at, sender=scene.sender, data=data)


def _message(scene: Scene) -> Iterator[Event]:
    content = content_of(scene.activity)
    if content is None:
        yield _unknown(scene, "message.empty")
        return
    answered = text(scene.activity, "replyToId")
    yield Received(
        external_id=scene.external_id,
        sender=scene.sender,
        at=scene.at,
        content=content,
        reply_to=message_id(scene.conversation, answered) if answered and content.kind == "choice" else "",
        thread=scene.thread,
    )


def _updated(scene: Scene) -> Iterator[Event]:
    content = content_of(scene.activity)
    if content is None:
        yield _unknown(scene, "messageUpdate.empty")
    else:
        yield Edited(external_id=scene.external_id, content=content, at=scene.at)


def _deleted(scene: Scene) -> Iterator[Event]:
    yield Deleted(external_id=scene.external_id, at=scene.at)


def _reaction(scene: Scene) -> Iterator[Event]:
    target = text(scene.activity, "replyToId")
    if not target:
        raise Malformed("The reaction does not say to which message.")
    added = [text(one, "type") for one in objects(scene.activity, "reactionsAdded")]
    removed = objects(scene.activity, "reactionsRemoved")
    if added or removed:
        emoji = emoji_of(added[-1])[:100] if added else ""
        yield Reacted(external_id=message_id(scene.conversation, target), sender=scene.sender, emoji=emoji, at=scene.at)


def _typing(scene: Scene) -> Iterator[Event]:
    yield Typing(sender=scene.sender, on=True, at=scene.at)


def _event(scene: Scene) -> Iterator[Event]:
    if text(scene.activity, "name") != "application/vnd.microsoft.readReceipt":
        yield _unknown(scene, f"event.{text(scene.activity, 'name')}")
        return
    last = text(mapping(scene.activity, "value"), "lastReadMessageId")
    if last:
        yield Receipt(
            external_id=message_id(scene.conversation, last), state="read", at=scene.at, up_to=True, sender=scene.sender
        )


def _installed(scene: Scene) -> Iterator[Event]:
    removed = text(scene.activity, "action").startswith("remove")
    who = scene.sender.name or text(mapping(scene.activity, "channelData", "team"), "name") or "?"
    added = message("%(name)s has added the app.", name=who)
    words = message("%(name)s has removed the app.", name=who) if removed else added
    yield Notice(kind="installation", text=str(words), at=scene.at)


_ACTIVITIES: Final[Mapping[str, Callable[[Scene], Iterator[Event]]]] = {
    "message": _message,
    "messageUpdate": _updated,
    "messageDelete": _deleted,
    "messageReaction": _reaction,
    "typing": _typing,
    "event": _event,
    "installationUpdate": _installed,
}
