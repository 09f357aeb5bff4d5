"""Public holidays by country and federal state (library `holidays`, which follows the countries' laws)."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache, lru_cache

from oase.desk.hours.calendar import InvalidCalendar
from oase.kernel.i18n import message

_AND = "; "  # between the names of two holidays on the same date, in the library's words


@lru_cache(maxsize=1024)
def holidays_of(country: str, region: str, year: int, language: str = "") -> Mapping[date, str]:
    """Names of a year's holidays by date; none without a country. In the country's language, unless another is asked for and known.

    `country` is an ISO 3166 code, `region` the part of an ISO 3166-2 code after the country's. Raises InvalidCalendar for others.
    """
    if not country:
        return {}
    import holidays  # its import is slow: only who has holidays waits for it

    try:
        found = holidays.country_holidays(country, subdiv=region or None, years=year, language=_spoken(country, language))
    except NotImplementedError as error:
        place = "-".join(filter(None, (country, region)))
        raise InvalidCalendar(message("No holidays are known for %(place)s.", place=place)) from error
    return {day: name for day, name in found.items() if day.year == year}


@lru_cache(maxsize=1024)
def closing_holidays(country: str, region: str, worked: tuple[str, ...], year: int) -> Mapping[date, str]:
    """As `holidays_of`, without those that are worked."""
    return {day: name for day, name in holidays_of(country, region, year).items() if not is_worked(name, worked)}


def is_worked(name: str, worked: Collection[str]) -> bool:
    """Whether a date of this name is worked: all holidays that fall on it are."""
    return all(part in worked for part in holiday_names(name))


def holiday_names(name: str) -> list[str]:
    """The holidays of a date: two may fall on the same one."""
    return name.split(_AND)


def holidays_between(country: str, region: str, first: date, last: date, language: str = "") -> Mapping[date, str]:
    """As `holidays_of`, from one day to another, both included, in order."""
    years = range(first.year, last.year + 1)
    found = {day: name for year in years for day, name in holidays_of(country, region, year, language).items()}
    return {day: found[day] for day in sorted(found) if first <= day <= last}


@cache
def countries() -> tuple[str, ...]:
    """The ISO 3166 codes of all countries whose holidays are known."""
    import holidays

    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))


@cache
def regions_of(country: str) -> tuple[tuple[str, str], ...]:
    """Codes and names of a country's federal states and the like, by name; none for a country that nobody knows."""
    import holidays

    if country not in countries():
        return ()
    known = holidays.country_holidays(country)
    names = {code: code for code in known.subdivisions}
    for name, code in known.subdivisions_aliases.items():
        if names.get(code) == code or len(name) > len(names.get(code, name)):
            names[code] = name
    return tuple(sorted(names.items(), key=lambda one: one[1]))


@cache
def _spoken(country: str, language: str) -> str | None:
    """The language in the library's words: the one asked for if a country's holidays have names in it, or the country's own.

    Without any the library would take that of the machine.
    """
    import holidays

    known = holidays.list_localized_countries(include_aliases=False).get(country, ())
    asked = next((one for one in known if language and one.split("_")[0] == language), None)
    return asked or getattr(getattr(holidays, country, None), "default_language", None)
