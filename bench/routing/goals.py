"""What is to be reached in the base world, and what of it a rule misses."""

from collections.abc import Mapping, Sequence
from typing import Final

from bench.routing.measure import Week, gain, share

GOALS: Final[dict[float, dict[str, float]]] = {
    0.80: {"all": 98.5, "live": 97.5},
    0.95: {"all": 96.5, "live": 94.5, "mail": 99.9, "scarce language": 85.0, "follow-up": 78.0, "wanted at once": 84.0},
    1.10: {"all": 88.5, "live": 86.0},
}
"""Per cent in time that are to be reached, by load and group."""

GAINS: Final[dict[float, dict[str, float]]] = {
    0.80: {"channel priority": 3.0, "capacity push": 5.0},
    0.95: {"channel priority": 3.5, "capacity push": 6.5},
    1.10: {"channel priority": 6.0, "capacity push": 6.0},
}
"""Points more than other rules that are to be gained, paired by week."""

QUOTES: Final = {"quote": (88.0, 92.0), "quote when busy": (86.0, 94.0)}
"""Per cent of quotes for nine of ten that are to be kept; and of each channel at least:"""
QUOTES_OF_A_CHANNEL: Final = 85.0


def missed(load: float, weeks: Sequence[Week], others: Mapping[str, Sequence[Week]] | None = None) -> list[str]:
    """The goals of the base world that a rule does not reach. `others`: the same weeks under the rules that it is to surpass."""
    groups = [group for group, goal in GOALS[load].items() if share(weeks, group)[0] < goal]
    gains = [f"gain over {name}" for name, its in (others or {}).items() if gain(weeks, its)[0] < GAINS[load].get(name, 0.0)]
    return groups + gains + doubtful(weeks)


def doubtful(weeks: Sequence[Week]) -> list[str]:
    """What was said of waiting and came true too seldom, or too often."""
    named = [group for group, (least, most) in QUOTES.items() if not least <= share(weeks, group)[0] <= most]
    return named + [group for group in quoted(weeks) if share(weeks, group)[0] < QUOTES_OF_A_CHANNEL]


def quoted(weeks: Sequence[Week]) -> list[str]:
    """The channels that were quoted to."""
    return sorted({group for one in weeks for group in one if group.startswith("quote ") and group not in QUOTES})
