"""Stretches from one whole number up to another: instants or days."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Span = tuple[int, int]


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same in order, those that overlap or touch as one, without empty ones."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def without(span: Span, taken: Sequence[Span]) -> list[Span]:
    """What is left of a span; `taken` is joined."""
    left, (start, end) = [], span
    for first, last in taken[max(bisect_right(taken, (start, start)) - 1, 0) :]:
        if first >= end:
            break
        if first > start:
            left.append((start, first))
        start = max(start, last)
    return [*left, (start, end)] if start < end else left
