"""The parts of a mail, by position in its bytes.

    raw --> header fields + body --> boundaries --> children … (bounded in number, depth and work)

Written here because the standard library's parser goes line by line (half a second for 20 MB), recurses without limit and
scans again at each level. This one jumps from boundary to boundary, and a budget ends mails that are made to hurt.
"""

import re
from dataclasses import dataclass, field

from oase.channels.families.mime.headers import decode_words, parameters, unfold
from oase.channels.families.mime.transfer import decode_transfer

MAX_PARTS = 10_000
MAX_DEPTH = 40
MAX_FIELDS = 2_000
MAX_HEADER_BYTES = 1_000_000
MAX_CANDIDATES = 200_000  # lines that look like a boundary, over the whole mail
MAX_SCANNED_BYTES = 100_000_000  # bytes looked at over all levels, at least; six times the mail where that is more

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*")
_BLANK = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r")
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(slots=True)
class Budget:
    """What is left of the work that one mail may cause."""

    parts: int = MAX_PARTS
    candidates: int = MAX_CANDIDATES
    bytes: int = MAX_SCANNED_BYTES
    depth: int = 0  # signed mails inside signed mails
    notes: dict[str, None] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Writes down what was odd, once; at most 60 notes."""
        if len(self.notes) < 60:
            self.notes.setdefault(text)


@dataclass(slots=True)
class Node:
    """One part: its fields, its type, its bytes as sent, its children."""

    fields: list[tuple[str, bytes]]
    type: str
    params: dict[str, str]
    body: bytes
    children: list["Node"] = field(default_factory=list)
    has_type: bool = True

    def first(self, name: str) -> bytes | None:
        """The first field of that (lower-case) name, raw."""
        for key, value in self.fields:
            if key == name:
                return value
        return None

    def text(self, name: str) -> str:
        """The first field of that name as text, "" where absent."""
        value = self.first(name)
        return "" if value is None else decode_words(unfold(value))

    def all(self, name: str) -> list[bytes]:
        """All fields of that (lower-case) name, raw."""
        return [value for key, value in self.fields if key == name]

    def disposition(self) -> tuple[str, dict[str, str]]:
        """Content-Disposition (RFC 2183): its word and its parameters; empty where absent."""
        value = self.first("content-disposition")
        return ("", {}) if value is None else parameters(unfold(value))


def parse(raw: bytes, budget: Budget) -> Node:
    """The tree of a whole mail."""
    if b"\n" not in raw[:100_000] and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
        budget.note("line-ends: CR only")
    budget.bytes = max(budget.bytes, 6 * len(raw))
    return _node(raw.lstrip(b"\r\n\x00 \t\xef\xbb\xbf") if raw[:1] in b"\r\n\x00 \t\xef" else raw, "text/plain", 0, budget)


def embedded(data: bytes, budget: Budget) -> Node:
    """The tree of a mail that was wrapped in another one; it uses the same budget."""
    budget.bytes -= len(data)
    return _node(data, "text/plain", MAX_DEPTH // 2, budget)


def _node(data: bytes, default_type: str, depth: int, budget: Budget) -> Node:
    budget.parts -= 1
    fields, body = split_header(data, budget, top=depth == 0)
    node = Node(fields, default_type, {}, body)
    stated = node.first("content-type")
    if stated is None:
        node.has_type = False
    else:
        node.type, node.params = parameters(unfold(stated))
        if node.type.count("/") != 1 or not re.fullmatch(r"[\w.+*#!$&^-]+/[\w.+*#!$&^-]+", node.type):
            node.type = {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}.get(node.type, default_type)
            budget.note("content-type: broken")
    if node.type.startswith("multipart/"):
        _split_children(node, depth, budget)
    elif node.type in {"message/rfc822", "message/global", "message/news"} and depth < MAX_DEPTH and budget.parts > 0:
        budget.bytes -= len(body)
        node.children = [_node(transfer_decode(node)[0], "text/plain", depth + 1, budget)]
    return node


def split_header(data: bytes, budget: Budget, *, top: bool = True) -> tuple[list[tuple[str, bytes]], bytes]:
    """Header fields (names lower case, values raw and folded) and the rest. Broken folding is mended where a field follows."""
    if data[:1] in (b"\n", b"\r"):
        return [], data[2:] if data.startswith(b"\r\n") else data[1:]
    blank = _BLANK.search(data, 0, MAX_HEADER_BYTES)
    end = blank.start() if blank else min(len(data), MAX_HEADER_BYTES)
    lines = _lines(data[:end])
    last_field = max((index for index, (_, line) in enumerate(lines) if _FIELD.match(line)), default=-1)
    fields: list[tuple[str, bytes]] = []
    for index, (start, line) in enumerate(lines):
        match = _FIELD.match(line)
        if match and len(fields) < MAX_FIELDS:
            fields.append((match[1].decode("ascii").lower(), line[match.end() :]))
        elif line[:1] in (b" ", b"\t") and fields:
            fields[-1] = (fields[-1][0], fields[-1][1] + b"\n" + line)
        elif top and index == 0 and line.startswith((b"From ", b">From ")):
            continue  # the separator of an mbox file
        elif index > last_field:
            budget.note("header: no blank line after it")
            return fields, data[start:]
        elif fields:
            fields[-1] = (fields[-1][0], fields[-1][1] + b"\n " + line)
            budget.note("header: broken folding")
    return fields, data[blank.end() :] if blank else data[end:]


def _lines(block: bytes) -> list[tuple[int, bytes]]:
    lines: list[tuple[int, bytes]] = []
    start = 0
    for match in _LINE_END.finditer(block):
        lines.append((start, block[start : match.start()]))
        start = match.end()
        if len(lines) > 20_000:
            break
    lines.append((start, block[start:]))
    return lines


def _split_children(node: Node, depth: int, budget: Budget) -> None:
    boundary = node.params.get("boundary", "").rstrip().encode("utf-8", "replace")[:1000]
    if not boundary:
        boundary = _guess_boundary(node.body)
        budget.note("multipart: no boundary stated")
    if depth >= MAX_DEPTH or budget.bytes < len(node.body):
        budget.note("nested too deeply: the rest is kept as one file")
        node.type = "application/octet-stream"
        return
    pieces = _pieces(node.body, boundary, budget) if boundary else []
    default = "message/rfc822" if node.type == "multipart/digest" else "text/plain"
    for start, end in pieces:
        if budget.parts <= 0:
            budget.note("too many parts: the rest is left out")
            break
        node.children.append(_node(node.body[start:end], default, depth + 1, budget))
    if pieces:
        node.body = b""
    elif node.body.strip():
        budget.note("multipart: no parts found")
        node.type, node.params = "text/plain", {}


def _guess_boundary(body: bytes) -> bytes:
    match = re.search(rb"(?:^|\n)--([^\s-][^\r\n]{0,200}|-[^\r\n]{3,200})\r?\n", body[:10_000])
    return match[1].rstrip() if match else b""


def _pieces(body: bytes, boundary: bytes, budget: Budget) -> list[tuple[int, int]]:
    """(start, end) of what stands between boundary lines; a missing last boundary ends with the body."""
    mark = b"--" + boundary
    budget.bytes -= len(body)
    pieces: list[tuple[int, int]] = []
    start = -1
    position = body.find(mark)
    while position >= 0 and budget.candidates > 0 and budget.bytes > 0:
        budget.candidates -= 1
        after = position + len(mark)
        if position == 0 or body[position - 1] in b"\r\n":
            line_end = body.find(b"\n", after)
            line_end = len(body) if line_end < 0 else line_end
            rest = body[after:line_end].strip() if line_end - after < 1000 else b"?"
            if rest in {b"", b"--"}:
                if start >= 0:
                    pieces.append((start, _before_line_end(body, start, position)))
                start = line_end + 1
                after = line_end
                if rest == b"--":
                    _note_epilogue(body[line_end:], budget)
                    return pieces
                if len(pieces) > MAX_PARTS:
                    return pieces
        position = body.find(mark, after)
    if start >= 0:
        if start < len(body):
            pieces.append((start, len(body)))
        budget.note("multipart: end is missing")
    return pieces


def _note_epilogue(epilogue: bytes, budget: Budget) -> None:
    if len(epilogue) > 4 and epilogue[:2000].strip():
        budget.note("multipart: text after the last part")


def _before_line_end(body: bytes, start: int, position: int) -> int:
    """The line end before a boundary belongs to the boundary (RFC 2046, 5.1.1)."""
    if position > start and body[position - 1 : position] == b"\n":
        position -= 1
    if position > start and body[position - 1 : position] == b"\r":
        position -= 1
    return max(position, start)


def transfer_decode(node: Node) -> tuple[bytes, str]:
    """The content of a part without its transfer encoding, and a note where the encoding was broken."""
    stated = node.first("content-transfer-encoding")
    return decode_transfer(node.body, "" if stated is None else unfold(stated), is_text=node.type.startswith("text/"))
