"""The list of approved texts: fetched page by page.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview (read 2026-08)
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from oase.channels.adapters.whatsapp.errors import sentence
from oase.channels.contract import Account, Call, ChannelError, Reply, Template
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meta import after_cursor, bearer, graph_error, graph_url

_FIELDS = "name,language,category,status,components,parameter_format"
_PAGE = "100"
_MOST_PAGES = 100
_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


def templates(account: Account, replies: Sequence[Reply]) -> Call | Sequence[Template]:
    """The next page, or all templates once the last page is there. Raises ChannelError in WhatsApp's words."""
    found: list[Template] = []
    after = ""
    for reply in replies:
        content = object_of(reply)
        error = graph_error(content)
        if error is not None or content is None or not isinstance(content.get("data"), list):
            code, details, message = (error.code, error.details, error.message) if error else (2, "", "")
            raise ChannelError(sentence(code, details, message))
        found += [_template(entry) for entry in content["data"] if isinstance(entry, dict)]
        before, after = after, after_cursor(content)
        if not after or after == before:
            return found
    if len(replies) >= _MOST_PAGES:
        return found
    query = {"fields": _FIELDS, "limit": _PAGE} | ({"after": after} if after else {})
    waba = str(account.settings.get("waba_id") or "")
    return Call(method="GET", url=graph_url(account, waba, "message_templates", **query), headers=bearer(account))


def _template(entry: Mapping[str, Any]) -> Template:
    texts = {"HEADER": "", "BODY": "", "FOOTER": ""}
    buttons: list[str] = []
    parameters: dict[str, int] = {}
    components = entry.get("components")
    for component in components if isinstance(components, list) else ():
        if not isinstance(component, dict):
            continue
        kind, text = _text(component, "type").upper(), _text(component, "text")
        if kind in texts:
            texts[kind] = text
            parameters |= _placeholders(kind.lower(), text)
        if kind == "HEADER" and _text(component, "format").upper() in ("IMAGE", "VIDEO", "DOCUMENT"):
            parameters[f"header.{_text(component, 'format').lower()}"] = 1
        if kind == "BUTTONS":
            listed = component.get("buttons")
            buttons, more = _buttons(listed if isinstance(listed, list) else [])
            parameters |= more
    return Template(
        name=_text(entry, "name"),
        language=_text(entry, "language"),
        category=_text(entry, "category").lower(),
        status=_text(entry, "status").lower(),
        body=texts["BODY"],
        header=texts["HEADER"],
        footer=texts["FOOTER"],
        buttons=tuple(buttons),
        parameters=parameters,
    )


def _placeholders(component: str, text: str) -> dict[str, int]:
    """{{1}} {{2}} count together; {{first_name}} stands by itself as "body.first_name"."""
    names = list(dict.fromkeys(_PLACEHOLDER.findall(text)))
    numbered = sum(name.isdigit() for name in names)
    named = {f"{component}.{name}": 1 for name in names if not name.isdigit()}
    return ({component: numbered} if numbered else {}) | named


def _buttons(entries: Sequence[Any]) -> tuple[list[str], dict[str, int]]:
    titles: list[str] = []
    parameters: dict[str, int] = {}
    for index, button in enumerate(entries):
        if isinstance(button, dict):
            titles.append(_text(button, "text"))
            if _PLACEHOLDER.search(_text(button, "url")):
                parameters[f"button.{index}"] = 1
    return titles, parameters


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""
