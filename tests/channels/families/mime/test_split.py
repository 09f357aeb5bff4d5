# ruff: noqa: E501
"""Reply, quote and signature: properties that hold for every text."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from oase.channels.families.mime.html_text import html_lines, parse_html
from oase.channels.families.mime.lines import plain_lines
from oase.channels.families.mime.replies import split
from oase.channels.families.mime.replies.tables import languages, prefix_of

PIECES = [
    "Hallo,", "", "Bitte um Rückruf.", "> Welche Größe?", ">> tief", "-- ", "--", "Viele Grüße", "Hans Müller", "PS: noch etwas",
    "Am 12.03.26 um 14:05 schrieb Nordlicht:", "On Mar 12, 2026, at 14:05, Max <max@example.com> wrote:", "Von: Max <max@example.com>",
    "Gesendet: Donnerstag, 12. März 2026 14:05", "An: Hans", "Betreff: AW: Test", "-----Ursprüngliche Nachricht-----",
    "________________________________", "Von meinem iPhone gesendet", "---------- Forwarded message ---------", "Am Montag schrieb ich:",
    "Tel. +49 30 23125 117", "Amtsgericht Hamburg HRB 1, Geschäftsführer: Max", "Wann kommt die Ware, auf die ich seit drei Wochen warte?",
    "Diese E-Mail enthält vertrauliche Informationen und ist nur für den Adressaten bestimmt.", " ", "\t> x", ">", "```", "1. eins", "- zwei",
]  # fmt: skip
texts = st.one_of(st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=30)), max_size=40).map("\n".join))
subjects = st.sampled_from(["", "Anfrage", "AW: Anfrage", "WG: Anfrage", "Fwd: x", "SV: x", "回复: x"])


@given(texts, subjects, st.booleans())
@example("-- ", "", False)
@example(">", "AW: x", True)
@settings(max_examples=600, deadline=None)
def test_segments_joined_are_the_text(text: str, subject: str, answers: bool) -> None:
    found = split(plain_lines(text), subject=subject, answers=answers)
    assert "".join(segment.text for segment in found.segments) == text == found.text


@given(texts, subjects, st.booleans())
@settings(max_examples=600, deadline=None)
def test_every_visible_character_is_in_exactly_one_of_the_three(text: str, subject: str, answers: bool) -> None:
    found = split(plain_lines(text), subject=subject, answers=answers)
    assert sorted("".join((found.reply_text + found.quoted + found.signature).split())) == sorted("".join(text.split()))


@given(
    st.lists(
        st.sampled_from(["Bitte um Rückruf.", "", "Wann kommt die Ware?", "1. eins", "Danke!"]), min_size=1, max_size=10
    ).map("\n".join)
)
@settings(max_examples=200, deadline=None)
def test_text_without_any_mark_stays_whole(text: str) -> None:
    found = split(plain_lines(text), subject="Anfrage", answers=True)
    assert found.reply_text == text.strip("\n")


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_html_lines_hold_every_visible_letter(text: str) -> None:
    visible = "".join(character for character in text if character.isalnum())
    root, _ = parse_html(f"<div><p>{visible}</p></div>")
    assert root is not None
    assert "".join(line.body for line in html_lines(root)[0]) == visible


def test_every_language_has_the_tables_that_replies_need() -> None:
    assert len(languages()) >= 25
    for language in languages():
        assert language.wrote and language.from_ and language.to and language.subject and language.sent, language.name
        assert language.original and language.forwarded and language.closings and language.mobile, language.name


def test_the_outermost_prefix_counts() -> None:
    assert prefix_of("AW: WG: Rechnung") == "reply"
    assert prefix_of("WG: AW: Rechnung") == "forward"
    assert prefix_of("Re[2]: x") == "reply"
    assert prefix_of("Rechnung: Mahnung") == ""
