"""In which time zones the owner of a phone number may be, by its country code. Pure data.

Where a country has several zones, those at its edges stand here: a moment that suits all of them suits everybody between.
Codes by ITU-T E.164, zones by the IANA time zone database.
"""

from typing import Final

_LONGEST_CODE: Final = 4
ZONES: Final[dict[str, tuple[str, ...]]] = {
    "1": ("America/New_York", "America/Los_Angeles"),
    "7": ("Europe/Kaliningrad", "Asia/Vladivostok"),
    "77": ("Asia/Almaty",),
    "20": ("Africa/Cairo",),
    "27": ("Africa/Johannesburg",),
    "30": ("Europe/Athens",),
    "31": ("Europe/Amsterdam",),
    "32": ("Europe/Brussels",),
    "33": ("Europe/Paris",),
    "34": ("Europe/Madrid", "Atlantic/Canary"),
    "351": ("Europe/Lisbon", "Atlantic/Azores"),
    "352": ("Europe/Luxembourg",),
    "353": ("Europe/Dublin",),
    "354": ("Atlantic/Reykjavik",),
    "356": ("Europe/Malta",),
    "357": ("Asia/Nicosia",),
    "358": ("Europe/Helsinki",),
    "359": ("Europe/Sofia",),
    "36": ("Europe/Budapest",),
    "370": ("Europe/Vilnius",),
    "371": ("Europe/Riga",),
    "372": ("Europe/Tallinn",),
    "380": ("Europe/Kyiv",),
    "385": ("Europe/Zagreb",),
    "386": ("Europe/Ljubljana",),
    "39": ("Europe/Rome",),
    "40": ("Europe/Bucharest",),
    "41": ("Europe/Zurich",),
    "420": ("Europe/Prague",),
    "421": ("Europe/Bratislava",),
    "423": ("Europe/Vaduz",),
    "43": ("Europe/Vienna",),
    "44": ("Europe/London",),
    "45": ("Europe/Copenhagen",),
    "46": ("Europe/Stockholm",),
    "47": ("Europe/Oslo",),
    "48": ("Europe/Warsaw",),
    "49": ("Europe/Berlin",),
    "52": ("America/Cancun", "America/Tijuana"),
    "54": ("America/Argentina/Buenos_Aires",),
    "55": ("America/Sao_Paulo", "America/Rio_Branco"),
    "60": ("Asia/Kuala_Lumpur",),
    "61": ("Australia/Sydney", "Australia/Perth"),
    "62": ("Asia/Jakarta", "Asia/Jayapura"),
    "63": ("Asia/Manila",),
    "64": ("Pacific/Auckland",),
    "65": ("Asia/Singapore",),
    "66": ("Asia/Bangkok",),
    "81": ("Asia/Tokyo",),
    "82": ("Asia/Seoul",),
    "84": ("Asia/Ho_Chi_Minh",),
    "86": ("Asia/Shanghai",),
    "90": ("Europe/Istanbul",),
    "91": ("Asia/Kolkata",),
    "971": ("Asia/Dubai",),
    "972": ("Asia/Jerusalem",),
}


def zones_of_phone(number: str) -> tuple[str, ...]:
    """The zones of a number as channels know it ("+49 …", digits); empty where its country is not known here."""
    digits = "".join(one for one in number if one in "0123456789")
    if not number.strip().startswith("+"):
        return ()
    codes = (digits[:length] for length in range(min(_LONGEST_CODE, len(digits)), 0, -1))
    return next((ZONES[code] for code in codes if code in ZONES), ())
