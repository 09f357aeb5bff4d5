"""From the bytes of a delivery to events: the Events API as JSON, pressed buttons as a form.

event_callback -> message (im: to us alone; channel: in public), reaction_added, reaction_removed, tokens_revoked …
payload=block_actions -> a choice

In a channel those of other companies are customers (Slack Connect), those of our own are colleagues.
https://docs.slack.dev/reference/events (read 2026-11)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
from msgspec import Struct

from oase.channels.adapters.slack.content import content_of, plain
from oase.channels.adapters.slack.emoji import sign_of
from oase.channels.adapters.slack.wire import Json, message_id, moment
from oase.channels.contract import (
    Account,
    Address,
    Content,
    Deleted,
    Edited,
    Event,
    Malformed,
    Notice,
    Raw,
    Reacted,
    Receipt,
    Received,
    SaidElsewhere,
    Thread,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Unreadable, mapping, objects, reason, sound, text
from oase.kernel.i18n import message

_REVOKED = message("Slack has revoked the app's token. Install the app again.")
_REMOVED = message("The app was removed from the workspace.")
_SILENT: Final = frozenset({
    "app_home_opened", "app_mention", "assistant_thread_started", "assistant_thread_context_changed", "file_created", "file_shared",
    "file_change", "file_public", "file_deleted", "link_shared", "member_joined_channel", "member_left_channel", "im_created",
    "im_open", "im_close", "channel_rename", "channel_created", "pin_added", "pin_removed", "team_join", "user_change",
    "user_profile_changed", "emoji_changed", "message_metadata_posted", "message_metadata_updated", "message_metadata_deleted",
})  # fmt: skip
_HOUSEKEEPING: Final = frozenset({
    "channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "channel_posting_permissions", "group_join",
    "group_leave", "group_topic", "group_purpose", "group_name", "message_replied", "reply_broadcast", "pinned_item", "bot_add",
    "bot_remove", "ekm_access_denied", "assistant_app_thread", "document_mention", "channel_convert_to_private", "reminder_add",
})  # fmt: skip


class Scene(Struct, frozen=True):
    """One event with what the delivery says around it."""

    delivery: Json
    event: Json
    account: Account
    received_at: datetime
    digest: str

    @property
    def team(self) -> str:
        """Our workspace."""
        return self.account.facts.get("team_id") or text(self.delivery, "team_id")

    def is_ours(self, said: Json) -> bool:
        """Whether our own app said it."""
        app, bot = text(said, "app_id"), self.account.facts.get("bot_id", "")
        by_app = bool(app) and app == text(self.delivery, "api_app_id")
        return by_app or bool(bot and text(said, "bot_id") == bot) or bool(self._user and text(said, "user") == self._user)

    def is_colleague(self, said: Json) -> bool:
        """Whether somebody of our own company said it, in a channel shared with others."""
        if self.account.settings.get("customers") == "all":
            return False
        team = text(said, "user_team") or text(said, "source_team") or text(said, "team")
        return bool(team) and team == self.team

    @property
    def _user(self) -> str:
        return self.account.facts.get("user_id", "")


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """Every event of a delivery; raises Malformed if it is none of Slack's."""
    delivery = _decoded(raw)
    scene = Scene(
        delivery=delivery,
        event=mapping(delivery, "event"),
        account=account,
        received_at=raw.received_at,
        digest=sha256(raw.body).hexdigest()[:32],
    )
    kind = text(delivery, "type")
    if kind == "event_callback":
        return list(_event(scene))
    if kind == "block_actions":
        return list(_pressed(scene))
    if kind == "app_rate_limited":
        words = message("Slack holds events back for a while: more than 30,000 came in an hour.")
        return [Notice(kind=kind, text=str(words), at=raw.received_at, serious=True)]
    if not kind:
        raise Malformed("This is no delivery of Slack: it has no type.")
    return [Unknown(kind=kind[:100], external_id=scene.digest, at=raw.received_at, data=delivery)]


def dedup_key(raw: Raw) -> bytes | None:
    """Slack's id of the event, which is the same when it is delivered again."""
    try:
        return text(_decoded(raw), "event_id").encode() or None
    except Malformed:
        return None


