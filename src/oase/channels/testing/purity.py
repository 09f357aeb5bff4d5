"""No I/O and no clock: what an adapter's pure functions must not touch, watched while they run.

Opening files, sockets and processes is seen by Python's audit events; clocks, randomness and waiting by the profiler's hook on
calls of built-in functions, since `datetime.now` cannot be replaced.
"""

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")

_AUDITED = ("open", "socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.listdir", "os.scandir")
_CLOCKS = frozenset({"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "sleep"})
_watching = threading.local()
_installed = False


def purely(function: Callable[..., T], *arguments: Any) -> T:
    """Calls a function twice: once for imports and caches, then watched. Raises AssertionError if it does what it must not."""
    with suppress(Exception):  # the second call tells
        function(*arguments)
    with _watched() as seen:
        result = function(*arguments)
    if seen:
        raise AssertionError(
            f"{getattr(function, '__qualname__', function)} is not pure: it uses {', '.join(sorted(set(seen)))}."
        )
    return result


@contextmanager
def _watched() -> Iterator[list[str]]:
    global _installed  # noqa: PLW0603
    if not _installed:
        sys.addaudithook(_audit)
        _installed = True
    seen: list[str] = []
    before, collects = sys.getprofile(), gc.isenabled()
    gc.disable()  # hypothesis and others look at the clock when it runs
    _watching.seen = seen
    sys.setprofile(_profile)
    try:
        yield seen
    finally:
        sys.setprofile(before)
        _watching.seen = None
        if collects:
            gc.enable()


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    seen = getattr(_watching, "seen", None)
    if seen is not None and event.startswith(_AUDITED):
        seen.append(event)


def _profile(frame: FrameType, event: str, argument: Any) -> None:
    if event != "c_call":
        return
    name, module = getattr(argument, "__name__", ""), getattr(argument, "__module__", None)
    owner = getattr(argument, "__self__", None)
    if module == "time" and name in _CLOCKS:
        _watching.seen.append(f"time.{name}")
    elif name in ("now", "utcnow", "today") and isinstance(owner, type) and owner.__module__ == "datetime":
        _watching.seen.append(f"datetime.{name}")
    elif name == "urandom" or (name in ("random", "getrandbits") and type(owner).__module__ == "random"):
        _watching.seen.append(name)
