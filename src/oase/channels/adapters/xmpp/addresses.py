"""Who somebody is on XMPP: the bare address, lower case; and ids of messages, which count for their sender only.

What we send has `oase-` and our envelope's id as its id. What others send is known by its sender and its id together, since every
program numbers its messages by itself.
"""

from urllib.parse import quote

from oase.channels.contract import Account, Address

OURS = "oase-"


def bare(jid: str) -> str:
    """An address without its resource, as addresses are compared (RFC 7622: local part and domain without case)."""
    return jid.partition("/")[0].strip().lower()


def own(account: Account) -> str:
    """Our own bare address."""
    return bare(str(account.settings.get("jid") or ""))


def is_jid(text: str) -> bool:
    """Whether it is the address of a person: name@server, nothing behind it."""
    local, at, domain = text.partition("@")
    return bool(local and at and domain) and not set(text) & set(" /\t\r\n\"'<>&") and "@" not in domain and len(text) <= 2047


def message_id(sender: str, id: str) -> str:
    """How a message is known here: ours by its id, others' by sender and id."""
    return f"{bare(sender)}#{id}"


def id_of(external_id: str) -> str:
    """The id that a message has on the wire."""
    return external_id.partition("#")[2] if "#" in external_id else external_id


def our_envelope(id: str) -> str:
    """The envelope's id inside an id of ours; empty if it is none."""
    return id[len(OURS) :] if id.startswith(OURS) else ""


def address(jid: str, name: str = "") -> Address:
    """A person as the contract wants them."""
    return Address(value=bare(jid), name=name)


def link(jid: str) -> str:
    """The address of a person as a link."""
    return f"xmpp:{quote(jid, safe='@')}"
