"""All pages of the running program, found by asking its routes, and what can be measured of their looks.

routes of the application ──> addresses (what stands for a parameter is looked up in the database)
   ──> what answers with a whole document is a page
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final, cast

import aiohttp
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect
from playwright.async_api import Page
from tests.looks import DESK, NARROW, looks

from oase.sandbox import Sandbox, sandbox_routes
from oase.sandbox.installed import PLATFORMS
from oase.web.app import make_app
from oase.web.services import Services
from oase.web.sessions import Viewer

from .ground import Installation

FOR_PROGRAMS: Final = (
    "/api/",
    "/sandbox/control/",
    "/sandbox/graph/",
    "/sandbox/lookaside/",
    "/sandbox/words/",
    "/sandbox/apps",
    *(f"/sandbox/{one.id}" for one in PLATFORMS),
)
OF_FILES: Final = {
    "version",
    "file",
    "path",
    "link",
    "file_path",
    "reference",
    "wa_id",
    "attachment_id",
    "message_id",
    "notification_id",
    "hours_file",
    "answer_token",  # test_webmention looks at it
    "wall_token",  # the same page as /floor/wall
}  # of files, streams, frames, and what scripts ask for
STANDS_FOR: Final = {
    "app": "SELECT 'telegram'",  # it has chats and a public side
    "account_id": "SELECT id FROM account",
    "channel": "SELECT DISTINCT channel FROM account",
    "journal_id": "SELECT DISTINCT ON (state) id FROM journal ORDER BY state, id",
    "agent_id": "SELECT id FROM agent ORDER BY id LIMIT 1",
    "role_id": "SELECT DISTINCT ON (key = '') id FROM role ORDER BY key = '', id",
    "team_id": "SELECT id FROM team LIMIT 1",
    "skill_id": "SELECT id FROM skill LIMIT 1",
    "target_id": "SELECT (t->>'id')::uuid FROM promise_policy, jsonb_array_elements(policy->'targets') AS t LIMIT 1",
    "step_id": "SELECT (t->>'id')::uuid FROM promise_policy, jsonb_array_elements(policy->'steps') AS t LIMIT 1",
    "calendar_id": "SELECT id FROM calendar LIMIT 1",
    "webhook_id": "SELECT id FROM webhook LIMIT 1",
    "tag_id": "SELECT id FROM tag LIMIT 1",
    "snippet_id": "SELECT id FROM snippet LIMIT 1",
    "rule_id": "SELECT id FROM automation LIMIT 1",
    "trial_id": "SELECT id FROM automation_trial LIMIT 1",
    "macro_id": "SELECT id FROM macro LIMIT 1",
    "field_id": "SELECT DISTINCT ON (kind = 'choice') id FROM custom_field ORDER BY kind = 'choice', id",
    "workspace_slug": "SELECT slug FROM workspace",
    "queue": "SELECT unnest(ARRAY['open', 'mine', 'snoozed'])",
    "person_id": "SELECT id FROM person ORDER BY id LIMIT 1",
    "conversation_id": "(SELECT id FROM conversation WHERE kind = 'public' ORDER BY id DESC LIMIT 1) UNION ALL"
    " (SELECT DISTINCT ON (channel) id FROM conversation WHERE kind = 'private' ORDER BY channel, id DESC)",
}
ASKED_WITH: Final = {
    "/form/{account_id}/thanks": "?r=AYS7-9FZ4",
    "/inbox/{queue}/rows": "?after=",
    "/conversations/{conversation_id}/earlier": "?before=",
}


@dataclass(frozen=True)
class Known:
    """One route that answers to GET; `public`: nobody needs to be signed in."""

    path: str
    public: bool

    @property
    def parameters(self) -> list[str]:
        """The names in braces."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


@dataclass(frozen=True)
class Found:
    """What the routes of the program answer: pages with their addresses, routes that lead elsewhere, routes that only refuse."""

    pages: dict[Known, list[str]]
    elsewhere: set[str]
    refused: list[str]


def known_routes() -> list[Known]:
    """Every route of the program and of its sandbox that may give a page."""
    app = make_app(cast("Services", None), _nobody)
    beside = Litestar(route_handlers=sandbox_routes(Sandbox()), openapi_config=None, logging_config=None)
    return [
        Known(path=route.path_format, public=handler.opt.get("public") is True)
        for route in [*app.routes, *beside.routes]
        for handler in getattr(route, "route_handlers", [])
        if _may_be_page(route.path_format, handler)
    ]


async def _nobody(token: str) -> Viewer | None:
    return None


def _may_be_page(path: str, handler: HTTPRouteHandler) -> bool:
    leads = handler.fn.__annotations__.get("return") is Redirect
    files = any(f"{{{name}}}" in path for name in OF_FILES)
    return "GET" in handler.http_methods and not path.startswith(FOR_PROGRAMS) and not leads and not files


