"""Proof of work in place of a captcha: a browser finds a number, which costs it a moment and a flood of robots a lot.

    issue -> "<issued>.<bits>.<seconds>.<nonce>.<mac>"   solve: the first n for which sha256("<puzzle>:<n>") starts with <bits>
                                                         zero bits

The puzzle carries its own signature, so none is stored; solved ones are remembered until they expire, so each counts once.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

_LASTS: Final = timedelta(minutes=20)
_KEPT: Final = 100_000


class Puzzles:
    """Issues and checks puzzles with one key (`Safe.derive("puzzle")`)."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._spent: dict[str, float] = {}

    def issue(self, scope: str, bits: int, now: datetime, *, lasts: timedelta = _LASTS) -> str:
        """A new puzzle for one purpose (an account's id and what for)."""
        text = f"{int(now.timestamp())}.{bits}.{int(lasts.total_seconds())}.{secrets.token_urlsafe(9)}"
        return f"{text}.{self._mac(scope, text)}"

    def check(self, puzzle: str, answer: str, scope: str, now: datetime) -> bool:
        """Whether this answer solves a puzzle of ours that is neither old nor used before; uses it up."""
        if not self._fresh(puzzle, scope, now) or not answer.isascii() or not answer.isdigit() or len(answer) > 12:
            return False
        digest = hashlib.sha256(f"{puzzle}:{answer}".encode()).digest()
        if int.from_bytes(digest) >> (256 - int(puzzle.split(".")[1])):
            return False
        return self._spend(puzzle, now)

    def waited(self, puzzle: str, scope: str, now: datetime, at_least: timedelta) -> bool:
        """For browsers without scripts: whether the puzzle was issued that long ago; uses it up then."""
        if not self._fresh(puzzle, scope, now) or now - _issued(puzzle) < at_least:
            return False
        return self._spend(puzzle, now)

    def _fresh(self, puzzle: str, scope: str, now: datetime) -> bool:
        text, _, mac = puzzle.rpartition(".")
        if not text or not hmac.compare_digest(mac.encode(), self._mac(scope, text).encode()):
            return False
        return puzzle not in self._spent and now <= _issued(puzzle) + timedelta(seconds=int(puzzle.split(".")[2]))

    def _spend(self, puzzle: str, now: datetime) -> bool:
        if len(self._spent) > _KEPT:
            self._spent = {one: until for one, until in self._spent.items() if until > now.timestamp()}
        self._spent[puzzle] = _issued(puzzle).timestamp() + int(puzzle.split(".")[2])
        return True

    def _mac(self, scope: str, text: str) -> str:
        return hmac.new(self._key, f"{scope}\n{text}".encode(), "sha256").hexdigest()[:24]


def _issued(puzzle: str) -> datetime:
    return datetime.fromtimestamp(int(puzzle.partition(".")[0]), tz=UTC)


def solve(puzzle: str) -> str:
    """The answer, found as a browser finds it: for tests and tools."""
    bits = int(puzzle.split(".")[1])
    number = 0
    while int.from_bytes(hashlib.sha256(f"{puzzle}:{number}".encode()).digest()) >> (256 - bits):
        number += 1
    return str(number)
