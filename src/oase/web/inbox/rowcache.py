"""Rows of the list as HTML, made once: after a live event every agent's page asks for the same row in the same minute.

Row (a value) + language, time zone, minute, queue --known?--> HTML
"""

from datetime import datetime
from functools import lru_cache
from typing import Final

from jinja2 import Environment, Template
from markupsafe import Markup

from oase.web import formats
from oase.web.inbox.views import Inbox, Row

_KEPT: Final = 4_000  # rows of about two kilobytes


def install(environment: Environment) -> None:
    """Gives templates `rows_of(inbox)`."""
    template = environment.get_template("inbox/row.html")
    environment.globals["rows_of"] = lambda inbox: rows_of(template, inbox)


def rows_of(template: Template, inbox: Inbox) -> Markup:
    """All rows of the list for the reader of the moment."""
    reader, now = formats.reader(), inbox.now.replace(second=0, microsecond=0)
    open_id = inbox.conversation.id if inbox.conversation else None
    queue = inbox.listing.queue.id
    return Markup("").join(
        _row(template, row, queue, row.id == open_id, reader.language, reader.time_zone, now) for row in inbox.listing.rows
    )


@lru_cache(maxsize=_KEPT)
def _row(template: Template, row: Row, queue_id: str, opened: bool, language: str, time_zone: str, now: datetime) -> Markup:
    """One row; language and time zone are those of the reader, by whom the template speaks."""
    return Markup(template.render(row=row, queue_id=queue_id, opened=opened, now=now))  # noqa: S704 - escaped by the template
