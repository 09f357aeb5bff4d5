# ruff: noqa: E501
"""Mails that we send: read back by ourselves and by the standard library, they say what was meant."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oase.channels.families.mime import Mailbox, read
from oase.channels.families.mime.compose import File, Outgoing, Quoted, compose, text_to_html
from oase.channels.families.mime.encode import flowed
from oase.channels.families.mime.flowed import unflow

AT = datetime(2026, 3, 12, 14, 5, tzinfo=UTC)
US = Mailbox(address="hilfe+c4711@nordlicht.example", name="Nordlicht Kundendienst")
HANS = Mailbox(address="hans@example.com", name="Müller, Hans")


def outgoing(**more: object) -> Outgoing:
    values: dict[str, object] = {
        "from_": US, "to": (HANS,), "subject": "AW: Ihre Anfrage", "text": "Hallo Herr Müller,\n\ngern!", "message_id": "m1@nordlicht.example", "date": AT,
    }  # fmt: skip
    return Outgoing(**(values | more))  # type: ignore[arg-type]


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_answer_is_multipart_with_text_and_html() -> None:
    raw = compose(outgoing())
    message = parsed(raw)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Date"].datetime == AT
    assert raw.count(b"\n") == raw.count(b"\r\n")


def test_lines_are_short_and_ascii() -> None:
    raw = compose(outgoing(subject="Grüße " * 40, text="Ein langer Absatz mit Umlauten äöü und 😀. " * 60))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def test_thread_is_named() -> None:
    mail = read(compose(outgoing(in_reply_to="c@x", references=("a@x", "b@x", "c@x"))))
    assert mail.in_reply_to == ("c@x",)
    assert mail.references == ("a@x", "b@x", "c@x")
    long = read(compose(outgoing(in_reply_to="last@x", references=tuple(f"{number}@x" for number in range(100)))))
    assert len(long.references) == 20
    assert (long.references[0], long.references[-1]) == ("0@x", "last@x")


def test_own_answer_is_understood_like_any_other() -> None:
    quoted = Quoted(author="Hans Müller", at=AT, text="Wann kommt die Ware?\n> Am Freitag.")
    for language, words in (("de", "schrieb Hans Müller:"), ("en", "Hans Müller wrote:"), ("fr", "Hans Müller wrote:")):
        mail = read(compose(outgoing(quoted=quoted, signature="Ihr Nordlicht-Team\nTel. +49 30 23125 100", language=language)))
        assert mail.reply_text == "Hallo Herr Müller,\n\ngern!"
        assert mail.signature.startswith("--\nIhr Nordlicht-Team")
        assert words in mail.quoted
        assert "> Wann kommt die Ware?\n>> Am Freitag." in mail.quoted
        assert "Wann kommt" in mail.html
        assert "Wann kommt" not in mail.html_reply


def test_machines_are_told_that_a_machine_wrote() -> None:
    message = parsed(compose(outgoing(auto_submitted="auto-replied", loop_token="nordlicht-1")))
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert read(compose(outgoing(loop_token="nordlicht-1"))).mail_class == "loop"
    assert parsed(compose(outgoing()))["Auto-Submitted"] is None


@pytest.mark.parametrize(
    "name",
    [
        "Rechnung.pdf",
        "Übersicht März.pdf",
        "日本語のとても長いファイル名" * 6 + ".pdf",
        'Anführung".pdf',
        "a;b=c.pdf",
        "x" * 200 + ".pdf",
        "50% *'.pdf",
        "📄.pdf",
    ],
)
def test_file_names_survive(name: str) -> None:
    raw = compose(outgoing(files=(File(name=name, type="application/pdf", content=b"%PDF\x00\xff"),)))
    attachments = [part for part in parsed(raw).walk() if part.get_content_type() == "application/pdf"]
    assert attachments[0].get_filename() == name
    assert attachments[0].get_payload(decode=True) == b"%PDF\x00\xff"
    assert read(raw).attachments[0].size_bytes == 6


def test_pictures_stand_inside_and_files_outside() -> None:
    picture = File(name="logo.png", type="image/png", content=b"png", content_id="logo@nordlicht.example")
    other = File(name="a.txt", type="text/plain", content=b"x")
    raw = compose(outgoing(html='<p><img src="cid:logo@nordlicht.example"></p>', files=(picture, other)))
    assert parsed(raw).get_content_type() == "multipart/mixed"
    mail = read(raw)
    assert [(part.name, part.inline) for part in mail.attachments] == [("logo.png", True), ("a.txt", False)]
    assert 'data-cid="logo@nordlicht.example"' in mail.html


def test_nobody_can_add_a_field() -> None:
    evil = "x\r\nBcc: boese@example.org\r\n\r\nText"
    raw = compose(
        outgoing(
            subject=evil, from_=Mailbox(address="a@b.example\r\nBcc: c@d.example", name=evil), in_reply_to=evil, references=(evil,), loop_token=evil,
            auto_submitted=evil, extra=(("X-A\r\nBcc", evil),), message_id=evil, files=(File(name=evil, type=evil, content=b"x", content_id=evil),),
        )
    )  # fmt: skip
    assert parsed(raw)["Bcc"] is None
    assert not any(line.lower().startswith(b"bcc:") for line in raw.split(b"\r\n"))


def test_a_mail_needs_somebody() -> None:
    with pytest.raises(ValueError, match="recipient"):
        compose(outgoing(to=()))


@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_subject_and_name_survive_any_letters(subject: str, name: str, text: str) -> None:
    raw = compose(outgoing(subject=subject, from_=Mailbox(address="a@b.example", name=name), text=text))
    again = read(raw)
    assert again.from_ is not None and again.from_.address == "a@b.example"
    once = read(compose(outgoing(subject=again.subject, from_=Mailbox(address="a@b.example", name=again.from_.name))))
    assert once.subject == again.subject
    assert raw.isascii()


@given(
    st.lists(
        st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=12), max_size=60
    ).map(" ".join)
)
@settings(max_examples=300, deadline=None)
def test_flowed_lines_flow_back(paragraph: str) -> None:
    back = unflow(flowed(paragraph))
    assert "".join(back.replace(">", "").split()) == "".join(paragraph.replace(">", "").split())


def test_text_becomes_html_without_running() -> None:
    page = text_to_html("Hallo <b>\n\nSiehe https://example.com/?a=1&b=2.")
    assert (
        page
        == '<p>Hallo &lt;b&gt;</p>\n<p>Siehe <a href="https://example.com/?a=1&amp;b=2">https://example.com/?a=1&amp;b=2</a>.</p>'
    )
