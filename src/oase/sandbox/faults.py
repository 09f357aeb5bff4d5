"""Faults on demand: what goes wrong, how often, for whom. Each simulated platform has its own kinds."""

import random
from collections.abc import Mapping

import msgspec

from oase.kernel.errors import Invalid, NotFound


class Fault(msgspec.Struct, kw_only=True):
    """A fault that is switched on. `remaining` counts down (None: until removed); empty `account_id`: all accounts."""

    id: int = 0
    kind: str
    probability: float = 1.0
    remaining: int | None = None
    account_id: str = ""
    seconds: float = 1.0
    status: int = 500
    code: int = 0
    size: int = 10
    times: int = 1
    hits: int = 0


class Faults:
    """The faults that are switched on, and the dice."""

    def __init__(self, kinds: Mapping[str, str], seed: int = 1) -> None:
        self.kinds = kinds
        self._active: dict[str, list[Fault]] = {}
        self._next = 1
        self._dice = random.Random(seed)  # noqa: S311 - not for secrets; a seed makes a run repeatable

    def add(self, fault: Fault) -> Fault:
        """Switches a fault on. Raises Invalid for a kind that does not exist."""
        if fault.kind not in self.kinds:
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

    def strikes(self, kind: str, account_id: str = "") -> Fault | None:
        """The fault of this kind if it happens now; counts the hit."""
        if not self._active:
            return None
        for fault in self._active.get(kind, ()):
            if fault.account_id and account_id and fault.account_id != account_id:
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
