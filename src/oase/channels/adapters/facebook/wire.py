"""The shapes of changes on a page, as far as we read them; what is not named here is ignored. Ids may come as numbers.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page (read 2026-11)
"""

from msgspec import Struct, field

Id = str | int
Number = float | int | str


class From(Struct):
    """Who did it: a page-scoped id and a name."""

    id: Id = ""
    name: str | None = None


class Post(Struct):
    """The post that a comment stands below."""

    id: Id = ""
    permalink_url: str | None = None
    status_type: str | None = None
    is_published: bool = True

    @property
    def ours_as_shown(self) -> bool:
        """False for what visitors wrote on our page."""
        return self.status_type != "wall_post"


class Value(Struct):
    """The value of a change of `feed`, `mention` or `ratings`. Older kinds name the author otherwise."""

    item: str = ""
    verb: str = ""
    from_: From = field(default_factory=From, name="from")
    sender_id: Id = ""
    sender_name: str | None = None
    reviewer_id: Id = ""
    reviewer_name: str | None = None
    raw_post_id: Id | None = field(default=None, name="post_id")
    raw_comment_id: Id | None = field(default=None, name="comment_id")
    raw_parent_id: Id | None = field(default=None, name="parent_id")
    raw_video_id: Id | None = field(default=None, name="video_id")
    raw_photo_id: Id | None = field(default=None, name="photo_id")
    raw_story_id: Id | None = field(default=None, name="open_graph_story_id")
    raw_message: str | None = field(default=None, name="message")
    raw_review: str | None = field(default=None, name="review_text")
    created_time: Number | None = None
    link: str | None = None
    photo: str | None = None
    photos: list[str] = []
    video: str | None = None
    permalink_url: str | None = None
    post: Post = field(default_factory=Post)
    reaction_type: str | None = None
    raw_rating: Number | None = field(default=None, name="rating")
    recommendation_type: str | None = None

    @property
    def author(self) -> str:
        """The page-scoped id of who did it."""
        return str(self.from_.id or self.sender_id or self.reviewer_id or "")

    @property
    def author_name(self) -> str:
        """Their name, as shown on the page."""
        return self.from_.name or self.sender_name or self.reviewer_name or ""

    @property
    def post_id(self) -> str:
        """The post that it is, or stands below."""
        return str(self.raw_post_id or self.post.id or "")

    @property
    def own_id(self) -> str:
        """The id of a post: where it has none, that of its film or picture."""
        return self.post_id or str(self.raw_video_id or self.raw_photo_id or "")

    @property
    def comment_id(self) -> str:
        """The comment that it is, or is about."""
        return str(self.raw_comment_id or "")

    @property
    def parent_id(self) -> str:
        """What a comment stands directly below: the post, or another comment."""
        return str(self.raw_parent_id or "")

    @property
    def open_graph_story_id(self) -> str:
        """The recommendation."""
        return str(self.raw_story_id or "")

    @property
    def message(self) -> str:
        """The text."""
        return self.raw_message or ""

    @property
    def review_text(self) -> str:
        """The text of a recommendation."""
        return self.raw_review or ""

    @property
    def rating(self) -> float:
        """Stars of five, of older recommendations; 0 = none. Raises ValueError."""
        return float(self.raw_rating or 0)
