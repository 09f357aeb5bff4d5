# ruff: noqa: E501
"""What holds for reading as such: the same bytes, the same mail; files by number; the keys that scripts rely on."""

import base64
import json
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from oase.channels.families.mime import explain, extract, extract_all, read
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
    [("Здравствуйте, прошу вас отменить мой заказ", "cp1251"), ("Добрый день! Где мой заказ?", "cp1251"), ("Дякую, я зачекаю на відповідь", "cp1251"),
     ("Здравствуйте, прошу вас отменить мой заказ", "koi8-r"), ("Спасибо большое!", "koi8-r"), ("Παρακαλώ ακυρώστε την παραγγελία μου", "iso-8859-7"),
     ("שלום אנא בטלו את ההזמנה", "cp1255"), ("مرحبا أرجو إلغاء الطلب", "cp1256"), ("您好,我的订单还没有到,请问什么时候发货?谢谢", "gb18030"),
     ("您好，請取消我的訂單，謝謝", "big5hkscs"), ("お世話になっております。注文した商品がまだ届きません。", "cp932"), ("お世話になっております。注文した商品がまだ届きません。", "euc_jp"),
     ("안녕하세요. 주문한 상품이 아직 도착하지 않았습니다.", "cp949"), ("Grüße aus Köln und schöne Straßen", "cp1252"), ("ÄÖÜ äöü ß", "cp1252"), ("Élève à l'école où ça été", "cp1252")],
)  # fmt: skip
def test_unlabelled_text_is_guessed(text: str, codec: str) -> None:
    assert guess(text.encode(codec)) == codec
    assert decode(text.encode(codec))[0] == text


def test_mail_inside_an_opaque_signature_is_read() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Hans")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(start).not_valid_after(start + timedelta(days=365)).sign(key, hashes.SHA256())
    )  # fmt: skip
    inner = "Content-Type: text/plain; charset=utf-8\r\n\r\nGrüße aus dem Umschlag".encode()
    builder = pkcs7.PKCS7SignatureBuilder().set_data(inner).add_signer(certificate, key, hashes.SHA256())
    signed = builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    raw = b"From: a@b.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"
    raw += b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(signed)
    mail = read(raw)
    assert mail.text == "Grüße aus dem Umschlag"
    assert "signed: S/MIME" in mail.notes
    assert [part.name for part in mail.attachments] == ["smime.p7m"]


def attribute(number: int, data: bytes) -> bytes:
    return b"\x02" + number.to_bytes(4, "little") + len(data).to_bytes(4, "little") + data + b"\x00\x00"


def test_files_inside_winmail_dat_come_out() -> None:
    long = "Übersicht März.xlsx".encode("utf-16-le") + b"\x00\x00"
    properties = b"\x01\x00\x00\x00\x1f\x00\x07\x37" + (1).to_bytes(4, "little") + len(long).to_bytes(4, "little") + long
    container = bytes.fromhex("789f3e220100") + attribute(0x00069002, b"\x00" * 14) + attribute(0x00018010, b"UEBERS~1.XLS\x00")
    container += attribute(0x0006800F, b"Tabelle") + attribute(0x00069005, properties)
    container += attribute(0x00069002, b"\x00" * 14) + attribute(0x00018010, b"zwei.pdf\x00") + attribute(0x0006800F, b"%PDF")
    raw = b"From: a@b.example\nMIME-Version: 1.0\nContent-Type: application/ms-tnef; name=winmail.dat\n"
    raw += b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(container)
    mail = read(raw)
    assert [part.name for part in mail.attachments] == ["winmail.dat", "Übersicht März.xlsx", "zwei.pdf"]
    assert extract(raw, 1)[1] == b"Tabelle"
    assert "tnef: winmail.dat, Übersicht März.xlsx, zwei.pdf" in mail.notes


def attached(*values: tuple[int, int, bytes]) -> bytes:
    """The properties (type, id, value) of a file inside a TNEF container, after one that has a name of its own."""
    named = struct.pack("<HH", 0x001F, 0x8001) + bytes(16) + struct.pack("<II", 1, 6) + "Nr\x00".encode("utf-16-le") + bytes(2)
    block = struct.pack("<I", len(values) + 2) + struct.pack("<HHI", 0x0003, 0x3705, 1)
    block += named + struct.pack("<II", 1, 4) + "7\x00".encode("utf-16-le")
    for kind, number, value in values:
        block += struct.pack("<HHII", kind, number, 1, len(value)) + value + bytes(-len(value) % 4)
    return attribute(0x00069002, bytes(14)) + attribute(0x00069005, block)


def winmail(container: bytes) -> bytes:
    raw = b"From: a@b.example\nMIME-Version: 1.0\nContent-Type: application/ms-tnef; name=winmail.dat\n"
    return raw + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(bytes.fromhex("789f3e220100") + container)


def test_files_that_outlook_keeps_as_properties_come_out_of_winmail_dat() -> None:
    name = "Prüfbericht.pdf\x00".encode("utf-16-le")
    raw = winmail(
        attached((0x001F, 0x3707, name), (0x0102, 0x3701, b"%PDF-1.7"))
        + attached((0x001E, 0x3707, b"K\xe4ufer.txt\x00"), (0x000D, 0x3701, bytes(16) + b"Objekt"))
    )
    assert [part.name for part in read(raw).attachments] == ["winmail.dat", "Prüfbericht.pdf", "Käufer.txt"]
    assert [content for _, content in extract_all(raw, (1, 2))] == [b"%PDF-1.7", b"Objekt"]


def test_files_of_a_mail_attached_inside_winmail_dat_come_out() -> None:
    inner = bytes.fromhex("789f3e220100") + attached((0x001E, 0x3707, b"Rechnung.pdf\x00"), (0x0102, 0x3701, b"%PDF"))
    raw = winmail(attached((0x000D, 0x3701, bytes.fromhex("0703020000000000c000000000000046") + inner)))
    assert [(part.name, part.size_bytes) for part in read(raw).attachments][1:] == [("Rechnung.pdf", 4)]


@pytest.mark.parametrize("cut", range(20, 160, 7))
def test_a_cut_off_winmail_dat_is_still_a_file(cut: int) -> None:
    container = attached((0x001E, 0x3707, b"Rechnung.pdf\x00"), (0x0102, 0x3701, b"%PDF" * 20))
    assert read(winmail(container[:cut])).attachments[0].name == "winmail.dat"


def test_files_in_a_text_have_the_type_of_their_name() -> None:
    raw = b"From: a@b.example\n\nHallo\nbegin 644 foto.gif\n#0V%T\n`\nend\n"
    assert [(part.name, part.type) for part in read(raw).attachments] == [("foto.gif", "image/gif")]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"X-Loop: hilfe@nordlicht.example\n", "loop"),
        (b"Delivered-To: hilfe@nordlicht.example\n" * 3, "loop"),
        (b"Delivered-To: hilfe@nordlicht.example\n" * 2, "normal"),
        (b"X-Loop: yes\n", "auto_reply"),
        (b"X-Loop: hilfe@nordlicht.example\nList-Id: <kunden.nordlicht.example>\n", "list"),
    ],
)
def test_a_mail_that_was_here_before_is_a_loop(header: bytes, expected: str) -> None:
    assert read(header + b"From: a@b.example\nTo: hilfe@nordlicht.example\nSubject: Hallo\n\nGuten Tag").mail_class == expected
