"""What was written now, what is quoted, what is signature; line by line, and no character is lost.

lines --cut--> written area | rest (quoted, or forwarded)
      --quotes, attributions--> runs of quoted and written lines
      --order of the runs--> top, bottom or interleaved answer
      --signatures--> kinds --> segments
"""

import re
from dataclasses import dataclass, field

from oase.channels.families.mime.lines import Line
from oase.channels.families.mime.replies.attributions import attribution_ending_at, may_end
from oase.channels.families.mime.replies.marks import (
    answers_inside,
    header_block_at,
    is_bare_original,
    is_forward,
    is_original,
    is_reply_line,
    is_rule,
    label_of,
)
from oase.channels.families.mime.replies.signatures import is_closing_alone, signature_lines
from oase.channels.families.mime.replies.tables import prefix_of
from oase.channels.families.mime.types import Segment, SegmentKind

MAX_SELECTED = 10  # lines; a quote below a greeting that is not longer was selected to be answered, so it stays as context
MAX_LOOKS = 1000  # lines of one mail that are looked at closely
MAX_JUDGED = 20_000  # lines; what comes after them is taken as it stands
_LINK_ALONE = re.compile(r"^[(<\[]{0,2}https?://\S+[)>\]\s]*$", re.IGNORECASE)
_OPEN_LINK = re.compile(r"[(<\[]https?://[^\s)>\]]*$", re.IGNORECASE)
SHOWN: frozenset[SegmentKind] = frozenset({"reply", "context", "forwarded"})


@dataclass(slots=True)
class Split:
    """The lines with a kind each, and what follows from that."""

    lines: list[Line]
    kinds: list[SegmentKind]
    notes: list[str] = field(default_factory=list)
    segments: tuple[Segment, ...] = ()
    text: str = ""
    reply_text: str = ""
    quoted: str = ""
    signature: str = ""

    def __post_init__(self) -> None:
        runs: list[tuple[SegmentKind, list[str]]] = []
        for line, kind in zip(self.lines, self.kinds, strict=True):
            if not runs or runs[-1][0] != kind:
                runs.append((kind, []))
            runs[-1][1].append(line.text)
        last = len(runs) - 1
        self.segments = tuple(
            Segment(kind=kind, text="\n".join(texts) + ("" if index == last else "\n"))
            for index, (kind, texts) in enumerate(runs)
        )
        self.text = "".join(segment.text for segment in self.segments)
        self.reply_text = self._joined("reply", "context", "forwarded")
        self.quoted = self._joined("quoted")
        self.signature = self._joined("signature")

    def _joined(self, *kinds: SegmentKind) -> str:
        lines = "".join(segment.text for segment in self.segments if segment.kind in kinds).split("\n")
        return "\n".join(line.rstrip() for line in lines).strip("\n")

    def reply_end(self) -> int:
        """The number of leading lines that were written now, where nothing written now follows; 0 where it is mixed."""
        shown = [index for index, kind in enumerate(self.kinds) if kind in SHOWN and self.lines[index].body]
        if not shown:
            return 0
        end = shown[-1] + 1
        return end if all(kind in SHOWN for kind in self.kinds[:end]) else 0


@dataclass(slots=True)
class _Run:
    """Lines start to end (exclusive) that are all quoted or all written."""

    quoted: bool
    start: int
    end: int
    introduced: bool = False  # an attribution stands before it


def split(lines: list[Line], *, subject: str, answers: bool, sender: str = "") -> Split:
    """Tell the lines apart. `answers`: the header names a mail that this one answers; `sender`: the name in From."""
    prefix = prefix_of(subject)
    judged = lines[:MAX_JUDGED]
    answers = answers or prefix == "reply"
    kinds: list[SegmentKind] = ["reply"] * len(lines)
    attributed: set[int] = set()
    cut, rest = _cut(judged, attributed, forward=prefix == "forward", answers=answers)
    notes: list[str] = []
    if rest == "quoted" and cut < len(lines) and answers_inside("\n".join(line.body for line in judged[:cut] if not line.depth)):
        rest, notes = "context", ["reply: the answers stand inside the quote, so it is shown"]
    for index in range(cut, len(lines)):
        kinds[index] = rest
    runs = _runs(judged, cut, attributed)
    _judge_signature(judged, runs, kinds, sender)
    _judge_quotes(judged, runs, kinds, attributed, answers=answers)
    if not any(kind in SHOWN and line.body for kind, line in zip(kinds, lines, strict=True)):
        notes = _keep_something(lines, kinds, runs)
    return Split(lines, kinds, notes)


