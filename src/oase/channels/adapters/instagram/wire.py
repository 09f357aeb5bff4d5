"""The shapes of changes about an Instagram account, as far as we read them. Ids may come as numbers.

https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram (read 2026-11)
https://developers.facebook.com/documentation/instagram-platform/webhooks/examples (read 2026-11)
"""

from msgspec import Struct, field

Id = str | int


class From(Struct, frozen=True):
    """Who commented: an Instagram-scoped id and the name that they go by."""

    id: Id = ""
    username: str | None = None


class Media(Struct, frozen=True):
    """The post, reel, story or live video; of an advertisement its title as well."""

    id: Id = ""
    media_product_type: str | None = None
    ad_id: Id | None = None
    ad_title: str | None = None


class Comment(Struct):
    """The value of a change of `comments` or `live_comments`."""

    id: Id
    from_: From = field(default_factory=From, name="from")
    media: Media = field(default_factory=Media)
    parent_id: Id | None = None
    text: str | None = None


class Mention(Struct):
    """The value of a change of `mentions`: only where it is."""

    media_id: Id
    comment_id: Id | None = None
