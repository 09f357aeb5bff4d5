"""Websites that speak webmention: a page of the company, and blogs of strangers. https://www.w3.org/TR/webmention/ (read 2026-11)

timeline page ── an entry that answers the page, mentions or likes it ──▶ its blog asks the page for its endpoint ── POST ──▶ Oase
Oase ── GET entry, POST endpoint {source, target} ──▶ the blog reads the source ──▶ Timeline.answer, or changes it, or takes it away
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import aiohttp
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from oase.kernel.clock import Clock
from oase.kernel.errors import NotFound
from oase.sandbox.faults import Faults
from oase.sandbox.live import Hub
from oase.sandbox.places import COMPANY, Customer, Hook, Platform, Post
from oase.sandbox.places.platform import FAULTS
from oase.sandbox.places.types import File, PublicFeature
from oase.sandbox.websites import pages
from oase.sandbox.websites.reading import Read, read_page
from oase.sandbox.whatsapp.answers import Answer

_LARGEST: Final = 1_000_000
_HUGE: Final = b"<p>" + b"Zeile um Zeile. " * 100_000
_SECONDS: Final = 10
_FORM: Final = "application/x-www-form-urlencoded"


class Websites(Platform):
    """The company's page and the blogs of strangers."""

    id = "webmention"
    name = "Webmention"
    icon = "world-share"
    color = "#5b5bd6"
    public_name = "Webmention"
    public: ClassVar[frozenset[PublicFeature]] = frozenset({"mentions", "comments", "files", "likes", "edit", "delete"})

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.faults = Faults(
            {
                **FAULTS,
                "no_endpoint": "Entries name no endpoint: their blogs take no webmentions",
                "huge": "An entry is a page of several megabytes",
                "no_html": "An entry is a picture instead of a page",
                "circle": "An entry redirects in circles",
                "commented_out": "The link to the company's page is commented out",
            }
        )
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def seed(self) -> None:
        """A page of the company, and three who have a blog."""
        for key, name in (("aylin", "Aylin Özdemir"), ("juergen", "Jürgen Groß"), ("sam", "Sam O’Neill")):
            self.phone.add_customer(key, name, f"{key}.example")
        self.timeline.publish(COMPANY, "Winterreifen am Rad ❄️\nProfil, Druck, Spikes: was auf Schnee und Eis wirklich hält.")

    def new_id(self, kind: str) -> str:
        """Entries are counted."""
        if kind != "post":
            return super().new_id(kind)
        self._count += 1
        return str(self._count)

    async def start(self) -> None:
        """Opens the blogs' way out."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS))
        await super().start()

    async def stop(self) -> None:
        """Closes it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
        await super().stop()

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The pages, the pictures, and the endpoint of all blogs."""

        @get("/pages", sync_to_thread=False)
        def start() -> Answer:
            own = [one for one in self.timeline.threads() if one.author_id == COMPANY]
            return _html(pages.company_start([(self.address_of(one), one) for one in own], self.webhook_url))

        @get("/pages/{post_id:str}", sync_to_thread=False)
        def page(post_id: FromPath[str]) -> Answer:
            return _html(pages.company_page(self.timeline.post(post_id), self.webhook_url))

        @get("/entries/{post_id:str}")
        async def entry(post_id: FromPath[str]) -> Answer:
            return await self._entry_fault(post_id) or self._entry(post_id)

        @get("/likes/{post_id:str}/{customer:str}", sync_to_thread=False)
        def like(post_id: FromPath[str], customer: FromPath[str]) -> Answer:
            liked, who = self.timeline.post(post_id), self.phone.customer(customer)
            if customer not in liked.likes:
                return _html(pages.gone(), 410)
            return _html(pages.like(self.address_of(liked), self._blog(who)))

        @get("/pictures/{file_id:str}", sync_to_thread=False)
        def picture(file_id: FromPath[str]) -> Answer:
            if self.struck("media_expired"):
                return _html(pages.gone(), 404)
            file = self.phone.file(file_id)
            return Response(file.data, media_type=file.type, headers={"content-security-policy": "sandbox"})

        @post("/endpoint", status_code=202)
        async def endpoint(request: Request[Any, Any, Any]) -> Answer:
            return await self._told(request)

        return [start, page, entry, like, picture, endpoint]

    # --- where things stand ---

    def address_of(self, post: Post) -> str:
        """The page of a post: the company's own, our answer's on Oase, or an entry of a blog."""
        if post.author_id == COMPANY:
            return str(post.extra.get("source") or f"{self.base_url}/pages/{post.id}")
        return f"{self.base_url}/entries/{post.id}"

    def target_of(self, post: Post) -> str:
        """What an entry mentions: what it answers, if that is the company's; else the company's page on top, or its newest."""
        above = self.timeline.posts.get(post.parent_id)
        if above is not None and above.author_id == COMPANY:
            return self.address_of(above)
        top = self.timeline.posts.get(post.thread_id)
        if top is None or top.author_id != COMPANY:
            top = next((one for one in self.timeline.threads() if one.author_id == COMPANY), None)
        return self.address_of(top) if top is not None else ""

    def _blog(self, who: Customer) -> pages.Blog:
        way = "none" if self.faults.holds("no_endpoint") else pages.WAYS[hash_of(who.id) % len(pages.WAYS)]
        return pages.Blog(author=who, home=f"{self.base_url}/blogs/{who.id}", endpoint=f"{self.base_url}/endpoint", way=way)

    # --- what strangers do: each time the page that they mention is told ---

    def on_post(self, post: Post) -> None:
        """A blog has a new entry."""
        if post.author_id != COMPANY:
            self._tell_of(self.address_of(post), self.target_of(post), post.author_id)

    def on_post_edited(self, post: Post) -> None:
        """It was changed: whoever was told is told again (section 3.1.4)."""
        self.on_post(post)

    def on_post_deleted(self, post: Post) -> None:
        """It is gone, and answers 410 (section 3.1.5)."""
        self.on_post(post)

    def on_post_liked(self, post: Post, by: str, on: bool) -> None:
        """A page of its own says so."""
        if post.author_id == COMPANY:
            self._tell_of(f"{self.base_url}/likes/{post.id}/{by}", self.address_of(post), by)

    def _tell_of(self, source: str, target: str, lane: str) -> None:
        self._run(self._notify(source, target, lane))

    async def _notify(self, source: str, target: str, lane: str) -> None:
        found = await self._read(target)
        if found is not None and found.endpoint:
            body = urlencode({"source": source, "target": target}).encode()
            url = urljoin(target, found.endpoint)
            self.courier.put(Hook(url=url, body=body, sign=lambda _body, _secret: {}, lane=lane, content_type=_FORM))

    # --- what the blogs answer ---

    def _entry(self, post_id: str) -> Answer:
        said = self.timeline.post(post_id)
        if said.author_id == COMPANY:
            raise NotFound("This is no entry of a blog.")
        if said.deleted:
            return _html(pages.gone(), 410)
        blog = self._blog(self.phone.customer(said.author_id))
        pictures = [f"{self.base_url}/pictures/{one.id}" for one in said.files]
        page = pages.entry(said, blog, self.target_of(said), pictures, hidden_link=self.struck("commented_out") is not None)
        return _html(page, headers={"link": f'<{blog.endpoint}>; rel="webmention"'} if blog.way == "header" else {})

    async def _entry_fault(self, post_id: str) -> Answer | None:
        if self.struck("circle"):
            return Response(b"", status_code=302, headers={"location": f"{self.base_url}/entries/{post_id}"})
        if self.struck("huge"):
            return Response(_HUGE, media_type="text/html")
        if self.struck("no_html"):
            return Response(b"\x89PNG\r\n\x1a\n", media_type="image/png")
        if self.faults.holds("outage") or self.faults.holds("slow"):
            return await self.fault_before()
        return None

    async def _told(self, request: Request[Any, Any, Any]) -> Answer:
        """Somebody says that a page of theirs answers an entry: looked at in a moment."""
        fault = await self.fault_before()
        if fault is not None:
            return fault
        slow = self.struck("throttled")
        if slow:
            return _text("Too many mentions.", 429, {"retry-after": str(round(slow.seconds) or 1)})
        if self.struck("token_expired"):
            return _text("Mentions are switched off.", 403)
        form = dict(parse_qsl((await request.body())[:20_000].decode()))
        source, target = form.get("source", ""), form.get("target", "")
        known = self.timeline.posts.get(target.rpartition("/")[2]) if target.startswith(f"{self.base_url}/entries/") else None
        if known is None or known.author_id == COMPANY or source == target:
            return _text("The target is no entry of a blog here.", 400)
        if not source.startswith(_origin(self.webhook_url)):
            return _text("Of this sandbox's neighbours only Oase is read.", 400)
        self._run(self._take(source, target, known.id))
        return self.fault_after() or _text("Thank you, it will be looked at.", 202)

    async def _take(self, source: str, target: str, entry_id: str) -> None:
        """Reads the source: a new answer, the same one changed, or one that is gone (sections 3.2.2, 3.2.4)."""
        found = await self._read(source)
        known = next((one for one in self.timeline.posts.values() if one.extra.get("source") == source), None)
        if found is None or target not in found.links:
            if known is not None and not known.deleted:
                self.timeline.erase(known.id)
            return
        text = found.content.strip()
        if known is None:
            pictures = [one for url in found.pictures[:4] if (one := await self._picture(url)) is not None]
            answer = self.timeline.answer(text, parent_id=entry_id, key=source, files=pictures)
            answer.extra["source"] = source
        elif known.text != text and not known.deleted:
            known.text, known.edited = text, True
            self.tell("public", {"type": "post"})

    async def _read(self, url: str) -> Read | None:
        """A page; None where there is none."""
        assert self._session  # noqa: S101 - blogs work between start and stop
        with suppress(aiohttp.ClientError, TimeoutError, OSError, ValueError):
            async with self._session.get(url) as answer:
                if answer.status == 200:
                    content = await answer.content.read(_LARGEST)
                    return read_page(content.decode("utf-8", "replace"), answer.headers.get("link", ""))
        return None

    async def _picture(self, url: str) -> File | None:
        """A picture of an answer; None where there is none."""
        assert self._session  # noqa: S101 - as above
        with suppress(aiohttp.ClientError, TimeoutError, OSError, ValueError):
            async with self._session.get(url) as answer:
                if answer.status == 200 and answer.content_type.startswith("image/"):
                    return self.phone.add_file(url.rpartition("/")[2], answer.content_type, await answer.read())
        return None

    def _run(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def hash_of(text: str) -> int:
    """The same number for the same text, in each run."""
    return sum(text.encode())


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _html(content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Response(content, status_code=status, media_type="text/html; charset=utf-8", headers=headers or {})


def _text(text: str, status: int, headers: dict[str, str] | None = None) -> Answer:
    return Response(text.encode(), status_code=status, media_type="text/plain; charset=utf-8", headers=headers or {})
