# ruff: noqa: E501
"""What holds for reading as such: the same bytes, the same mail; files by number; the keys that scripts rely on."""

import json
from pathlib import Path

import pytest

from oase.channels.families.mime import explain, extract, read
from oase.channels.families.mime.addresses import mailboxes
from oase.channels.families.mime.charsets import decode, guess

CORPUS = Path(__file__).parent / "corpus"
KEYS = {"from", "from_email", "from_display_name", "to", "cc", "reply_to", "subject", "message_id", "references", "class", "text", "html",
        "reply_text", "quoted", "signature", "attachments"}  # fmt: skip


def test_explain_has_the_fixed_keys_and_is_json() -> None:
    told = explain(read((CORPUS / "structure-attachment.eml").read_bytes()))
    assert set(told) >= KEYS
    assert set(told["attachments"][0]) >= {"name", "type", "size", "md5", "inline"}
    assert json.loads(json.dumps(told)) == told


def test_the_same_bytes_are_the_same_mail() -> None:
    for path in sorted(CORPUS.glob("*.eml"))[::7]:
        raw = path.read_bytes()
        assert read(raw) == read(raw)


def test_generated_message_id_does_not_depend_on_the_way() -> None:
    mail = b"From: a@example.com\nSubject: x\nDate: Thu, 12 Mar 2026 15:10:00 +0100\n\nHallo\n"
    first = read(b"Received: from a by b; Thu, 12 Mar 2026 15:10:03 +0100\n" + mail).message_id
    assert first == read(b"Received: from c by d; Thu, 12 Mar 2026 15:11:03 +0100\n" + mail).message_id
    assert first != read(mail.replace(b"Hallo", b"Welt")).message_id
    assert first == read(mail.replace(b"\n", b"\r\n")).message_id


def test_files_come_by_number() -> None:
    raw = (CORPUS / "structure-attachment.eml").read_bytes()
    part, content = extract(raw, 0)
    assert (part, content) == (read(raw).attachments[0], b"%PDF-1.4 Rechnung")
    for number in (1, -1):
        with pytest.raises(IndexError):
            extract(raw, number)


def test_attached_mail_comes_out_whole() -> None:
    part, content = extract((CORPUS / "structure-forwarded-as-file.eml").read_bytes(), 0)
    assert part.type == "message/rfc822"
    assert read(content).subject == "Alte Mail"


def test_binary_parts_keep_every_byte() -> None:
    blob = bytes(range(256)) * 3
    raw = (
        b"From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/x-y\n"
    )
    raw += b"Content-Transfer-Encoding: binary\n\n" + blob + b"\n--b--\n"
    assert extract(raw, 0)[1] == blob


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("a@example.com", [("a@example.com", "")]),
        ("=?utf-8?Q?M=C3=BCller=2C_Hans_=3Cx=40y=3E?= <a@example.com>", [("a@example.com", "Müller, Hans <x@y>")]),
        ("A (b (c) d) <a@example.com>", [("a@example.com", "A")]),
        ('"A \\"B\\" C" <a@example.com>', [("a@example.com", 'A "B" C')]),
        ("<a@example.com>, , b@example.com,", [("a@example.com", ""), ("b@example.com", "")]),
        ("nur ein Name", [("", "nur ein Name")]),
        ("<>", []),
        ("", []),
        ("a@example.com <a@example.com>", [("a@example.com", "")]),
        ("'Hans' <a@example.com>", [("a@example.com", "Hans")]),
        ("<@relay.example:a@example.com>", [("a@example.com", "")]),
        ("Gruppe: ;", []),
    ],
)
def test_addresses(field: str, expected: list[tuple[str, str]]) -> None:
    assert [(box.address, box.name) for box in mailboxes(field.encode())] == expected


@pytest.mark.parametrize(
    ("text", "codec"),
    [("Здравствуйте, прошу вас отменить мой заказ", "cp1251"), ("Здравствуйте, прошу вас отменить мой заказ", "koi8-r"),
     ("您好,我的订单还没有到,请问什么时候发货?谢谢", "gb18030"), ("お世話になっております。注文した商品がまだ届きません。", "cp932"), ("お世話になっております。注文した商品がまだ届きません。", "euc_jp"),
     ("안녕하세요. 주문한 상품이 아직 도착하지 않았습니다.", "cp949"), ("Grüße aus Köln und schöne Straßen", "cp1252")],
)  # fmt: skip
def test_unlabelled_text_is_guessed(text: str, codec: str) -> None:
    assert guess(text.encode(codec)) == codec
    assert decode(text.encode(codec))[0] == text
