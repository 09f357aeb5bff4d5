"""Python's garbage collector, set so that nobody waits for it. What has no references to itself is freed without it, at once.

It looks through what is young after so many new objects, and now and then through everything: of a process with pages, routes and
a large desk that is a tenth of a second in which nobody is answered.
"""

import gc
from typing import Final

_NEW_OBJECTS: Final = 10_000
_YOUNG_BEFORE_OLDER: Final = 20


def collect_seldom() -> None:
    """Called when a process begins. Python's own 700 new objects are a few requests."""
    gc.set_threshold(_NEW_OBJECTS, _YOUNG_BEFORE_OLDER, _YOUNG_BEFORE_OLDER)


def pass_over_what_is_there() -> None:
    """What lives now will live on: later collections do not look at it. What was so before, and is dead, goes."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
