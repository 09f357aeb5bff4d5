"""Message templates: whether what a request fills in fits, and how the result reads.

Pure. Source: pages "Templates" > "Components", "Send message templates", "Template management" (2026): positional ({{1}})
and named ({{name}}) parameters; 132000 for a wrong count, 132001 for an unknown name or language, 132012 for a wrong form.
"""

import re

from oase.sandbox.whatsapp.errors import refuse
from oase.sandbox.whatsapp.types import Json, Template

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_NAME = re.compile(r"^[a-z0-9_]{1,512}$")
_MEDIA = ("IMAGE", "VIDEO", "DOCUMENT")
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")


def placeholders(text: str) -> list[str]:
    """The names of the placeholders of a text, in order, each once."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def fill(template: Template, given: list[Json]) -> Json:
    """The template with its parameters filled in: header, body, footer, buttons. Raises Refused."""
    by_type: dict[str, Json] = {}
    buttons: dict[int, Json] = {}
    for component in given:
        kind = str(component.get("type", "")).lower()
        if kind == "button":
            buttons[int(component.get("index", 0))] = component
        elif kind in ("header", "body"):
            by_type[kind] = component
        else:
            raise refuse(100, f"Unexpected component type {kind!r} in template['components'].")
    result: Json = {"name": template.name, "language": template.language, "buttons": []}
    for component in template.components:
        kind = component["type"].lower()
        if kind == "header":
            result["header"] = _header(component, by_type.get("header", {}))
        elif kind == "body":
            result["body"] = _text("body", component["text"], by_type.get("body", {}))
        elif kind == "footer":
            result["footer"] = component["text"]
        elif kind == "buttons":
            result["buttons"] = [
                _button(place, button, buttons.get(place, {})) for place, button in enumerate(component["buttons"])
            ]
    return result


def _header(component: Json, given: Json) -> Json:
    form = component.get("format", "TEXT").upper()
    parameters = given.get("parameters", [])
    if form in _MEDIA:
        wanted = form.lower()
        if len(parameters) != 1:
            raise refuse(132012, f"header: Format mismatch, expected {form}, received {len(parameters)} parameters")
        if parameters[0].get("type", "").lower() != wanted or not isinstance(parameters[0].get(wanted), dict):
            received = str(parameters[0].get("type", "")).upper() or "UNKNOWN"
            raise refuse(132012, f"header: Format mismatch, expected {form}, received {received}")
        return {"type": wanted, wanted: parameters[0][wanted]}
    return {"type": "text", "text": _text("header", component.get("text", ""), given)}


def _text(where: str, text: str, given: Json) -> str:
    names = placeholders(text)
    parameters = given.get("parameters", [])
    if len(parameters) != len(names):
        raise refuse(
            132000,
            f"{where}: number of localizable_params ({len(parameters)}) does not match the expected number of params "
            f"({len(names)})",
        )
    values: dict[str, str] = {}
    for place, parameter in enumerate(parameters):
        name = str(parameter.get("parameter_name") or names[place])
        if name not in names:
            raise refuse(132000, f"{where}: parameter name {name!r} is not one of {names}")
        values[name] = _value(where, parameter)
    return _PLACEHOLDER.sub(lambda found: values.get(found.group(1), found.group(0)), text)


def _value(where: str, parameter: Json) -> str:
    kind = parameter.get("type")
    if kind == "text":
        text = parameter.get("text")
        if not isinstance(text, str) or not text:
            raise refuse(131008, f"{where}: Parameter of type text is missing text value")
        if "\n" in text or "\t" in text or "     " in text:
            raise refuse(100, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
        return text
    if kind in ("currency", "date_time"):
        return str(parameter.get(kind, {}).get("fallback_value", ""))
    raise refuse(132012, f"{where}: Format mismatch, expected TEXT, received {str(kind).upper()}")


def _button(place: int, button: Json, given: Json) -> Json:
    kind = button["type"].upper()
    shown: Json = {"type": kind, "text": button["text"]}
    parameters = given.get("parameters", [])
    if kind == "URL":
        link = str(button.get("url", ""))
        if placeholders(link):
            if not parameters:
                raise refuse(131008, f"buttons: Button at index {place} of type Url requires a parameter")
            link = _PLACEHOLDER.sub(str(parameters[0].get("text", "")), link)
        shown["url"] = link
    elif kind == "PHONE_NUMBER":
        shown["phone_number"] = button.get("phone_number", "")
    elif kind == "QUICK_REPLY":
        shown["payload"] = str(parameters[0].get("payload", button["text"])) if parameters else button["text"]
    return shown


def check_new(body: Json, existing: list[Template]) -> None:
    """Whether a new template may be created. Raises Refused (100, with Meta's subcode for a taken name)."""
    for name in ("name", "language", "category", "components"):
        if not body.get(name):
            raise refuse(100, f"The parameter {name} is required.")
    if not _NAME.match(str(body["name"])):
        raise refuse(100, "Message template name can only have lowercase letters, digits and underscores.")
    if body["category"] not in CATEGORIES:
        raise refuse(100, f"Param category must be one of {{{', '.join(CATEGORIES)}}}")
    components = body["components"]
    if not isinstance(components, list) or not any(
        isinstance(each, dict) and str(each.get("type", "")).upper() == "BODY" for each in components
    ):
        raise refuse(100, "A message template needs a component of type BODY.")
    if any(each.name == body["name"] and each.language == body["language"] for each in existing):
        raise refuse(100, "There is already content in this language for this template name.", subcode=2388024)


def page(templates: list[Template], *, after: str, limit: int) -> tuple[list[Template], str]:
    """One page of templates behind the id `after`, and the cursor of the next page ('' at the end)."""
    start = next((place + 1 for place, each in enumerate(templates) if each.id == after), 0) if after else 0
    chosen = templates[start : start + limit]
    more = start + limit < len(templates)
    return chosen, (chosen[-1].id if more and chosen else "")
