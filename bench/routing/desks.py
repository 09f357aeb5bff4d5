"""The rules that are compared: ours, its mutations, and what other desks do."""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

from bench.routing.engine import Rule
from bench.routing.rivals import RIVALS
from bench.routing.world import CLOSE, DAY, OPEN, Worker
from oase.desk.routing.rules import Item, Manner, Router, Settings, Skills
from oase.desk.routing.rules.queues import Queue, Queues

Make = Callable[[Sequence[Worker]], Rule]

MANNERS: Final = {
    "phone": Manner(alone=True, parks=True, second_promise=300.0),
    "chat": Manner(at_once=3, second_promise=900.0),
    "messenger": Manner(second_promise=3600.0),
    "mail": Manner(parkable=True, second_promise=8 * DAY),
}


def worked(moment: float) -> float:
    """Opening time until a moment, in seconds."""
    day, within = divmod(moment, DAY)
    return day * (CLOSE - OPEN) + min(max(within - OPEN, 0.0), CLOSE - OPEN)


def skills(workers: Sequence[Worker]) -> list[Skills]:
    """The roster as the rules know it."""
    return [
        Skills(
            id=one.id,
            cells=frozenset(
                (lang, product, channel) for lang in one.languages for product in one.products for channel in one.channels
            ),
        )
        for one in workers
    ]


def promise_first(workers: Sequence[Worker], settings: Settings | None = None) -> Router:
    """Ours."""
    return Router(settings or Settings(manners=MANNERS), skills(workers), worked)


class _Backwards(Queue):
    """The latest promise first."""

    def put(self, item: Item) -> None:
        self._heap.append((item.due, item))
        self._heap.sort(key=lambda one: -one[0])


class _AllBackwards(Queues):
    """Queues of this kind."""

    def __getitem__(self, cell: Hashable) -> Queue:
        return self._by_cell.setdefault(cell, _Backwards())


def _order_reversed(workers: Sequence[Worker]) -> Router:
    router = promise_first(workers)
    router._queues = _AllBackwards()
    return router


def _no_second_promise(workers: Sequence[Worker]) -> Router:
    router = promise_first(workers)
    router._renew_promises = lambda _now, _commands: None  # type: ignore[method-assign]
    return router


def _always_park(workers: Sequence[Worker]) -> Router:
    return promise_first(
        workers, Settings(manners=MANNERS, calm=float("-inf"), parks_at_most=10_000, at_once_within=float("inf"))
    )


MUTATIONS: Final[dict[str, Make]] = {
    "order reversed": _order_reversed,
    "no second promise": _no_second_promise,
    "always park": _always_park,
}
OURS: Final = "promise first"
DESKS: Final[dict[str, Make]] = {OURS: promise_first, **RIVALS, **MUTATIONS}
