"""Listening to an account: a session with presence, the archive since the last time, then every message as it comes.

    sign in -> copies (XEP-0280) on -> presence -> archive after `cursor.archive` (XEP-0313), page by page -> live
    each message: stored, and the archive's id with it; only then the customer's program is told that it has arrived (XEP-0184)

A message has the same key live and from the archive, so that what comes both ways is stored once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from xml.etree import ElementTree

from slixmpp.exceptions import IqError

from oase.channels.adapters.xmpp import stanzas
from oase.channels.adapters.xmpp.addresses import bare, own
from oase.channels.adapters.xmpp.reading import archive_id_of
from oase.channels.adapters.xmpp.sending import Sender
from oase.channels.adapters.xmpp.session import Down, NotSignedIn, Session
from oase.channels.contract import Account, Malformed, Raw, Sink
from oase.kernel.clock import Clock
from oase.kernel.i18n import message
from oase.kernel.ids import new_id

_PAGE: Final = 100
_PAGES: Final = 100
_AT_ONCE: Final = 50
_SIGN_IN_PAUSES: Final = (60.0, 300.0, 1800.0)
_RSM: Final = "{http://jabber.org/protocol/rsm}"
_EVENTS: Final = "{http://jabber.org/protocol/pubsub#event}event"


class Listener:
    """One account's messages."""

    def __init__(self, account: Account, sink: Sink, sender: Sender, clock: Clock) -> None:
        self._account, self._sink, self._sender, self._clock = account, sink, sender, clock
        self._live: asyncio.Queue[Raw] = asyncio.Queue()
        self._page: list[Raw] = []
        self._query = ""

    async def run(self) -> None:
        """Until cancelled or the session breaks. Raises Down, and what the sink raises."""
        refused = 0
        while True:
            try:
                await self._session()
            except NotSignedIn as error:
                await self._sink.state("needs_sign_in", str(error))
                await asyncio.sleep(_SIGN_IN_PAUSES[min(refused, len(_SIGN_IN_PAUSES) - 1)])
                refused += 1

    async def _session(self) -> None:
        session = Session(self._account, f"oase-{new_id().hex[-6:]}", on_message=self._hear)
        try:
            await session.open()
            await self._prepare(session)
            await self._catch_up(session)
            await self._sink.state("up")
            self._sender.listens(session)
            await self._follow(session)
        finally:
            self._sender.listens_no_more(session)
            await session.close()

    def _hear(self, stanza: ElementTree.Element) -> None:
        if self._sender.came_back(stanza) or stanza.find(_EVENTS) is not None:
            return  # what contacts publish about themselves is nothing that was said
        raw = Raw(body=ElementTree.tostring(stanza), method="", received_at=self._clock.now())
        result = stanza.find(f"{stanzas.ARCHIVE}result")
        if result is not None and result.get("queryid"):
            if result.get("queryid") == self._query:
                self._page.append(raw)
        else:
            self._live.put_nowait(raw)

    async def _prepare(self, session: Session) -> None:
        with suppress(IqError):  # *test connection* says that this server has none
            await session.ask("", "set", ElementTree.Element("{urn:xmpp:carbons:2}enable"))
        session.client.send_presence(ppriority=1)

    async def _catch_up(self, session: Session) -> None:
        """What was written since the last time. The first time only where to go on from: in an empty archive, from its start."""
        cursor = await self._sink.cursor()
        after = str(cursor.get("archive") or "")
        try:
            if not after and not cursor.get("begun"):
                _, last = await self._archive(session, before="")
                await self._sink.deliver([], cursor={**cursor, "archive": last, "begun": True})
                return
            for _ in range(_PAGES):
                complete, last = await self._archive(session, **({"after": after} if after else {}))
                await self._store(self._page, last)
                after = last or after
                if complete or not last:
                    return
            await self._store([self._gap()], after)
        except IqError as error:
            if error.condition == "item-not-found":  # the place is no longer in the archive
                _, last = await self._archive(session, before="")
                await self._sink.deliver([self._gap()], cursor={**cursor, "archive": last, "begun": True})

    async def _archive(self, session: Session, **where: str) -> tuple[bool, str]:
        """Asks for a page, which gathers in `_page`; whether it was the last, and its last id. Raises IqError, Down."""
        self._query, self._page = new_id().hex, []
        query = ElementTree.Element(f"{stanzas.ARCHIVE}query", {"queryid": self._query})
        rules = ElementTree.SubElement(query, f"{_RSM}set")
        ElementTree.SubElement(rules, f"{_RSM}max").text = str(1 if "before" in where else _PAGE)
        for name, value in where.items():
            ElementTree.SubElement(rules, f"{_RSM}{name}").text = value
        answer = await session.ask("", "set", query)
        found = answer.find(f"{stanzas.ARCHIVE}fin")
        if found is None:
            return True, ""
        return found.get("complete") == "true", found.findtext(f"{_RSM}set/{_RSM}last") or ""

    def _gap(self) -> Raw:
        now = self._clock.now()
        return Raw(body=f"<gap at='{now.isoformat()}'/>".encode(), method="", received_at=now)

    async def _follow(self, session: Session) -> None:
        over, heard = asyncio.create_task(session.ended.wait()), asyncio.create_task(self._live.get())
        try:
            while True:
                await asyncio.wait([over, heard], return_when=asyncio.FIRST_COMPLETED)
                if not heard.done():
                    raise Down(message("The XMPP server ended the connection."))
                raws = [heard.result()]
                while len(raws) < _AT_ONCE and not self._live.empty():
                    raws.append(self._live.get_nowait())
                await self._store(raws, next(filter(None, (self._archived(raw) for raw in reversed(raws))), ""))
                self._tell(session, raws)
                heard = asyncio.create_task(self._live.get())
        finally:
            over.cancel()
            heard.cancel()

    async def _store(self, raws: Sequence[Raw], archive: str) -> None:
        """Stores messages and how far we are."""
        kept: Mapping[str, Any] = await self._sink.cursor()
        if raws or archive:
            await self._sink.deliver(raws, cursor={**kept, "archive": archive} if archive else dict(kept))

    def _archived(self, raw: Raw) -> str:
        try:
            return archive_id_of(stanzas.parse(raw.body), own(self._account))
        except Malformed:
            return ""

    def _tell(self, session: Session, raws: Sequence[Raw]) -> None:
        """Tells customers' programs that their messages are stored."""
        for raw in raws:
            stanza = ElementTree.fromstring(raw.body)  # noqa: S314 - it comes out of a tree that we wrote ourselves
            sender, id = stanza.get("from") or "", stanza.get("id") or ""
            wanted = stanza.find(f"{stanzas.RECEIPTS}request") is not None and stanza.get("type") != "error"
            if wanted and id and bare(sender) != own(self._account):
                receipt = ElementTree.Element(f"{stanzas.CLIENT}message", {"to": sender, "type": "chat"})
                ElementTree.SubElement(receipt, f"{stanzas.RECEIPTS}received", {"id": id})
                session.send(receipt)
