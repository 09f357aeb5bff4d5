"""What WordPress sends, as far as it is read. https://developer.wordpress.org/rest-api/reference/comments/ (read 2026-08)"""

from typing import Final

import msgspec
from msgspec import Struct, field

FIELDS: Final = ",".join(
    ("id", "post", "parent", "author", "author_name", "author_email", "author_url", "author_user_agent", "date_gmt", "content",
     "link", "status", "type", "_links.up", "_embedded")
)  # fmt: skip
"""What we ask for. The author's IP address and avatars are not among it: nobody needs them here."""


class Rendered(Struct, frozen=True):
    """A text as pages show it."""

    rendered: str = ""


class Post(Struct, frozen=True):
    """The article of a comment; without title where we may not read it."""

    title: Rendered = Rendered()
    link: str = ""


class Embedded(Struct, frozen=True):
    """What came along with a comment."""

    up: list[Post] = []


class Comment(Struct):
    """A comment. `status`: approved, hold, spam, trash. `author` is the id of a user of the blog, 0 for a visitor."""

    id: int
    post: int
    date_gmt: str
    parent: int = 0
    author: int = 0
    author_name: str | None = None
    author_email: str | None = None
    author_url: str | None = None
    author_user_agent: str | None = None
    content: Rendered = Rendered()
    link: str = ""
    status: str = "approved"
    type: str = "comment"
    embedded: Embedded | None = field(default=None, name="_embedded")


class Problem(Struct):
    """An error as WordPress words it."""

    code: str
    message: str = ""


class User(Struct):
    """A user of the blog. `capabilities` are told in the context "edit" only."""

    id: int
    name: str = ""
    capabilities: dict[str, bool] = {}


class Site(Struct):
    """The start of the API."""

    name: str = ""
    namespaces: list[str] = []
    authentication: msgspec.Raw = msgspec.Raw(b"{}")


COMMENT: Final = msgspec.json.Decoder(Comment, strict=False)
ITEMS: Final = msgspec.json.Decoder(list[msgspec.Raw])
PROBLEM: Final = msgspec.json.Decoder(Problem, strict=False)
USER: Final = msgspec.json.Decoder(User, strict=False)
USERS: Final = msgspec.json.Decoder(list[User], strict=False)
SITE: Final = msgspec.json.Decoder(Site, strict=False)
