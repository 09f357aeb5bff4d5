"""Finding the endpoint that a page names: the 23 cases of https://webmention.rocks (facts, read 2026-11; the pages are our own).

Each page is served by a server and asked as the core does it; what is told arrives at the endpoint that the page means.
"""

from collections.abc import AsyncIterator, Mapping
from ipaddress import ip_network
from typing import Final

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec import Struct
from tests.channels.caller import Caller

from oase.channels.adapters.webmention import adapter
from oase.channels.adapters.webmention.addresses import mention_id
from oase.channels.adapters.webmention.pages import endpoint_of
from oase.channels.contract import Accepted, Account, Envelope, Outcome, Refused, Reply, Say
from oase.kernel.clock import SystemClock
from oase.kernel.http import Outside
from oase.kernel.http.guard import Guard

OURS: Final = "https://www.lindgruen.example/winterreifen"
HERE: Final = "https://support.example.com/said/abc"


class Case(Struct, frozen=True, kw_only=True):
    """A page; `right` is the path of the endpoint that it means, empty: none. `{base}` stands for the site's address."""

    number: int
    says: str
    right: str = "/right"
    html: str = "<p>Hallo</p>"
    headers: tuple[tuple[str, str], ...] = ()
    moved_to: str = ""


CASES: Final = [
    Case(number=1, says="header, unquoted, relative", headers=(("Link", "</right>; rel=webmention"),)),
    Case(number=2, says="header, unquoted, absolute", headers=(("Link", "<{base}/right>; rel=webmention"),)),
    Case(number=3, says="link, relative", html='<link rel="webmention" href="/right">'),
    Case(number=4, says="link, absolute", html='<link rel="webmention" href="{base}/right">'),
    Case(number=5, says="a, relative", html='<a rel="webmention" href="/right">wm</a>'),
    Case(number=6, says="a, absolute", html='<a rel="webmention" href="{base}/right">wm</a>'),
    Case(number=7, says="header in strange capitals", headers=(("LinK", "<{base}/right>; rel=webmention"),)),
    Case(number=8, says="header, quoted", headers=(("Link", '<{base}/right>; rel="webmention"'),)),
    Case(number=9, says="several relations on a link", html='<link rel="webmention somethingelse" href="/right">'),
    Case(number=10, says="several relations in the header", headers=(("Link", '</right>; rel="somethingelse webmention"'),)),
    Case(
        number=11, says="header before link and a", headers=(("Link", "</right>; rel=webmention"),),
        html='<link rel="webmention" href="/wrong"><a rel="webmention" href="/wrong">wm</a>',
    ),
    Case(number=12, says="another relation", html='<link rel="not-webmention" href="/wrong"><a rel="webmention" href="/right">wm</a>'),
    Case(number=13, says="in a comment", html='<!-- <a rel="webmention" href="/wrong"></a> --><a rel="webmention" href="/right">wm</a>'),
    Case(
        number=14, says="escaped",
        html='<code>&lt;a href="/wrong" rel="webmention"&gt;&lt;/a&gt;</code><a rel="webmention" href="/right">wm</a>',
    ),
    Case(number=15, says="empty: the page itself", html='<link rel="webmention" href="">', right="/page"),
    Case(number=16, says="a before link", html='<a rel="webmention" href="/right">wm</a><link rel="webmention" href="/wrong">'),
    Case(number=17, says="link before a", html='<link rel="webmention" href="/right"><a rel="webmention" href="/wrong">wm</a>'),
    Case(number=18, says="several headers", headers=(("Link", "</wrong>; rel=other"), ("Link", "</right>; rel=webmention"))),
    Case(number=19, says="several in one header", headers=(("Link", '</wrong>; rel="other", </right>; rel="webmention"'),)),
    Case(number=20, says="a link without href", html='<link rel="webmention"><a rel="webmention" href="/right">wm</a>'),
    Case(number=21, says="with a query", html='<link rel="webmention" href="/right?query=yes">', right="/right?query=yes"),
    Case(number=22, says="relative to the path", html='<link rel="webmention" href="below/right">', right="/below/right"),
    Case(number=23, says="moved", moved_to="/away/page", html='<link rel="webmention" href="right">', right="/away/right"),
    Case(number=0, says="none", right=""),
    Case(number=0, says="no address", html='<link rel="webmention" href="mailto:me@example.com">', right=""),
    Case(number=0, says="a base", html='<base href="{base}/blog/"><link rel="webmention" href="right">', right="/blog/right"),
    Case(number=0, says="in a script", html='<script>var a = \'<a rel="webmention" href="/wrong">\';</script>', right=""),
    Case(number=0, says="capitals", html='<LINK REL="WebMention" HREF="/right">'),
]  # fmt: skip


