"""Texts, moments and numbers in both languages."""

import pickle
from datetime import UTC, date, datetime, timedelta

import pytest

from oase.kernel.errors import Invalid
from oase.kernel.i18n import Language, Translator, choose, message, messages, translator
from oase.kernel.i18n.message import Message

NOON = datetime(2026, 11, 22, 14, 47, tzinfo=UTC)


@pytest.fixture
def de() -> Translator:
    """German in Berlin, with a small catalogue of its own."""
    german = Translator("de", "Europe/Berlin")
    german._texts = {
        ("", "The file %(name)s is too large."): ("Die Datei %(name)s ist zu groß.",),
        ("", "%(n)s file"): ("%(n)s Datei", "%(n)s Dateien"),
        ("", "image"): ("Bild",),
        ("verb", "open"): ("öffnen",),
        ("", "open"): ("offen",),
    }
    return german


def test_a_message_is_english_text_and_can_be_said_in_german(de: Translator) -> None:
    text = message("The file %(name)s is too large.", name="Übersicht 📎.pdf")
    assert text == "The file Übersicht 📎.pdf is too large."
    assert de.text(text) == "Die Datei Übersicht 📎.pdf ist zu groß."


def test_a_message_goes_through_an_error(de: Translator) -> None:
    error = Invalid(message("The file %(name)s is too large.", name="a.pdf"), field="file")
    assert (str(error), de.text(error)) == ("The file a.pdf is too large.", "Die Datei a.pdf ist zu groß.")


def test_messages_within_a_message_are_translated_with_it(de: Translator) -> None:
    assert de.text(message("The file %(name)s is too large.", name=message("image"))) == "Die Datei Bild ist zu groß."


@pytest.mark.parametrize(
    ("n", "english", "german"), [(0, "0 files", "0 Dateien"), (1, "1 file", "1 Datei"), (2, "2 files", "2 Dateien")]
)
def test_plurals_follow_the_number(de: Translator, n: int, english: str, german: str) -> None:
    text = messages("%(n)s file", "%(n)s files", n)
    assert (text, de.text(text), de.ngettext("%(n)s file", "%(n)s files", n)) == (english, german, german)


def test_a_context_tells_two_meanings_apart(de: Translator) -> None:
    assert (de.gettext("open"), de.pgettext("verb", "open")) == ("offen", "öffnen")


def test_a_text_without_translation_stays_english(de: Translator) -> None:
    assert (de.gettext("Not there yet"), de.text(message("100% sure"))) == ("Not there yet", "100% sure")


def test_a_message_survives_pickling() -> None:
    text = messages("%(n)s file", "%(n)s files", 3)
    copy = pickle.loads(pickle.dumps(text))
    assert isinstance(copy, Message)
    assert (copy, copy.plural, copy.n) == (text, "%(n)s files", 3)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr-FR, de;q=0.5, en;q=0.3", "de"),
        ("fr", "en"),
        ("en;q=0, de;q=0.1", "de"),
        ("DE_ch", "de"),
        ("*", "en"),
        ("de;q=abc,,;;", "en"),
        ("x" * 100_000, "en"),
    ],
)
def test_the_browsers_wish_is_followed(header: str, language: Language) -> None:
    assert choose(header) == language


def test_moments_are_shown_in_the_readers_zone_and_way() -> None:
    german, english = translator("de", "Europe/Berlin"), translator("en", "America/New_York")
    assert (german.date_time(NOON, "short"), german.time(NOON), german.date(NOON)) == ("22.11.26, 15:47", "15:47", "22.11.2026")
    assert (english.time(NOON), english.date(NOON), english.day_and_month(NOON)) == ("9:47\xa0AM", "Nov 22, 2026", "Nov 22")
    assert (german.weekday(NOON), german.day_and_month(date(2026, 3, 1))) == ("Sonntag", "1. März")


def test_the_day_is_the_readers_day() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert (translator("de", "Europe/Berlin").date(late), translator("de").date(late)) == ("01.01.2027", "31.12.2026")


@pytest.mark.parametrize(
    ("span", "english", "german"),
    [
        (timedelta(seconds=-3), "just now", "gerade eben"),
        (timedelta(minutes=-3), "3 minutes ago", "vor 3 Minuten"),
        (timedelta(hours=-1), "1 hour ago", "vor 1 Stunde"),
        (timedelta(days=2), "in 2 days", "in 2 Tagen"),
    ],
)
def test_time_is_told_from_now(span: timedelta, english: str, german: str) -> None:
    assert (translator("en").ago(NOON + span, NOON), translator("de").ago(NOON + span, NOON)) == (english, german)


def test_durations_are_told_in_their_largest_unit() -> None:
    assert translator("de").duration(timedelta(hours=3)) == "3 Stunden"
    assert translator("de").duration(timedelta(minutes=90), short=True) == "2 Std."


@pytest.mark.parametrize(
    ("size", "english", "german"),
    [
        (0, "0 B", "0 B"),
        (999, "999 B", "999 B"),
        (1_000, "1 kB", "1 kB"),
        (1_234_567, "1.2 MB", "1,2 MB"),
        (999_960, "1 MB", "1 MB"),
    ],
)
def test_sizes_of_files(size: int, english: str, german: str) -> None:
    assert (translator("en").size(size), translator("de").size(size)) == (english, german)


def test_numbers_shares_and_lists() -> None:
    german, english = translator("de"), translator("en")
    assert (german.number(1234.5), english.number(1234.5)) == ("1.234,5", "1,234.5")
    assert (german.percent(0.37), english.percent(0.37)) == ("37\xa0%", "37%")
    assert german.listed(["Anna", "Jörg", "Zoë"]) == "Anna, Jörg und Zoë"
    assert english.listed(["Anna", "Jörg", "Zoë"], "or") == "Anna, Jörg, or Zoë"
    assert german.listed([]) == ""


def test_an_unknown_time_zone_counts_as_utc() -> None:
    assert translator("de", "Mond/Mare").time(NOON) == "14:47"
    assert translator("de", "../../etc/passwd").time(NOON) == "14:47"
