"""The rules that are compared: ours, its mutations, and what other desks do."""

from collections.abc import Callable, Sequence
from typing import Final

from bench.routing.engine import Rule
from bench.routing.rivals import RIVALS
from bench.routing.world import DAY, Worker, worked
from oase.desk.routing.rules import Manner, Router, Settings, Skills
from oase.desk.routing.rules.queues import Dues

Make = Callable[[Sequence[Worker]], Rule]

MANNERS: Final = {
    "phone": Manner(alone=True, parks=True, second_promise=300.0),
    "chat": Manner(at_once=3, second_promise=900.0),
    "messenger": Manner(second_promise=3600.0),
    "mail": Manner(parkable=True, second_promise=3 * DAY),
}


def promise_first(workers: Sequence[Worker], settings: Settings | None = None) -> Router:
    """Ours."""
    able = {one.id: one for one in workers}
    return Router(
        settings or Settings(manners=MANNERS),
        [Skills(id=one.id) for one in workers],
        fits=lambda agent, cell: int(able[agent.id].can(cell)),  # type: ignore[index, arg-type]
        cells=sorted({(lang, product, channel) for one in workers for lang in one.languages
                      for product in one.products for channel in one.channels}),
        worked=worked,
    )  # fmt: skip


def _order_reversed(workers: Sequence[Worker]) -> Router:
    router = promise_first(workers)
    router.desk.key = lambda item: -item.due  # type: ignore[method-assign]
    return router


class _Endless(Dues):
    """Promises of which nobody notices the end."""

    def ended(self, now: float) -> None:
        return None


def _no_second_promise(workers: Sequence[Worker]) -> Router:
    router = promise_first(workers)
    router.desk.promises = _Endless()
    return router


def _always_park(workers: Sequence[Worker]) -> Router:
    return promise_first(
        workers, Settings(manners=MANNERS, calm=float("-inf"), parks_at_most=10_000, at_once_within=float("inf"))
    )


def _factor_frozen(workers: Sequence[Worker]) -> Router:
    router = promise_first(workers)
    router.quotes.passes = lambda _now, _most: None  # type: ignore[method-assign]
    router.quotes.answered = router.quotes.left  # type: ignore[method-assign]
    return router


MUTATIONS: Final[dict[str, Make]] = {
    "order reversed": _order_reversed,
    "no second promise": _no_second_promise,
    "always park": _always_park,
    "factor frozen": _factor_frozen,
}
OURS: Final = "promise first"
DESKS: Final[dict[str, Make]] = {OURS: promise_first, **RIVALS, **MUTATIONS}
