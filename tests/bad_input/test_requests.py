"""Requests that nobody should send: each gets a clear answer, and the next honest one is taken as if nothing had been."""

import json
import time

import pytest

from .conftest import Installation, text, whatsapp

DEEP = b'{"object":"whatsapp_business_account","entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


async def honest(installation: Installation, number: int = 900) -> None:
    """An honest customer's message arrives in its conversation."""
    assert (await installation.hook(whatsapp(text(number, "Guten Tag")))).status == 200
    await installation.fates(1)
    assert ("Guten Tag",) in await installation.rows("SELECT text FROM message WHERE external_id LIKE 'wamid.9%%'")


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "sha256=ü", "x" * 60_000])
async def test_a_forged_delivery_is_refused_and_not_kept(installation: Installation, signature: str) -> None:
    assert (await installation.hook(whatsapp(text(1, "Böse")), signature=signature or "none")).status in (0, 400, 403, 431)
    assert await installation.rows("SELECT 1 FROM journal") == []
    await honest(installation)


async def test_a_delivery_that_is_replayed_a_hundred_times_is_one_message(installation: Installation) -> None:
    body = whatsapp(text(1, "Guten Tag"))
    assert {(await installation.hook(body)).status for _ in range(100)} == {200}
    assert await installation.fates(1) == [("done", "")]
    assert await installation.rows("SELECT text FROM message") == [("Guten Tag",)]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe\x00", b"{}" * 1000, DEEP, b"1e999999", whatsapp(text(1, "x"))[:-40],
     b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":null}]}]}'],
    ids=["empty", "open", "null", "list", "string", "utf-16", "many", "deep", "number", "truncated", "no value"],
)  # fmt: skip
async def test_signed_nonsense_is_kept_visibly_and_harms_no_neighbour(installation: Installation, body: bytes) -> None:
    assert (await installation.hook(body)).status == 200
    await honest(installation)
    (state, why), *_ = await installation.fates(2)
    assert state in ("quarantined", "partial", "done")
    assert why or state != "quarantined"


async def test_a_delivery_larger_than_allowed_is_refused_by_its_size(installation: Installation) -> None:
    assert (await installation.hook(b"x" * (33 * 1024 * 1024))).status in (0, 413)
    assert await installation.rows("SELECT 1 FROM journal") == []
    await honest(installation)


async def test_a_sender_who_goes_away_in_the_middle_leaves_nothing(installation: Installation) -> None:
    path = f"/hooks/whatsapp/{installation.accounts['whatsapp']}"
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n".encode()
    assert (await installation.raw(head + b'{"object":', then_close=True)).status in (0, 400, 403, 413)
    assert await installation.rows("SELECT 1 FROM journal") == []
    await honest(installation)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 10_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"POST /hooks/whatsapp/x HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST /hooks/whatsapp/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nzz\r\n",
    ],
    ids=["tls", "version", "blank lines", "long path", "many headers", "negative length", "smuggled"],
)  # fmt: skip
async def test_what_is_no_http_ends_with_its_connection(installation: Installation, request_bytes: bytes) -> None:
    answer = await installation.raw(request_bytes, then_close=True)
    assert answer.status == 0 or 300 <= answer.status < 500 or answer.status in (501, 505)
    await honest(installation)


@pytest.mark.parametrize(
    "path",
    ["/hooks/whatsapp/", "/hooks/whatsapp/x", "/hooks/../../etc/passwd", "/hooks/email/{email}", "/hooks/%00/%ff",
     "/hooks/whatsapp/{whatsapp}%00", "/widget/x/deliver", "/widget/{whatsapp}/deliver", "/api/v1/%F0%9F", "/assets/%2e%2e/%2e%2e/x",
     "/hooks/whatsapp/{whatsapp}/../../x"],
)  # fmt: skip
async def test_addresses_that_lead_nowhere_are_answered_so(installation: Installation, path: str) -> None:
    ids = {name: str(value) for name, value in installation.accounts.items()}
    answer = await installation.post(path.format(**ids), b"{}")
    assert 400 <= answer.status < 500
    await honest(installation)


