"""Dialogues with a provider written in one piece: a generator that yields calls and is sent their replies.

The contract calls `poll`, `check`, `fetch` again with all replies so far; `step` plays the generator up to them. It must be pure:
the same replies give the same calls.
"""

from collections.abc import Generator, Sequence
from typing import TypeVar

from oase.channels.contract import Call, NoReply, Reply

R = TypeVar("R")

Dialogue = Generator[Call, Reply | NoReply, R]
"""Yields calls, is sent what they were answered, returns the result."""


def step(dialogue: "Dialogue[R]", replies: Sequence[Reply | NoReply]) -> Call | R:
    """The next call of a dialogue, or its result, after these replies."""
    try:
        call = next(dialogue)
        for reply in replies:
            call = dialogue.send(reply)
    except StopIteration as end:
        result: R = end.value
        return result
    return call
