"""Says messages over a session, and waits until the server has handled each.

Where this process listens to the account anyway, its session is used: then a refusal of another server, which comes later, is
heard by the listener. Otherwise a session without presence is kept for some minutes.

    MESSAGE --stanza--> server <--ping--  handled: 200    it came back before that: 400 with the condition
    UPLOAD  --slot (XEP-0363)--> server --PUT--> its upload service: 200 with the address
    CHECK   --sign-in--> what the server can do
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final
from xml.etree import ElementTree

import msgspec
from slixmpp.exceptions import IqError

from oase.channels.adapters.xmpp import stanzas
from oase.channels.adapters.xmpp.addresses import bare, own
from oase.channels.adapters.xmpp.session import Down, NotSignedIn, Session
from oase.channels.contract import Account, Call, NoReply, Reply
from oase.kernel.http import ConnectionNotMade, NoAnswer, OutgoingRequest, Outside
from oase.kernel.ids import new_id

_IDLE_SECONDS: Final = 240.0
_UPLOAD_0: Final = "urn:xmpp:http:upload:0"
_ITEMS: Final = "{http://jabber.org/protocol/disco#items}"
_INFO: Final = "{http://jabber.org/protocol/disco#info}"
_HEADERS: Final = frozenset({"authorization", "cookie", "expires"})  # the only ones that a slot may name (XEP-0363, 4)


class Sender:
    """The sessions that messages go out by, one for each account."""

    def __init__(self, outside: Callable[[], Outside]) -> None:
        self._outside = outside
        self._listening: dict[str, Session] = {}
        self._own: dict[str, Session] = {}
        self._opening: dict[str, asyncio.Lock] = {}
        self._idle: dict[str, asyncio.TimerHandle] = {}
        self._under_way: dict[str, dict[str, str]] = {}  # by id: why a message came back; empty while it has not

    def listens(self, session: Session) -> None:
        """A listener's session may be used to send."""
        self._listening[session.account.id] = session

    def listens_no_more(self, session: Session) -> None:
        """It has ended."""
        if self._listening.get(session.account.id) is session:
            del self._listening[session.account.id]

    def came_back(self, stanza: ElementTree.Element) -> bool:
        """Whether this is a message that is just being sent, and was refused: then the refusal is the answer to sending it."""
        error, id = stanza.find(f"{stanzas.CLIENT}error"), stanza.get("id") or ""
        if stanza.get("type") != "error" or error is None or id not in self._under_way:
            return False
        named = [one.tag for one in error if one.tag.startswith(stanzas.STANZA_ERRORS) and not one.tag.endswith("}text")]
        words = error.findtext(f"{stanzas.STANZA_ERRORS}text") or ""
        condition = named[0].rpartition("}")[2] if named else ""
        self._under_way[id] = {"condition": condition, "text": words, "type": error.get("type") or ""}
        return True

    async def perform(self, call: Call, account: Account) -> Reply | NoReply:
        """One call. Never raises for what servers do."""
        try:
            if call.method == "CHECK":
                return await self._check(account)
            session = await self._session(account)
        except NotSignedIn as error:
            return _reply(401, {"text": str(error)})
        except Down as error:
            return NoReply(sent=False, why=str(error))
        try:
            if call.method == "UPLOAD":
                return await self._upload(session, call)
            return await self._say(session, call)
        except Down as error:
            return NoReply(sent=True, why=str(error))
        except IqError as error:
            return _reply(400, {"condition": str(error.condition), "text": str(error.text or ""), "type": str(error.etype or "")})

    async def close(self) -> None:
        """Ends the sessions that are the sender's own."""
        for timer in self._idle.values():
            timer.cancel()
        sessions, self._own = list(self._own.values()), {}
        for session in sessions:
            await session.close()

    async def _session(self, account: Account) -> Session:
        listening = self._listening.get(account.id)
        if listening is not None and not listening.ended.is_set() and listening.account == account:
            return listening
        async with self._opening.setdefault(account.id, asyncio.Lock()):
            kept = self._own.get(account.id)
            if kept is not None and (kept.ended.is_set() or kept.account != account):
                del self._own[account.id]
                await kept.close()
                kept = None
            if kept is None:
                kept = Session(account, f"oase-{new_id().hex[-8:]}", on_message=self.came_back)
                await kept.open()
                self._own[account.id] = kept
            self._keep(account.id, kept)
            return kept

    def _keep(self, account_id: str, session: Session) -> None:
        if account_id in self._idle:
            self._idle[account_id].cancel()
        loop = asyncio.get_running_loop()
        self._idle[account_id] = loop.call_later(_IDLE_SECONDS, lambda: session.client.disconnect(wait=1.0))

    async def _say(self, session: Session, call: Call) -> Reply:
        content: dict[str, Any] = dict(call.json)
        self._under_way[content["id"]] = {}
        try:
            session.send(_stanza(content))
            await session.handled(call.timeout.total_seconds())
        finally:
            returned = self._under_way.pop(content["id"])
        if returned:
            return _reply(400, returned)
        return _reply(200, {"id": content["id"]})

    async def _upload(self, session: Session, call: Call) -> Reply | NoReply:
        service, _ = await _upload_service(session)
        if not service:
            return _reply(400, {"condition": "service-unavailable", "text": "No upload service (XEP-0363)."})
        request = ElementTree.Element(f"{{{_UPLOAD_0}}}request")
        request.set("filename", str(call.options["name"]))
        request.set("size", str(call.options["size"]))
        request.set("content-type", str(call.options["type"]))
        slot = (await session.ask(service, "get", request)).find(f"{{{_UPLOAD_0}}}slot")
        put, get = (slot.find(f"{{{_UPLOAD_0}}}{name}") if slot is not None else None for name in ("put", "get"))
        if put is None or get is None:
            return _reply(400, {"condition": "bad-request", "text": ""})
        headers = {
            name: "".join((one.text or "").split("\n"))
            for one in put.iter(f"{{{_UPLOAD_0}}}header")
            if (name := (one.get("name") or "").lower()) in _HEADERS
        }
        headers["content-type"] = str(call.options["type"])
        url = put.get("url") or ""
        wanted = OutgoingRequest(
            method="PUT", url=url, headers=headers, body=call.body, timeout=call.timeout, limit_bytes=100_000
        )
        try:
            answer = await self._outside().send(wanted)
        except ConnectionNotMade as error:
            return NoReply(sent=False, why=str(error))
        except NoAnswer as error:
            return NoReply(sent=True, why=str(error))
        if not 200 <= answer.status <= 299:
            return _reply(500, {"condition": "", "text": f"HTTP {answer.status}"})
        return _reply(200, {"url": get.get("url") or ""})

    async def _check(self, account: Account) -> Reply:
        session = Session(account, f"oase-test-{new_id().hex[-8:]}")
        await session.open()
        try:
            server, mine = own(account).partition("@")[2], own(account)
            features = await session.features(server) | await session.features(mine)
            service, most = await _upload_service(session)
            found = {
                "jid": bare(session.client.boundjid.full),
                "encryption": session.encryption,
                "archive": "urn:xmpp:mam:2" in features,
                "carbons": "urn:xmpp:carbons:2" in features,
                "upload": service,
                "upload_bytes": most,
            }
            return _reply(200, found)
        finally:
            await session.close()


