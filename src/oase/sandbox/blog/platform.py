"""A small blog that speaks as WordPress does: its REST API as far as comments go, and RSS with ETag.

https://developer.wordpress.org/rest-api/reference/comments/ (read 2026-08) · `?rest_route=` as on blogs without pretty addresses

timeline page ── an article, comments below it ──▶ Timeline ◀── asked by Oase (nobody tells it): GET comments
Oase ── POST comments, POST comments/<id> {status} ──▶ Timeline.answer, hide, erase
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from litestar import Request, Response, get, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from oase.kernel.errors import Conflict, NotFound
from oase.sandbox.blog import feeds, shapes
from oase.sandbox.places import COMPANY, Customer, Platform, Post
from oase.sandbox.places.types import Json, PublicFeature
from oase.sandbox.whatsapp.answers import Answer

Asked = Request[Any, Any, Any]
USER: Final = "serviceteam"
PASSWORD: Final = "abcd EFGH 1234 ijkl MNOP 5678"  # noqa: S105 - of the sandbox
USER_ID: Final = 2
_PER_PAGE: Final = 10


class Blog(Platform):
    """The blog of the demonstration's company."""

    id = "blog"
    name = "Blog"
    icon = "brand-wordpress"
    color = "#21759b"
    public_name = "Blog"
    public: ClassVar[frozenset[PublicFeature]] = frozenset({"posts", "comments"})

    def seed(self) -> None:
        """An article, and two readers."""
        self.phone.add_customer("erika", "Erika Mustermann", "erika@example.com")
        self.phone.add_customer("zoe", "Zoë O’Brien", "zoe@example.com")
        self.timeline.publish(
            COMPANY, "Frühjahrsputz fürs Rad 🚲\nKette ölen, Luft prüfen, Licht an: so startet Ihr Rad in die Saison."
        )

    def new_id(self, kind: str) -> str:
        """Numbers, as in WordPress."""
        if kind != "post":
            return super().new_id(kind)
        self._count += 1
        return str(self._count)

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The start page with the API behind `?rest_route=`, and the feeds."""

        @route("/", http_method=["GET", "POST", "DELETE"], status_code=200)
        async def start(request: Asked) -> Answer:
            fault = await self.fault_before()
            if fault is not None:
                return fault
            place = request.query_params.get("rest_route", "")
            if not place:
                return Response(feeds.page(self), media_type="text/html; charset=utf-8")
            return await self._api(request, place.strip("/"))

        @get("/feed")
        async def feed(request: Asked) -> Answer:
            return await self.fault_before() or _conditional(request, feeds.articles(self))

        @get("/{post_id:str}/feed")
        async def comments(request: Asked, post_id: FromPath[str]) -> Answer:
            return await self.fault_before() or _conditional(request, feeds.comments(self, self.timeline.post(post_id)))

        return [start, feed, comments]

    async def _api(self, request: Asked, place: str) -> Answer:
        if not place:
            return shapes.answer(shapes.index(self))
        slow = self.struck("throttled")
        if slow:
            return Response(b"Too Many Requests", status_code=429, headers={"retry-after": str(round(slow.seconds) or 1)})
        if self.struck("token_expired") or not _signed_in(request):
            return shapes.error(401, "rest_not_logged_in", "You are not currently logged in.")
        if self.struck("error_in_200"):
            return shapes.error(200, "rest_comment_failed_create", "Creating comment failed.")
        try:
            return await self._signed_in(request, place)
        except NotFound:
            return shapes.error(404, "rest_comment_invalid_id", "Invalid comment ID.")
        except Conflict:
            return shapes.error(410, "rest_already_trashed", "The comment has already been trashed.")

    async def _signed_in(self, request: Asked, place: str) -> Answer:
        method, below = request.method, place.removeprefix("wp/v2/")
        if below == "users/me":
            return shapes.answer(shapes.user())
        if below == "users":
            return shapes.answer([{"id": 1}, {"id": USER_ID}])
        if below == "comments":
            return self._list(request) if method == "GET" else self._create(await request.json())
        if below.startswith("comments/") and method == "POST":
            return self._moderate(below.removeprefix("comments/"), await request.json())
        return shapes.error(404, "rest_no_route", "No route was found matching the URL and request method.")

    def _list(self, request: Asked) -> Answer:
        """Comments of any state, the newest first."""
        query = request.query_params
        found = [one for one in self.timeline.posts.values() if one.parent_id]
        if include := query.get("include"):
            found = [one for one in found if one.id in include.split(",")]
        found.sort(key=lambda one: int(one.id), reverse=query.get("order", "desc") == "desc")
        size = min(int(query.get("per_page", _PER_PAGE)), 100)
        first = (int(query.get("page", 1)) - 1) * size
        return shapes.answer([shapes.comment(self, one) for one in found[first : first + size]])

    def _create(self, asked: Json) -> Answer:
        """A comment of the signed-in user. WordPress refuses the same words of the same author in the same place."""
        article, parent = str(asked.get("post", "")), str(asked.get("parent") or asked.get("post", ""))
        if article not in self.timeline.posts or self.timeline.post(article).parent_id:
            return shapes.error(
                403, "rest_comment_invalid_post_id", "Sorry, you are not allowed to create this comment without a post."
            )
        text = str(asked.get("content", ""))
        if not text.strip():
            return shapes.error(400, "rest_comment_content_invalid", "Invalid comment content.")
        same = (one for one in self.timeline.posts.values() if one.parent_id == parent and one.author_id == COMPANY)
        if any(one.extra.get("html") == text for one in same):
            return shapes.error(
                409, "comment_duplicate", "Duplicate comment detected; it looks as though you’ve already said that!"
            )
        agent = str(asked.get("author_user_agent", ""))
        post = self.timeline.answer(shapes.plain(text), parent_id=parent, key=agent.removeprefix("Oase "))
        post.extra |= {"html": text, "agent": agent}
        return self.fault_after() or shapes.answer(shapes.comment(self, post), 201)

    def _moderate(self, comment_id: str, asked: Json) -> Answer:
        post = self.timeline.post(comment_id)
        match asked.get("status"):
            case "hold":
                self.timeline.hide(post.id)
            case "approved" | "approve":
                post.deleted = False
                self.timeline.hide(post.id, hidden=False)
            case "trash":
                self.timeline.erase(post.id)
            case _:
                return shapes.error(400, "rest_invalid_param", "Invalid parameter(s): status")
        return shapes.answer(shapes.comment(self, post))

    def reader(self, post: Post) -> Customer | None:
        """Who wrote a comment; None: the company."""
        return self.phone.customers.get(post.author_id)


def _signed_in(request: Asked) -> bool:
    """HTTP Basic with the application password; WordPress takes it with and without its blanks."""
    given = request.headers.get("authorization", "").partition(" ")[2]
    return any(hmac.compare_digest(given, shapes.basic(USER, one)) for one in (PASSWORD, PASSWORD.replace(" ", "")))


def _conditional(request: Asked, body: bytes) -> Answer:
    """A feed with its ETag; 304 where nothing has changed."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers={"etag": tag})
    return Response(body, media_type="application/rss+xml; charset=UTF-8", headers={"etag": tag})
