"""A place as people paste it: two numbers, or the link of a map. Pure.

"52.5163, 13.3777" · "52,5163; 13,3777" · geo:… · OpenStreetMap (mlat, mlon, #map) · Google Maps (!3d…!4d…, @…, q, ll) · Apple (ll)
"""

import re
from typing import Final
from urllib.parse import unquote

_NUMBER: Final = r"(-?\d{1,3}(?:\.\d+)?)"
_POINT: Final = rf"{_NUMBER}\s*,\s*{_NUMBER}"
_LINKS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"!3d{_NUMBER}!4d{_NUMBER}",  # the marked place; "@" is only the middle of the map
        rf"[?&]mlat={_NUMBER}&mlon={_NUMBER}",
        rf"[?&](?:q|query|ll|destination|daddr|sll|coordinate)=(?:loc:)?{_POINT}",
        rf"^geo:{_POINT}",
        rf"/(?:place|search|dir)/{_POINT}",
        rf"@{_POINT}",
        rf"#map=\d+/{_NUMBER}/{_NUMBER}",
    )
)
_PLAIN: Final = re.compile(rf"{_NUMBER}°?\s*[,;\s]\s*{_NUMBER}°?")
_COMMAS: Final = re.compile(r"(-?\d{1,3}),(\d+)\s*[;\s]\s*(-?\d{1,3}),(\d+)")


def position_in(text: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees; None if none are in it or they do not lie on the earth."""
    given = unquote(text.strip().replace("+", " ") if "://" in text else text.strip())
    if commas := _COMMAS.fullmatch(given):
        given = "{}.{}, {}.{}".format(*commas.groups())
    found = _PLAIN.fullmatch(given)
    if found is None:
        found = next((match for pattern in _LINKS if (match := pattern.search(given))), None)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
