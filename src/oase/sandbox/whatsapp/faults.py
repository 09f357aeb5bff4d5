"""Faults on demand: what goes wrong, how often, for whom.

API side: http_error, graph_error, token_expired, slow, outage, cut_before_accept, cut_after_accept, media_expired, media_broken.
Webhook side: batch, duplicate, reversed, delay, wrong_signature, truncated, webhook_outage.
Statuses: status_first, status_reversed, skip_delivered, undeliverable.
"""

import random

import msgspec

from oase.kernel.errors import Invalid, NotFound

KINDS = {
    "http_error": "Graph answers with an HTTP error without Graph's body (status: 500, 429, 401 …)",
    "graph_error": "Graph refuses with an error code (code: 131000, 80007, 130429 …)",
    "token_expired": "Every access token counts as expired (code 190)",
    "slow": "Graph answers late (seconds)",
    "outage": "Graph is down: 503 for everything",
    "cut_before_accept": "The connection is cut before the message is accepted",
    "cut_after_accept": "The message is accepted, but the connection is cut before the answer",
    "media_expired": "Media addresses are expired (404)",
    "media_broken": "Media downloads break off half-way",
    "batch": "Several messages of several customers in one webhook (size)",
    "duplicate": "Each webhook comes again (times)",
    "reversed": "Webhooks of a customer come in reverse order (seconds to gather)",
    "delay": "Webhooks come late (seconds)",
    "wrong_signature": "A copy with a wrong signature comes first",
    "truncated": "A copy that breaks off half-way comes first",
    "webhook_outage": "No webhook is delivered until the fault is gone",
    "status_first": "The status webhook arrives before Graph's answer",
    "status_reversed": "Statuses come in reverse order (read, delivered, sent)",
    "skip_delivered": "Read comes without delivered, as Meta sometimes does",
    "undeliverable": "Accepted, then failed with 131026",
}


class Fault(msgspec.Struct, kw_only=True):
    """A fault that is switched on. `remaining` counts down (None: until removed); empty `number_id`: all numbers."""

    id: int = 0
    kind: str
    probability: float = 1.0
    remaining: int | None = None
    number_id: str = ""
    seconds: float = 1.0
    status: int = 500
    code: int = 131000
    size: int = 10
    times: int = 1
    hits: int = 0


class Faults:
    """The faults that are switched on, and the dice."""

    def __init__(self, seed: int = 1) -> None:
        self._active: dict[str, list[Fault]] = {}
        self._next = 1
        self._dice = random.Random(seed)  # noqa: S311 - not for secrets; a seed makes a run repeatable

    def add(self, fault: Fault) -> Fault:
        """Switches a fault on. Raises Invalid for a kind that does not exist."""
        if fault.kind not in KINDS:
            raise Invalid(f"There is no fault of the kind {fault.kind!r}.", field="kind")
        fault.id = self._next
        self._next += 1
        self._active.setdefault(fault.kind, []).append(fault)
        return fault

    def remove(self, fault_id: int) -> None:
        """Switches one off. Raises NotFound."""
        for kind, faults in self._active.items():
            kept = [each for each in faults if each.id != fault_id]
            if len(kept) != len(faults):
                self._set(kind, kept)
                return
        raise NotFound(f"There is no fault with the number {fault_id}.")

    def clear(self) -> None:
        """Switches all off."""
        self._active.clear()

    def all(self) -> list[Fault]:
        """What is switched on, oldest first."""
        return sorted((each for faults in self._active.values() for each in faults), key=lambda each: each.id)

    def strikes(self, kind: str, number_id: str = "") -> Fault | None:
        """The fault of this kind if it happens now; counts the hit."""
        if not self._active:
            return None
        for fault in self._active.get(kind, ()):
            if fault.number_id and number_id and fault.number_id != number_id:
                continue
            if fault.probability < 1.0 and self._dice.random() >= fault.probability:
                continue
            fault.hits += 1
            if fault.remaining is not None:
                fault.remaining -= 1
                if fault.remaining <= 0:
                    self._set(kind, [each for each in self._active[kind] if each is not fault])
            return fault
        return None

    def holds(self, kind: str) -> bool:
        """Whether a fault of this kind is switched on, without counting a hit."""
        return kind in self._active

    def _set(self, kind: str, faults: list[Fault]) -> None:
        if faults:
            self._active[kind] = faults
        else:
            self._active.pop(kind, None)