async def addresses(oase: Installation, route: Known, given: Mapping[str, str]) -> list[str]:
    """The addresses of a route: one for each thing that stands for its parameters. `given`: whole addresses by route.

    Raises LookupError where nothing stands for a parameter: say in STANDS_FOR what does.
    """
    if route.path in given:
        return [given[route.path]]
    values: dict[str, list[str]] = {}
    for name in route.parameters:
        if name not in STANDS_FOR:
            raise LookupError(f"Nothing stands for {{{name}}} in {route.path}: add it to STANDS_FOR or OF_FILES.")
        values[name] = [str(next(iter(row.values()))) for row in await oase.rows(STANDS_FOR[name])]
    count = max(map(len, values.values()), default=1)
    columns = [islice(cycle(values[name]), count) for name in route.parameters]
    found, asked = [], ASKED_WITH.get(route.path, "")
    for row in zip(*columns, strict=True) if columns else [()]:
        address = route.path
        for name, value in zip(route.parameters, row, strict=True):
            address = address.replace(f"{{{name}}}", value)
        found.append(address + asked)
    return found


async def find_pages(oase: Installation, cookies: Mapping[str, str], given: Mapping[str, str]) -> Found:
    """Asks every route as a browser does; public ones without being signed in."""
    found = Found({}, set(), [])
    async with aiohttp.ClientSession(oase.url, headers={"accept": "text/html"}) as session:
        for route in known_routes():
            sent = {} if route.public else dict(cookies)
            answers = {address: await _ask(session, address, sent) for address in await addresses(oase, route, given)}
            if pages := [address for address, answer in answers.items() if answer == "page"]:
                found.pages[route] = pages
            elif "elsewhere" in answers.values():
                found.elsewhere.add(route.path)
            elif all(answer.startswith("refused") for answer in answers.values()):
                found.refused.append(f"{route.path}: {sorted(set(answers.values()))}")
    return found


async def _ask(session: aiohttp.ClientSession, address: str, cookies: dict[str, str]) -> str:
    async with session.get(address, cookies=cookies, allow_redirects=False) as answer:
        if 300 <= answer.status < 400:
            return "elsewhere"
        if answer.content_type != "text/html" or "<!doctype html" not in (await answer.text())[:300].lower():
            return "part"
        return "page" if answer.status == 200 else f"refused, {answer.status}"


async def troubles(page: Page, language: str) -> list[str]:
    """What axe finds on a desk and on a phone; what sticks out there and on a narrow phone (WCAG 2.2, 1.4.10: 320 pixels).

    Sizes follow each other from the one that the page has: as the page before was left, from narrow to wide or back.
    """
    narrow_first = page.viewport_size == NARROW
    found = await _sticks_out(page) if narrow_first else []
    async for look in looks(page, language):
        found += await look.axe(page) + await _sticks_out(page)
    if not narrow_first:
        await page.set_viewport_size(NARROW)
        found += await _sticks_out(page)
    return found


async def _sticks_out(page: Page) -> list[str]:
    wide = await page.evaluate(_WIDE)
    return [f"wider than {(page.viewport_size or DESK)['width']}: {wide}"] if wide else []


_WIDE: Final = """() => {
  const kept = one => { // something between it and the page scrolls or cuts, and is not too wide itself
    for (let box = one.parentElement; box && !box.matches("main, body"); box = box.parentElement) {
      if (getComputedStyle(box).overflowX !== "visible" && box.getBoundingClientRect().right <= innerWidth + 1) return true;
    }
    return false;
  };
  const out = [...document.querySelectorAll("body *")].filter(one =>
    one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility({ visibilityProperty: true }) && !kept(one));
  const scrolls = [...document.querySelectorAll("main")].some(one =>
    one.scrollWidth > one.clientWidth && ["auto", "scroll"].includes(getComputedStyle(one).overflowX));
  const page = scrolls || document.documentElement.scrollWidth > innerWidth ? "the page" : "";
  const innermost = out.filter(one => !out.some(other => other !== one && one.contains(other)));
  return innermost.slice(0, 3).map(one => one.outerHTML.slice(0, 100)).join(" | ") || page;
}"""


async def looked_at(page: Page, url: str, address: str, language: str) -> dict[str, list[str]]:
    """What is wrong with the page at an address."""
    await page.goto(url + address)
    await page.evaluate("document.fonts.ready.then(() => true)")
    found = await troubles(page, language)
    return {address: found} if found else {}


async def refused(page: Page, address: str, language: str) -> dict[str, list[str]]:
    """What is wrong with the page that a form answers when nothing was filled in."""
    async with page.expect_navigation():
        await page.evaluate("document.querySelector('main form[method=post]:not(.plain-foot)').submit()")
    found = await troubles(page, language)
    return {f"{address}, refused": found} if found else {}


def told(wrong: dict[str, list[str]]) -> str:
    """What is wrong, page by page."""
    return "\n".join(f"{where}\n    " + "\n    ".join(found) for where, found in wrong.items())
