"""How a form looks and where it may stand: its colours as a style sheet, its content policy."""

import re
from collections.abc import Mapping
from typing import Any, Final

from oase.web.widget.origins import lines

_COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_SITE: Final = re.compile(r"(https?://)?(\*\.)?[A-Za-z0-9.-]+(:\d+)?")
_DEFAULT: Final = "#0f766e"
_LIGHT, _DARK = "#ffffff", "#16191d"


def css(color: str) -> str:
    """The colour with what can be read on it and beside it, for light and dark."""
    color = color.strip().lower() if _COLOR.fullmatch(color.strip()) else _DEFAULT
    on = "#ffffff" if contrast(color, "#ffffff") >= min(4.5, contrast(color, "#101418")) else "#101418"
    return (
        f":root{{--brand:{color};--on-brand:{on};--accent:{readable(color, _LIGHT)}}}\n"
        f"@media(prefers-color-scheme:dark){{:root{{--accent:{readable(color, _DARK)}}}}}\n"
    )


def policy(settings: Mapping[str, Any]) -> str:
    """The content security policy: nothing foreign inside; around it the sites that the account names, or every one."""
    sites = [site for site in lines(settings, "frames") if _SITE.fullmatch(site)]
    ancestors = " ".join(["'self'", *sites]) if sites else "*"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self';"
        f" base-uri 'none'; frame-ancestors {ancestors}"
    )


def contrast(one: str, two: str) -> float:
    """The contrast of two colours by WCAG 2.2, 1 to 21."""
    low, high = sorted((_luminance(_parts(one)), _luminance(_parts(two))))
    return (high + 0.05) / (low + 0.05)


def readable(color: str, background: str, wanted: float = 4.5) -> str:
    """The colour, moved towards black or white until it reads on the background."""
    goal = 0 if _luminance(_parts(background)) > 0.4 else 255
    parts = [float(part) for part in _parts(color)]
    for _ in range(40):
        written = "#" + "".join(f"{round(part):02x}" for part in parts)
        if contrast(written, background) >= wanted:
            return written
        parts = [part + (goal - part) * 0.08 for part in parts]
    return "#000000" if goal == 0 else "#ffffff"


def _parts(color: str) -> list[int]:
    return [int(color[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(parts: list[int]) -> float:
    linear = [part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
