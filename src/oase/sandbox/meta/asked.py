"""What a request to Graph brings along: JSON, a form, or parts with files; parameters may also stand in the address."""

import json
from typing import Any

from litestar.datastructures import UploadFile

from oase.sandbox.meta.errors import parameter
from oase.sandbox.meta.tokens import Asked
from oase.sandbox.places import Json


class Upload:
    """A file of a request."""

    def __init__(self, name: str, type: str, data: bytes) -> None:
        self.name, self.type, self.data = name, type, data


async def read(request: Asked) -> tuple[Json, Upload | None]:
    """The parameters (the token among them), and the file if there is one. Texts that hold JSON are read, as Graph does. Raises Refused."""
    given: Json = dict(request.query_params)
    upload: Upload | None = None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        body = await request.body()
        try:
            content = json.loads(body) if body else {}
        except ValueError:
            raise parameter("The request's JSON cannot be read.") from None
        if not isinstance(content, dict):
            raise parameter("The request's JSON must be an object.")
        given |= content
    elif kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        for name, value in (await request.form()).items():
            if isinstance(value, UploadFile):
                upload = Upload(value.filename or name, value.content_type, await value.read())
            else:
                given[name] = value
    return {name: _unpacked(value) for name, value in given.items()}, upload


def _unpacked(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def fields_of(given: Json) -> list[str]:
    """The names in `fields`, without what is asked for inside them."""
    depth, name, names = 0, "", []
    for character in str(given.get("fields", "")):
        depth += (character in "{(") - (character in "})")
        if character == "," and depth == 0:
            names.append(name)
            name = ""
        else:
            name += character
    return [one.strip() for one in (*names, name) if one.strip()]
