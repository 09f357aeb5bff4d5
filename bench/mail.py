"""How many mails a second are understood: `python bench/mail.py [seconds]`.

The set is mixed as in a support mailbox: answers of the usual mail programs in German and English, most of them with plain text and
HTML, some with a file of 200 kB; each mail is different from the last. One process first, then two at the same time.
"""

import multiprocessing
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from oase.channels.families.mime import read

CORPUS = Path(__file__).parent.parent / "tests/channels/families/mime/corpus"
FILLER = "Die Waschmaschine bleibt beim Schleudern stehen und zeigt den Fehler E18. The drum does not turn any more. "


def mixed() -> list[bytes]:
    """Answers of the corpus, with paragraphs as long as people write them, and every tenth with a file."""
    mails: list[bytes] = []
    for path in sorted(CORPUS.glob("de-*.eml")) + sorted(CORPUS.glob("en-*.eml")):
        raw = path.read_bytes()
        for marker in (b"</div>", b"</p>"):
            raw = raw.replace(marker, b" " + FILLER.encode() * 2 + marker, 12)
        mails.append(raw)
    for index in range(0, len(mails), 10):
        mails.append(_with_file(mails[index]))
    return mails


def _with_file(raw: bytes) -> bytes:
    head, _, body = raw.partition(b"\n\n")
    fields = [line for line in head.split(b"\n") if not line.lower().startswith((b"content-", b"mime-"))]
    kinds = [line for line in head.split(b"\n") if line.lower().startswith(b"content-")]
    file = b"Content-Type: application/pdf; name=x.pdf\nContent-Transfer-Encoding: base64\n\n" + (b"QUJD" * 19 + b"\n") * 2700
    inner = b"\n".join(kinds) + b"\n\n" + body
    return b"\n".join(
        [*fields, b"Content-Type: multipart/mixed; boundary=outer", b"", b"--outer", inner, b"--outer", file, b"--outer--", b""]
    )


def variants(mails: list[bytes]) -> Iterator[bytes]:
    """The set over and over, no two mails alike."""
    for number in count():
        raw = mails[number % len(mails)]
        yield raw.replace(b"4711", b"%d" % (10_000 + number))


def run(seconds: float) -> tuple[int, float, float, float]:
    """(mails, seconds, seconds of the processor, slowest in milliseconds)."""
    source = variants(mixed())
    start, start_cpu = time.perf_counter(), time.process_time()
    done, slowest = 0, 0.0
    while (begin := time.perf_counter()) - start < seconds:
        read(next(source))
        done += 1
        slowest = max(slowest, time.perf_counter() - begin)
    return done, time.perf_counter() - start, time.process_time() - start_cpu, slowest * 1000


def main() -> None:
    """Print the figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    mails = mixed()
    print(f"{len(mails)} mails, {sum(map(len, mails)) / len(mails) / 1000:.1f} kB on average")
    run(0.5)
    done, took, cpu, slowest = run(seconds)
    print(f"one process:   {done / took:7.0f} mails/s, {1000 * cpu / done:.2f} ms of processor each, slowest {slowest:.1f} ms")
    with multiprocessing.Pool(2) as pool:
        results = pool.map(run, [seconds, seconds])
    print(f"two processes: {sum(done / took for done, took, _, _ in results):7.0f} mails/s")


if __name__ == "__main__":
    main()
