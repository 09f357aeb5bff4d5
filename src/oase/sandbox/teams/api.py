"""The connector service (Bot Connector API, v3): what the bot says, changes, takes back, and asks.

token -> faults -> conversation -> activity (`checks`) -> pace -> chat or channel

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference, errors
https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-code-responses (read 2026-11)
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from oase.sandbox.places import COMPANY, Choice, File, Json, Message, Post
from oase.sandbox.places.requests import Asked, Refused, Routes, dispatch, handler, json_answer, refusal
from oase.sandbox.teams.activities import CHANNEL, CUSTOMERS_TENANT, REACTIONS, chat_id, person_of, thread_id, user_id
from oase.sandbox.teams.checks import Said, bubbles, refused
from oase.sandbox.teams.pace import REACTING, SENDING, Pace
from oase.sandbox.whatsapp.answers import Answer

if TYPE_CHECKING:
    from oase.sandbox.teams.platform import Teams

_SIGNS: Final = {id: emoji for emoji, id in REACTIONS.items()}
_HERE: Final = "/emea/v3/conversations"


class Api:
    """Answers requests to smba.trafficmanager.net, to the sign-in (`login`), and for people's files."""

    def __init__(self, platform: "Teams") -> None:
        self._platform = platform
        self._sending, self._reacting = Pace(SENDING), Pace(REACTING)
        one, activity = rf"{_HERE}/([^/]+)", rf"{_HERE}/([^/]+)/activities/([^/]+)"
        self._open: Routes = (*platform.login.routes, ("GET", r"/onedrive/([^/]+)", self._file))
        self._routes: Routes = (
            ("GET", _HERE, self._conversations),
            ("POST", _HERE, self._create),
            ("POST", rf"{one}/activities", self._send),
            ("POST", activity, self._reply),
            ("PUT", activity, self._update),
            ("DELETE", activity, self._delete),
            ("GET", rf"{activity}/members", self._members),
            ("PUT", rf"{activity}/reactions/([^/]+)", self._react),
            ("DELETE", rf"{activity}/reactions/([^/]+)", self._take_back),
            ("GET", rf"{one}/members", self._members),
            ("GET", rf"{one}/members/([^/]+)", self._member),
            ("GET", rf"{one}/paged[Mm]embers", self._paged),
            ("GET", r"/emea/v3/attachments/([^/]+)", self._attachment),
            ("GET", r"/emea/v3/attachments/([^/]+)/views/([^/]+)", self._view),
        )

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """One for everything."""
        return [handler(f"/sandbox/{self._platform.id}", self.answer)]

    async def answer(self, asked: Asked) -> Answer:
        """The answer to one request."""
        fault = await self._platform.fault_before()
        if fault:
            return fault
        unknown = refused(404, "NotFound", "The requested resource does not exist.")
        asked.path = unquote(asked.path)
        try:
            if not asked.path.startswith("/emea/"):
                return await dispatch(self._open, asked, unknown)
            self._check(asked)
            if self._platform.struck("error_in_200"):
                raise refused(200, "ServiceError", "Unknown")
            return await dispatch(self._routes, asked, unknown)
        except Refused as told:
            return refusal(told)

    def _check(self, asked: Asked) -> None:
        throttled = self._platform.struck("throttled")
        if throttled:
            raise _slower(throttled.seconds)
        if not self._platform.login.knows(asked.bearer) or self._platform.struck("token_expired"):
            raise refused(401, "Unauthorized", "Authorization has been denied for this request.")

    # --- conversations ---

    def _person(self, conversation: str) -> str:
        """Whose private chat it is, if the bot may write there. Raises Refused."""
        customer = self._platform.phone.customers.get(person_of(conversation))
        if customer is None:
            raise refused(404, "ConversationNotFound", "Conversation not found.")
        if customer.blocked:
            raise refused(403, "ConversationBlockedByUser", "User blocked the conversation with the bot.")
        if customer.id not in self._platform.installed:
            raise refused(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        return customer.id

    def _thread(self, conversation: str) -> str:
        """The post below which a conversation of the channel goes on; empty: the channel itself. Raises Refused."""
        post_id = conversation.partition(";messageid=")[2]
        if post_id and post_id not in self._platform.timeline.posts:
            raise refused(404, "ConversationNotFound", "Conversation not found.")
        return post_id

    async def _conversations(self, asked: Asked) -> Answer:
        people = self._platform.installed
        found = [{"id": chat_id(one), "members": [self._account(one)]} for one in self._platform.phone.customers if one in people]
        return json_answer({"conversations": found})

    async def _create(self, asked: Asked) -> Answer:
        """A private chat with a person who has the app, or a new thread of the channel."""
        given = _body(asked)
        channel = (given.get("channelData") or {}).get("channel") or {}
        if channel.get("id") == CHANNEL:
            id = self._say(CHANNEL, given.get("activity") or {})
            return json_answer({"id": thread_id(id), "activityId": id}, 201)
        members = given.get("members") or [{}]
        person = person_of(str(members[0].get("id") or ""))
        if person not in self._platform.phone.customers:
            raise refused(400, "BadSyntax", "Bad format of conversation members.")
        if person not in self._platform.installed:
            raise refused(403, "ForbiddenOperationException", "Bot is not installed in user's personal scope.")
        id = self._say(chat_id(person), given["activity"]) if given.get("activity") else ""
        return json_answer({"id": chat_id(person), **({"activityId": id} if id else {})}, 201)

    # --- what the bot says ---

    async def _send(self, asked: Asked, conversation: str) -> Answer:
        given = _body(asked)
        match given.get("type"):
            case "typing":
                self._types(conversation)
                answer = json_answer({}, 202)
            case "message":
                id = self._say(conversation, given)
                answer = json_answer({"id": id} if id else {}, 201)
            case other:
                raise refused(400, "BadArgument", f"Unknown activity type: {other}")
        return self._platform.fault_after() or answer

    async def _reply(self, asked: Asked, conversation: str, activity: str) -> Answer:
        if conversation.partition(";")[0] == CHANNEL:
            found = self._message(conversation, activity, own=False)
            conversation = thread_id(found.thread_id) if isinstance(found, Post) else conversation
        return await self._send(asked, conversation)

    def _types(self, conversation: str) -> None:
        self._paced(self._sending, conversation)
        if not conversation.startswith(CHANNEL):
            self._platform.phone.business_types(self._person(conversation))

    def _say(self, conversation: str, activity: Json) -> str:
        """Says it; the id, or nothing where Teams has made several messages of it. Raises Refused."""
        found = bubbles(activity)
        in_channel = conversation.startswith(CHANNEL)
        where = self._thread(conversation) if in_channel else self._person(conversation)
        self._paced(self._sending, conversation)
        said = [self._post(where, one) if in_channel else self._deliver(where, one) for one in found]
        return said[0] if len(said) == 1 else ""

    def _deliver(self, person: str, one: Said) -> str:
        id = self._platform.new_id("message")
        choices = [Choice(id=f"{id}.{place}", title=str(button["title"])) for place, button in enumerate(one.buttons)]
        message = self._platform.phone.deliver(person, one.text, message_id=id, files=self._files(one), choices=choices)
        message.extra["buttons"] = one.buttons
        return id

    def _post(self, thread: str, one: Said) -> str:
        text = "\n".join((one.text, *(str(button["title"]) for button in one.buttons))).strip()
        if not thread:
            return self._platform.timeline.add(COMPANY, text, files=self._files(one)).id
        return self._platform.timeline.answer(text, parent_id=thread, files=self._files(one)).id

    def _files(self, one: Said) -> list[File]:
        return [self._platform.phone.add_file(name, type, data) for name, type, data in one.pictures]

    def _paced(self, pace: Pace, conversation: str) -> None:
        wait = pace.wait(conversation, self._platform.now().timestamp())
        if wait > 0:
            raise _slower(wait)

    # --- what it changes ---

    def _message(self, conversation: str, activity: str, *, own: bool) -> Message | Post:
        """A message of this conversation. Raises Refused."""
        phone, posts = self._platform.phone, self._platform.timeline.posts
        if conversation.startswith(CHANNEL):
            found: Message | Post | None = posts.get(activity)
            ours = isinstance(found, Post) and found.author_id == COMPANY
        else:
            person = self._person(conversation)
            message = phone.messages.get(activity)
            found = message if message and message.customer_id == person else None
            ours = isinstance(found, Message) and found.from_business
        if found is None or found.deleted or (own and not ours):
            raise refused(404, "ActivityNotFoundInConversation", "The activity is not found in the conversation.")
        return found

    async def _update(self, asked: Asked, conversation: str, activity: str) -> Answer:
        found = self._message(conversation, activity, own=True)
        text = bubbles(_body(asked))[0].text
        if isinstance(found, Post):
            self._platform.timeline.rewrite(found.id, text)
        else:
            found.text, found.edited = text, True
            self._platform.phone.tell(found)
        return json_answer({"id": activity})

    async def _delete(self, asked: Asked, conversation: str, activity: str) -> Answer:
        found = self._message(conversation, activity, own=True)
        if isinstance(found, Post):
            self._platform.timeline.erase(found.id)
        else:
            found.deleted = True
            self._platform.phone.tell(found)
        return json_answer({})

    async def _react(self, asked: Asked, conversation: str, activity: str, reaction: str) -> Answer:
        return self._reacted(conversation, activity, reaction, on=True)

    async def _take_back(self, asked: Asked, conversation: str, activity: str, reaction: str) -> Answer:
        return self._reacted(conversation, activity, reaction, on=False)

    def _reacted(self, conversation: str, activity: str, reaction: str, *, on: bool) -> Answer:
        """A reaction of the bot's; on the phone there is room for one of each side."""
        found = self._message(conversation, activity, own=False)
        if reaction not in _SIGNS:
            raise refused(400, "BadArgument", "Unknown reaction type.")
        self._paced(self._reacting, "all")
        if isinstance(found, Post):
            self._platform.timeline.like(found.id, COMPANY, on)
        elif on or found.reactions.get("business") == _SIGNS[reaction]:
            self._platform.phone.business_reacts(found.id, _SIGNS[reaction] if on else "")
        return json_answer({})

    # --- what it asks ---

    def _account(self, customer_id: str) -> Json:
        person = self._platform.phone.customer(customer_id)
        given, _, surname = person.name.partition(" ")
        mail = person.handle or f"{customer_id}@kunde.example"
        names = {"name": person.name, "givenName": given, "surname": surname, "email": mail, "userPrincipalName": mail}
        return {"id": user_id(customer_id), "aadObjectId": customer_id, "tenantId": CUSTOMERS_TENANT, "userRole": "user", **names}

    def _there(self, conversation: str) -> list[Json]:
        """The people of a conversation. Raises Refused."""
        if not conversation.startswith(CHANNEL):
            return [self._account(self._person(conversation))]
        self._thread(conversation)
        return [self._account(one) for one in self._platform.phone.customers]

    async def _members(self, asked: Asked, conversation: str, activity: str = "") -> Answer:
        return json_answer(self._there(conversation))

    async def _paged(self, asked: Asked, conversation: str) -> Answer:
        there, start = self._there(conversation), asked.whole("continuationToken", 0)
        size = min(max(asked.whole("pageSize", 200), 1), 500)
        more = {"continuationToken": str(start + size)} if start + size < len(there) else {}
        return json_answer({"members": there[start : start + size], **more})

    async def _member(self, asked: Asked, conversation: str, member: str) -> Answer:
        for one in self._there(conversation):
            if member in (one["id"], one["aadObjectId"]):
                return json_answer(one)
        raise refused(404, "MemberNotFoundInConversation", "The member is not found in the conversation.")

    def _kept(self, id: str) -> File:
        kept = self._platform.phone.files.get(id)
        if kept is None or self._platform.struck("media_expired"):
            raise refused(404, "NotFound", "Attachment not found.")
        return kept

    async def _attachment(self, asked: Asked, id: str) -> Answer:
        kept = self._kept(id)
        views = [{"viewId": "original", "size": len(kept.data)}]
        return json_answer({"name": kept.name, "type": kept.type, "views": views})

    async def _view(self, asked: Asked, id: str, view: str) -> Answer:
        kept = self._kept(id)
        return Response(kept.data, media_type=kept.type)

    async def _file(self, asked: Asked, id: str) -> Answer:
        """A person's file: whoever has the address may fetch it, for some minutes."""
        if asked.whole("tempauth", 0) < self._platform.now().timestamp():
            return Response(b"", status_code=401, media_type="text/plain")
        kept = self._kept(id)
        return Response(kept.data, media_type=kept.type)


def _slower(seconds: float) -> Refused:
    return refused(429, "Throttled", "Too many requests.", {"Retry-After": str(max(1, math.ceil(seconds)))})


def _body(asked: Asked) -> Json:
    """The JSON of a request. Raises Refused."""
    try:
        found = msgspec.json.decode(asked.body)
    except msgspec.DecodeError:
        raise refused(400, "BadSyntax", "Request body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise refused(400, "BadSyntax", "Request body is not an object.")
    return found
