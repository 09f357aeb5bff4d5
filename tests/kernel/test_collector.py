"""Garbage collection that nobody waits for: what lives on is passed over, and what is dead still goes."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from oase.kernel.collector import collect_seldom, pass_over_what_is_there


class Ring:
    """Something that only the collector frees."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before, passed_over = gc.get_threshold(), gc.get_freeze_count() > 0
    gc.set_threshold(700, 10, 10)
    yield
    gc.unfreeze()
    if passed_over:
        gc.freeze()
    gc.set_threshold(*before)


def test_a_process_looks_for_garbage_after_thousands_of_new_objects_not_hundreds() -> None:
    collect_seldom()
    assert gc.isenabled()
    assert gc.get_threshold()[0] == 10_000


def test_what_is_dead_goes_even_if_it_was_passed_over_while_it_lived() -> None:
    ring = Ring()
    seen = weakref.ref(ring)
    pass_over_what_is_there()
    del ring
    gc.collect()
    assert seen() is not None
    pass_over_what_is_there()
    assert seen() is None
    assert gc.get_freeze_count() > 0
