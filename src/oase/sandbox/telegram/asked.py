"""A request of a bot: parameters from the address, a form, JSON or multipart, and how refusals are worded.

https://core.telegram.org/bots/api#making-requests (read 2026-11)
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from oase.sandbox.places import Json
from oase.sandbox.whatsapp.answers import Answer, json_answer


class Refused(Exception):
    """A request that Telegram refuses; `code` is also the HTTP status."""

    def __init__(self, code: int, description: str, retry_after: int = 0) -> None:
        super().__init__(description)
        self.code, self.description, self.retry_after = code, description, retry_after

    def answer(self, status: int = 0) -> Answer:
        """The answer that says so."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after:
            body["parameters"] = {"retry_after": self.retry_after}
        return json_answer(body, status or self.code)


def bad(words: str) -> Refused:
    """What Telegram answers to a request that is not right."""
    return Refused(400, f"Bad Request: {words}")


class Upload(msgspec.Struct):
    """A file that came with the request."""

    name: str
    type: str
    data: bytes


class Asked:
    """The parameters of one request."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, Upload]) -> None:
        self._values, self.files = values, files

    def has(self, name: str) -> bool:
        """Whether it was given."""
        return self._values.get(name) not in (None, "")

    def text(self, name: str, otherwise: str = "") -> str:
        """A text."""
        value = self._values.get(name, otherwise)
        return value if isinstance(value, str) else str(value)

    def whole(self, name: str, otherwise: int | None = None) -> int:
        """A whole number; required without `otherwise`."""
        if not self.has(name):
            if otherwise is None:
                raise bad(f"parameter {name} is required")
            return otherwise
        try:
            return int(str(self._values[name]))
        except ValueError:
            raise bad(f"{name} must be a number") from None

    def number(self, name: str) -> float:
        """A number; required."""
        try:
            return float(str(self._values[name]))
        except (KeyError, ValueError):
            raise bad(f"{name} is not specified") from None

    def json(self, name: str) -> Any:
        """An object or a list: as it is in JSON requests, as JSON text in forms. None if it is not given."""
        value = self._values.get(name)
        if value in (None, ""):
            return None
        if not isinstance(value, str):
            return value
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            raise bad(f"can't parse {name} JSON object") from None


async def read(request: Request[Any, Any, Any]) -> Asked:
    """Whatever form the request has."""
    values: dict[str, Any] = dict(request.query_params)
    files: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            values |= msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
        except msgspec.DecodeError:
            raise bad("can't parse the request's JSON") from None
    elif kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        for name, value in (await request.form()).multi_items():
            if isinstance(value, UploadFile):
                files[name] = Upload(value.filename, value.content_type or "application/octet-stream", await value.read())
            else:
                values[name] = value
    return Asked(values, files)
