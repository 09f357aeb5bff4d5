"""How templates speak: the reader's language and time zone for the time of one rendering, and filters that use them.

`with speaking(translator):` sets the reader; `_`, `ngettext` and the filters `time`, `date`, `moment`, `day`, `ago`, `duration`,
`number`, `size`, `listed` and `say` (errors and messages) follow it, in macros as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final
from unicodedata import category
from zoneinfo import ZoneInfo

from jinja2 import Environment

from oase.channels.contract import Words
from oase.desk.presence import STATE_NAMES
from oase.kernel.i18n import Translator, translator
from oase.people import called
from oase.web import moments
from oase.web.chat import chat

_AVATAR_COLORS: Final = 10
_HALVES_OF_FLAGS: Final = frozenset(map(chr, range(0x1F1E6, 0x1F200)))  # two of them are a flag, one is none
_reader: ContextVar[Translator] = ContextVar("reader")


def reader() -> Translator:
    """The reader of what is being rendered; English without one."""
    return _reader.get(None) or translator("en")


@contextmanager
def speaking(to: Translator) -> Iterator[None]:
    """Everything rendered inside is for this reader."""
    token = _reader.set(to)
    try:
        yield
    finally:
        _reader.reset(token)


def install(environment: Environment) -> None:
    """Gives the environment its texts and filters."""
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        gettext=lambda text, **values: reader().gettext(text, **values),
        ngettext=lambda one, many, n, **values: reader().ngettext(one, many, n, **values),
        newstyle=False,  # the translator fills in the values itself; the result is escaped as a whole
        pgettext=lambda context, text, **values: reader().pgettext(context, text, **values),
        npgettext=lambda context, one, many, n, **values: reader().npgettext(context, one, many, n, **values),
    )
    environment.filters |= {
        "time": lambda moment: reader().time(moment),
        "date": lambda moment, style="medium": reader().date(moment, style),
        "moment": lambda moment: reader().date_time(moment, "short"),
        "day": day,
        "stamp": stamp,
        "ago": lambda moment, now: reader().ago(moment, now),
        "duration": lambda span: reader().duration(span),
        "number": lambda value: reader().number(value),
        "percent": lambda share: reader().percent(share),
        "size": lambda size_bytes: reader().size(size_bytes),
        "listed": lambda items, kind="standard": reader().listed(items, kind),
        "say": lambda value: reader().text(value),
        "doing": lambda state: reader().text(STATE_NAMES[state]),
        "retold": lambda text: reader().retold(text),
        "words": words_for_reader,
        "called": lambda name, person_id: reader().text(called(name, person_id) if person_id else name),
        "initials": initials,
        "avatar_color": avatar_color,
        "due": lambda at, now: moments.due_text(reader(), at, now),
        "due_class": moments.due_class,
        "due_title": lambda at, worked=None: moments.due_title(reader(), at, worked),
        "due_later": lambda at, now: moments.due_later(reader(), at, now),
        "moment_short": lambda moment, now: moments.moment_short(reader(), moment, now),
        "chat": chat,
        "zone_pair": lambda name: (name, name.replace("_", " ")),
        "iso": lambda moment: moment.isoformat(timespec="milliseconds"),
    }


def words_for_reader(words: Words) -> str:
    """A manifest's text in the reader's language."""
    return words.de if reader().language == "de" else words.en


def local_day(moment: datetime) -> str:
    """The day of a moment in the reader's zone, as 2026-11-22: for day separators."""
    return moment.astimezone(_zone()).date().isoformat()


def day(moment: datetime, now: datetime) -> str:
    """A day for people: "Today", "Yesterday", a weekday within the last week, otherwise the date."""
    own = reader()
    then, today = moment.astimezone(_zone()).date(), now.astimezone(_zone()).date()
    if then == today:
        return own.gettext("Today")
    if then == today - timedelta(days=1):
        return own.gettext("Yesterday")
    if timedelta(0) < today - then < timedelta(days=7):
        return own.weekday(then)
    return own.date(then, "long")


def stamp(moment: datetime, now: datetime) -> str:
    """The shortest time that says enough in a list: the time today, otherwise the day and month, otherwise the date."""
    own = reader()
    then, today = moment.astimezone(_zone()), now.astimezone(_zone())
    if then.date() == today.date():
        return own.time(moment)
    return own.day_and_month(moment) if then.year == today.year else own.date(moment, "short")


def initials(name: str) -> str:
    """One or two letters that stand for a name: "ÄK" for "Änne Köhler"; without letters its first emoji; "#" for a number."""
    words = [word for word in name.split() if word[0].isalpha()]
    if not words:
        return next((sign for sign in name if category(sign) == "So" and sign not in _HALVES_OF_FLAGS), "#")
    return "".join([words[0][0], words[-1][0]] if len(words) > 1 else words[0][0]).upper()


def avatar_color(key: object) -> int:
    """A number that stays the same for the same person: which of the colours of the style sheet an avatar has."""
    return blake2b(str(key).encode(), digest_size=2).digest()[0] % _AVATAR_COLORS


def _zone() -> ZoneInfo:
    return reader().zone
