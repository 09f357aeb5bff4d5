"""How many messages a number may send: per second, and to one customer.

Sources: page "Throughput" (80 messages a second by default, up to 1,000, in and out together, code 130429) and
"Messaging limits", pair rate: one message every 6 seconds to one user, up to 45 within 6 seconds on credit (code 131056).
"""

from collections import OrderedDict, deque

PAIR_SECONDS = 6.0
PAIR_BURST = 45
_KEEP_PAIRS = 50_000


class Throughput:
    """Counts messages of one number over the last second."""

    def __init__(self, per_second: int) -> None:
        self.per_second = per_second
        self._times: deque[float] = deque()

    def take(self, now: float) -> bool:
        """Whether one more fits at this moment (`now` in seconds of any steady clock)."""
        while self._times and now - self._times[0] >= 1.0:
            self._times.popleft()
        if len(self._times) >= self.per_second:
            return False
        self._times.append(now)
        return True


class PairRate:
    """One message per 6 seconds and customer, with 45 on credit: kept as the moment until which credit is used."""

    def __init__(self) -> None:
        self._until: OrderedDict[tuple[str, str], float] = OrderedDict()

    def take(self, number_id: str, wa_id: str, now: float) -> bool:
        """Whether one more to this customer fits at this moment."""
        pair = (number_id, wa_id)
        until = max(self._until.get(pair, now), now) + PAIR_SECONDS
        if until - now > PAIR_BURST * PAIR_SECONDS:
            return False
        self._until[pair] = until
        self._until.move_to_end(pair)
        if len(self._until) > _KEEP_PAIRS:
            self._until.popitem(last=False)
        return True
