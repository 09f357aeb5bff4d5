"""What waits: a heap for each cell, ordered by promise. Entries that are no longer true are dropped when they come to the top."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

from oase.desk.routing.rules.types import Item

Entry = tuple[float, Any, Item]
"""What orders an item, its id among those that are equal, and the item. Items are not compared: their keys change, heaps would break."""

_NOTHING = float("inf")
_BLOCK = 2048


class Queue:
    """A place where items wait, in the order of their keys. An item waits in one place only, and its key stays while it does.

    `first` is the item with the lowest key, which is `key`: whoever becomes free compares the keys of many queues.
    """

    __slots__ = ("_count", "_heap", "first", "key")

    def __init__(self) -> None:
        self._heap: list[Entry] = []
        self._count = 0
        self.first: Item | None = None
        self.key = _NOTHING

    def put(self, item: Item) -> None:
        """An item waits here now, under its key."""
        item.place = self
        self._count += 1
        heappush(self._heap, (item.key, item.id, item))
        if self._heap[0][2] is item:
            self.first, self.key = item, item.key

    def leave(self, item: Item) -> None:
        """It does not any more."""
        item.place = None
        self._count -= 1
        if item is not self.first:
            return
        heap = self._heap
        while heap:
            key, _, found = heap[0]
            if found.place is self and found.key == key:
                self.first, self.key = found, key
                return
            heappop(heap)
        self.first, self.key = None, _NOTHING

    def __len__(self) -> int:
        return self._count

    def items(self) -> Sequence[Item]:
        """All that wait here, in their order."""
        return sorted({id(item): item for key, _, item in self._heap if item.place is self and item.key == key}.values())


class Shelf:
    """A place where a few items wait that are not for everybody: all of them are looked through in the order of their keys."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def put(self, item: Item) -> None:
        """An item waits here now, under its key."""
        item.place = self
        insort(self.entries, (item.key, item.id, item))

    def leave(self, item: Item) -> None:
        """It does not any more."""
        item.place = None
        del self.entries[bisect_left(self.entries, (item.key, item.id))]


class Dues:
    """Items that wait, wherever, by the moment until which somebody must begin for their promise to be kept."""

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[Entry] = []

    def put(self, item: Item) -> None:
        """Watches over an item."""
        heappush(self._heap, (item.begin_by, item.id, item))

    def first(self) -> Item | None:
        """The item that must be begun first."""
        heap = self._heap
        while heap:
            begin_by, _, item = heap[0]
            if item.place is not None and item.begin_by == begin_by:
                return item
            heappop(heap)
        return None

    def ended(self, now: float) -> Item | None:
        """An item whose promise can no longer be kept while it waits; each once."""
        heap = self._heap
        if not heap or heap[0][0] > now:
            return None
        item = self.first()
        if item is None or item.begin_by > now:
            return None
        heappop(heap)
        return item

    def drop(self) -> None:
        """Watches no longer over the first."""
        heappop(self._heap)


class Timers:
    """Moments at which something about an item is looked at again."""

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[Entry] = []

    def set(self, moment: float, item: Item) -> None:
        """Looks at an item then, and not before."""
        item.look_at = moment
        heappush(self._heap, (moment, item.id, item))

    def ripe(self, now: float) -> Item | None:
        """An item whose moment has come; each once."""
        while self._heap and self._heap[0][0] <= now:
            moment, _, item = heappop(self._heap)
            if item.look_at == moment:
                return item
        return None


class Ranks:
    """Numbers of which one asks how many are lower. They stand in order in blocks, so that one more moves few others."""

    __slots__ = ("_blocks", "_count", "_lasts")

    def __init__(self) -> None:
        self._blocks: list[list[float]] = [[]]
        self._lasts = [_NOTHING]  # of each block, the highest that belongs there
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, number: float) -> None:
        """One more."""
        place = bisect_left(self._lasts, number)
        block = self._blocks[place]
        insort(block, number)
        self._count += 1
        if len(block) > _BLOCK:
            half = len(block) // 2
            self._blocks[place : place + 1] = block[:half], block[half:]
            self._lasts.insert(place, block[half - 1])

    def remove(self, number: float) -> None:
        """One fewer, if it is there."""
        place = bisect_left(self._lasts, number)
        block = self._blocks[place]
        while (within := bisect_left(block, number)) == len(block) and place + 1 < len(self._blocks):
            place += 1  # equal numbers may stand in several blocks
            block = self._blocks[place]
        if within == len(block) or block[within] != number:
            return
        del block[within]
        self._count -= 1
        if not block and len(self._blocks) > 1:
            below = place if place + 1 < len(self._blocks) else place - 1
            del self._blocks[place], self._lasts[below]

    def below(self, number: float) -> int:
        """How many are lower."""
        place = bisect_left(self._lasts, number)
        return sum(map(len, self._blocks[:place])) + bisect_left(self._blocks[place], number)