def _decoded(raw: Raw) -> dict[str, Any]:
    body = raw.body
    if body.startswith(b"payload="):
        try:
            body = parse_qs(body.decode("utf-8", "replace"), strict_parsing=True, max_num_fields=10)["payload"][0].encode(
                "utf-8", "replace"
            )
        except (ValueError, KeyError):
            raise Malformed("The form cannot be read.") from None
    try:
        found = msgspec.json.decode(sound(body))
    except Unreadable as error:
        raise Malformed(reason(error)) from None
    if not isinstance(found, dict):
        raise Malformed("This is no delivery of Slack: no object.")
    return found


def _event(scene: Scene) -> Iterator[Event]:
    kind = text(scene.event, "type")
    write = _EVENTS.get(kind)
    if write is not None:
        yield from write(scene)
    elif kind not in _SILENT:
        at = moment(scene.event.get("event_ts"), scene.received_at)
        user = text(scene.event, "user")
        yield Unknown(
            kind=(kind or "none")[:100],
            external_id=text(scene.delivery, "event_id") or scene.digest,
            at=at,
            sender=Address(value=user) if user else None,
            data=dict(scene.event),
        )


def _message(scene: Scene) -> Iterator[Event]:
    event, subtype = scene.event, text(scene.event, "subtype")
    channel = text(event, "channel")
    if not channel:
        raise Malformed("The message does not say in which channel it was said.")
    if subtype in _HOUSEKEEPING:
        return
    if subtype == "message_deleted":
        gone = text(event, "deleted_ts") or text(mapping(event, "previous_message"), "ts")
        yield Deleted(external_id=message_id(channel, gone), at=moment(event.get("event_ts"), scene.received_at))
    elif subtype == "message_changed":
        yield from _changed(scene, channel)
    else:
        yield from _said(scene, event, channel)


def _changed(scene: Scene, channel: str) -> Iterator[Event]:
    """A message was edited; links that unfold themselves change nothing that was said."""
    now, before = mapping(scene.event, "message"), mapping(scene.event, "previous_message")
    if text(now, "subtype") == "tombstone":
        yield Deleted(external_id=message_id(channel, text(now, "ts")), at=moment(scene.event.get("event_ts"), scene.received_at))
        return
    content = content_of(now)
    if content is None or scene.is_ours(now) or (text(now, "text") == text(before, "text") and not mapping(now, "edited")):
        return
    at = moment(mapping(now, "edited").get("ts") or scene.event.get("event_ts"), scene.received_at)
    yield Edited(external_id=message_id(channel, text(now, "ts")), content=content, at=at)


def _said(scene: Scene, event: Json, channel: str) -> Iterator[Event]:
    ts, at = text(event, "ts"), moment(event.get("ts"), scene.received_at)
    external_id = message_id(channel, ts)
    if not ts:
        raise Malformed("The message has no time stamp.")
    if scene.is_ours(event):
        our_id = text(mapping(event, "metadata", "event_payload"), "id")
        yield Receipt(external_id=external_id, our_id=our_id, state="sent", at=at)
        return
    content = content_of(event)
    alone = text(event, "channel_type") in ("im", "app_home") or channel.startswith("D")
    user = text(event, "user") or text(event, "bot_id")
    if not user:
        raise Malformed("The message does not say who sent it.")
    if content is None:
        yield Unknown(
            kind=f"message.{text(event, 'subtype') or 'empty'}"[:100], external_id=external_id, at=at, sender=_who(event, user)
        )
        return
    thread = None if alone else _thread(scene, event, channel, content)
    answered = text(event, "thread_ts")
    common: dict[str, Any] = {
        "external_id": external_id,
        "at": at,
        "content": content,
        "reply_to": message_id(channel, answered) if answered and answered != ts else "",
        "thread": thread,
        "link": "" if alone else _link(scene, channel, ts),
    }
    if not alone and scene.is_colleague(event):
        yield SaidElsewhere(author=_name(event), **common)
        return
    by_app = bool(text(event, "bot_id"))
    yield Received(sender=_who(event, user), automatic="auto_reply" if by_app else "", may_auto_answer=not by_app, **common)


def _who(event: Json, user: str) -> Address:
    return Address(value=user, name=_name(event))


