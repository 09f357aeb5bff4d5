"""What we read in pages is what a reader that others wrote (mf2py) reads in them; and pages that are made to cost time do not."""

import json
import time
from pathlib import Path
from typing import Any

import mf2py
import pytest

from oase.channels.adapters.webmention.microformats import read_entry
from oase.channels.adapters.webmention.pages import read_page

HERE = Path(__file__).parent / "recordings"
TARGET = "https://www.lindgruen.example/ratgeber/winterreifen"
RELATIONS = {"reply": "in-reply-to", "like": "like-of", "repost": "repost-of", "bookmark": "bookmark-of"}


def recorded() -> list[Any]:
    """Recordings of pages with an entry that has an author of its own."""
    found = []
    for file in sorted(HERE.glob("*.json")):
        one = json.loads(file.read_text("utf-8"))
        if any(event["type"] == "received" for event in one.get("expected", ())) and "p-author" in one["body"]["text"]:
            found.append(pytest.param(one, id=file.stem))
    return found


@pytest.mark.parametrize("one", recorded())
def test_authors_relations_and_pictures_are_those_that_another_reader_finds(one: dict[str, Any]) -> None:
    url, target = one["query"]["url"], one["query"]["target"]
    page = read_page(one["body"]["text"].encode(), "text/html", url)
    assert page is not None
    entry = read_entry(page, target)
    assert entry is not None
    items = mf2py.parse(doc=one["body"]["text"], url=url)["items"]
    entries = [
        item for item in [*items, *(each for item in items for each in item.get("children", ()))] if "h-entry" in item["type"]
    ]
    relation = RELATIONS.get(entry.kind, "")
    theirs = next(
        (item["properties"] for item in entries if relation and _urls(item["properties"].get(relation, []), target)), None
    )
    theirs = theirs or entries[-1]["properties"]
    authors = theirs.get("author") or items[0]["properties"]["author"]
    assert entry.author.name == authors[0]["properties"]["name"][0]
    assert not relation or _urls(theirs[relation], target)
    pictures = [photo["value"] if isinstance(photo, dict) else photo for photo in theirs.get("photo", ())]
    assert list(entry.pictures) == list(dict.fromkeys(pictures))


def _urls(values: list[Any], target: str) -> bool:
    return any(target in (value.get("properties", {}).get("url", []) if isinstance(value, dict) else [value]) for value in values)


@pytest.mark.parametrize(
    "html",
    [
        '<div class="h-entry">' * 40_000 + f'<a href="{TARGET}">x</a>',
        f'<div class="h-entry"><a href="{TARGET}">x</a>' + '<span class="u-photo">x' * 30_000,
        f'<a href="{TARGET}">x</a>' * 20_000,
        f'<div class="h-entry"><a href="{TARGET}">x</a>' + '<p class="p-author h-card"><p class="u-url">' * 15_000,
        "<link rel=webmention>" * 40_000 + f'<a class="h-entry" href="{TARGET}">x</a>',
    ],
    ids=["nested entries", "nested pictures", "many links", "nested cards", "many empty endpoints"],
)
def test_a_page_of_a_megabyte_that_is_made_to_cost_time_costs_little(html: str) -> None:
    started = time.thread_time()
    page = read_page(html[:1_000_000].encode(), "text/html", "https://nele.example/")
    assert page is not None
    page.names(TARGET)
    read_entry(page, TARGET)
    assert time.thread_time() - started < 6
