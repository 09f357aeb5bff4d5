"""Slack as customers and the company's app see it.

customer ── write, press, react, edit ──▶ event ──▶ webhook, signed with the app's secret and the time (v0)
app ── chat.postMessage, files … ──▶ `api` ──▶ direct messages and the shared channel

https://docs.slack.dev/apis/events-api/, …/authentication/verifying-requests-from-slack (read 2026-11)
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler

from oase.kernel.clock import Clock
from oase.sandbox.live import Hub
from oase.sandbox.places import COMPANY, Customer, Hook, Json, Message, Platform, Post
from oase.sandbox.places.types import Feature, File, PublicFeature
from oase.sandbox.slack.api import Api
from oase.sandbox.slack.names import name_of

OUR_TEAM, THEIR_TEAM = "T0LINDGRUEN", "T0KUNDE"
_COLLEAGUE: Final = Customer(id="U0LINDGRUEN1", name="Kim Lindner")  # who writes in the channel as the company, without the app


class Slack(Platform):
    """One app in the company's workspace, its direct messages and one shared channel."""

    id = "slack"
    name = "Slack"
    icon = "brand-slack"
    color = "#611f69"
    features: ClassVar[frozenset[Feature]] = frozenset({"files", "choices", "reactions", "edit", "delete"})
    public_name = "Slack-Kanal #lindgruen-kunde"
    public: ClassVar[frozenset[PublicFeature]] = frozenset({"posts", "comments", "files", "edit", "delete"})

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.token = "xoxb-sandbox-0123456789"  # noqa: S105 - of the sandbox, not a secret
        self.secret = "sandbox-signing-secret-of-slack"  # noqa: S105 - the same
        self.app_id, self.bot_id, self.bot_user, self.channel = "A0SANDBOX", "B0SANDBOX", "U0SANDBOX", "C0KUNDE"
        self._api = Api(self)

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The Web API."""
        return self._api.handlers()

    def seed(self) -> None:
        """Three people of a customer's company."""
        for number, (name, handle) in enumerate(
            (("Aylin Özdemir", "aylin"), ("Jürgen Groß", "juergen"), ("Sam O’Neill", "sam")), start=1
        ):
            self.phone.add_customer(f"U0KUNDE{number:04d}", name, handle)

    def new_customer(self, name: str, handle: str) -> Customer:
        """A person with an id of Slack's form."""
        return self.phone.add_customer(f"U0{secrets.token_hex(4).upper()}", name, handle)

    def new_id(self, kind: str) -> str:
        """Messages are known by their time with six digits behind the second; files have short ids."""
        self._count += 1
        if kind in ("message", "post"):
            return f"{int(self.now().timestamp())}.{self._count:06d}"
        return f"F0{secrets.token_hex(4).upper()}"

    def chat_of(self, customer_id: str) -> str:
        """The direct messages of the app with a person."""
        return f"D{customer_id[1:]}"

    # --- what the app is told ---

    def on_message(self, message: Message) -> None:
        """A message, or a pressed button."""
        if message.chosen:
            self._pressed(message)
        else:
            self._event(message.customer_id, self._said(message), message)

    def on_edited(self, message: Message) -> None:
        """A message is edited."""
        self._changed(message.customer_id, self._said(message))

    def on_deleted(self, message: Message) -> None:
        """A message is taken back."""
        self._gone(message.customer_id, self.chat_of(message.customer_id), "im", message.id)

    def on_reacted(self, message: Message, emoji: str, before: str) -> None:
        """A reaction, or its end."""
        item = {"type": "message", "channel": self.chat_of(message.customer_id), "ts": message.id}
        if name_of(before):
            self._event(message.customer_id, self._reaction("reaction_removed", message.customer_id, before, item))
        if name_of(emoji):
            self._event(message.customer_id, self._reaction("reaction_added", message.customer_id, emoji, item))

    def on_post(self, post: Post) -> None:
        """Something said in the shared channel."""
        self._event("public", self._posted(post))

    def on_post_edited(self, post: Post) -> None:
        """It was edited."""
        self._changed("public", self._posted(post))

    def on_post_deleted(self, post: Post) -> None:
        """It was taken away."""
        self._gone("public", self.channel, "channel", post.id)

    def _said(self, message: Message) -> Json:
        files = {"files": [self._file(file) for file in message.files], "subtype": "file_share"} if message.files else {}
        who, chat = message.customer_id, self.chat_of(message.customer_id)
        said = {"type": "message", "channel": chat, "channel_type": "im", "user": who, "text": escaped(message.text)}
        return {**said, "ts": message.id, "event_ts": message.id, "team": THEIR_TEAM, **files}

    def _posted(self, post: Post) -> Json:
        files = {"files": [self._file(file) for file in post.files], "subtype": "file_share"} if post.files else {}
        person, team = (_COLLEAGUE, OUR_TEAM) if post.author_id == COMPANY else (self.phone.customer(post.author_id), THEIR_TEAM)
        profile = {"display_name": person.name, "real_name": person.name, "team": team}
        teams = {"team": OUR_TEAM, "user_team": team, "source_team": team, "user_profile": profile}
        said = {
            "type": "message",
            "channel": self.channel,
            "channel_type": "channel",
            "user": person.id,
            "text": escaped(post.text),
        }
        thread = {"thread_ts": post.thread_id, "parent_user_id": ""} if post.parent_id else {}
        return {**said, "ts": post.id, "event_ts": post.id, **teams, **thread, **files}

    def _file(self, file: File) -> Json:
        return {"id": file.id, "name": file.name, "title": file.name, "mimetype": file.type, "size": len(file.data), "mode": "hosted",
                "url_private_download": f"{self.base_url}/files-pri/{file.id}/download"}  # fmt: skip

    def _changed(self, lane: str, now: Json) -> None:
        ts = self.new_id("message")
        inner = {name: now[name] for name in ("type", "user", "text", "ts", "files", "user_profile", "thread_ts") if name in now}
        edited = {"edited": {"user": now["user"], "ts": ts}}
        around = {"type": "message", "subtype": "message_changed", "channel": now["channel"], "channel_type": now["channel_type"]}
        before = {**inner, "text": ""}
        self._event(lane, {**around, "ts": ts, "event_ts": ts, "message": {**inner, **edited}, "previous_message": before})

    def _gone(self, lane: str, channel: str, type: str, id: str) -> None:
        ts = self.new_id("message")
        around = {"type": "message", "subtype": "message_deleted", "channel": channel, "channel_type": type}
        self._event(lane, {**around, "ts": ts, "event_ts": ts, "deleted_ts": id, "previous_message": {"ts": id}})

    def _reaction(self, type: str, who: str, emoji: str, item: Json) -> Json:
        return {"type": type, "user": who, "reaction": name_of(emoji), "item": item, "event_ts": self.new_id("message")}

    def echo(self, lane: str, channel: str, ts: str, said: Json) -> None:
        """The app hears its own message as well."""
        kind = "im" if channel.startswith("D") else "channel"
        ours = {"user": self.bot_user, "bot_id": self.bot_id, "app_id": self.app_id, "team": OUR_TEAM}
        self._event(lane, {"type": "message", "channel": channel, "channel_type": kind, "ts": ts, "event_ts": ts, **ours, **said})

    def _event(self, lane: str, event: Json, message: Message | None = None) -> None:
        around = {
            "token": "deprecated",
            "team_id": OUR_TEAM,
            "api_app_id": self.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev0{secrets.token_hex(5).upper()}",
            "event_time": int(self.now().timestamp()),
            "authorizations": [{"team_id": OUR_TEAM, "user_id": self.bot_user, "is_bot": True}],
            "is_ext_shared_channel": event.get("channel") == self.channel,
        }
        self._put(lane, json.dumps(around, ensure_ascii=False).encode(), "application/json", message)

    def _pressed(self, message: Message) -> None:
        offered = next(
            (one for one in reversed(self.phone.chats[message.customer_id]) if one.from_business and one.choices), None
        )
        chat = self.chat_of(message.customer_id)
        words = {"type": "plain_text", "text": message.text}
        action: dict[str, Any] = {
            "type": "button",
            "action_id": "choice-0",
            "text": words,
            "value": message.chosen,
            "action_ts": message.id,
        }
        payload = {
            "type": "block_actions",
            "api_app_id": self.app_id,
            "user": {"id": message.customer_id, "team_id": THEIR_TEAM},
            "team": {"id": OUR_TEAM},
            "container": {"type": "message", "message_ts": offered.id if offered else "", "channel_id": chat},
            "channel": {"id": chat, "name": "directmessage"},
            "trigger_id": secrets.token_hex(8),
            "actions": [action],
        }
        body = urlencode({"payload": json.dumps(payload, ensure_ascii=False)}).encode()
        self._put(message.customer_id, body, "application/x-www-form-urlencoded", message)

    def _put(self, lane: str, body: bytes, type: str, message: Message | None) -> None:
        id = message.id if message else ""
        hook = Hook(
            url=self.webhook_url, body=body, sign=self._sign, lane=lane, content_type=type, taken=lambda: self.phone.taken(id)
        )  # fmt: skip
        self.courier.put(hook)

    def _sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        stamp = str(int(self.now().timestamp()))
        digest = hmac.new((secret or self.secret).encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def escaped(text: str) -> str:
    """A text as events carry it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
