"""Pieces of pages that look the same for many: their HTML, made once.

    template + arguments (values) + the reader's language and time zone --known?--> HTML

`{{ piece("inbox/row.html", row=row) }}`: a piece depends on nothing but its arguments and the reader. After a live event every
agent's page asks for the same row in the same minute; the rail, the help and the command bar hardly ever change.
"""

from functools import lru_cache
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from oase.web import formats

_KEPT: Final = 4_000  # of about two kilobytes


def install(environment: Environment) -> None:
    """Gives templates `piece(template, **arguments)`; arguments are compared by value."""

    @lru_cache(maxsize=_KEPT)
    def made(template: str, arguments: tuple[tuple[str, Any], ...], language: str, time_zone: str) -> Markup:
        return Markup(environment.get_template(template).render(dict(arguments)))  # noqa: S704 - escaped by the template

    def piece(template: str, **arguments: Any) -> Markup:
        reader = formats.reader()  # of the language and time zone, and by whom the template speaks
        return made(template, tuple(arguments.items()), reader.language, reader.time_zone)

    environment.globals["piece"] = piece
