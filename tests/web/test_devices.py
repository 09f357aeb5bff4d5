"""Devices as people call them."""

import pytest

from oase.web.devices import device, is_handheld

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/604.1"
)
ANDROID = "Mozilla/5.0 (Android 15; Mobile; rv:142.0) Gecko/142.0 Firefox/142.0"


@pytest.mark.parametrize(
    ("words", "name", "handheld"),
    [
        (WINDOWS, "Chrome on Windows", False),
        (f"{WINDOWS} Edg/141.0.0.0", "Edge on Windows", False),
        (IPHONE, "Safari on iPhone", True),
        (ANDROID, "Firefox on Android", True),
        ("curl/8.5.0", "Unknown device", False),
        ("", "Unknown device", False),
    ],
)
def test_a_session_is_called_by_its_browser_and_system(words: str, name: str, handheld: bool) -> None:
    assert (str(device(words)), is_handheld(words)) == (name, handheld)
