"""What the settings of an account mean: where the operator is, how we bind, what a message of ours looks like. Pure."""

import re
import ssl
from typing import Any, Final, Literal

from msgspec import Struct

from oase.channels.adapters.sms.errors import NotSetUp
from oase.channels.contract import Account
from oase.channels.families.smpp import Alphabet, Bind, Number, Style
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

Connections = Literal["two", "one"]
Ids = Literal["same", "hex_answers", "hex_receipts"]

PORT: Final = 2775
_INTERNATIONAL, _ALPHANUMERIC, _ISDN = 1, 5, 1
_LOCAL = re.compile(r"0[1-9]\d{4,}")
_WORLD = re.compile(r"[1-9]\d{9,14}")


class Gate(Struct, frozen=True, kw_only=True):
    """The operator's server and how we enter."""

    host: str
    port: int
    tls: bool
    certificate: str
    system_id: str
    password: Secret
    system_type: str
    served: Number
    connections: Connections
    heartbeat_seconds: int
    window: int

    def bind(self) -> Bind:
        """What a bind says."""
        return Bind(system_id=self.system_id, password=self.password.reveal(), system_type=self.system_type, served=self.served)

    def trust(self) -> ssl.SSLContext | None:
        """Whose certificates we believe; None without TLS."""
        if not self.tls:
            return None
        context = ssl.create_default_context()
        if self.certificate:
            try:
                context.load_verify_locations(cadata=self.certificate)
            except (ssl.SSLError, ValueError):
                raise NotSetUp(message("The certificate cannot be read; it must be in PEM form.")) from None
        return context


class Outgoing(Struct, frozen=True, kw_only=True):
    """What every message of ours has."""

    source: Number
    style: Style
    alphabet: Alphabet
    receipts: bool
    validity: str
    service_type: str


def gate(account: Account) -> Gate:
    """Where and how to bind; raises NotSetUp in words."""
    host = text(account, "host")
    if not host:
        raise NotSetUp(message("The name of the operator's server is missing."))
    if not text(account, "system_id"):
        raise NotSetUp(message("The system ID is missing."))
    port = _number(account, "port", PORT, 1, 65_535)
    return Gate(
        host=host,
        port=port,
        tls=account.settings.get("tls") is True,
        certificate=text(account, "certificate"),
        system_id=text(account, "system_id"),
        password=account.secret("password"),
        system_type=text(account, "system_type"),
        served=_served(text(account, "address_range")),
        connections="one" if text(account, "connections") == "one" else "two",
        heartbeat_seconds=_number(account, "heartbeat_seconds", 30, 1, 3600),
        window=_number(account, "window", 10, 1, 1000),
    )


def outgoing(account: Account) -> Outgoing:
    """How to write; wrong numbers fall back to what is usual, since the form has refused them already."""
    hours = _number(account, "validity_hours", 48, 0, 719)
    style, alphabet = text(account, "long_messages"), text(account, "alphabet")
    return Outgoing(
        source=sender(text(account, "sender")),
        style="sar" if style == "sar" else "payload" if style == "payload" else "udh",
        alphabet="latin1" if alphabet == "latin1" else "ascii" if alphabet == "ascii" else "gsm",
        receipts=account.settings.get("receipts") is not False,
        validity=f"0000{hours // 24:02}{hours % 24:02}0000000R" if hours else "",
        service_type=text(account, "service_type"),
    )


def alphabet(account: Account) -> Alphabet:
    """What the operator means by its default alphabet."""
    return outgoing(account).alphabet


def ids(account: Account) -> Ids:
    """How the ids in answers and in receipts belong together."""
    chosen = text(account, "message_ids")
    return "hex_answers" if chosen == "hex_answers" else "hex_receipts" if chosen == "hex_receipts" else "same"


def one_form(message_id: str, where: Literal["answer", "receipt"], how: Ids) -> str:
    """An id as we keep it: the number that both forms stand for, where one of them is hexadecimal."""
    if how == "same" or not message_id:
        return message_id
    base = 16 if (how == "hex_answers") == (where == "answer") else 10
    try:
        return str(int(message_id, base))
    except ValueError:
        return message_id


def sender(name: str) -> Number:
    """Our own number or name as an address: +49… international, a few digits as they are, letters as a name."""
    digits = re.sub(r"[\s/().-]", "", name)
    if re.fullmatch(r"\+\d{5,20}", digits):
        return Number(digits[1:], _INTERNATIONAL, _ISDN)
    if digits.isascii() and digits.isdigit():
        return Number(digits, 0, _ISDN)
    return Number(name[:11], _ALPHANUMERIC, 0)


def recipient(to: str) -> Number:
    """A customer's number as an address."""
    return Number(to[1:], _INTERNATIONAL, _ISDN) if to.startswith("+") else Number(to, 0, _ISDN)


def address(number: Number, country: str) -> str:
    """A customer's address as we keep it: +49… wherever the number is a whole one."""
    digits = number.digits.strip().replace("\0", "")
    if not (digits.removeprefix("+").isascii() and digits.removeprefix("+").isdigit()):
        return digits
    if digits.startswith("+"):
        return digits
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    if country and (number.ton == 2 or _LOCAL.fullmatch(digits)):
        return f"+{country}{digits.lstrip('0')}"
    if number.ton == _INTERNATIONAL or (number.ton == 0 and _WORLD.fullmatch(digits)):
        return f"+{digits}"
    return digits


def country(account: Account) -> str:
    """The country code that numbers without one belong to; digits only."""
    return re.sub(r"\D", "", text(account, "country_code")).lstrip("0")


def text(account: Account, name: str) -> str:
    """A setting as text, without blanks around it."""
    return str(account.settings.get(name) or "").strip()


def _served(range_: str) -> Number:
    return Number(range_, 1 if range_ else 0, 1 if range_ else 0)


def _number(account: Account, name: str, otherwise: int, least: int, most: int) -> int:
    value: Any = account.settings.get(name)
    try:
        found = otherwise if value in (None, "") else int(value)
    except (TypeError, ValueError):
        found = otherwise
    return min(max(found, least), most)
