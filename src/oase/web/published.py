"""What programs are told of the live log: stable types with ids and small facts. Pure; for webhooks and for streams.

live event (topic, what, …) --publish--> type and data        The details are read from the API, with the ids.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from oase.kernel.live import LiveEvent
from oase.kernel.webhooks import TEST, Published

_CONVERSATION: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "team": ("conversation.team_changed", ("team",)),
    "snoozed": ("conversation.snoozed", ("until",)),
    "woke": ("conversation.reopened", ()),
    "tags": ("conversation.tags_changed", ()),
    "priority": ("conversation.priority_changed", ()),
    "subject": ("conversation.subject_changed", ()),
    "fields": ("conversation.fields_changed", ()),
    "person": ("conversation.person_changed", ()),
    "merged": ("conversation.merged", ("into",)),
    "unmerged": ("conversation.unmerged", ()),
    "split": ("conversation.split", ()),
    "changed": ("conversation.changed", ()),  # a message was edited, taken back or reacted to
}
_STATES: Final = {
    "open": "conversation.reopened",
    "waiting": "conversation.waiting",
    "solved": "conversation.solved",
}
_MESSAGES: Final = {
    "received": "message.received",
    "said": "message.created",
    "noted": "note.added",
    "cancelled": "message.cancelled",
    "file": "message.file_changed",
    "delivery": "message.delivery_changed",
}
_PERSON: Final = ("created", "changed", "merged", "unmerged", "erased")
_ACCOUNT: Final = ("created", "changed", "deleted")
_OFFER: Final = ("made", "accepted", "declined", "expired", "withdrawn")
TOPICS: Final = ("conversation", "person", "account", "notice", "offer", "duty")
EVENT_TYPES: Final = tuple(
    sorted(
        {
            "conversation.opened", "conversation.assigned", "conversation.unassigned", "message.sent", "account.state_changed",
            "account.notice", "agent.duty_changed", TEST, *(f"offer.{what}" for what in _OFFER),
            *(name for name, _ in _CONVERSATION.values()), *_STATES.values(), *_MESSAGES.values(),
            *(f"person.{what}" for what in _PERSON), *(f"account.{what}" for what in _ACCOUNT),
        }
    )
)  # fmt: skip


def publish(event: LiveEvent) -> Iterable[Published]:
    """What programs are told of this event: nothing, one thing or several."""
    what = str(event.payload.get("what", ""))
    if event.topic == "conversation":
        return list(_of_conversation(event, what))
    if event.topic == "person" and what in _PERSON:
        return [_said(f"person.{what}", person_id=str(event.key), url=f"/api/v1/persons/{event.key}", **_some(event, ("into",)))]
    if event.topic == "account":
        return list(_of_account(event, what))
    if event.topic == "offer" and what in _OFFER:
        conversation_id = event.payload["conversation"]
        url = f"/api/v1/conversations/{conversation_id}"
        return [_said(f"offer.{what}", agent_id=str(event.key), conversation_id=conversation_id, url=url)]
    if event.topic == "duty":
        return [
            _said("agent.duty_changed", agent_id=str(event.key), url=f"/api/v1/agents/{event.key}/duty",
                  **_some(event, ("state", "since")))
        ]  # fmt: skip
    if event.topic == "notice" and event.payload.get("kind") not in ("webhook", "automation"):
        return [_said("account.notice", account_id=str(event.key), **_some(event, ("kind", "text", "serious")))]
    return ()


def _of_conversation(event: LiveEvent, what: str) -> Iterator[Published]:
    here = {"conversation_id": str(event.key), "url": f"/api/v1/conversations/{event.key}"}
    if what == "opened":
        yield _said("conversation.opened", **here)
        yield from _of_messages(event, "message.received")
    elif what == "assigned":
        agent = event.payload.get("agent")
        yield _said("conversation.assigned" if agent else "conversation.unassigned", **here, agent_id=agent)
    elif what == "state" and event.payload.get("state") in _STATES:
        yield _said(_STATES[str(event.payload["state"])], **here)
    elif what in _CONVERSATION:
        name, facts = _CONVERSATION[what]
        yield _said(name, **here, **_some(event, facts))
    elif what in _MESSAGES:
        if event.payload.get("reopened"):
            yield _said("conversation.reopened", **here)
        yield from _of_messages(event, _MESSAGES[what])


def _of_messages(event: LiveEvent, name: str) -> Iterator[Published]:
    state = event.payload.get("state")
    for message_id in event.payload.get("messages", ()):
        facts = {"message_id": message_id, "conversation_id": str(event.key), "url": f"/api/v1/messages/{message_id}"}
        yield _said(name, **facts, **({"state": state} if state else {}))
        if name == "message.delivery_changed" and state == "sent":
            yield _said("message.sent", **facts)


def _of_account(event: LiveEvent, what: str) -> Iterator[Published]:
    here = {"account_id": str(event.key), "url": f"/api/v1/accounts/{event.key}"}
    if what == "state":
        yield _said("account.state_changed", **here, **_some(event, ("state",)))
    elif what in _ACCOUNT:
        yield _said(f"account.{what}", **here)


def _some(event: LiveEvent, names: Iterable[str]) -> dict[str, Any]:
    return {name: event.payload[name] for name in names if name in event.payload}


def _said(type: str, **data: Any) -> Published:
    return Published(type=type, data=data)