async def _upload_service(session: Session) -> tuple[str, str]:
    """The server's upload service and its largest file in bytes; empty if there is none. Raises Down."""
    domain = own(session.account).partition("@")[2]
    try:
        items = await session.ask(domain, "get", ElementTree.Element(f"{_ITEMS}query"))
    except IqError:
        return "", ""
    for item in [domain, *(one.get("jid") or "" for one in items.iter(f"{_ITEMS}item"))][:20]:
        try:
            answer = await session.ask(item, "get", ElementTree.Element(f"{_INFO}query"), 10)
        except (IqError, Down):
            continue
        if any(one.get("var") == _UPLOAD_0 for one in answer.iter(f"{_INFO}feature")):
            fields = answer.iter("{jabber:x:data}field")
            limit = next((one for one in fields if one.get("var") == "max-file-size"), None)
            return item, (limit.findtext("{jabber:x:data}value") or "") if limit is not None else ""
    return "", ""


def _stanza(content: dict[str, Any]) -> ElementTree.Element:
    """A message: its text, what it answers, what it asks to be told."""
    stanza = ElementTree.Element(f"{stanzas.CLIENT}message", {"to": content["to"], "id": content["id"], "type": "chat"})

    def add(name: str, **attributes: str) -> ElementTree.Element:
        return ElementTree.SubElement(stanza, name, attributes)

    if "body" in content:
        add(f"{stanzas.CLIENT}body").text = str(content["body"])
        add(f"{stanzas.RECEIPTS}request")
        add(f"{stanzas.MARKERS}markable")
        add(f"{stanzas.STATES}active")
    if "oob" in content:
        ElementTree.SubElement(add(f"{stanzas.OOB}x"), f"{stanzas.OOB}url").text = str(content["oob"])
    if "reply" in content:
        add(stanzas.REPLY, to=content["reply"]["to"], id=content["reply"]["id"])
    if "reactions" in content:
        reactions = add(f"{stanzas.REACTIONS}reactions", id=content["reactions"]["id"])
        for emoji in content["reactions"]["emoji"]:
            ElementTree.SubElement(reactions, f"{stanzas.REACTIONS}reaction").text = emoji
        add("{urn:xmpp:hints}store")
    if "displayed" in content:
        add(f"{stanzas.MARKERS}displayed", id=content["displayed"])
        add("{urn:xmpp:hints}store")
    if "state" in content:
        add(f"{stanzas.STATES}{content['state']}")
        add("{urn:xmpp:hints}no-store")
    return stanza


def _reply(status: int, content: dict[str, Any]) -> Reply:
    return Reply(status=status, body=msgspec.json.encode(content))
