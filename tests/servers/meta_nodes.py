"""Meta's description of its objects, as its business SDKs are made from it: which calls an object has, with which parameters."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _object(specs: Path, name: str) -> dict[str, Any]:
    return dict(json.loads((specs / f"meta-{name}.json").read_text(encoding="utf-8")))


def breaches(specs: Path, name: str, method: str, endpoint: str, given: dict[str, Any]) -> list[str]:
    """What is wrong with a call of this object's edge ("#update", "#delete": of the object itself) by its description."""
    found = [
        api
        for api in _object(specs, name)["apis"]
        if api["method"] == method and (api.get("endpoint") or api.get("name")) == endpoint
    ]
    if not found:
        return [f"{name} has no {method} {endpoint}"]
    parameters = {parameter["name"]: parameter for parameter in found[0]["params"]}
    wrong = [f"{method} {endpoint} has no parameter {key}" for key in given if key not in parameters]
    return wrong + [
        f"{method} {endpoint} needs {key}" for key, parameter in parameters.items() if parameter["required"] and key not in given
    ]


def unknown_fields(specs: Path, name: str, fields: list[str]) -> list[str]:
    """Which of these fields the object does not have."""
    known = {field["name"] for field in _object(specs, name)["fields"]}
    return [field for field in fields if field not in known]
