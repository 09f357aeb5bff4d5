"""What was typed becomes a query, in English and German; what cannot be understood is named."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oase.conversations.search import SearchQuery, parse_query, with_tag_renamed
from oase.conversations.search.rules import digits_of, score
from oase.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rechnung", {"prefix": "rechnung"}),
        ("rechnung ", {"words": ("rechnung",)}),
        ("Rechnung falsch", {"words": ("Rechnung",), "prefix": "falsch"}),
        ('"guten tag" rechnung ', {"phrases": ("guten tag",), "words": ("rechnung",)}),
        ('"noch nicht zu', {"phrases": ("noch nicht zu",)}),
        ("rechnung -mahnung ", {"words": ("rechnung",), "without": ("mahnung",)}),
        ('-"guten tag"', {"without": ("guten tag",)}),
        ("from:müller", {"sender": ("müller*",)}),
        ("from:müller paket ", {"sender": ("müller",), "words": ("paket",)}),
        ('from:"anna müller"', {"sender": ("anna müller",)}),
        ("von:anna@example.com an:support ", {"sender": ("anna@example.com",), "receiver": ("support",)}),
        ("channel:WhatsApp kanal:email", {"channels": ("whatsapp", "email")}),
        ("is:open is:waiting", {"states": ("open", "waiting")}),
        ("ist:gelöst ist:zurückgestellt", {"states": ("solved", "snoozed")}),
        ("is:unassigned is:mine", {"unassigned": True, "mine": True}),
        ("assignee:me", {"mine": True}),
        ("bearbeiter:niemand", {"unassigned": True}),
        ("assignee:anna team:Technik tag:vip", {"assignees": ("anna",), "teams": ("Technik",), "tags": ("vip",)}),
        ("before:2026-11-24 after:2026-10", {"before": date(2026, 11, 24), "after": date(2026, 10, 1)}),
        ("vor:24.11.2026 seit:2025", {"before": date(2026, 11, 24), "after": date(2025, 1, 1)}),
        ("after:7d before:gestern", {"after": timedelta(days=7), "before": timedelta(days=1)}),
        ("has:file betreff:Angebot ", {"has_file": True, "subject": ("Angebot",)}),
        ("#1042", {"number": 1042}),
        ("1042", {"number": 1042, "prefix": "1042"}),
        ("bestellung 1042", {"words": ("bestellung",), "prefix": "1042"}),
        ("+49 30 23125 177", {"phones": ("+49 30 23125 177",)}),
        ("anruf 030/23125-177 ", {"words": ("anruf",), "phones": ("030/23125-177",)}),
        ("bestellung 104233", {"words": ("bestellung",), "prefix": "104233"}),
        ("https://example.com/a?b=c", {"prefix": "https://example.com/a?b=c"}),
        ("Re: Angebot 10:30", {"words": ("Re", "Angebot"), "prefix": "10:30"}),
        ("from: ", {}),
        ("from:", {}),
        ("is:", {}),
        ("", {}),
        ("  😕 - ! ", {}),
    ],
)
def test_what_was_typed_is_taken_apart(text: str, expected: dict[str, Any]) -> None:
    assert parse_query(text) == SearchQuery(**expected)


@pytest.mark.parametrize(
    ("text", "word"),
    [("rechnung is:ofen", "is:ofen"), ("before:morgen", "before:morgen"), ("after:2026-13-01", "after:2026-13-01"),
     ("has:money", "has:money"), ("vor:31.02.2026", "vor:31.02.2026")],
)  # fmt: skip
def test_the_word_at_fault_is_named(text: str, word: str) -> None:
    with pytest.raises(Invalid, match=word) as caught:
        parse_query(text)
    assert caught.value.field == "q"


@pytest.mark.parametrize("text", ["a" * 501, " ".join("abcdefghijklmnopqrstuvwxyz")])
def test_too_much_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="at most"):
        parse_query(text)


@given(st.text(max_size=300))
def test_whatever_is_typed_becomes_a_query_or_a_sentence(text: str) -> None:
    try:
        parse_query(text)
    except Invalid as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("is:open tag:Garantie", 'is:open tag:"Gewährleistung (neu)"'),
        ('schlagwort:"Garantie" tag:Eilt', 'schlagwort:"Gewährleistung (neu)" tag:Eilt'),
        ("TAG:Garantie  is:open", 'TAG:"Gewährleistung (neu)"  is:open'),
        (
            'tag:"Garantie abgelaufen" -tag:Garantie field:grund=Garantie',
            'tag:"Garantie abgelaufen" -tag:Garantie field:grund=Garantie',
        ),
        ("", ""),
    ],
)
def test_a_query_follows_a_tag_to_its_new_name(text: str, renamed: str) -> None:
    assert with_tag_renamed(text, "Garantie", "Gewährleistung (neu)") == renamed
    assert with_tag_renamed(renamed, "Gewährleistung (neu)", "Gewährleistung (neu)") == renamed


def test_the_ways_to_write_a_number_meet() -> None:
    ways = ["+49 30 23125177", "0049 (0)30 23125-177", "+49 (0) 30/23125177"]
    assert {digits_of(way.replace("(0) ", "(0)")) for way in ways} == {"493023125177"}
    assert digits_of("030 23125177") == "3023125177"


def test_a_newer_hit_stands_above_an_older_one_and_a_much_better_one_above_both() -> None:
    assert score(0.3, timedelta(days=1)) > score(0.3, timedelta(days=200))
    assert score(0.9, timedelta(days=60)) > score(0.3, timedelta(days=1))
