"""The mailbox: takes Oase's mail over SMTP, writes back as a customer, refuses and returns where it should."""

import base64
import contextlib
import email
import email.policy
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import pytest

from oase.sandbox import MailboxSettings

from .conftest import Starter, World

SERVICE = "service@lindgruen.example"
AYLIN = "aylin.oezdemir@example.com"


def _mail(to: str = AYLIN, subject: str = "Ihre Bestellung – unterwegs") -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Lindgrün Kundendienst <{SERVICE}>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = "<bestellung-1187@lindgruen.example>"
    message.set_content("Guten Tag,\n\nIhr Rad ist unterwegs.\n")
    return message


async def _deliver(world: World, message: EmailMessage) -> None:
    port = world.sandbox.mailbox.port
    await aiosmtplib.send(message, hostname="127.0.0.1", port=port, start_tls=False)


@contextlib.asynccontextmanager
async def _receiver(world: World) -> AsyncIterator[list[tuple[bytes, str, list[str]]]]:
    """Takes what customers send, in place of Oase's SMTP receiver."""
    got: list[tuple[bytes, str, list[str]]] = []

    async def take(raw: bytes, sender: str, recipients: list[str]) -> None:
        got.append((raw, sender, recipients))

    world.sandbox.mailbox.on_outgoing = take
    yield got


async def _newest(world: World) -> Any:
    (mail, *_) = await world.control("GET", "mails")
    return await world.control("GET", f"mails/{mail['id']}")


async def test_mail_that_oase_sends_is_shown(world: World) -> None:
    await _deliver(world, _mail())
    mail = await _newest(world)
    assert (mail["subject"], mail["envelope_to"], mail["from_oase"]) == ("Ihre Bestellung – unterwegs", [AYLIN], True)
    assert mail["text"].splitlines()[-1] == "Ihr Rad ist unterwegs."


async def test_any_user_and_password_may_send(world: World) -> None:
    port = world.sandbox.mailbox.port
    named = {"username": "oase", "password": "anything"}
    await aiosmtplib.send(_mail(), hostname="127.0.0.1", port=port, start_tls=False, **named)
    assert (await _newest(world))["from_oase"] is True


async def test_html_is_sealed_and_its_pictures_are_in_place(world: World) -> None:
    message = _mail()
    message.add_alternative('<p>Hallo <img src="cid:logo@x"></p><script>alert(1)</script>', subtype="html")
    message.get_payload()[1].add_related(b"\x89PNG", maintype="image", subtype="png", cid="<logo@x>")  # type: ignore[union-attr]
    await _deliver(world, message)
    mail = await _newest(world)
    async with world.client.get(f"{world.base}/control/mails/{mail['id']}/html") as answer:
        html, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    picture = html.split('src="')[1].split('"')[0]
    async with world.client.get(world.base.removesuffix("/sandbox") + picture) as answer:
        assert await answer.read() == b"\x89PNG"
    assert policy.startswith("sandbox; default-src 'none'")


async def test_an_attachment_can_be_downloaded(world: World) -> None:
    message = _mail()
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Rechnung für Özdemir.pdf")
    await _deliver(world, message)
    mail = await _newest(world)
    (file,) = mail["attachments"]
    async with world.client.get(f"{world.base}/control/mails/{mail['id']}/parts/{file['place']}") as answer:
        assert (file["name"], await answer.read()) == ("Rechnung für Özdemir.pdf", b"%PDF-1.7")


async def test_an_answer_has_the_headings_of_its_thread_and_the_quoted_mail(world: World) -> None:
    await _deliver(world, _mail())
    original = await _newest(world)
    asked = {"sender": AYLIN, "sender_name": "Aylin Özdemir", "to": SERVICE, "subject": "Re: Ihre Bestellung", "text": "Danke!"}
    async with _receiver(world) as got:
        await world.control("POST", "mails", {**asked, "reply_to": original["id"]})
    raw, sender, recipients = got[0]
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert (sender, recipients) == (AYLIN, [SERVICE])
    assert message["In-Reply-To"] == message["References"] == "<bestellung-1187@lindgruen.example>"
    body = message.get_content().replace("\r\n", "\n")  # type: ignore[attr-defined]
    assert body.startswith("Danke!\n") and "\n> Ihr Rad ist unterwegs.\n" in body


async def test_a_customers_mail_goes_to_oases_receiver(start: Starter) -> None:
    """Another sandbox's mail server stands in for Oase's receiver: the wire is real SMTP."""
    oase = await start()
    settings = MailboxSettings(oase_port=oase.sandbox.mailbox.port)
    world = await start(mailbox=settings)
    attached = {"name": "Kette.txt", "type": "text/plain", "data": base64.b64encode(b"gerissen").decode()}
    await world.control("POST", "mails", {"sender": AYLIN, "to": SERVICE, "text": "Die Kette ist ab.", "attachments": [attached]})
    mail = await _newest(oase)
    assert (mail["envelope_from"], mail["envelope_to"], mail["attachments"][0]["name"]) == (AYLIN, [SERVICE], "Kette.txt")


async def test_without_a_receiver_the_customer_is_told(world: World) -> None:
    await world.control("POST", "mails", {"sender": AYLIN, "to": SERVICE, "text": "Hallo?"}, status=503)


@pytest.mark.parametrize("address", ["", "no address", "a@b\r\nBcc: c@example.com"])
async def test_an_address_that_is_none_is_refused(world: World, address: str) -> None:
    await world.control("POST", "mails", {"sender": address, "to": SERVICE, "text": "x"}, status=400)


@pytest.mark.parametrize(("address", "code"), [("unknown.person@example.com", 550), ("full@example.com", 452)])
async def test_some_recipients_are_refused(world: World, address: str, code: int) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await _deliver(world, _mail(to=address))
    assert refused.value.recipients[0].code == code


async def test_a_greylisted_recipient_is_taken_at_the_second_try(world: World) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await _deliver(world, _mail(to="later@example.com"))
    await _deliver(world, _mail(to="later@example.com"))
    assert (await _newest(world))["envelope_to"] == ["later@example.com"]


async def test_mail_to_a_bouncing_address_comes_back_as_a_report(world: World) -> None:
    async with _receiver(world) as got:
        await _deliver(world, _mail(to="bounce.berta@example.com"))
        while len(await world.control("GET", "mails")) < 2:
            pass
    raw, sender, recipients = got[0]
    message = email.message_from_bytes(raw, policy=email.policy.default)
    kinds = [part.get_content_type() for part in message.walk()]
    assert (sender, recipients, message.get_content_type()) == ("", [SERVICE], "multipart/report")
    assert kinds[1:3] == ["text/plain", "message/delivery-status"] and "text/rfc822-headers" in kinds
    assert b"Final-Recipient: rfc822; bounce.berta@example.com" in raw and b"bestellung-1187@lindgruen.example" in raw


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe no headers at all", b"Subject: =?x?=\r\nContent-Type: text/html; charset=nope\r\n\r\n\xfc"]
)
async def test_a_broken_mail_is_shown_all_the_same(world: World, raw: bytes) -> None:
    await world.sandbox.mailbox.accept(raw, SERVICE, [AYLIN])
    mail = await _newest(world)
    async with world.client.get(f"{world.base}/control/mails/{mail['id']}/raw") as answer:
        assert await answer.read() == raw
