"""What is measured: shares answered in time, by groups; means of weeks with their 95 % intervals, and paired differences."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import Final

from bench.routing.engine import FOLLOW_UP_WITHIN, Fate
from bench.routing.world import due_of

Week = Mapping[str, tuple[int, int]]
"""Of each group: in time, in all."""

_LIVE: Final = ("phone", "chat", "messenger")
GROUPS: Final[dict[str, Callable[[Fate], bool]]] = {
    "all": lambda _: True,
    "live": lambda one: one.customer.channel in _LIVE,
    "phone": lambda one: one.customer.channel == "phone",
    "chat": lambda one: one.customer.channel == "chat",
    "messenger": lambda one: one.customer.channel == "messenger",
    "mail": lambda one: one.customer.channel == "mail",
    "scarce language": lambda one: one.customer.cell[0] == "fr",
    "wanted at once": lambda one: one.customer.wants <= 120,
}

_STUDENT: Final = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)
"""By degrees of freedom, from one on; from sixteen on 1.96 + 2.4 / freedom is true to a thousandth or two."""


def in_time(fate: Fate) -> bool:
    """Whether somebody turned to the customer within their own deadline."""
    return fate.answered is not None and fate.answered <= due_of(fate.customer) + 1e-6


def week_of(fates: Iterable[Fate], said: Week) -> Week:
    """A week's counts, with what was said of waiting; customers of the Monday after do not count, but what was said to them does."""
    counted = [one for one in fates if one.customer.counted]
    found = {
        name: (sum(in_time(one) for one in counted if belongs(one)), sum(map(belongs, counted)))
        for name, belongs in GROUPS.items()
    }
    further = [waited for one in counted for waited in one.follow_ups]
    found["follow-up"] = sum(waited <= FOLLOW_UP_WITHIN for waited in further), len(further)
    return {**found, **said}


def share(weeks: Sequence[Week], group: str) -> tuple[float, float]:
    """Per cent in time over all weeks, and half the width of its 95 % interval (of the weeks' mean)."""
    counted = [one[group] for one in weeks if one.get(group, (0, 0))[1]]
    kept, all_ = sum(one[0] for one in counted), sum(one[1] for one in counted)
    return 100 * kept / max(1, all_), _half([100 * one[0] / one[1] for one in counted])


def gain(weeks: Sequence[Week], others: Sequence[Week], group: str = "all") -> tuple[float, float]:
    """Points more than another rule with the same customers, and half the width of the 95 % interval of the weeks' differences."""
    differences = [
        100 * (ours[group][0] / max(1, ours[group][1]) - theirs[group][0] / max(1, theirs[group][1]))
        for ours, theirs in zip(weeks, others, strict=True)
    ]
    return fmean(differences), _half(differences)


def _half(values: Sequence[float]) -> float:
    return _student(len(values) - 1) * stdev(values) / sqrt(len(values)) if len(values) > 1 else float("nan")


def _student(freedom: int) -> float:
    """Student's t for an interval of 95 %: how many deviations each way."""
    return _STUDENT[freedom - 1] if freedom <= len(_STUDENT) else 1.96 + 2.4 / freedom
