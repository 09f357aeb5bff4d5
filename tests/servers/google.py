"""Holds requests to Google's published description of Firebase Cloud Messaging (`fcm.v1.json`, a discovery document).

The file is part of the package google-api-python-client (17 MB, a hundred unpacked), so it is taken out of that package once,
into the git-ignored folder `.test/google`; where that cannot be done, the test is skipped with the reason.
"""

import fcntl
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

_VERSION: Final = "2.202.0"
_SHA256: Final = "5af8eff795b9c5c29a250494e4996980ccc982938c863109d614389a591aa3f9"  # of the file
_FOLDER: Final = Path(__file__).resolve().parents[2] / ".test" / "google"
_FILE: Final = _FOLDER / "fcm.v1.json"
_WITHIN: Final = "googleapiclient/discovery_cache/documents/fcm.v1.json"


def fetch() -> str:
    """Takes the file out of its package if it is not there; why that cannot be done, as a sentence, or "" when all is well."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "fetch.lock").open("w") as lock:  # one at a time, should several test processes come at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _FILE.exists() and _good(_FILE.read_bytes()):
            return ""
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "-d",
                folder,
                f"google-api-python-client=={_VERSION}",
            ]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
            wheels = list(Path(folder).glob("*.whl"))
            if done.returncode or not wheels:
                return f"google-api-python-client could not be loaded: {done.stderr.strip()[-200:]}"
            content = zipfile.ZipFile(io.BytesIO(wheels[0].read_bytes())).read(_WITHIN)
        if not _good(content):
            return "The description of Firebase Cloud Messaging is not the one that the tests know."
        _FILE.write_bytes(content)
        return ""


def _good(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == _SHA256


def fcm() -> Callable[[dict[str, Any]], None]:
    """A check of the body of projects.messages.send; it raises AssertionError with what is wrong. Skips without the description."""
    if why := fetch():
        pytest.skip(why)
    schemas = {name: _strict(schema) for name, schema in json.loads(_FILE.read_bytes())["schemas"].items()}
    validator = jsonschema.Draft202012Validator({"$ref": "#/$defs/SendMessageRequest", "$defs": schemas})

    def check(body: dict[str, Any]) -> None:
        errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(_camel(body))]
        assert not errors, errors

    return check


def _strict(schema: Any) -> Any:
    """A schema of the discovery format as JSON Schema: other references, and fields that it does not name are none, as at Google's."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    kept = {name: _strict(value) for name, value in schema.items() if name in ("type", "items", "enum", "additionalProperties")}
    if isinstance(schema.get("properties"), dict):
        kept["properties"] = {name: _strict(value) for name, value in schema["properties"].items()}
        kept.setdefault("additionalProperties", False)
    return {} if kept.get("type") == "any" else kept


def _camel(value: Any, free: bool = False) -> Any:
    """Google takes names in both writings (JSON of protocol buffers) and publishes one; keys of maps are data and stay."""
    if isinstance(value, list):
        return [_camel(one, free) for one in value]
    if not isinstance(value, dict):
        return value
    maps = ("data", "headers", "payload")
    return {(name if free else _lower_camel(name)): _camel(one, free or name in maps) for name, one in value.items()}


def _lower_camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(one.capitalize() for one in others)


if __name__ == "__main__":
    print(fetch(), file=sys.stderr, end="")