def _cut(lines: list[Line], attributed: set[int], *, forward: bool, answers: bool) -> tuple[int, SegmentKind]:
    """Where everything that follows is a quote or a forward, and which. Attributions above marked quotes are gathered."""
    marked = 0  # lines that a hint or a separator has announced
    looks = MAX_LOOKS
    for index, line in enumerate(lines):
        if line.depth:
            continue
        if is_forward(line) or line.hint == "forward":
            return _with_rules(lines, index), "forwarded"
        if is_original(line) or is_reply_line(line):
            kept = is_original(line) and (forward or _announced(lines, index))
            return _with_rules(lines, index), "forwarded" if kept else "quoted"
        if line.hint == "cut":
            marked = index + 6
        if looks and label_of(line)[0]:
            looks -= 1
            if header_block_at(lines, index, marked=index < marked):
                begin = _with_rules(lines, index)
                return begin, "forwarded" if forward or _announced(lines, begin) else "quoted"
        if not looks or not may_end(line):
            continue
        looks -= 1
        found = attribution_ending_at(lines, index, answers=answers)
        if found is None:
            continue
        if not found.followed and line.hint != "attribution":
            return _with_rules(lines, found.start), "quoted"
        attributed.update(range(found.start, found.end))
    return len(lines), "quoted"


def _with_rules(lines: list[Line], index: int) -> int:
    """The rule, or the title without dashes, above a mark belongs to it."""
    above = index - 1
    while above >= 0 and not lines[above].body:
        above -= 1
    if above >= 0 and not lines[above].depth and (is_rule(lines[above]) or is_bare_original(lines[above])):
        return above
    return index


def _runs(lines: list[Line], cut: int, attributed: set[int]) -> list[_Run]:
    """Runs of quoted and of written lines before the cut; blank lines belong to the run before them."""
    runs: list[_Run] = []
    for index in range(cut):
        line = lines[index]
        if not line.body and not line.depth and runs:
            runs[-1].end = index + 1
            continue
        quoted = line.depth > 0 or line.hint == "quoted" or index in attributed or _is_wrapped_rest(lines, index)
        if not runs or runs[-1].quoted != quoted:
            runs.append(_Run(quoted, index, index + 1, introduced=index in attributed))
        runs[-1].end = index + 1
    return runs


def _is_wrapped_rest(lines: list[Line], index: int) -> bool:
    """The end of a long quoted line that some relay wrapped without marking it."""
    if not 0 < index < len(lines) - 1:
        return False
    before, line, after = lines[index - 1], lines[index], lines[index + 1]
    if not (before.depth and after.depth == before.depth and line.body):
        return False
    if _LINK_ALONE.match(line.body) or (_OPEN_LINK.search(before.body) and line.body[-1] in ")>]" and " " not in line.body):
        return True
    return len(before.text) >= 60 and len(line.body) <= 30 and line.body[0].islower()


def _judge_signature(lines: list[Line], runs: list[_Run], kinds: list[SegmentKind], sender: str) -> None:
    """The signature stands at the end of the last written run; mark-up may show others."""
    written = [run for run in runs if not run.quoted and any(line.body for line in lines[run.start : run.end])]
    if len(written) > 1 and is_closing_alone(lines, written[-1].start, written[-1].end, sender):
        kinds[written[-1].start : written[-1].end] = ["signature"] * (written[-1].end - written[-1].start)
    for run in written:
        if run is written[-1] or any(line.hint == "signature" for line in lines[run.start : run.end]):
            for offset, is_signature in enumerate(signature_lines(lines, run.start, run.end, sender)):
                if is_signature:
                    kinds[run.start + offset] = "signature"
    if len(written) > 1 and _is_all(written[-1], "signature", lines, kinds):  # a list's footer below the quote
        run = written[-2]
        for offset, is_signature in enumerate(signature_lines(lines, run.start, run.end, sender)):
            if is_signature:
                kinds[run.start + offset] = "signature"


