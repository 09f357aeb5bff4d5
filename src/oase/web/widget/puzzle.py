"""Proof of work in place of a captcha: a browser finds a number, which costs it a moment and a flood of robots a lot.

    issue -> "<until>.<bits>.<nonce>.<mac>"   solve: the first n for which sha256("<puzzle>:<n>") starts with <bits> zero bits

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
        self._spent: dict[str, int] = {}

    def issue(self, scope: str, bits: int, now: datetime) -> str:
        """A new puzzle for one purpose (an account's id and what for)."""
        text = f"{int((now + _LASTS).timestamp())}.{bits}.{secrets.token_urlsafe(9)}"
        return f"{text}.{self._mac(scope, text)}"

    def issued_at(self, puzzle: str, scope: str) -> datetime | None:
        """When we made this puzzle; None if we did not."""
        text, _, mac = puzzle.rpartition(".")
        if not text or not hmac.compare_digest(mac.encode(), self._mac(scope, text).encode()):
            return None
        return datetime.fromtimestamp(int(text.partition(".")[0]), tz=UTC) - _LASTS

    def check(self, puzzle: str, answer: str, scope: str, now: datetime) -> bool:
        """Whether this answer solves a puzzle of ours that is neither old nor used before; uses it up."""
        issued = self.issued_at(puzzle, scope)
        if issued is None or now > issued + _LASTS or not answer.isascii() or not answer.isdigit() or len(answer) > 12:
            return False
        bits = int(puzzle.split(".")[1])
        digest = hashlib.sha256(f"{puzzle}:{answer}".encode()).digest()
        if int.from_bytes(digest) >> (256 - bits) or puzzle in self._spent:
            return False
        if len(self._spent) > _KEPT:
            self._spent = {one: until for one, until in self._spent.items() if until > now.timestamp()}
        self._spent[puzzle] = int(puzzle.partition(".")[0])
        return True

    def _mac(self, scope: str, text: str) -> str:
        return hmac.new(self._key, f"{scope}\n{text}".encode(), "sha256").hexdigest()[:24]


def solve(puzzle: str) -> str:
    """The answer, found as a browser finds it: for tests and tools."""
    bits = int(puzzle.split(".")[1])
    number = 0
    while int.from_bytes(hashlib.sha256(f"{puzzle}:{number}".encode()).digest()) >> (256 - bits):
        number += 1
    return str(number)
