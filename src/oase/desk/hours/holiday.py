"""Public holidays by country and federal state (library `holidays`, which follows the countries' laws)."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from oase.desk.hours.calendar import InvalidCalendar
from oase.kernel.i18n import message


@lru_cache(maxsize=1024)
def holidays_of(country: str, region: str, year: int) -> Mapping[date, str]:
    """Names of a year's holidays by date, in the country's language; none without a country.

    `country` is an ISO 3166 code, `region` the part of an ISO 3166-2 code after the country's. Raises InvalidCalendar for others.
    """
    if not country:
        return {}
    import holidays  # its import is slow: only who has holidays waits for it

    try:
        found = holidays.country_holidays(country, subdiv=region or None, years=year)
    except NotImplementedError as error:
        place = "-".join(filter(None, (country, region)))
        raise InvalidCalendar(message("No holidays are known for %(place)s.", place=place)) from error
    return {day: name for day, name in found.items() if day.year == year}
