"""What a listener has to remember, as JSON that is stored together with what it delivers. Pure; the clock and the ids are given.

    a part of a long message  -> waits here for the others -> all there, or 15 minutes over -> one delivery with the parts as they came
    a message just stored     -> `unsure` until the operator has certainly our answer -> the same again after a break: known, only answered
    one that waited for long  -> the operator may send it again meanwhile             -> known as well

So a part is answered as soon as it is durable, and survives the process; and a message whose answer got lost is not told twice.
"""

import base64
import hashlib
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from oase.channels.contract import Raw
from oase.channels.families.smpp import Damaged, Pdu, piece_of, read_message

ARRIVAL: Final = "arrival"
"""The header of a delivery that tells it from all others: SMPP itself has no ids for messages of customers."""
PATIENCE: Final = timedelta(minutes=15)
_REPEATS_WITHIN: Final = timedelta(minutes=2)
_LONG_SECONDS: Final = 5.0  # operators send again what is not answered for some 10 seconds
_MOST_WAITING: Final = 500
_MOST_UNSURE: Final = 1000


class Keeper:
    """What waits and what is unsure, of one account. `state()` is to be stored with what `take` and `due` give."""

    def __init__(self, stored: Mapping[str, Any], now: datetime, new_id: Callable[[], object]) -> None:
        self._waiting: dict[str, dict[str, Any]] = {key: dict(one) for key, one in (stored.get("parts") or {}).items()}
        self._before: list[str] = [str(one) for one in stored.get("unsure") or ()]
        self._before_until = now + _REPEATS_WITHIN
        self._unsure: list[str] = []
        self._seen: deque[tuple[int, str]] = deque(maxlen=_MOST_UNSURE)
        self._new_id = new_id

    def state(self) -> Mapping[str, Any]:
        """Everything, as JSON."""
        return {"parts": self._waiting, "unsure": [*self._before, *self._unsure][-_MOST_UNSURE:]}

    def take(self, pdu: Pdu, now: datetime, waited_seconds: float = 0.0) -> list[Raw]:
        """What a message of the operator completes: nothing, itself, or a long one. To be answered once it is all stored."""
        return [] if self._is_known(pdu, now, waited_seconds) else self._read(pdu, now)

    def _is_known(self, pdu: Pdu, now: datetime, waited_seconds: float) -> bool:
        """Whether the operator repeats itself: under the same number, or as one that it may not know to be answered."""
        if now > self._before_until:
            self._before = []
        mark = _fingerprint(pdu)
        self._unsure.append(mark)
        place = pdu.sequence, mark
        if place in self._seen:
            return True
        self._seen.append(place)
        if mark in self._before:
            self._before.remove(mark)
            return True
        if waited_seconds > _LONG_SECONDS:
            self._before.append(mark)
            self._before_until = now + _REPEATS_WITHIN
        return False

    def _read(self, pdu: Pdu, now: datetime) -> list[Raw]:
        try:
            message = read_message(pdu)
        except Damaged:
            return [self._raw(pdu.encoded(), now)]
        piece = piece_of(message)
        if piece is None:
            return [self._raw(pdu.encoded(), now)]
        key = f"{message.source.digits}|{message.destination.digits}|{piece.reference}|{piece.total}"
        return self._place(key, str(piece.number), piece.total, pdu, now)

    def _place(self, key: str, number: str, total: int, pdu: Pdu, now: datetime) -> list[Raw]:
        ready: list[Raw] = []
        group = self._waiting.get(key)
        if group is not None and number in group["pieces"]:
            if _bare(base64.b64decode(group["pieces"][number])) == pdu.body:
                return []  # the same part once more
            ready.append(self._whole(self._waiting.pop(key), now))  # another message under the same reference
            group = None
        if group is None:
            group = self._waiting[key] = {"since": now.isoformat(), "pieces": {}}
        group["pieces"][number] = base64.b64encode(pdu.encoded()).decode()
        if len(group["pieces"]) == total:
            ready.append(self._whole(self._waiting.pop(key), now))
        while len(self._waiting) > _MOST_WAITING:
            ready.append(self._whole(self._waiting.pop(next(iter(self._waiting))), now))
        return ready

    def due(self, now: datetime) -> list[Raw]:
        """Long messages whose missing parts are no longer waited for: they go on with what is there."""
        late = [key for key, group in self._waiting.items() if now - datetime.fromisoformat(group["since"]) >= PATIENCE]
        return [self._whole(self._waiting.pop(key), now) for key in late]

    def next_due(self, now: datetime) -> float | None:
        """Seconds until that is so for the oldest; None if nothing waits."""
        since = [datetime.fromisoformat(group["since"]) for group in self._waiting.values()]
        return max(0.0, (min(since) + PATIENCE - now).total_seconds()) if since else None

    def confirm(self, answers: int) -> bool:
        """So many more of our answers have arrived: their messages cannot come again. Says whether that changes the state."""
        gone, self._unsure = self._unsure[:answers], self._unsure[answers:]
        return bool(gone)

    def _whole(self, group: Mapping[str, Any], now: datetime) -> Raw:
        pieces = sorted(group["pieces"].items(), key=lambda item: int(item[0]))
        return self._raw(b"".join(base64.b64decode(piece) for _, piece in pieces), now)

    def _raw(self, body: bytes, now: datetime) -> Raw:
        return Raw(body=body, method="SMPP", headers={ARRIVAL: str(self._new_id())}, received_at=now)


def _fingerprint(pdu: Pdu) -> str:
    return hashlib.blake2b(pdu.command.to_bytes(4) + pdu.body, digest_size=12).hexdigest()


def _bare(encoded: bytes) -> bytes:
    return encoded[16:]
