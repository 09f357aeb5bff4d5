"""How pages are sent."""

import gzip

import pytest
from litestar.testing import RequestFactory

from oase.web.pages import html

LONG = "<p>Grüße aus Überlingen am Bodensee 🚲</p>\n" * 200


def test_a_long_page_is_packed_and_unpacks_to_what_it_was() -> None:
    answer = html(RequestFactory().get(headers={"accept-encoding": "br, gzip"}), LONG)
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.content) == LONG.encode()
    assert len(answer.content) < len(LONG) / 10


@pytest.mark.parametrize(("accepted", "text"), [("br", LONG), ("", LONG), ("gzip", "<p>Hallo</p>")])
def test_a_short_page_and_one_for_a_browser_that_unpacks_nothing_stay_as_they_are(accepted: str, text: str) -> None:
    answer = html(RequestFactory().get(headers={"accept-encoding": accepted}), text)
    assert "content-encoding" not in answer.headers
    assert answer.content == text.encode()
