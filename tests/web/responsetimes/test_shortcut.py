"""What is at hand is answered before the framework's layers, and says the same."""

from typing import Any

import pytest
from tests.statements import statements

from oase.web.responsetimes import Shortcut

from .conftest import Public


def scope(path: str, query: str = "", method: str = "GET", **headers: str) -> dict[str, Any]:
    """A request as the server gives it."""
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"path": path, "query_string": query.encode(), "method": method, "headers": given}


@pytest.mark.parametrize("what", ["", "/figures.json", "/badge.svg", "/badge.js"])
async def test_it_says_what_the_pages_say_and_asks_nobody(public: Public, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await public.shows("whatsapp")
    shortcut, path = Shortcut(public.app), f"/response-times/lindgruen{what}"
    assert shortcut(scope(path)) is None  # nothing was asked for yet
    async with public.session.get(f"{path}?lang=de", headers={"accept-encoding": "gzip"}) as answer:
        body, headers = await answer.read(), answer.headers
    with statements(monkeypatch) as asked:
        sent = shortcut(scope(path, "lang=de", accept_encoding="gzip, br"))
        again = shortcut(scope(path, "lang=de", if_none_match=headers["etag"]))
    assert asked == []
    assert sent is not None
    assert (sent.status, sent.body, sent.headers["etag"]) == (200, body, headers["etag"])
    assert {
        name: headers[name] for name in sent.headers if name not in ("content-type", "cache-control")
    }.items() <= sent.headers.items()
    assert again is not None
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    ("path", "method"),
    [("/response-times/lindgruen", "POST"), ("/response-times/lindgruen/front", "GET"), ("/response-times/lindgruen/a/b", "GET"),
     ("/response-times/somebody", "GET"), ("/portal/assets/1/times.css", "GET"), ("/portal/lindgruen", "GET")],
)  # fmt: skip
async def test_it_leaves_to_the_pages_what_is_not_at_hand(public: Public, path: str, method: str) -> None:
    await public.shows("whatsapp", front=False)
    assert await public.board.of("lindgruen") is not None
    assert Shortcut(public.app)(scope(path, method=method)) is None