@pytest.mark.parametrize(
    "query",
    ["", "v=x&u=1&w=&s=y", "v=%00&u=%00&w=%00&s=%00", "u=" + "9" * 4000, "v=" + "x" * 50_000, "&".join("a=b" for _ in range(5000)),
     "u=%C2%B2&v=v&w=&s=s", "t=%C2%B2"],
)  # fmt: skip
@pytest.mark.parametrize("act", ["deliver", "stream"])
async def test_a_visitor_without_a_session_is_told_so(installation: Installation, query: str, act: str) -> None:
    path = f"/widget/{installation.accounts['webchat']}/{act}?{query}"
    body = b'{"type":"message","id":"0","text":"Hallo"}'
    if act == "deliver":
        answer = await installation.post(path, body, origin="https://www.example.com")
    else:
        answer = await installation.raw(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert answer.status == 0 or 400 <= answer.status < 500
    await honest(installation)


@pytest.mark.parametrize("position", ["²-1", "1-" + "9" * 40, "-", "x" * 9000, "1-1\x00"])
async def test_a_made_up_last_event_id_breaks_no_stream(installation: Installation, position: str) -> None:
    request = f"GET /live HTTP/1.1\r\nHost: a\r\nLast-Event-ID: {position}\r\n\r\n".encode("latin-1")
    assert (await installation.raw(request)).status in (0, 400, 401)
    await honest(installation)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(DEEP, "application/json"), (b"\xff\xff", "application/json"), (b"a=b", "application/x-www-form-urlencoded"),
     (b"--x\r\n" * 5000, "multipart/form-data; boundary=x"), (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'y'>]>", "text/xml"),
     (b"{}", "application/json; charset=utf-7")],
    ids=["deep", "no utf-8", "form", "multipart", "xml", "charset"],
)  # fmt: skip
async def test_the_api_refuses_what_it_cannot_read_in_words_for_programs(
    installation: Installation, body: bytes, kind: str
) -> None:
    answer = await installation.post("/api/v1/conversations", body, content_type=kind, authorization="Bearer forged")
    assert answer.status in (400, 401, 403, 404, 413, 415, 422)
    assert "status" in json.loads(answer.body)
    await honest(installation)


@pytest.mark.parametrize("cookie", ["oase=" + "x" * 7000, "oase=\xff\xfe", "=;=;=", "oase=" + ";" * 5000, "__Host-oase=\x7f"])
async def test_a_made_up_cookie_is_nobody(installation: Installation, cookie: str) -> None:
    for path in ("/live", "/"):
        answer = await installation.raw(f"GET {path} HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n\r\n".encode("latin-1"))
        assert answer.status in (0, 302, 303, 400, 401)
    await honest(installation)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"", "application/x-www-form-urlencoded"), (b"name=" + b"x" * 3_000_000, "application/x-www-form-urlencoded"),
     (b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../x\"\r\n\r\nMZ\r\n--b--", "multipart/form-data; boundary=b"),
     (b"--b\r\nbroken", "multipart/form-data; boundary=b"), (b"a=%ff%00&a=%00", "application/x-www-form-urlencoded"),
     (b"&".join(b"f%d=1" % n for n in range(20_000)), "application/x-www-form-urlencoded")],
    ids=["empty", "large", "path in name", "broken", "nul", "many fields"],
)  # fmt: skip
async def test_a_form_that_was_tampered_with_is_answered(installation: Installation, body: bytes, kind: str) -> None:
    answer = await installation.post(f"/form/{installation.accounts['form']}", body, content_type=kind)
    assert 300 <= answer.status < 500
    await honest(installation)


async def test_ten_thousand_messages_a_minute_of_one_sender_stop_nobody(installation: Installation) -> None:
    began = time.monotonic()
    for start in range(0, 10_000, 500):
        body = whatsapp(*(text(start + n, f"Spam {start + n}", sender="4917139200666") for n in range(500)))
        assert (await installation.hook(body)).status == 200
    await honest(installation, 99_900)
    assert time.monotonic() - began < 60
    await installation.fates(21)
    assert await installation.rows("SELECT count(*), count(DISTINCT conversation_id) FROM message") == [(10_001, 2)]


async def test_names_and_texts_of_any_length_and_direction_are_kept_in_bounds(installation: Installation) -> None:
    turned = "\u202eGNP.kcirT\u202c \u2066rtl\u2069 " + "a\u0301" * 3000
    await installation.hook(whatsapp(text(1, turned + "\x00"), name="N" * 10_000))
    await installation.hook(whatsapp(text(2, "x" * 900_000, sender="4917139200111"), name="\u202e\u0000"))
    assert [state for state, _ in await installation.fates(2)] == ["done", "done"]
    names = await installation.rows("SELECT max(length(name)) FROM person")
    assert names[0][0] <= 500
    assert (await installation.rows("SELECT text FROM message WHERE external_id = 'wamid.1'"))[0][0].startswith(turned)