class Site:
    """A stranger's site: shows one page, and keeps what it is told at which address."""

    def __init__(self) -> None:
        self.base = ""
        self.case = Case(number=0, says="")
        self.told: list[tuple[str, Mapping[str, str]]] = []
        self.status = 202

    async def answer(self, request: web.Request) -> web.Response:
        """Pages by GET, endpoints by POST."""
        if request.method == "POST":
            self.told.append((request.path_qs, {name: str(value) for name, value in (await request.post()).items()}))
            return web.Response(status=self.status, text="Nein." if self.status >= 400 else "")
        if self.case.moved_to and request.path != self.case.moved_to:
            return web.Response(status=302, headers={"location": self.case.moved_to})
        answer = web.Response(text=self.case.html.replace("{base}", self.base), content_type="text/html")
        for name, value in self.case.headers:
            answer.headers.add(name, value.replace("{base}", self.base))
        return answer


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    """The site, served."""
    site, application = Site(), web.Application()
    application.router.add_route("*", "/{tail:.*}", site.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield site
    await runner.cleanup()


async def told(site: Site, guard: Guard | None = None) -> Outcome:
    """Our answer to the page."""
    account = Account(id="1", channel="webmention", settings={"pages": ["https://www.lindgruen.example"]})
    envelope = Envelope(
        id="0193", to="", thread=OURS, reply_to=mention_id(f"{site.base}/page", OURS), link=HERE, at=SystemClock().now()
    )
    async with Outside(guard or Guard([ip_network("127.0.0.0/8")])) as outside:
        return await Caller(adapter, account, outside, SystemClock().now).say(Say(envelope=envelope, text="Danke!"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number}-{case.says}")
async def test_the_endpoint_that_a_page_means_is_told(site: Site, case: Case) -> None:
    site.case = case
    outcome = await told(site)
    if not case.right:
        assert isinstance(outcome, Refused)
        assert (outcome.code, site.told) == ("no_endpoint", [])
        return
    assert outcome == Accepted(external_id=HERE)
    assert site.told == [(case.right, {"source": HERE, "target": f"{site.base}/page"})]


async def test_neither_a_page_nor_an_endpoint_in_a_private_network_is_asked(site: Site) -> None:
    refused = await told(site, Guard())
    assert isinstance(refused, Refused)
    assert "private network" in refused.why
    site.case = Case(number=0, says="", html='<link rel="webmention" href="http://169.254.169.254/latest/">')
    refused = await told(site)
    assert isinstance(refused, Refused)
    assert "private network" in refused.why


async def test_what_the_endpoint_says_is_told_to_the_agent(site: Site) -> None:
    site.case, site.status = CASES[2], 400
    refused = await told(site)
    assert isinstance(refused, Refused)
    assert refused.why.endswith("\nNein.")


def test_a_header_of_many_thousand_links_is_read_in_no_time() -> None:
    header = ", ".join('</x>; rel="y' for _ in range(20_000))
    assert endpoint_of(Reply(status=200, headers={"link": header}), "https://nele.example/") == ""
