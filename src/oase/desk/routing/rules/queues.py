"""What waits: a heap for each cell, ordered by promise. Entries that are no longer true are dropped when they come to the top."""

from collections.abc import Sequence
from heapq import heappop, heappush

from oase.desk.routing.rules.types import Item


class Queue:
    """A place where items wait, in the order of their keys. An item waits in one place only."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: list[tuple[float, Item]] = []

    def put(self, item: Item) -> None:
        """An item waits here now, under its key."""
        item.place = self
        heappush(self.entries, (item.key, item))

    def first(self) -> Item | None:
        """The item with the lowest key."""
        heap = self.entries
        while heap:
            key, item = heap[0]
            if item.place is self and item.key == key:
                return item
            heappop(heap)
        return None

    def items(self) -> Sequence[Item]:
        """All that wait here, in their order."""
        return sorted({id(item): item for key, item in self.entries if item.place is self and item.key == key}.values())


class Dues:
    """Items that wait, wherever, by the end of their promise."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, Item]] = []

    def put(self, item: Item) -> None:
        """Watches over an item."""
        heappush(self._heap, (item.due, item))

    def first(self) -> Item | None:
        """The item whose promise ends first."""
        heap = self._heap
        while heap:
            due, item = heap[0]
            if item.place is not None and item.due == due:
                return item
            heappop(heap)
        return None

    def ended(self, now: float) -> Item | None:
        """An item whose promise has ended while it waits; each once."""
        item = self.first()
        if item is None or item.due > now:
            return None
        heappop(self._heap)
        return item


class Timers:
    """Moments at which something about an item is looked at again."""

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[tuple[float, Item]] = []

    def set(self, moment: float, item: Item) -> None:
        """Looks at an item then, and not before."""
        item.look_at = moment
        heappush(self._heap, (moment, item))

    def ripe(self, now: float) -> Item | None:
        """An item whose moment has come; each once."""
        while self._heap and self._heap[0][0] <= now:
            moment, item = heappop(self._heap)
            if item.look_at == moment:
                return item
        return None
