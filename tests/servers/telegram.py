"""Holds calls and objects to the machine-readable description of Telegram's Bot API, where it is at hand (`OASE_SPECS`).

The description lists, for every method and every type, each field with its types and whether it is required.
"""

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FILE = Path(os.environ.get("OASE_SPECS", "/none")) / "telegram-bot-api.json"

_SCALARS: Mapping[str, tuple[type, ...]] = {"Integer": (int,), "Float": (int, float), "String": (str,), "Boolean": (bool,)}


@cache
def description() -> dict[str, Any]:
    """The description; skips the test where it is absent."""
    if not FILE.exists():
        pytest.skip(f"The description of the Bot API is not at hand: {FILE} (OASE_SPECS).")
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


def breaches(value: Any, type_name: str, place: str = "") -> list[str]:
    """What in a value is not as the type says: unknown fields, missing ones, wrong kinds."""
    if type_name.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{place}: no list but {value!r}"]
        return [found for number, one in enumerate(value) for found in breaches(one, type_name[9:], f"{place}[{number}]")]
    if type_name in _SCALARS:
        good = isinstance(value, _SCALARS[type_name]) and (type_name == "Boolean" or not isinstance(value, bool))
        return [] if good else [f"{place}: {value!r} is no {type_name}"]
    described = description()["types"].get(type_name)
    if described is None:
        return [f"{place}: there is no type {type_name}"]
    if described.get("subtypes"):
        each = [breaches(value, one, place) for one in described["subtypes"]]
        return [] if any(not found for found in each) else min(each, key=len)
    return _fields(value, described.get("fields", []), place or type_name)


def call_breaches(method: str, parameters: Mapping[str, Any], files: frozenset[str] = frozenset()) -> list[str]:
    """What in a call of a method is not as described. `files` are the parameters that are uploaded."""
    described = description()["methods"].get(method)
    if described is None:
        return [f"there is no method {method}"]
    known = described.get("fields", [])
    attached = frozenset(file for file in files if file in {field["name"] for field in known})
    fields = [field for field in known if field["name"] not in attached]
    return _fields(dict(parameters), fields, method)


def _fields(value: Any, fields: list[dict[str, Any]], place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place}: no object but {value!r}"]
    known = {field["name"]: field for field in fields}
    found = [f"{place}.{name}: not described" for name in value.keys() - known.keys()]
    found += [f"{place}.{name}: missing" for name, field in known.items() if field["required"] and name not in value]
    for name, inner in value.items():
        if name in known:
            each = [breaches(inner, one, f"{place}.{name}") for one in known[name]["types"]]
            found += [] if any(not one for one in each) else min(each, key=len)
    return found
