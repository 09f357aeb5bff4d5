"""Snippets show where the words stand."""

import pytest

from oase.conversations.search.marks import fold, snippet
from oase.conversations.search.types import Piece


def shown(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("word", "folded"),
    [("Müller", "muller"), ("MUELLER", "muller"), ("Straße", "strasse"), ("neue", "neue"), ("Quelle", "quelle"),
     ("Łódź", "lodz"), ("İstanbul", "istanbul"), ("Æther", "ather"), ("Größe", "grosse"), ("Жук", "жук")],
)  # fmt: skip
def test_words_are_folded_as_in_the_index(word: str, folded: str) -> None:
    assert fold(word) == folded


def test_every_form_of_a_word_is_marked() -> None:
    text = "Die Rechnungen von Herrn Müller: eine Rechnung ist offen, rechnen wir nach."
    assert shown(snippet(text, {"rechnung", "muller"})) == (
        "Die [Rechnungen] von Herrn [Müller]: eine [Rechnung] ist offen, rechnen wir nach."
    )


def test_the_beginning_of_a_word_marks_the_whole_word() -> None:
    assert shown(snippet("Bitte die Lieferadresse ändern", (), ["lief"])) == "Bitte die [Lieferadresse] ändern"


def test_a_long_text_is_cut_around_the_first_hit() -> None:
    text = "Anfang " * 100 + "Garantie " + "Ende " * 100
    cut = shown(snippet(text, {"garantie"}))
    assert cut.startswith("…Anfang")
    assert "[Garantie]" in cut
    assert cut.endswith("Ende…")
    assert len(cut) < 260


def test_without_a_hit_the_text_begins_at_its_beginning() -> None:
    assert shown(snippet("Guten\n\n  Tag <b>du</b>", {"garantie"})) == "Guten Tag <b>du</b>"
    assert snippet("", {"garantie"}) == ()
