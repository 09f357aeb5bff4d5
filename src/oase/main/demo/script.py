"""The form in which the demonstration's story is written down (`cases.json`): cases, and what happens in them, step by step.

Names, numbers and addresses in it are invented, or reserved for fiction.

A moment is "25m" (minutes ago), "3h" (hours ago) or "2d 14:05" (two days ago at that time in Berlin).
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

BERLIN = ZoneInfo("Europe/Berlin")
Channel = Literal["whatsapp", "email", "webchat", "form"]
File = Literal["", "photo", "scratch", "voice", "invoice", "location", "contact"]


class In(Struct, frozen=True, tag="in", omit_defaults=True):
    """The customer writes. `quoted`: what the mail program puts below."""

    when: str
    text: str
    file: File = ""
    quoted: str = ""
    html: str = ""
    sort: Literal["", "bounce", "out_of_office"] = ""
    copy_to: str = ""


class Out(Struct, frozen=True, tag="out", omit_defaults=True):
    """An agent answers; `by` is the first name."""

    when: str
    by: str
    text: str
    state: Literal["sent", "delivered", "read", "failed"] = "read"
    file: File = ""


class Note(Struct, frozen=True, tag="note"):
    """An agent leaves a note; @ and a whole name mentions somebody."""

    when: str
    by: str
    text: str


class Case(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One conversation. `address`: a number without +, a mail address, or any word for a visitor."""

    channel: Channel
    name: str
    address: str
    steps: tuple[In | Out | Note, ...]
    subject: str = ""
    tags: tuple[str, ...] = ()
    team: str = ""
    assignee: str = ""
    priority: int = 0
    end: Literal["", "solved", "snoozed", "open"] = ""
    draft: str = ""
    language: str = "de"
    person: dict[str, str] = {}
    fields: dict[str, str] = {}


def moment(when: str, now: datetime) -> datetime:
    """The moment that a word of the script means."""
    if when.endswith("m"):
        return now - timedelta(minutes=float(when[:-1]))
    if when.endswith("h"):
        return now - timedelta(hours=float(when[:-1]))
    days, _, clock = when.partition("d ")
    hour, minute = (int(part) for part in clock.split(":"))
    day = now.astimezone(BERLIN) - timedelta(days=int(days))
    return day.replace(hour=hour, minute=minute, second=7, microsecond=0).astimezone(now.tzinfo)


def cases() -> tuple[Case, ...]:
    """The whole script."""
    return msgspec.json.decode((Path(__file__).parent / "cases.json").read_bytes(), type=tuple[Case, ...])
