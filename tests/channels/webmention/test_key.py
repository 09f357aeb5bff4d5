"""By which a webmention that comes again is known: its two addresses, however the form is written."""

from datetime import UTC, datetime

from oase.channels.adapters.webmention.adapter import Webmention
from oase.channels.contract import Raw

MENTION = b"source=https%3A%2F%2Faylin.example%2Fnotes%2F1&target=https%3A%2F%2Flindgruen.example%2Fblog"


def key(body: bytes, method: str = "POST") -> bytes | None:
    return Webmention().dedup_key(Raw(body=body, method=method, received_at=datetime(2026, 11, 29, tzinfo=UTC)))


def test_the_same_two_addresses_are_the_same_mention() -> None:
    other_order = b"target=https://lindgruen.example/blog&source=https://aylin.example/notes/1"
    assert key(MENTION) == key(other_order)
    assert len(key(MENTION) or b"") == 16


def test_another_page_on_either_side_is_another_mention() -> None:
    source, target = MENTION.replace(b"notes%2F1", b"notes%2F2"), MENTION.replace(b"blog", b"laden")
    assert len({key(MENTION), key(source), key(target)}) == 3


def test_what_is_not_told_has_no_key() -> None:
    assert key(MENTION, "GET") is None
