"""How often a bot may do something: so many times within so many seconds, each conversation for itself.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit#per-bot-per-thread-limit (read 2026-11)
"""

from collections import deque
from typing import Final

Windows = tuple[tuple[float, int], ...]
SENDING: Final[Windows] = ((1.0, 7), (2.0, 8), (30.0, 60), (3600.0, 1800))
REACTING: Final[Windows] = ((1.0, 2),)  # https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/agent-reactions
_CONVERSATIONS: Final = 5_000


class Pace:
    """Remembers when something was done, as long as it counts."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._done: dict[str, deque[float]] = {}

    def wait(self, conversation: str, now: float) -> float:
        """How many seconds it must wait; 0: it may be done now, and is counted. `now` in seconds."""
        done = self._done.setdefault(conversation, deque(maxlen=max(most for _, most in self._windows)))
        waits = [done[-most] + seconds - now for seconds, most in self._windows if len(done) >= most]
        if (longest := max(waits, default=0.0)) > 0:
            return longest
        done.append(now)
        if len(self._done) > _CONVERSATIONS:
            del self._done[next(iter(self._done))]
        return 0.0
