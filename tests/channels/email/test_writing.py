"""What is said becomes a mail: threading, tokens, signature, quotes, limits."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.channels.email.conftest import say

from oase.channels.adapters.email import Email
from oase.channels.contract import Account, CannotSay, File
from oase.channels.families.mime import Mail, Mailbox, read

SETTINGS = {"address": "Support@Firma.example", "aliases": ["info@firma.example"], "imap_host": "x", "smtp_host": "y"}
ID = "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a"


def account(**settings: Any) -> Account:
    return Account(id="1", channel="email", settings={**SETTINGS, **settings})


def written(what: Any, **settings: Any) -> Mail:
    (call,) = Email().render(what, account(**settings))
    return read(call.body)


def test_the_message_id_is_made_from_our_id_and_stays() -> None:
    calls = [Email().render(say(id=ID), account())[0] for _ in range(2)]
    assert read(calls[0].body).message_id == f"{ID}@firma.example"
    assert calls[0] == calls[1]


def test_with_plus_addresses_answers_go_to_the_conversation() -> None:
    assert written(say(token="k7q2abcd"), plus_address=True).reply_to == (Mailbox(address="support+k7q2abcd@firma.example"),)
    assert written(say(token="k7q2abcd")).reply_to == ()


def test_the_sign_in_the_subject_is_added_once() -> None:
    assert written(say(token="k7q2abcd"), subject_token=True).subject == "Re: Bestellung [#k7q2abcd]"
    again = say(token="k7q2abcd", subject="Re: Bestellung [#k7q2abcd]")
    assert written(again, subject_token=True).subject == "Re: Bestellung [#k7q2abcd]"


def test_the_accounts_signature_and_name_are_used() -> None:
    mail = written(say(from_name="Mia"), signature="Muster GmbH\nHauptstraße 1", sender_name="Muster – Service")
    assert mail.signature.endswith("Muster GmbH\nHauptstraße 1")
    assert mail.from_ == Mailbox(address="support@firma.example", name="Muster – Service")
    assert written(say(from_name="Mia")).from_ == Mailbox(address="support@firma.example", name="Mia")


def test_the_message_answered_stands_below_with_who_and_when() -> None:
    at = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
    mail = written(say(quoted="Wo bleibt es?\nGruß", quoted_author="Jörg Özdemir", quoted_at=at))
    assert mail.reply_text.strip() == "Morgen, versprochen!"
    assert "Am 23.11.2026 um 17:05 schrieb Jörg Özdemir:\n> Wo bleibt es?\n> Gruß" in mail.text
    assert "On 2026-11-23" in written(say(quoted="x", quoted_at=at), language="en").text


def test_without_a_date_the_quote_has_no_line_above_it() -> None:
    assert "Morgen, versprochen!\n\n> Wo bleibt es?" in written(say(quoted="Wo bleibt es?")).text


def test_copies_go_to_others_never_twice_and_never_to_ourselves() -> None:
    what = say(copy_to=("max@example.com", "KUNDE@example.com", "info@firma.example", "support+abcd@firma.example"))
    (call,) = Email().render(what, account())
    assert call.options["recipients"] == ("kunde@example.com", "max@example.com")


def test_automatic_mails_say_so() -> None:
    answered, first = written(say(automatic=True, reply_to="q@example.com")), written(say(automatic=True))
    assert (answered.auto_submitted, first.auto_submitted) == ("auto-replied", "auto-generated")
    (call,) = Email().render(say(automatic=True), account(null_sender=False))
    assert call.options["envelope_from"] == "support@firma.example"


def test_pictures_stand_in_the_text_only_where_it_names_them() -> None:
    files = tuple(
        File(name=f"{name}.png", type="image/png", content=b"\x89PNG", inline=True, content_id=name) for name in ("da", "weg")
    )
    mail = written(say(html='<p>Hier: <img src="cid:da"></p>', files=files))
    assert {part.name: part.inline for part in mail.attachments} == {"da.png": True, "weg.png": False}


def test_ids_of_other_channels_are_no_message_ids() -> None:
    mail = written(say(reply_to="wamid.HBgL", references=("wamid.HBgL", "q1@example.com", "abc@long.invalid")))
    assert (mail.in_reply_to, mail.references) == ((), ("q1@example.com",))


def test_a_mail_without_a_subject_gets_one_in_the_accounts_language() -> None:
    assert written(say(subject="")).subject == "Ihre Nachricht"
    assert written(say(subject=""), language="en").subject == "Your message"


@pytest.mark.parametrize(
    "address",
    ["", "kunde", "@example.com", "a b@example.com", "x@example.com\r\nBcc: y@example.com", "<x@example.com>", "a,b@c.de"],
)
def test_what_is_no_address_is_refused_in_words(address: str) -> None:
    with pytest.raises(CannotSay, match="no e-mail address"):
        Email().render(say(to=address), account())


def test_a_mail_beyond_the_limit_is_refused_in_words() -> None:
    film = File(name="Film.mp4", type="video/mp4", content=bytes(800_000))
    with pytest.raises(CannotSay, match=r"1\.1 MB; at most 1"):
        Email().render(say(files=(film,)), account(size_limit_mb=1))
