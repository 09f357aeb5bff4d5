"""Which device a browser is on, as people call it: "Firefox on Windows". Told from the browser's own words, which may lie."""

from typing import Final

from oase.kernel.i18n import Message, message

# The first mark that is found counts: many browsers also name those that they descend from.
_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Vivaldi", "Vivaldi"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone", True), ("iPad", "iPad", True), ("Android", "Android", True), ("Windows", "Windows", False),
    ("Macintosh", "Mac", False), ("CrOS", "ChromeOS", False), ("Linux", "Linux", False),
)  # fmt: skip


def device(user_agent: str) -> Message:
    """The browser and the system in words."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name, _ in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return message("%(browser)s on %(system)s", browser=browser, system=system)
    return message("%(name)s", name=browser or system) if browser or system else message("Unknown device")


def is_handheld(user_agent: str) -> bool:
    """Whether it is a phone or a tablet."""
    return any(handheld for mark, _, handheld in _SYSTEMS if mark in user_agent)
