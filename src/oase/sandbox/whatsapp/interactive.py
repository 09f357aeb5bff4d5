"""The rules for interactive messages: reply buttons, lists, a button that opens a page, a request for the location.

Pure. Source: pages "Interactive reply buttons messages", "Interactive list messages", "Interactive Call-to-Action URL button
messages", "Location request messages" (June 2026).
"""

from oase.sandbox.whatsapp.errors import refuse
from oase.sandbox.whatsapp.types import Json

_MAX_BUTTONS = 3
_MAX_ROWS = 10
_BODY = {"list": 4096}


def read_interactive(value: object) -> Json:
    """The interactive object, found to be well-formed. Raises Refused."""
    if not isinstance(value, dict):
        raise refuse(100, "Param interactive must be a JSON object.")
    kind = value.get("type")
    if kind is None:
        raise refuse(131008, "Parameter 'interactive['type']' is mandatory.")
    if kind not in ("button", "list", "cta_url", "location_request_message"):
        raise refuse(131009, f"Param interactive['type'] {kind!r} is not one that the sandbox can show.")
    _limited(value.get("body"), "text", _BODY.get(kind, 1024), "interactive['body']")
    if value.get("footer") is not None:
        _limited(value["footer"], "text", 60, "interactive['footer']")
    _check_header(value.get("header"), kind)
    action = value.get("action")
    if not isinstance(action, dict):
        raise refuse(131008, "Parameter 'interactive['action']' is mandatory.")
    if kind == "button":
        _check_buttons(action)
    elif kind == "list":
        _check_list(action)
    elif kind == "cta_url":
        _check_link(action)
    return value


def _limited(value: object, name: str, limit: int, where: str) -> str:
    text = value.get(name) if isinstance(value, dict) else None
    if not text:
        raise refuse(131008, f"Parameter '{where}['{name}']' is mandatory.")
    if not isinstance(text, str) or len(text) > limit:
        raise refuse(131009, f"{where}['{name}'] must be a string of at most {limit} characters.")
    return text


def _check_header(header: object, kind: str) -> None:
    if header is None:
        return
    if not isinstance(header, dict):
        raise refuse(100, "Param interactive['header'] must be a JSON object.")
    form = header.get("type")
    if form == "text":
        _limited(header, "text", 60, "interactive['header']")
    elif kind == "list" or form not in ("image", "video", "document"):
        raise refuse(131009, f"interactive['header']['type'] {form!r} is not allowed here.")
    elif not isinstance(header.get(form), dict) or not (header[form].get("id") or header[form].get("link")):
        raise refuse(131008, f"Parameter 'interactive['header']['{form}']' is mandatory.")


def _check_buttons(action: Json) -> None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _MAX_BUTTONS:
        raise refuse(131009, f"Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {_MAX_BUTTONS}")
    seen: set[str] = set()
    titles: set[str] = set()
    for button in buttons:
        reply = button.get("reply") if isinstance(button, dict) else None
        seen.add(_limited(reply, "id", 256, "interactive['action']['buttons']['reply']"))
        titles.add(_limited(reply, "title", 20, "interactive['action']['buttons']['reply']"))
    if len(seen) != len(buttons) or len(titles) != len(buttons):
        raise refuse(131009, "Duplicated button id or title in interactive['action']['buttons'].")


def _check_list(action: Json) -> None:
    _limited(action, "button", 20, "interactive['action']")
    sections = action.get("sections")
    if not isinstance(sections, list) or not sections:
        raise refuse(131008, "Parameter 'interactive['action']['sections']' is mandatory.")
    rows: list[str] = []
    for section in sections:
        if not isinstance(section, dict) or not isinstance(section.get("rows"), list) or not section["rows"]:
            raise refuse(131008, "Parameter 'interactive['action']['sections']['rows']' is mandatory.")
        if len(sections) > 1 or section.get("title"):
            _limited(section, "title", 24, "interactive['action']['sections']")
        for row in section["rows"]:
            rows.append(_limited(row, "id", 200, "interactive['action']['sections']['rows']"))
            _limited(row, "title", 24, "interactive['action']['sections']['rows']")
            if row.get("description"):
                _limited(row, "description", 72, "interactive['action']['sections']['rows']")
    if len(rows) > _MAX_ROWS:
        raise refuse(131009, f"Total row count exceed max allowed count: {_MAX_ROWS}")
    if len(set(rows)) != len(rows):
        raise refuse(131009, "Duplicated row id in interactive['action']['sections'].")


def _check_link(action: Json) -> None:
    if action.get("name") != "cta_url":
        raise refuse(131009, "interactive['action']['name'] must be 'cta_url'.")
    where = "interactive['action']['parameters']"
    _limited(action.get("parameters"), "display_text", 20, where)
    link = _limited(action.get("parameters"), "url", 2000, where)
    if not link.startswith(("http://", "https://")):
        raise refuse(131009, f"{where}['url'] is not a valid URL.")
