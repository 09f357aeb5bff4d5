"""Limits against abuse: buckets that fill again, in this process's memory.

An address (a /64 in IPv6) and a visitor each have buckets; a flood of new visitors raises the difficulty of the puzzle that a
browser must solve before it gets a session.
"""

import ipaddress
from collections.abc import Callable
from typing import Final

from msgspec import Struct

_KEPT: Final = 50_000
_MEGABYTE: Final = 1024 * 1024


class Rate(Struct, frozen=True):
    """`burst` at once, then `per_second` sustained."""

    burst: float
    per_second: float


class Rules(Struct, frozen=True, kw_only=True):
    """How much is allowed. `flood` counts new visitors of one account, `hello` those of one address, before puzzles start."""

    visitor: Rate = Rate(40, 1.5)
    address: Rate = Rate(400, 20)
    hello: Rate = Rate(6, 0.1)
    flood: Rate = Rate(60, 1)
    form: Rate = Rate(8, 0.02)
    visitor_upload_bytes: Rate = Rate(150 * _MEGABYTE, 50_000)
    address_upload_bytes: Rate = Rate(600 * _MEGABYTE, 500_000)


class Buckets:
    """One kind of bucket for many keys."""

    def __init__(self, rate: Rate, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, key: str, amount: float = 1.0) -> float:
        """Takes `amount`; gives 0, or the seconds to wait until that much is there (nothing is taken then).

        An empty key is nobody in particular and is not limited.
        """
        if not key:
            return 0.0
        now = self._clock()
        level, since = self._levels.get(key, (self._rate.burst, now))
        level = min(self._rate.burst, level + (now - since) * self._rate.per_second)
        if level >= amount:
            self._levels[key] = (level - amount, now)
            if len(self._levels) > _KEPT:
                self._forget(now)
            return 0.0
        self._levels[key] = (level, now)
        return (amount - level) / self._rate.per_second

    def missing(self, key: str) -> float:
        """How far a bucket is emptied: 0 (full) to 1 (empty)."""
        now = self._clock()
        level, since = self._levels.get(key, (self._rate.burst, now))
        return 1 - min(self._rate.burst, level + (now - since) * self._rate.per_second) / self._rate.burst

    def _forget(self, now: float) -> None:
        """Forgets buckets that are full again; if that is not enough, the oldest."""
        full = self._rate.burst / self._rate.per_second
        kept = {key: value for key, value in self._levels.items() if now - value[1] < full}
        self._levels = dict(sorted(kept.items(), key=lambda pair: pair[1][1])[-_KEPT // 2 :])


class Abuse:
    """All buckets of this process."""

    def __init__(self, clock: Callable[[], float], rules: Rules | None = None) -> None:
        rules = rules or Rules()
        self.visitor = Buckets(rules.visitor, clock)
        self.address = Buckets(rules.address, clock)
        self.hello = Buckets(rules.hello, clock)
        self.flood = Buckets(rules.flood, clock)
        self.form = Buckets(rules.form, clock)
        self.visitor_upload = Buckets(rules.visitor_upload_bytes, clock)
        self.address_upload = Buckets(rules.address_upload_bytes, clock)

    def bits_for_newcomer(self, account: str, address: str) -> int:
        """The puzzle's difficulty for one more new visitor; 0 = none. Counts the visitor."""
        waits = self.hello.take(address) or self.flood.take(account)
        return 0 if not waits else 17 if self.flood.missing(account) > 0.95 else 15

    def bits_for_form(self, address: str) -> int:
        """The puzzle's difficulty for a form that is opened: more for an address that has sent many."""
        return 13 + round(5 * self.form.missing(address))


def network_of(address: str) -> str:
    """The part of an IP address that one household shares: the address itself, or its /64 in IPv6.

    Empty for this machine: that is a program of the administrator's, or a proxy that does not say whom it speaks for; limiting
    it would punish all visitors for one.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.is_loopback:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return address
