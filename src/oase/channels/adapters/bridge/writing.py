"""From what is to be said to the call. The manifest is the widest that a connector may have; its own, as `check` found it, counts here."""

from typing import Final

from oase.channels.adapters.bridge.manifest import address, secret
from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Capability,
    Card,
    MarkRead,
    Moderate,
    Outbound,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
)
from oase.channels.families.bridge import message_call
from oase.kernel.i18n import message

_OF_TYPE: Final[dict[type, Capability]] = {
    Position: Capability.LOCATION,
    Card: Capability.CONTACTS,
    React: Capability.REACTION,
    MarkRead: Capability.MARK_READ,
    ShowTyping: Capability.TYPING,
}


def write(outbound: Outbound, account: Account) -> Call:
    """The call; raises CannotSay for what this connector has not declared."""
    if isinstance(outbound, UseTemplate):
        raise CannotSay(Capability.TEMPLATE, message("Connectors of the bridge have no templates."))
    if isinstance(outbound, Say) and not (outbound.text.strip() or outbound.files):
        raise CannotSay(Capability.TEXT, message("There is nothing to say."))
    lacking = _lacking(outbound, account)
    if lacking:
        raise CannotSay(lacking, message("This connector does not carry: %(what)s.", what=lacking))
    return message_call(address(account), secret(account), outbound)


def _lacking(outbound: Outbound, account: Account) -> str:
    """The first thing that is needed and not declared; nothing is known before the first test, and then all is tried."""
    if isinstance(outbound, Moderate):
        declared = account.facts.get("acts")
        return "" if declared is None or outbound.act in declared.split(",") else outbound.act
    declared = account.facts.get("public" if outbound.envelope.thread else "capabilities")
    if declared is None:
        return ""
    return next((one for one in _needed(outbound) if one not in declared.split(",")), "")


def _needed(outbound: Outbound) -> list[str]:
    if not isinstance(outbound, Say):
        return [_OF_TYPE[type(outbound)]]
    needed = [_kind(file.type) for file in outbound.files]
    if outbound.choices:
        needed.append(Capability.BUTTONS if len(outbound.choices) <= 3 else Capability.LIST)
    return [*needed, *([Capability.TEXT] if outbound.text else [])]


def _kind(type: str) -> str:
    first = type.partition("/")[0]
    return first if first in ("image", "audio", "video") else Capability.DOCUMENT