def _is_all(run: _Run, kind: SegmentKind, lines: list[Line], kinds: list[SegmentKind]) -> bool:
    return all(kinds[index] == kind for index in range(run.start, run.end) if lines[index].body)


def _judge_quotes(lines: list[Line], runs: list[_Run], kinds: list[SegmentKind], attributed: set[int], *, answers: bool) -> None:
    """Quotes above and below an answer go; quotes between answers stay as context; unexplained ones stay too."""
    answered = [number for number, run in enumerate(runs) if not run.quoted and not _is_all(run, "signature", lines, kinds)]
    quotes = [number for number, run in enumerate(runs) if run.quoted]
    before_last = [number for number in quotes if answered and number < answered[-1]]
    interleaved = _is_interleaved(lines, runs, answered, quotes, before_last)
    for number in quotes:
        run = runs[number]
        explained = run.introduced or _any_introduced(runs, number) or _introduces_itself(lines, run)
        explained = explained or (answers and not _announced(lines, run.start))
        kind: SegmentKind = "quoted"
        if (interleaved and number in before_last) or not explained:
            kind = "context"
        for index in range(run.start, run.end):
            kinds[index] = "quoted" if index in attributed else kind


def _is_interleaved(lines: list[Line], runs: list[_Run], answered: list[int], quotes: list[int], before_last: list[int]) -> bool:
    """Two quotes with answers between them, or an answer that a further part of the quote follows."""
    if not before_last:
        return False
    first = before_last[0]
    answers_after = [number for number in answered if number > first]
    if len(answers_after) >= 2 or quotes[-1] > answers_after[-1]:
        return True
    above = [line.body for number in answered if number < first for line in _filled(lines, runs[number])]
    selected = len(_filled(lines, runs[first])) <= MAX_SELECTED
    return bool(above) and (selected or len(above) > 2 or sum(map(len, above)) > 80)


def _filled(lines: list[Line], run: _Run) -> list[Line]:
    return [line for line in lines[run.start : run.end] if line.body]


def _any_introduced(runs: list[_Run], number: int) -> bool:
    return any(run.introduced for run in runs[:number])


def _introduces_itself(lines: list[Line], run: _Run) -> bool:
    """Apple's programs put the attribution inside the quote."""
    first = [index for index in range(run.start, run.end) if lines[index].body][:3]
    return any(may_end(lines[index]) and attribution_ending_at(lines, index, answers=True) is not None for index in first)


def _announced(lines: list[Line], start: int) -> bool:
    """The writer leads over to the lines that look quoted: "Hier mein Gedicht:"."""
    above = start - 1
    while above >= 0 and not lines[above].body:
        above -= 1
    return above >= 0 and lines[above].body.endswith(":")


def _keep_something(lines: list[Line], kinds: list[SegmentKind], runs: list[_Run]) -> list[str]:
    """Nothing new was found. Lines with quote marks are a quote all the same; anything else is shown rather than lost."""
    filled = [index for index, line in enumerate(lines) if line.body]
    if not filled or all(lines[index].depth or kinds[index] == "signature" for index in filled if not _introduces(runs, index)):
        return []
    for index in filled:
        if kinds[index] == "quoted" and not lines[index].depth:
            for position in range(len(lines)):
                if kinds[position] == "quoted":
                    kinds[position] = "reply"
            break
    return ["reply: nothing new was found, so everything is shown"]


def _introduces(runs: list[_Run], index: int) -> bool:
    return any(run.introduced and run.start <= index < run.end for run in runs)
