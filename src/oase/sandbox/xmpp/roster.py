"""The account's roster: who may see its presence, and whose it sees (RFC 6121, sections 2 and 3)."""

from typing import Final
from xml.etree.ElementTree import Element

import msgspec

from oase.sandbox.xmpp import names
from oase.sandbox.xmpp.errors import Refused
from oase.sandbox.xmpp.wire import child, make

_MOST: Final = 10_000


class Item(msgspec.Struct):
    """One contact. `sees_us`: has our presence; `seen`: we have theirs; `asked`: we asked for it."""

    jid: str
    name: str = ""
    sees_us: bool = False
    seen: bool = False
    asked: bool = False

    @property
    def subscription(self) -> str:
        """As the roster calls it."""
        return {(True, True): "both", (True, False): "from", (False, True): "to"}.get((self.sees_us, self.seen), "none")

    def element(self) -> Element:
        """As the roster shows it."""
        more = {"name": self.name} if self.name else {}
        more |= {"ask": "subscribe"} if self.asked else {}
        return make(f"{names.ROSTER} item", jid=self.jid, subscription=self.subscription, **more)


class Roster:
    """The contacts of one account."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}

    def item(self, jid: str) -> Item:
        """The contact; a new one where it is not known. Raises Refused."""
        if jid not in self.items and len(self.items) >= _MOST:
            raise Refused("resource-constraint", "The roster is full.")
        return self.items.setdefault(jid, Item(jid))

    def query(self) -> Element:
        """The whole roster."""
        return make(f"{names.ROSTER} query", *(one.element() for one in self.items.values()))

    def change(self, query: Element) -> Element:
        """A contact is added, renamed or removed; gives what clients are told of it. Raises Refused."""
        asked = query.findall(f"{{{names.ROSTER}}}item")
        jid = asked[0].get("jid", "").partition("/")[0].lower() if len(asked) == 1 else ""
        if "@" not in jid:
            raise Refused("bad-request")
        if asked[0].get("subscription") == "remove":
            if self.items.pop(jid, None) is None:
                raise Refused("item-not-found")
            return push(make(f"{names.ROSTER} item", jid=jid, subscription="remove"))
        item = self.item(jid)
        item.name = asked[0].get("name", "")[:1000]
        return push(item.element())


def push(item: Element) -> Element:
    """What clients are told of one contact (RFC 6121, 2.1.6)."""
    return make(f"{names.ROSTER} query", item)


def nick(stanza: Element) -> str:
    """The name that somebody gives themselves (XEP-0172)."""
    found = child(stanza, names.NICK, "nick")
    return "" if found is None else found.text or ""
