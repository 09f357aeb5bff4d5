"""The figures as JSON for other websites: `figures.json`. What has too few cases is null, and so is its count."""

from typing import Any

import msgspec

from oase.insights import DAYS, LEAST_CASES, REFRESHED, ChannelFigures, Expected, Figures, Line, Opening, Share
from oase.kernel.i18n import translator
from oase.web.channels import manifests
from oase.web.responsetimes.wording import sentence


def as_json(figures: Figures) -> str:
    """Everything that the page shows."""
    content = {
        "company": figures.company,
        "as_of": figures.as_of.isoformat(),
        "refreshed_every_seconds": int(REFRESHED.total_seconds()),
        "least_cases": LEAST_CASES,
        "channels": [_channel(figures, one) for one in figures.channels],
        "all_channels": _ranges(figures.overall),
        "opening_hours": _opening(figures.opening),
    }
    return msgspec.json.encode(content).decode()


def _channel(figures: Figures, one: ChannelFigures) -> dict[str, Any]:
    manifest = manifests().get(one.channel)
    return {
        "channel": one.channel,
        "name": {"en": manifest.name.en, "de": manifest.name.de} if manifest else {"en": one.channel, "de": one.channel},
        "expected": _expected(figures, one.expected),
        **_ranges(one.lines),
    }


def _expected(figures: Figures, expected: Expected) -> dict[str, Any]:
    says = {language: sentence(expected, figures.as_of, translator(language, figures.zone)) for language in ("en", "de")}
    return {
        "says": says,
        "from": expected.source if expected.seconds is not None else None,
        "working_seconds": expected.seconds,
        "by": expected.by.isoformat() if expected.by and expected.seconds is not None else None,
        "open_again_at": expected.opens_at.isoformat() if expected.opens_at else None,
        "cases": expected.count if expected.seconds is not None and expected.source == "measured" else None,
    }


def _ranges(lines: tuple[Line, ...]) -> dict[str, Any]:
    known = {line.days: line for line in lines}
    return {
        f"last_{days}_days": {
            "within_15_minutes": _share(known[days].quarter if days in known else None),
            "within_1_hour": _share(known[days].hour if days in known else None),
            "within_promise": _share(known[days].promise if days in known else None),
        }
        for days in DAYS
    }


def _share(share: Share | None) -> dict[str, int] | None:
    return {"percent": share.percent, "cases": share.count} if share is not None and share.enough else None


def _opening(opening: Opening | None) -> dict[str, Any] | None:
    if opening is None:
        return None
    return {
        "time_zone": opening.zone,
        "week": [[list(window) for window in day] for day in opening.week],
        "open_now": opening.open_now,
        "opens_at": opening.opens_at.isoformat() if opening.opens_at else None,
    }
