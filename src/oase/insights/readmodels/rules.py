"""When somebody waited, from what was said. Pure.

    question ─ question ─ answer ─ question ─ end ─ question
    └──── answered ─────┘          └─ closed ─┘     └─ waiting …

A machine's message is neither question nor answer, a note is nothing. An answer counts from the moment at which the provider has it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from oase.insights.readmodels.types import Entry, Outcome, Stretch, Talk

_APART: Final = timedelta(minutes=1)  # between when it was asked and from when a promise counts: providers' clocks differ


def stretches(talk: Talk) -> list[Stretch]:
    """All stretches of waiting that the entries show; of a talk that is cut, those that surely begin in what was read."""
    threads: dict[str, list[Entry]] = defaultdict(list)
    for entry in talk.entries:
        threads[entry.thread].append(entry)
    return [one for thread in threads.values() for one in _of_thread(talk, thread)]


def sure_since(talk: Talk) -> datetime | None:
    """From when on `stretches` is complete; None: from the beginning."""
    if not talk.cut:
        return None
    ends = [one.said_at for one in talk.entries if one.part in ("answer", "end")]
    return ends[0] if ends else talk.last_at


def promised(talk: Talk, one: Stretch) -> datetime | None:
    """Until when an answer was promised first, as far as that was written down. A pause moves it, a second promise does not."""
    until = one.ended_at or datetime.max.replace(tzinfo=one.asked_at.tzinfo)
    found = [each for each in talk.promises if one.asked_at - _APART <= each.since <= until]
    standing = [each for each in found if not each.withdrawn]
    return standing[0].due_at if standing else found[-1].due_at if found else None


def _of_thread(talk: Talk, entries: Sequence[Entry]) -> Iterator[Stretch]:
    open_: list[Entry] = []
    answered = skip = talk.cut
    leaving = False
    for entry in entries:
        if entry.part == "question":
            open_.append(entry)
        elif entry.part == "leaving":
            leaving = True
        else:
            if open_ and not skip:
                ended_at = max(entry.moment, open_[0].moment)
                yield _stretch(open_, answered, "answered" if entry.part == "answer" else "closed", ended_at)
            answered = answered or entry.part == "answer"
            open_, skip, leaving = [], False, False
    if open_ and not skip:
        yield from _left(talk, open_, answered, leaving)


def _left(talk: Talk, open_: Sequence[Entry], answered: bool, leaving: bool) -> Iterator[Stretch]:
    """What nothing ended: somebody waits, unless the conversation knows that nothing is owed."""
    if talk.public:
        owed = [one for one in open_ if one.owed]
        if owed:
            yield _stretch(owed, answered, "waiting", None)
    elif (talk.owes or leaving) and not all(one.taken_back for one in open_):
        yield _stretch(open_, answered, "waiting", None)
    else:
        yield _stretch(open_, answered, "closed", max(talk.last_at, open_[0].moment))


def _stretch(questions: Sequence[Entry], answered: bool, outcome: Outcome, ended_at: datetime | None) -> Stretch:
    first = questions[0]
    kind: Literal["first", "next"] = "next" if answered else "first"
    return Stretch(
        id=first.id, channel=first.channel, account_id=first.account_id, kind=kind, asked_at=first.moment, ended_at=ended_at,
        outcome=outcome,
    )  # fmt: skip
