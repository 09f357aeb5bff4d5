"""Units, alphabets and parts: what goes in comes out, however it is cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oase.channels.families.smpp import (
    Bind,
    Command,
    Damaged,
    Framer,
    Number,
    Pdu,
    ShortMessage,
    Style,
    content_of,
    fits,
    frames,
    piece_of,
    read_bound,
    read_message,
    read_submitted,
    read_text,
    split,
    write_bind,
    write_message,
)

GSM = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCXYZÄÖÑÜ§¿abcxyzäöñüà^{}\\[~]|€\n\r\f"
texts = st.one_of(
    st.text(st.sampled_from(GSM)), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff\ufffe"))
)


@given(texts, st.sampled_from(["udh", "sar", "payload"]), st.sampled_from(["gsm", "latin1", "ascii"]))
def test_a_text_comes_out_of_its_parts_as_it_went_in(text: str, style: Style, alphabet: str) -> None:
    parts = split(text, style, 7, alphabet)  # type: ignore[arg-type]
    messages = [
        read_message(
            Pdu(
                command=Command.SUBMIT_SM,
                body=write_message(
                    ShortMessage(text=one.text, coding=one.coding, esm_class=one.esm_class, parameters=one.parameters)
                ),
            )
        )
        for one in parts
    ]
    joined = b"".join(map(content_of, messages))
    assert read_text(joined, messages[0].coding, alphabet) == text  # type: ignore[arg-type]
    pieces = [piece_of(one) for one in messages]
    assert [piece.number for piece in pieces if piece] == (list(range(1, len(parts) + 1)) if len(parts) > 1 else [])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("🧡" * 35, 1),
        ("🧡" * 36, 2),
    ],
)
def test_a_message_has_as_many_parts_as_phones_expect(text: str, count: int) -> None:
    assert len(split(text, "udh", 1)) == count


def test_no_part_ends_in_the_middle_of_a_letter() -> None:
    for text in ("x" * 152 + "€" * 90, "я" * 66 + "🧡" * 20):
        for part in split(text, "udh", 1):
            bare = part.text[6:]
            assert "\ufffd" not in (read_text(bare, part.coding) or "")
            assert len(bare) <= (153 if fits(text) else 134)


def test_more_than_255_parts_are_no_message() -> None:
    with pytest.raises(ValueError, match="255"):
        split("я" * 67 * 256, "udh", 1)


@given(st.lists(st.binary(max_size=40), max_size=6), st.lists(st.integers(0, 300), max_size=10))
def test_units_are_found_however_the_stream_is_cut(bodies: list[bytes], cuts: list[int]) -> None:
    sent = [Pdu(command=Command.DELIVER_SM, sequence=number, body=body) for number, body in enumerate(bodies)]
    stream = b"".join(one.encoded() for one in sent)
    framer, places = Framer(), sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    found = [pdu for start, end in pairwise(places) for pdu in framer.feed(stream[start:end])]
    assert found == sent
    assert list(frames(stream)) == sent


@pytest.mark.parametrize("head", ["0000000f", "00011171", "ffffffff"])
def test_a_length_that_cannot_be_true_is_noticed_at_once(head: str) -> None:
    with pytest.raises(Damaged):
        Framer().feed(bytes.fromhex(head))


@given(st.binary(max_size=300))
def test_any_body_is_read_or_damaged(body: bytes) -> None:
    for command in (Command.DELIVER_SM, Command.DATA_SM):
        try:
            message = read_message(Pdu(command=command, body=body))
        except Damaged as error:
            assert str(error)
            continue
        piece_of(message)
        read_text(content_of(message), message.coding)


def test_a_bind_says_who_we_are_and_cuts_what_is_too_long() -> None:
    body = write_bind(Bind(system_id="muster", password="123456789012", system_type="", served=Number("^49", 1, 1)))
    assert body == b"muster\x0012345678\x00\x00\x34\x01\x01^49\x00"


def test_answers_are_read_as_far_as_they_go() -> None:
    assert read_submitted(Pdu(command=Command.SUBMIT_SM | 0x80000000)).message_id == ""
    assert read_submitted(Pdu(command=Command.SUBMIT_SM | 0x80000000, body=b"abc\0")).message_id == "abc"
    bound = read_bound(Pdu(command=0x80000009, body=b"smsc\0\x02\x10\x00\x01\x34"))
    assert (bound.system_id, bound.version) == ("smsc", 0x34)
    assert read_bound(Pdu(command=0x80000009)).system_id == ""
