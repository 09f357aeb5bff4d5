"""Sentences that were kept in English are told in the reader's language, line by line; a provider's own words stay."""

import pytest

from oase.kernel.i18n import messages, translator
from oase.kernel.i18n.retold import retold

DE = translator("de")


@pytest.mark.parametrize(
    ("kept", "german"),
    [
        ("Teams asks us to send more slowly.", "Teams bittet, langsamer zu senden."),
        (
            "Slack is temporarily unavailable.\nservice_unavailable",
            "Slack ist vorübergehend nicht erreichbar.\nservice_unavailable",
        ),
        ("Viber cannot be reached: it refuses connections", "Viber ist nicht erreichbar: der Server nimmt keine Verbindungen an"),
        ("No answer from chat.example: it took too long.", "Keine Antwort von chat.example: es hat zu lange gedauert."),
        ("Only the provider knows these words.", "Only the provider knows these words."),
        ("", ""),
        ("\n", "\n"),
    ],
)
def test_our_lines_become_german_and_those_of_others_stay(kept: str, german: str) -> None:
    assert DE.retold(kept) == german


def test_a_sentence_within_a_sentence_is_told_with_it() -> None:
    kept = "@muster.example: direct messages cannot be read. Bluesky is temporarily unavailable.\nUpstreamFailure"
    assert DE.retold(kept) == (
        "@muster.example: Direktnachrichten können nicht gelesen werden. Bluesky ist vorübergehend nicht verfügbar.\nUpstreamFailure"
    )


def test_what_people_and_servers_are_called_is_not_translated() -> None:
    assert "today" in DE.retold("No answer from today: it took too long.")


@pytest.mark.parametrize("odd", ["%(why)s", "100 % sure: 50%", "No answer from : ", "x" * 100_000, "a\x00b\r\nc"])
def test_odd_texts_stay_as_they_are(odd: str) -> None:
    assert retold(odd, "de") == odd


def test_english_readers_see_what_was_kept() -> None:
    kept = str(messages("%(n)s file", "%(n)s files", 2)) + "\nTeams asks us to send more slowly."
    assert translator("en").retold(kept) == kept
