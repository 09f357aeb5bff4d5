"""Calls, events and outcomes as JSON that can be read and compared. Secrets are masked, bytes are told by size and digest."""

import hashlib
import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from oase.channels.contract import Accepted, Again, Checked, FromReply, Refused, Renewed, Unclear
from oase.kernel.secrets import Secret

_INLINE_BYTES = 200
_NAMED = (Accepted, Again, Refused, Unclear, Checked, Renewed)


def plain(value: Any) -> Any:
    """A value of the contract as JSON: its kind as `type`, defaults left out, times as text, spans in seconds."""
    if isinstance(value, Secret):
        return "***"
    if isinstance(value, bytes):
        return _bytes(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, FromReply):
        return {"from_reply": [value.call, value.key]}
    if isinstance(value, msgspec.Struct):
        return _struct(value)
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return value


def same(value: Any, expected: Any) -> bool:
    """Whether two plain values are the same, numbers by their value."""
    return bool(json.loads(json.dumps(value)) == json.loads(json.dumps(expected)))


def contains(value: Any, expected: Any) -> bool:
    """Whether `value` has everything that `expected` names; lists must be of the same length."""
    if isinstance(expected, dict):
        return isinstance(value, dict) and all(key in value and contains(value[key], inner) for key, inner in expected.items())
    if isinstance(expected, list):
        return (
            isinstance(value, list)
            and len(value) == len(expected)
            and all(contains(one, other) for one, other in zip(value, expected, strict=True))
        )
    return bool(value == expected)


def compare(folder: Path, name: str, value: Any) -> str:
    """What is wrong with a snapshot; empty if nothing is. Writes it if `OASE_SNAPSHOTS=write`."""
    file = folder / f"{name}.json"
    text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("OASE_SNAPSHOTS") == "write":
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    if not file.exists():
        return f"There is no snapshot {file}; make it with OASE_SNAPSHOTS=write and read it."
    if file.read_text(encoding="utf-8") != text:
        return f"{file} is not what is rendered now:\n{text}"
    return ""


def _struct(value: msgspec.Struct) -> dict[str, Any]:
    """The fields that are not at their defaults; which of several kinds it is, first."""
    tag = type(value).__struct_config__.tag or (type(value).__name__.lower() if isinstance(value, _NAMED) else "")
    shown: dict[str, Any] = {"type": tag} if tag else {}
    for field in msgspec.structs.fields(value):
        inner = getattr(value, field.name)
        if field.required or inner != _default(field):
            shown[field.name] = plain(inner)
    return shown


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else msgspec.NODEFAULT


def _bytes(value: bytes) -> Any:
    try:
        if len(value) <= _INLINE_BYTES:
            return value.decode()
    except UnicodeDecodeError:
        pass
    return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()[:16]}
