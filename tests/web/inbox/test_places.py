"""A place as people paste it."""

import pytest

from oase.web.inbox.places import position_in


@pytest.mark.parametrize(
    "text",
    [
        "52.5163, 13.3777",
        " 52.5163 13.3777 ",
        "52,5163; 13,3777",
        "52,5163 13,3777",
        "52.5163°, 13.3777°",
        "geo:52.5163,13.3777?z=16",
        "https://www.openstreetmap.org/?mlat=52.5163&mlon=13.3777#map=16/52.6/13.4",
        "https://www.openstreetmap.org/#map=16/52.5163/13.3777",
        "https://www.google.com/maps/place/Brandenburger+Tor/@52.5,13.3,17z/data=!3m1!4b1!4m6!8m2!3d52.5163!4d13.3777",
        "https://www.google.de/maps/@52.5163,13.3777,17z",
        "https://maps.google.com/?q=52.5163,13.3777",
        "https://www.google.com/maps/search/?api=1&query=52.5163%2C13.3777",
        "https://maps.apple.com/?ll=52.5163,13.3777&q=Brandenburger%20Tor",
        "https://www.google.com/maps/search/52.5163,+13.3777",
    ],
)
def test_a_place_is_found_in_what_people_paste(text: str) -> None:
    assert position_in(text) == (52.5163, 13.3777)


def test_south_and_west_are_negative() -> None:
    assert position_in("-33.8568, -70.6483") == (-33.8568, -70.6483)


@pytest.mark.parametrize("text", ["", "Pariser Platz", "91, 10", "10, 181", "https://maps.app.goo.gl/AbC123", "52.5163"])
def test_what_says_no_place_gives_none(text: str) -> None:
    assert position_in(text) is None