def _name(event: Json) -> str:
    """The name that the message carries, if it does (people of other companies, apps)."""
    profile = mapping(event, "user_profile")
    bot = mapping(event, "bot_profile")
    return (text(profile, "display_name") or text(profile, "real_name") or text(event, "username") or text(bot, "name"))[:200]


def _thread(scene: Scene, event: Json, channel: str, content: Content) -> Thread:
    root = text(event, "thread_ts") or text(event, "ts")
    opens = root == text(event, "ts")
    title = content.text.strip().split("\n")[0][:120] if opens else ""
    author = _name(event) if opens else ""
    ours = opens and scene.is_colleague(event)
    return Thread(external_id=message_id(channel, root), title=title, link=_link(scene, channel, root), author=author, ours=ours)


def _link(scene: Scene, channel: str, ts: str) -> str:
    home = scene.account.facts.get("url", "").rstrip("/")
    if home.startswith("https://"):
        return f"{home}/archives/{channel}/p{ts.replace('.', '')}"
    return f"https://app.slack.com/client/{scene.team}/{channel}" if scene.team else ""


def _reaction(scene: Scene) -> Iterator[Event]:
    item, user = mapping(scene.event, "item"), text(scene.event, "user")
    if text(item, "type") != "message" or user == scene.account.facts.get("user_id", "-"):
        return
    if not (user and text(item, "channel") and text(item, "ts")):
        raise Malformed("The reaction does not say whose it is, or to which message.")
    emoji = sign_of(text(scene.event, "reaction")) if text(scene.event, "type") == "reaction_added" else ""
    yield Reacted(
        external_id=message_id(text(item, "channel"), text(item, "ts")),
        sender=Address(value=user),
        emoji=emoji[:100],
        at=moment(scene.event.get("event_ts"), scene.received_at),
    )


def _revoked(scene: Scene) -> Iterator[Event]:
    words = _REMOVED if text(scene.event, "type") == "app_uninstalled" else _REVOKED
    yield Notice(kind=text(scene.event, "type"), text=str(words), at=scene.received_at, serious=True)


def _shared(scene: Scene) -> Iterator[Event]:
    """What happens to channels that are shared with other companies."""
    kind, channel = text(scene.event, "type"), text(scene.event, "channel") or text(mapping(scene.event, "channel"), "name")
    words = message("Slack Connect, channel %(channel)s: %(what)s.", channel=channel or "?", what=kind.replace("_", " "))
    serious = kind in (
        "channel_unshared",
        "channel_archive",
        "channel_deleted",
        "group_archive",
        "shared_channel_invite_declined",
    )
    yield Notice(kind=kind, text=str(words), at=scene.received_at, serious=serious)


_EVENTS: Final[Mapping[str, Callable[[Scene], Iterator[Event]]]] = {
    "message": _message,
    "reaction_added": _reaction,
    "reaction_removed": _reaction,
    "tokens_revoked": _revoked,
    "app_uninstalled": _revoked,
    **dict.fromkeys(
        ("channel_shared", "channel_unshared", "channel_archive", "channel_unarchive", "channel_deleted", "group_archive", "channel_left",
         "shared_channel_invite_received", "shared_channel_invite_accepted", "shared_channel_invite_approved",
         "shared_channel_invite_declined", "channel_id_changed"),
        _shared,
    ),
}  # fmt: skip


def _pressed(scene: Scene) -> Iterator[Event]:
    """Buttons and rows of lists that we offered."""
    user, container = text(mapping(scene.delivery, "user"), "id"), mapping(scene.delivery, "container")
    channel = text(mapping(scene.delivery, "channel"), "id") or text(container, "channel_id")
    for action in objects(scene.delivery, "actions"):
        option = mapping(action, "selected_option")
        title = text(mapping(option or action, "text"), "text")
        ts = text(action, "action_ts")
        if not (user and channel and title and ts):
            yield Unknown(kind="block_actions", external_id=scene.digest, at=scene.received_at, data=action)
            continue
        yield Received(
            external_id=message_id(channel, f"action-{ts}"),
            sender=Address(value=user),
            at=moment(ts, scene.received_at),
            content=Content(
                kind="choice", text=plain(title), data={"id": text(option or action, "value") or text(action, "action_id")}
            ),
            reply_to=message_id(channel, text(container, "message_ts")) if text(container, "message_ts") else "",
        )
