"""Whom an answer goes to: a Matrix user in the room where they wrote, as `@anna:example.org/!room:example.org`.

Matrix delivers to rooms, and its ids say nothing of each other; so the address of a person holds both. What a person writes in
another room with us is another address of the same person: the user id is its alias.

https://spec.matrix.org/latest/appendices/#common-identifier-format (read 2026-11)
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from oase.channels.contract import Account, Address, CannotSay
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

_USER = re.compile(r"@[^\s\x00:]{0,254}:[^\s\x00/]{1,254}")
_NO_ROOM = message("On Matrix an answer needs the room in which the customer wrote. Ask them to write to us first.")


def is_user_id(text: str) -> bool:
    """Whether it has the form of a user id: @name:server."""
    return bool(_USER.fullmatch(text))


def value_of(user: str, room: str) -> str:
    """The address of a user in a room."""
    return f"{user}/{room}"


def address(user: str, room: str, name: str = "") -> Address:
    """A person as the contract wants them; the user id joins their rooms."""
    return Address(value=value_of(user, room), name=name, aliases=(("matrix_user", user),))


def room_of(value: str) -> str:
    """The room of an address. Raises CannotSay if it names none."""
    _, slash, room = value.partition("/!")
    if not slash or not room:
        raise CannotSay("room", str(_NO_ROOM))
    return f"!{room}"


def own_id(account: Account) -> str:
    """Our own user id."""
    return str(account.settings.get("user_id") or "").strip()


def url(account: Account, *path: str, query: str = "") -> str:
    """An address of the homeserver's API; each part of the path is written so that it stays one."""
    base = str(account.settings.get("homeserver") or "").rstrip("/")
    inner = "/".join(quote(part, safe="") for part in path)
    return f"{base}/_matrix/{inner}" + (f"?{query}" if query else "")


def bearer(account: Account) -> Mapping[str, Secret]:
    """The header that carries the account's access token."""
    return {"authorization": Secret(f"Bearer {account.secret('access_token').reveal()}")}
