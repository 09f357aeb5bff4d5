"""No mail breaks the reader: mutations of the corpus, and mails made to cost time or memory."""

import gc
import os
import sys
import time
import tracemalloc
from pathlib import Path

import msgspec
import pytest

from oase.channels.families.mime import Mail, Malformed, extract, read

sys.path.insert(0, str(Path(__file__).parent))
from mutations import mutated

MAILS = int(os.environ.get("OASE_FUZZ_MAILS", "20000"))
CHUNKS = 20
HEAD = b"From: a@example.com\nSubject: x\nMessage-ID: <a@b>\nMIME-Version: 1.0\n"


def check(mail: Mail) -> None:
    """What holds for every mail: nothing lost, nothing that a database or a browser cannot take."""
    assert "".join(segment.text for segment in mail.segments) == mail.text
    encoded = msgspec.json.encode(mail)
    assert b"\\u0000" not in encoded
    assert "<script" not in mail.html.lower()
    assert len(mail.subject) <= 1000
    assert mail.message_id
    for part in mail.attachments:
        assert part.name and "/" not in part.name and "\n" not in part.name


def timed(raw: bytes) -> tuple[Mail, float]:
    """A mail, and the seconds of processor that reading it takes: not those of other threads, nor of a collection of what thousands
    of tests before it left behind, which falls to whichever mail is read just then.
    """
    gc.disable()
    try:
        begin = time.thread_time()
        mail = read(raw)
        return mail, time.thread_time() - begin
    finally:
        gc.enable()


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.timeout(300)
def test_mutated_mails_are_read_without_a_crash_in_bounded_time(chunk: int) -> None:
    slowest, culprit = 0.0, b""
    for raw in mutated(chunk, MAILS // CHUNKS):
        try:
            mail, took = timed(raw)
        except Malformed:
            continue
        if took > slowest:
            slowest, culprit = took, raw
        check(mail)
        if mail.attachments:
            part, content = extract(raw, len(mail.attachments) - 1)
            assert len(content) == part.size_bytes
    assert slowest < 1.0, culprit[:2000]


def test_nothing_at_all_is_malformed() -> None:
    for raw in (b"", b"\n\n", b"\x00\x00", b"\xef\xbb\xbf\r\n"):
        with pytest.raises(Malformed):
            read(raw)


def test_five_thousand_parts_of_20_mb_are_read() -> None:
    part = (
        b"--b\nContent-Type: application/octet-stream; name=x.bin\nContent-Transfer-Encoding: base64\n\n" + b"QUJD" * 1000 + b"\n"
    )
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHallo\n" + part * 5000 + b"--b--\n"
    assert len(raw) > 20_000_000
    tracemalloc.start()
    mail, took = timed(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    check(mail)
    assert mail.text == "Hallo"
    assert len(mail.attachments) == 5000
    assert took < 10
    assert peak < 6 * len(raw)


def test_too_many_parts_are_noted() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 30_000
    mail, took = timed(raw)
    assert any(note.startswith("too many parts") for note in mail.notes)
    assert took < 10


def test_deeply_nested_parts_end_in_a_file() -> None:
    raw = HEAD
    for number in range(500):
        raw += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
    mail, took = timed(raw + b"\nHallo\n")
    check(mail)
    assert any(note.startswith("nested too deeply") for note in mail.notes)
    assert took < 2


def test_mails_inside_mails_end_somewhere() -> None:
    mail, took = timed(HEAD + b"Content-Type: message/rfc822\n\n" * 3000 + b"Hallo\n")
    check(mail)
    assert took < 2


@pytest.mark.parametrize(
    "html",
    [
        b"<div>" * 50_000 + b"Hallo",
        b"<b>" * 50_000 + b"Hallo",
        b"".join(b"<font size=%d>" % number for number in range(20_000)) + b"<p>Hallo" * 2000,
        b"<table>" * 5_000 + b"Hallo",
        b"<blockquote type=cite>" * 3_000 + b"Hallo",
        b"<ol>" + b"<li>Hallo" * 20_000,
        b"<p style='" + b"border:" * 100_000 + b"'>Hallo",
        b"<style>" * 50_000 + b"Hallo",
        b"<!--" * 50_000 + b"Hallo",
        b"<a href=x " + b"a=b " * 100_000 + b">Hallo</a>",
        b"Hallo" + b"&" * 500_000,
        b"Hallo" + b"&&a;" * 500_000,
        b"Hallo" + b"&nbsp;" * 500_000,
        b"<" * 300_000 + b"Hallo",
    ],
    ids=[
        "div",
        "b",
        "font",
        "table",
        "blockquote",
        "list",
        "style",
        "style-elements",
        "comments",
        "attributes",
        "ampersands",
        "references",
        "hard-spaces",
        "brackets",
    ],
)
def test_html_made_to_hurt_is_read_in_bounded_time(html: bytes) -> None:
    mail, took = timed(HEAD + b"Content-Type: text/html; charset=utf-8\n\n" + html)
    check(mail)
    assert took < 5


@pytest.mark.parametrize(
    "text",
    [
        b"a" * 2_000_000,
        b"a@" * 500_000,
        b">" * 500_000,
        b"> x\n" * 100_000,
        b"Von: x\n" * 50_000,
        b"Am 12.03.2026 um 14:05 schrieb x <a@b.example>: \n\n" * 20_000,
        b"Am 12.03.2026 schrieb ich:\n" * 50_000,
        b"-- \n" * 100_000,
        b"Mit freundlichen Gr\xc3\xbc\xc3\x9fen\n" * 50_000,
        b"-" * 1_000_000,
        b"Gru\xc3\x9f " + b"A. " * 300_000,
        b"begin 644 x\n" * 50_000 + b"end\n",
        b"\n" * 1_000_000,
        b"From: a\nTo: b\n\n" * 50_000,
        (b"Ja " + b"Am On " * 70 + b"12.03.2026 um 14:05 schrieb a@b.example:\n") * 4_000,
        b"Ja\n\nAm 12.03.2026 um 14:05 schrieb x <a@b.example>:\n> x\n\nGru\xc3\x9f\n" + b"a" + b"-" * 55 + b"!\n",
    ],
    ids=[
        "word",
        "ats",
        "marks",
        "quotes",
        "labels",
        "attributions",
        "own",
        "delimiters",
        "closings",
        "dashes",
        "names",
        "uu",
        "blank",
        "pairs",
        "shared",
        "hyphens",
    ],
)
def test_text_made_to_hurt_is_read_in_bounded_time(text: bytes) -> None:
    mail, took = timed(HEAD + b"In-Reply-To: <x@y>\nContent-Type: text/plain; charset=utf-8\n\n" + text)
    check(mail)
    assert took < 6


@pytest.mark.parametrize(
    "fields",
    [
        b"From: " + b"a" * 1_000_000,
        b"To: " + b"<" * 500_000,
        b"To: " + b"(" * 500_000,
        b"To: " + b"a@b.example," * 50_000,
        b"To: " + b'"' * 500_000,
        b"Subject: " + b"=?utf-8?Q?" * 50_000,
        b"Subject: " + b"=?utf-8?Q?x?= " * 50_000,
        b"References: " + b"<a@b> " * 100_000,
        b"References: " + b"<" * 500_000,
        b"Content-Type: text/plain" + b"; a=b" * 100_000,
        b"Content-Type: text/plain; " + b'"' * 500_000,
        b"Content-Disposition: attachment; filename*0*=utf-8''" + b"%41" * 100_000,
        b"X: y\n" * 100_000 + b"Subject: z",
        b"Received: x\n" * 100_000 + b"Subject: z",
        b"Date: " + b"1" * 500_000,
    ],
    ids=lambda fields: fields[:24].decode() + str(len(fields)),
)
def test_header_made_to_hurt_is_read_in_bounded_time(fields: bytes) -> None:
    mail, took = timed(b"MIME-Version: 1.0\n" + fields + b"\n\nHallo\n")
    check(mail)
    assert took < 5


def test_attachment_of_100_mb_is_read_in_bounded_memory() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHallo\n--b\nContent-Type: video/mp4; name=film.mp4\n"
    raw += b"Content-Transfer-Encoding: base64\n\n" + (b"QUJD" * 19 + b"\n") * 1_300_000 + b"--b--\n"
    mail, took = timed(raw)
    assert mail.attachments[0].size_bytes == 1_300_000 * 57
    assert took < 10
