"""Working time as a clock that runs on while somebody works and stands still otherwise: for whoever asks it with every event."""

from datetime import UTC, datetime, timedelta
from typing import Final

from oase.desk.hours.timetable import NeverOpen, Timetable

_FURTHEST: Final = timedelta(days=1)
"""How long a stretch of it is that is known without asking again, where no end of the opening hours is in sight."""


class WorkedTime:
    """Seconds of opening hours from the first moment that it was asked about to the one that is given (seconds since 1970).

    Within a stretch that is open or closed it is one addition. Another timetable changes how it goes on, never what has passed.
    """

    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._passed = self._start = self._end = 0.0
        self._runs = False

    def __call__(self, moment: float) -> float:
        """The time that has passed until then."""
        if not self._start <= moment < self._end:
            self._look_at(moment)
        return self._passed + (moment - self._start if self._runs else 0.0)

    def follow(self, timetable: Timetable, now: datetime) -> None:
        """From now on by this timetable."""
        if timetable is not self._timetable:
            self._look_at(now.timestamp())
            self._timetable, self._end = timetable, self._start

    def _look_at(self, moment: float) -> None:
        """A new stretch begins at that moment."""
        at, before = _moment(moment), _moment(self._start)
        if self._start:
            self._passed += self._timetable.working_time_between(before, at).total_seconds()
        self._start, self._runs = moment, self._timetable.is_open(at)
        self._end = self._until(at).timestamp()

    def _until(self, at: datetime) -> datetime:
        """How far it goes on as it is at that moment."""
        if self._runs:
            return self._timetable.open_until(at) or at + _FURTHEST
        try:
            return self._timetable.next_opening(at)
        except NeverOpen:
            return at + _FURTHEST


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
