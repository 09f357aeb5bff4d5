"""What a reader sees: texts in the reader's language, moments in the reader's time zone, numbers in the reader's way."""

import functools
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import NumberFormatError, format_decimal, format_percent, parse_decimal

from oase.kernel.i18n.catalogue import Language, catalogue
from oase.kernel.i18n.message import Message, fill
from oase.kernel.i18n.retold import retold

Day = datetime | date  # a moment is shown in the reader's zone, a date as it is

_SIZES: Final = ("B", "kB", "MB", "GB", "TB")  # decimal, as on disks and in mail limits


class Translator:
    """One language and one time zone. Cheap to ask for: `translator(language, time_zone)` keeps those in use."""

    def __init__(self, language: Language, time_zone: str = "UTC") -> None:
        self.language = language
        self.time_zone = time_zone
        self.zone = _zone(time_zone)
        self._locale = Locale(language)
        self._texts = catalogue(language)

    def gettext(self, msgid: str, /, **values: Any) -> str:
        """The text in this language; the source text where no translation exists."""
        return fill(self._texts.get(("", msgid), (msgid,))[0], values)

    _ = gettext

    def ngettext(self, singular: str, plural: str, n: int, /, **values: Any) -> str:
        """The text for this number, which stands in it as %(n)s."""
        return self.npgettext("", singular, plural, n, **values)

    def pgettext(self, context: str, msgid: str, /, **values: Any) -> str:
        """The text in a context, where the same English has two meanings."""
        return fill(self._texts.get((context, msgid), (msgid,))[0], values)

    def npgettext(self, context: str, singular: str, plural: str, n: int, /, **values: Any) -> str:
        """The text for this number in a context."""
        forms = self._texts.get((context, singular), (singular, plural))
        return fill(forms[0 if n == 1 else -1], {"n": n, **values})

    def text(self, value: object) -> str:
        """Anything for people in this language: a message (its values too), an error's sentence; other things as text."""
        if isinstance(value, BaseException):
            return self.text(value.args[0]) if value.args else ""
        if not isinstance(value, Message):
            return str(value)
        values = {name: self.text(item) if isinstance(item, Message) else item for name, item in value.values.items()}
        forms = self._texts.get(("", value.msgid), (value.msgid, value.plural or value.msgid))
        return fill(forms[0 if value.n == 1 else -1], values)

    def retold(self, text: str) -> str:
        """A sentence that was kept in English, in this language; what is not ours (a provider's own words) stays as it is."""
        return retold(text, self.language)

    def date(self, moment: Day, style: Literal["short", "medium", "long", "full"] = "medium") -> str:
        """The day: "Nov 22, 2026", "22.11.2026"."""
        return format_date(self._local(moment), style, locale=self._locale)

    def time(self, moment: datetime) -> str:
        """The time of day: "3:47 PM", "15:47"."""
        return _plain(format_time(moment.astimezone(self.zone), "short", locale=self._locale))

    def date_time(self, moment: datetime, style: Literal["short", "medium", "long", "full"] = "medium") -> str:
        """Day and time: "Nov 22, 2026, 3:47:00 PM", "22.11.2026, 15:47:00"."""
        return _plain(format_datetime(moment.astimezone(self.zone), style, locale=self._locale))

    def day_and_month(self, moment: Day) -> str:
        """The day without its year: "Nov 22", "22. Nov."."""
        return format_skeleton("MMMd", self._local(moment), locale=self._locale)

    def weekday(self, moment: Day) -> str:
        """The day of the week: "Sunday", "Sonntag"."""
        return format_date(self._local(moment), "EEEE", locale=self._locale)

    def ago(self, moment: datetime, now: datetime) -> str:
        """How far from now: "3 minutes ago", "vor 3 Minuten", "in 2 Tagen"; "just now" within ten seconds."""
        span = moment - now
        if abs(span) < timedelta(seconds=10):
            return self.gettext("just now")
        return format_timedelta(span, add_direction=True, locale=self._locale)

    def duration(self, span: timedelta, *, short: bool = False) -> str:
        """A span in its largest unit: "3 hours", "3 Stunden"; short "3 hr", "3 Std."."""
        return format_timedelta(span, format="short" if short else "long", threshold=1.5, locale=self._locale)

    def number(self, value: float) -> str:
        """A number: "1,234.5", "1.234,5"."""
        return format_decimal(value, locale=self._locale)

    def typed_number(self, value: float) -> str:
        """A number as a person types it: "1234.5", "1234,5"."""
        return format_decimal(value, "0.##########", locale=self._locale)

    def read_number(self, text: str) -> str:
        """What a person typed as a number, with a point and nothing else: "1.234,5" in German is "1234.5"; what is none stays."""
        try:
            return str(parse_decimal(text, locale=self._locale, strict=True))
        except NumberFormatError:
            return text

    def percent(self, share: float) -> str:
        """A share of one: "37%", "37 %"."""
        return format_percent(share, locale=self._locale)

    def size(self, size_bytes: int) -> str:
        """The size of a file: "1.2 MB", "1,2 MB"."""
        value, unit = float(size_bytes), 0
        while value >= 999.95 and unit < len(_SIZES) - 1:
            value, unit = value / 1000, unit + 1
        return f"{format_decimal(value, '#,##0.#' if unit else '#,##0', locale=self._locale)} {_SIZES[unit]}"

    def listed(self, items: Sequence[str], kind: Literal["standard", "or"] = "standard") -> str:
        """Several things: "a, b, and c", "a, b und c"; with `or`: "a, b, or c"."""
        return format_list(list(items), style=kind, locale=self._locale) if items else ""

    def _local(self, moment: Day) -> Day:
        return moment.astimezone(self.zone) if isinstance(moment, datetime) else moment


@functools.lru_cache(maxsize=256)
def translator(language: Language, time_zone: str = "UTC") -> Translator:
    """The translator of a language and an IANA time zone; an unknown zone counts as UTC."""
    return Translator(language, time_zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _plain(text: str) -> str:
    """CLDR puts a narrow no-break space before AM and PM, which many fonts and mail programs show as a box."""
    return text.replace("\u202f", "\u00a0")
