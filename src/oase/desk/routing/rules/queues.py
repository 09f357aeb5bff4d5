"""What waits: a heap for each cell, ordered by promise. Entries that are no longer true are dropped when they come to the top."""

from collections.abc import Iterable
from heapq import heappop, heappush

from oase.desk.routing.rules.types import Cell, Item

_Entry = tuple[float, Item]


class Queue:
    """Waiting items in the order of their promises."""

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[_Entry] = []

    def put(self, item: Item) -> None:
        """An item waits; one that waits already under another promise waits under its new one only."""
        heappush(self._heap, (item.due, item))

    def first(self) -> Item | None:
        """The item with the earliest promise."""
        heap = self._heap
        while heap:
            due, item = heap[0]
            if item.waiting and item.due == due:
                return item
            heappop(heap)
        return None

    def items(self) -> Iterable[Item]:
        """All that wait, in no order."""
        return {id(item): item for due, item in self._heap if item.waiting and item.due == due}.values()


class Promises:
    """When promises of waiting items end."""

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[_Entry] = []

    def put(self, item: Item) -> None:
        """Watches over an item."""
        heappush(self._heap, (item.due, item))

    def broken(self, now: float) -> Iterable[Item]:
        """Items whose promise has ended while they wait; each once."""
        while self._heap and self._heap[0][0] <= now:
            due, item = heappop(self._heap)
            if item.waiting and item.due == due:
                yield item


class Queues:
    """The queues of all cells."""

    __slots__ = ("_by_cell",)

    def __init__(self) -> None:
        self._by_cell: dict[Cell, Queue] = {}

    def __getitem__(self, cell: Cell) -> Queue:
        found = self._by_cell.get(cell)
        if found is None:
            found = self._by_cell[cell] = Queue()
        return found
