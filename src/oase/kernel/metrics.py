"""What is counted and measured, for Prometheus: `/metrics` shows this registry.

A slice defines its own at module level: `TAKEN_IN = counter("intake_deliveries", "Deliveries taken in.", ("channel",))`.
Names get the prefix `oase_`; units stand in the name (`_seconds`, `_bytes`). Labels have few values: never an id, an
address or a text.
"""

from collections.abc import Callable, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

REGISTRY: Final = CollectorRegistry(auto_describe=True)
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

ProcessCollector(registry=REGISTRY)


def counter(name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
    """Something that is counted and only grows; shown as oase_<name>_total."""
    return Counter(f"oase_{name}", meaning, labels, registry=REGISTRY)


def gauge(name: str, meaning: str, labels: Sequence[str] = (), *, read: Callable[[], float] | None = None) -> Gauge:
    """Something that goes up and down; with `read` it is asked for when somebody looks."""
    made = Gauge(f"oase_{name}", meaning, labels, registry=REGISTRY)
    if read:
        made.set_function(read)
    return made


def histogram(name: str, meaning: str, labels: Sequence[str] = (), *, buckets: Sequence[float] = _SECONDS) -> Histogram:
    """Something that is measured, mostly in seconds: the name says the unit."""
    return Histogram(f"oase_{name}", meaning, labels, registry=REGISTRY, buckets=buckets)


def exposition() -> bytes:
    """Everything measured so far, in the OpenMetrics text format; goes with CONTENT_TYPE."""
    text: bytes = generate_latest(REGISTRY)  # type: ignore[no-untyped-call]
    return text
