"""The blanks of a provider's template as a form: in its head, its words, the links of its buttons.

Template --blanks--> fields `place.<component>.<number>`     what was typed --used--> TemplateUse, with the words as they will be read
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.channels import templates
from oase.channels.contract import Template
from oase.conversations import TemplateUse
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import Message, Translator, message

_FILES: Final[Mapping[str, Message]] = {
    "image": message("Picture above the text"),
    "video": message("Video above the text"),
    "document": message("Document above the text"),
}
_PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_FIELD: Final = re.compile(r"\{\{(place\.[a-z]+\.[A-Za-z0-9_.]+)\}\}")


class Blank(Struct, frozen=True):
    """One blank. `field` names it in the form; `link`: an address on the web is wanted."""

    field: str
    component: str
    label: Message
    link: bool = False


def blanks(template: Template) -> list[Blank]:
    """The blanks of a template in the order in which they are read: head, words, buttons."""
    order = {"header": 0, "body": 1, "button": 2}
    keys = sorted(template.parameters, key=lambda key: order.get(key.partition(".")[0], 3))
    return [blank for key in keys for blank in _of(template, key)]


def _of(template: Template, key: str) -> Iterator[Blank]:
    part, _, rest = key.partition(".")
    for number in range(1, template.parameters[key] + 1):
        field = f"place.{key}.{number}"
        if part == "header" and rest in _FILES:
            yield Blank(field, key, _FILES[rest], link=True)
        elif part == "button":
            yield Blank(field, key, message("End of the link of “%(button)s”", button=_button(template, rest)))
        elif rest:
            yield Blank(field, key, message("Blank “%(name)s”", name=rest))
        elif part == "header":
            yield Blank(field, key, message("Blank in the heading"))
        else:
            yield Blank(field, key, message("Blank %(n)s", n=number))


def blanks_as_json(template: Template, reader: Translator) -> str:
    """The blanks for the script that asks for them."""
    asked = [{"name": one.field, "label": reader.text(one.label), "link": one.link} for one in blanks(template)]
    return msgspec.json.encode(asked).decode()


def reads(template: Template) -> str:
    """The words as the customer reads them, each blank as its field: "Guten Tag {{place.body.1}}"."""
    texts = [_named(template.header, "header"), _named(template.body, "body"), template.footer]
    return "\n\n".join(text for text in texts if text)


def _named(text: str, component: str) -> str:
    """Numbered blanks by their place among the numbers, named ones by their name."""
    numbers = sorted({name for name in _PLACEHOLDER.findall(text) if name.isdigit()}, key=int)
    fields = {name: f"place.{component}.{place}" for place, name in enumerate(numbers, start=1)}
    return _PLACEHOLDER.sub(lambda found: f"{{{{{fields.get(found.group(1), f'place.{component}.{found.group(1)}.1')}}}}}", text)


async def template_used(work: UnitOfWork, account_id: UUID | None, form: Mapping[str, str]) -> TemplateUse:
    """The template that a form names, with its blanks filled. Raises Invalid (fields `template`, and those of the blanks)."""
    name, _, language = form.get("template", "").rpartition("/")
    for one in await templates(work, account_id) if account_id else ():
        if (one.name, one.language, one.status) == (name, language, "approved"):
            return used(one, form)
    raise Invalid(message("This template is not there any more. Please choose another one."), field="template")


def used(template: Template, form: Mapping[str, str]) -> TemplateUse:
    """The template with what was typed; raises Invalid naming the field of a blank that is empty, or no address where one is wanted."""
    parameters: dict[str, tuple[str, ...]] = {}
    for blank in blanks(template):
        typed = form.get(blank.field, "").strip()
        if not typed:
            raise Invalid(message("Fill every blank of the template."), field=blank.field)
        if blank.link and not typed.startswith("https://"):
            raise Invalid(message("Enter an address that begins with https://."), field=blank.field)
        parameters[blank.component] = (*parameters.get(blank.component, ()), typed)
    preview = _FIELD.sub(lambda found: form.get(found.group(1), "").strip() or found.group(0), reads(template))
    return TemplateUse(name=template.name, language=template.language, parameters=parameters, preview=preview)


def _button(template: Template, index: str) -> str:
    place = int(index) if index.isdigit() else -1
    return template.buttons[place] if 0 <= place < len(template.buttons) else index
