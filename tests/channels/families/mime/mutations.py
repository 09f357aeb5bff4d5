"""Ways to break a mail, for the tests with hostile input. Seeded: the same number gives the same mails."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
TOKENS = [
    b"\x00", b"\r", b"\n", b"\n\n", b"=?", b"?=", b"=?utf-8?Q?=", b"--", b"-- \n", b"> ", b"<", b">", b'"', b"(",
    b"\\", b";", b":", b",", b"@", b"\xff", b"\xc3", b"\xe2\x80\xae", b"\xf0\x9f\x98\x80", b"\x1b$B", b"=\n", b"=C3",
    b"%", b"'", b"''", b"*0*=", b"boundary=", b"charset=", b"Content-Type: multipart/mixed; boundary=x\n\n--x\n",
    b"Content-Type: message/rfc822\n\n", b"Content-Transfer-Encoding: base64\n", b"<blockquote>", b"</div>",
    b"<div style='", b"<!--", b"<table>", b"&#x110000;", b"&#0;", b"begin 644 x\n", b"\nend\n", b"charset=utf-16",
    b"charset=utf-7", b"charset=idna", b"charset=rot13", b"charset=hex", b"Von: ",
    b"\nAm 12.03.2026 um 14:05 schrieb x:\n", b"Date: ", b"\xed\xa0\x80", b"+2AA-", b" " * 300, b"A" * 3000,
    b">" * 500, b"\n" * 300, b"(" * 200, b"<b>" * 300, b"Subject: x\n",
]  # fmt: skip


def _place(rng: random.Random, raw: bytes) -> int:
    return rng.randrange(len(raw) + 1)


def _flip(rng: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    data = bytearray(raw)
    for _ in range(rng.randrange(1, 12)):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def _insert(rng: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    place = _place(rng, raw)
    return raw[:place] + rng.choice(TOKENS) * rng.choice([1, 1, 1, 2, 9]) + raw[place:]


def _cut(rng: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    start = _place(rng, raw)
    return raw[:start] + raw[start + rng.randrange(1, 400) :]


def _truncate(rng: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    return raw[: _place(rng, raw)]


def _double(rng: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    start = _place(rng, raw)
    piece = raw[start : start + rng.randrange(1, 600)]
    return raw[:start] + piece * rng.randrange(2, 6) + raw[start:]


def _splice(rng: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    other = rng.choice(pool)
    return raw[: _place(rng, raw)] + other[_place(rng, other) :]


def _shuffle_lines(rng: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    lines = raw.split(b"\n")
    start = rng.randrange(len(lines))
    block = lines[start : start + 12]
    rng.shuffle(block)
    return b"\n".join(lines[:start] + block + lines[start + 12 :])


def _line_ends(rng: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    return raw.replace(b"\n", rng.choice([b"\r\n", b"\r", b"\n\r", b"\r\r\n"]))


WAYS: list[Callable[[random.Random, bytes, list[bytes]], bytes]] = [
    _flip, _flip, _insert, _insert, _insert, _cut, _truncate, _double, _splice, _shuffle_lines, _line_ends,
]  # fmt: skip


def mutated(seed: int, count: int) -> Iterator[bytes]:
    """`count` broken mails, each from a mail of the corpus by one to four mutations."""
    rng = random.Random(seed)
    pool = [path.read_bytes() for path in sorted(CORPUS.glob("*.eml"))]
    for _ in range(count):
        raw = rng.choice(pool)
        for _ in range(rng.randrange(1, 5)):
            raw = rng.choice(WAYS)(rng, raw, pool)
        yield raw
