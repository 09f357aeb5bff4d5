"""What the server answers when it is asked (IQ stanzas): itself, its upload service, the account, and the programs of customers.

iq ── to whom? ──▶ by the name of what is asked ──▶ a payload, or Refused: service-unavailable for what nobody here knows (RFC 6121, 8.5)
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

from oase.sandbox.xmpp import archive, names
from oase.sandbox.xmpp.errors import Refused, returned
from oase.sandbox.xmpp.stream import Stream
from oase.sandbox.xmpp.wire import make

if TYPE_CHECKING:
    from oase.sandbox.xmpp.server import Server

Answer = Callable[[Stream, Element], Element | None]
_OF_THE_SERVER: Final = (names.INFO, names.ITEMS, names.PING, names.CARBONS, names.MANAGEMENT, names.VERSION)
_OF_THE_ACCOUNT: Final = (names.ARCHIVE, names.CARBONS, names.IDS)
_OF_A_PHONE: Final = (
    names.INFO, names.PING, names.RECEIPTS, names.MARKERS, names.STATES, names.CORRECT, names.RETRACT, names.REACTIONS, names.REPLY,
    names.OOB,
)  # fmt: skip


class Services:
    """Answers IQs of the account's clients."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._here: dict[tuple[str, str], Answer] = {
            ("get", f"{{{names.PING}}}ping"): lambda stream, asked: None,
            ("get", f"{{{names.INFO}}}query"): lambda stream, asked: _info("server", "im", "Oase Sandbox", _OF_THE_SERVER),
            ("get", f"{{{names.ITEMS}}}query"): lambda stream, asked: make(
                f"{names.ITEMS} query", make(f"{names.ITEMS} item", jid=server.upload.jid)
            ),
            ("get", f"{{{names.VERSION}}}query"): lambda stream, asked: _version("Oase Sandbox"),
        }
        self._upload: dict[tuple[str, str], Answer] = {
            ("get", f"{{{names.INFO}}}query"): lambda stream, asked: server.upload.info(),
            ("get", f"{{{names.UPLOAD}}}request"): lambda stream, asked: server.upload.slot(asked),
        }
        self._account: dict[tuple[str, str], Answer] = {
            ("get", f"{{{names.ROSTER}}}query"): self._roster,
            ("set", f"{{{names.ROSTER}}}query"): self._change_roster,
            ("set", f"{{{names.SESSION}}}session"): lambda stream, asked: None,
            ("set", f"{{{names.CARBONS}}}enable"): lambda stream, asked: _carbons(stream, True),
            ("set", f"{{{names.CARBONS}}}disable"): lambda stream, asked: _carbons(stream, False),
            ("get", f"{{{names.INFO}}}query"): lambda stream, asked: _info("account", "registered", "", _OF_THE_ACCOUNT),
            ("get", f"{{{names.VCARD}}}vCard"): lambda stream, asked: make(f"{names.VCARD} vCard"),
            ("set", f"{{{names.ARCHIVE}}}query"): self._archive,
        }
        self._phone: dict[tuple[str, str], Answer] = {
            ("get", f"{{{names.PING}}}ping"): lambda stream, asked: None,
            ("get", f"{{{names.INFO}}}query"): lambda stream, asked: _info("client", "phone", "Sandbox", _OF_A_PHONE),
            ("get", f"{{{names.VERSION}}}query"): lambda stream, asked: _version("Sandbox"),
        }

    def answer(self, stream: Stream, iq: Element) -> None:
        """Answers an IQ; answers to our own questions need none."""
        kind = iq.get("type")
        if kind in ("result", "error"):
            return
        try:
            if kind not in ("get", "set") or not iq.get("id") or len(iq) != 1:
                raise Refused("bad-request")
            payload = self._asked(iq, stream)(stream, iq[0])
        except Refused as refused:
            stream.send(returned(iq, refused))
            return
        ways = {"from": iq.get("to") or "", "to": stream.full, "id": iq.get("id") or "", "type": "result"}
        result = Element(iq.tag, {name: value for name, value in ways.items() if value})
        result.extend([payload] if payload is not None else [])
        stream.send(result)

    def _asked(self, iq: Element, stream: Stream) -> Answer:
        to = (iq.get("to") or stream.bare).lower()
        bare, _, resource = to.partition("/")
        known = {self._server.domain: self._here, self._server.upload.jid: self._upload, stream.bare: self._account}.get(bare)
        if known is None and bare in self._server.people() and resource:
            known = self._phone
        elif known is None and bare in self._server.people():
            known = {("get", f"{{{names.VCARD}}}vCard"): lambda stream, asked: _vcard(self._server.people()[bare])}
        found = (known or {}).get((iq.get("type") or "", iq[0].tag))
        if found is None:
            raise Refused("service-unavailable")
        return found

    def _roster(self, stream: Stream, asked: Element) -> Element:
        stream.wants_roster = True
        return self._server.roster.query()

    def _change_roster(self, stream: Stream, asked: Element) -> None:
        self._server.push(self._server.roster.change(asked))

    def _archive(self, stream: Stream, asked: Element) -> Element:
        try:
            page = self._server.archive.page(asked)
        except archive.NoSuchPlace:
            raise Refused("item-not-found") from None
        except ValueError:
            raise Refused("bad-request") from None
        for one in page.found:
            found = archive.result(one, asked.get("queryid") or "")
            stream.send(make(f"{names.CLIENT} message", found, to=stream.full, from_=stream.bare))
        return archive.end_of(page)


def _carbons(stream: Stream, on: bool) -> None:
    stream.carbons = on


def _info(category: str, type: str, name: str, features: Sequence[str]) -> Element:
    identity = make(f"{names.INFO} identity", category=category, type=type, **({"name": name} if name else {}))
    return make(f"{names.INFO} query", identity, *(make(f"{names.INFO} feature", var=one) for one in features))


def _version(name: str) -> Element:
    return make(f"{names.VERSION} query", make(f"{names.VERSION} name", name), make(f"{names.VERSION} version", "1"))


def _vcard(name: str) -> Element:
    return make(f"{names.VCARD} vCard", make(f"{names.VCARD} FN", name))
