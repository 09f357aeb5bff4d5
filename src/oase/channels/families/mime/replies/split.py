"""Put together: lines in, segments out; no character is lost."""

from dataclasses import dataclass, field

from oase.channels.families.mime.lines import Line
from oase.channels.families.mime.types import Segment, SegmentKind


@dataclass(slots=True)
class Split:
    """The lines with a kind each."""

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
        shown = [
            index for index, kind in enumerate(self.kinds) if kind in {"reply", "context", "forwarded"} and self.lines[index].body
        ]
        if not shown:
            return 0
        end = shown[-1] + 1
        return end if all(kind in {"reply", "context", "forwarded"} for kind in self.kinds[:end]) else 0


def split(lines: list[Line], *, subject: str, answers: bool) -> Split:
    return Split(lines, ["reply"] * len(lines))
