"""What a browser sent in a form, read with care: missing is empty, ids are ids, and a form keeps what was typed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request
from msgspec import Struct

from oase.kernel.errors import Invalid
from oase.kernel.i18n import message

AnyRequest = Request[Any, Any, Any]


class Form(Struct, frozen=True, kw_only=True):
    """What templates of `components/forms.html` take: values as typed, errors by field ("" for the whole form)."""

    values: Mapping[str, Any] = {}
    errors: Mapping[str, str] = {}


async def texts(request: AnyRequest) -> dict[str, str]:
    """The text fields that were sent, by name; the last one counts."""
    return {name: value for name, value in (await request.form()).multi_items() if isinstance(value, str)}


async def many(request: AnyRequest, name: str) -> list[str]:
    """All texts of one name."""
    return [value for key, value in (await request.form()).multi_items() if key == name and isinstance(value, str)]


def uuid(text: str, field: str = "") -> UUID:
    """An id that was sent; raises Invalid."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(message("“%(text)s” is not an id.", text=text[:60]), field=field) from None


def wrong(values: Mapping[str, Any], error: Invalid | Exception) -> Form:
    """The form again, with what is wrong with it; secrets are not given back."""
    kept = {name: value for name, value in values.items() if "password" not in name}
    text = error.args[0] if error.args else str(error)
    return Form(values=kept, errors={getattr(error, "field", ""): text})
