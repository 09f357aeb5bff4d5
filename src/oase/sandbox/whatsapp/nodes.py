"""How numbers and templates look in Graph, and what every request needs: its JSON, its choice of fields."""

import msgspec
from litestar import Request
from litestar.datastructures import State

from oase.sandbox.whatsapp.errors import refuse
from oase.sandbox.whatsapp.types import Json, Number, Template

Asked = Request[None, None, State]
_decode = msgspec.json.Decoder().decode
NUMBER_FIELDS = (
    "id",
    "verified_name",
    "display_phone_number",
    "quality_rating",
    "code_verification_status",
    "platform_type",
    "throughput",
)


def number_node(number: Number) -> Json:
    """A business number."""
    level = "HIGH" if number.throughput_per_second > 80 else "STANDARD"
    return {
        "id": number.id,
        "verified_name": number.name,
        "display_phone_number": number.display,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "platform_type": "CLOUD_API",
        "status": "LINKED",
        "account_mode": "LIVE",
        "messaging_limit_tier": "TIER_UNLIMITED",
        "throughput": {"level": level},
        "webhook_configuration": {"phone_number": number.webhook_url} if number.webhook_url else {},
    }


def template_node(template: Template) -> Json:
    """A message template."""
    return {
        "name": template.name,
        "parameter_format": template.parameter_format,
        "components": template.components,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "id": template.id,
    }


def choose(request: Asked, whole: Json, usual: tuple[str, ...], *, always: str = "id") -> Json:
    """Only the fields that were asked for with `fields=a,b`, and the id."""
    asked = request.query_params.get("fields", "")
    names = [name.split("{")[0].strip() for name in asked.split(",")] if asked else list(usual)
    return {name: whole[name] for name in dict.fromkeys((*names, always)) if name in whole}


async def read_json(request: Asked) -> object:
    """The body; JSON that cannot be read is code 100, as with Graph."""
    try:
        return _decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise refuse(100, "The request body is not valid JSON.") from None
