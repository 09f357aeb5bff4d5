"""What visitors get to see: messages with signed addresses in place of storage keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from oase.channels import StoredAccount
from oase.channels.families.visitor import FileRef, pack_file
from oase.web.widget.parts import LivePayload, Presence, VisitorFile, VisitorMessage

_WEEK: Final = timedelta(days=7).total_seconds()


def messages(account: StoredAccount, visitor: str, found: Sequence[VisitorMessage], now: datetime) -> list[dict[str, Any]]:
    """A timeline as JSON for the widget."""
    return [_message(account, visitor, message, now) for message in found]


def presence(found: Presence) -> dict[str, Any]:
    """Who is there as JSON for the widget."""
    shown: dict[str, Any] = msgspec.to_builtins(found)
    return {"open": True} | shown


def live(account: StoredAccount, visitor: str, payload: LivePayload, now: datetime) -> bytes:
    """A live event as JSON for the widget; a message gets its files' addresses."""
    if "message" not in payload:
        return msgspec.json.encode(payload)
    message = msgspec.convert(payload["message"], VisitorMessage)
    return msgspec.json.encode({**payload, "message": _message(account, visitor, message, now)})


def _message(account: StoredAccount, visitor: str, message: VisitorMessage, now: datetime) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(message)
    if message.files:
        shown["files"] = [_file(account, visitor, file, now) for file in message.files]
    return shown


def _file(account: StoredAccount, visitor: str, file: VisitorFile, now: datetime) -> dict[str, Any]:
    """A file with an address that lasts one to two weeks and stays the same for one, so that browsers may keep it."""
    until = int((now.timestamp() // _WEEK + 2) * _WEEK)
    ref = FileRef(blob=file.blob, name=file.name, type=file.type, size_bytes=file.size_bytes, visitor=visitor, until=until)
    reference = pack_file(account.account.secret("session_secret"), ref)
    shown: dict[str, Any] = msgspec.to_builtins(file)
    del shown["blob"]
    return shown | {"url": address_of_file(account, reference)}


def address_of_file(account: StoredAccount, reference: str) -> str:
    """Where a customer finds a file: with the widget, or with the company's own app."""
    return f"/app/{account.id}/v1/files/{reference}" if account.channel == "app" else f"/widget/{account.id}/file/{reference}"
