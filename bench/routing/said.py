"""Whether what was said of waiting came true: of the quotes that nine of ten should keep, how many were kept, by channel and when busy.

All count but a desk's first ones, also those of a channel that still says "usually".
"""

from collections.abc import Hashable
from typing import Final

from bench.routing.world import worked
from oase.desk.routing.rules import Quote

FIRST_ONES: Final = 500


class Said:
    """Counts quotes of which it is known. Who left before theirs had passed does not count: nobody knows."""

    def __init__(self) -> None:
        self._open: dict[Hashable, tuple[float, tuple[str, ...]]] = {}
        self._count = 0
        self.counts: dict[str, tuple[int, int]] = {}

    def quoted(self, quote: Quote, channel: str, now: float, busy: bool) -> None:
        """Somebody was told how long they wait at most."""
        self._count += 1
        if self._count > FIRST_ONES:
            self._open[quote.item] = (
                worked(now) + quote.p90,
                ("quote", f"quote {channel}", *(["quote when busy"] if busy else [])),
            )

    def answered(self, item: Hashable, now: float) -> None:
        """Somebody turned to them."""
        self._ends(item, kept=True, now=now)

    def left(self, item: Hashable, now: float) -> None:
        """They gave up."""
        self._ends(item, kept=False, now=now)

    def over(self, now: float) -> None:
        """Nothing comes any more."""
        for item in list(self._open):
            self.left(item, now)

    def _ends(self, item: Hashable, *, kept: bool, now: float) -> None:
        until, groups = self._open.pop(item, (0.0, ()))
        in_time = worked(now) <= until
        if not kept and in_time:
            return
        for group in groups:
            before = self.counts.get(group, (0, 0))
            self.counts[group] = before[0] + in_time, before[1] + 1
