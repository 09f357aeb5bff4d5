"""Answers without the provider's words say what happened and what to do, in both languages, and never show a bare status."""

from datetime import timedelta

import pytest

from oase.channels.contract import Again, Refused, Reply, Unclear
from oase.channels.families.wordless import failed, unreachable, words_of
from oase.kernel.i18n import message, translator

DE = translator("de")


@pytest.mark.parametrize(
    ("status", "german"),
    [
        (403, "Prüfen Sie die Verbindung des Anschlusses"),
        (404, "prüfen Sie die Adressen und Kennungen"),
        (410, "ob es eine neuere Version von Oase gibt"),
        (413, "nimmt etwas so Großes nicht an"),
        (429, "Oase wartet und macht von selbst weiter"),
        (408, "bittet um einen neuen Versuch"),
        (502, "In Oase ist nichts zu ändern"),
        (200, "Meist ist es die Seite eines Proxys"),
        (302, "geben Sie dort die endgültige ein"),
        (418, "sehen Sie nach, ob es eine neuere Version"),
    ],
)
def test_each_status_says_what_to_do_in_german_also_when_it_was_kept(status: int, german: str) -> None:
    words = words_of(message("The forum"), status)
    assert german in DE.text(words)
    assert DE.text(words).startswith("Das Forum ")
    assert DE.retold(str(words)) == DE.text(words)


@pytest.mark.parametrize("status", range(100, 600))
def test_every_status_is_whole_sentences_that_name_the_place(status: int) -> None:
    words = words_of("Viber", status)
    assert words.startswith("Viber ")
    assert words.endswith(".")
    assert f"(HTTP status {status})" in words


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Unclear), (302, Refused), (400, Refused), (401, Refused), (403, Refused), (404, Refused), (408, Again), (425, Again),
        (429, Again), (500, Unclear), (502, Unclear), (503, Again), (504, Unclear), (599, Unclear),
    ],
)  # fmt: skip
def test_what_was_sent_is_refused_only_where_nobody_can_have_taken_it(status: int, kind: type) -> None:
    assert isinstance(failed("Viber", Reply(status=status)), kind)


def test_refused_credentials_stop_the_account_and_a_storm_lets_all_of_it_wait_as_long_as_asked() -> None:
    closed, storm = failed("Viber", Reply(status=401)), failed("Viber", Reply(status=429, headers={"retry-after": "17"}))
    assert isinstance(closed, Refused)
    assert closed.sign_in
    assert storm == Again(why=words_of("Viber", 429), after=timedelta(seconds=17), account=True)


def test_no_answer_is_told_with_its_reason() -> None:
    words = unreachable(message("The forum"), message("its name is not known"))
    assert DE.text(words) == "Das Forum ist nicht erreichbar: der Name ist unbekannt"
