"""Blanks in prepared answers that fill themselves: {{person.first_name}}. A substitution of names, no language. Pure.

Everything is put in at one pass: what a customer calls themselves is never read as a blank.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from oase.kernel.i18n import Language, translator

SNIPPET_VARIABLES: Final = (
    "person.name",
    "person.first_name",
    "agent.name",
    "agent.first_name",
    "company",
    "conversation.number",
    "conversation.subject",
    "promise.due",
    "hours.next",
)
_BLANK: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


class Filling(Struct, frozen=True, kw_only=True):
    """What blanks are filled with. Moments are written in the language of the text and the company's time zone."""

    person: str = ""
    agent: str = ""
    company: str = ""
    number: int = 0
    subject: str = ""
    due_at: datetime | None = None
    opens_at: datetime | None = None  # when somebody is there again
    time_zone: str = "UTC"


def blanks_in(text: str) -> Iterator[str]:
    """The names of a text's blanks."""
    return (found[1] for found in _BLANK.finditer(text))


def in_language(texts: Mapping[str, str], *wanted: str) -> tuple[str, str]:
    """The text in the first of these languages that there is one in, with that language; any, if there is none."""
    for language in wanted:
        if texts.get(language[:2]):
            return texts[language[:2]], language[:2]
    language = next(iter(texts), "")
    return texts.get(language, ""), language


def filled(text: str, language: str, filling: Filling) -> str:
    """The text with its blanks filled; a name that is no blank of ours stays as it stands."""
    values = _values(filling, "de" if language == "de" else "en")
    return _BLANK.sub(lambda found: values.get(found[1], found[0]), text)


def _values(filling: Filling, language: Language) -> dict[str, str]:
    reader = translator(language, filling.time_zone)

    def moment(at: datetime | None) -> str:
        return f"{reader.weekday(at)}, {reader.date_time(at, 'short')}" if at else ""

    return {
        "person.name": filling.person,
        "person.first_name": filling.person.split(" ")[0],
        "agent.name": filling.agent,
        "agent.first_name": filling.agent.split(" ")[0],
        "company": filling.company,
        "conversation.number": str(filling.number),
        "conversation.subject": filling.subject,
        "promise.due": moment(filling.due_at),
        "hours.next": moment(filling.opens_at),
    }
