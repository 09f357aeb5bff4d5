"""What happens in public: comments below our posts, reels and live videos, and mentions elsewhere, as changes of the webhook.

comments, live_comments -> in the thread of their post, below their parent; ours -> said elsewhere
mentions                -> `mentions`
others                  -> Unknown
"""

from collections.abc import Iterator

import msgspec

from oase.channels.adapters.instagram import wire
from oase.channels.adapters.instagram.mentions import mention_of
from oase.channels.contract import Content, Event, Received, SaidElsewhere, Thread, Unknown
from oase.channels.families.json_in_the_wild import Incomplete, as_mapping
from oase.channels.families.meta import digest
from oase.channels.families.meta.messaging import Scene, person
from oase.kernel.i18n import message

_COMMENT = msgspec.json.Decoder(wire.Comment, strict=False)
_MENTION = msgspec.json.Decoder(wire.Mention, strict=False)
_EMPTY = message("A comment without text: a sticker or a picture, which Instagram does not pass on.")
_FIELDS = ("comments", "live_comments")


def read_change(field: str, raw: msgspec.Raw, scene: Scene) -> Iterator[Event]:
    """The events of one change; raises Incomplete, and what the decoder raises."""
    if field in _FIELDS:
        yield _comment(_COMMENT.decode(raw), field, scene)
    elif field == "mentions":
        yield mention_of(_MENTION.decode(raw), scene)
    else:
        yield Unknown(kind=f"field.{field}"[:100], external_id=digest(raw), at=scene.at, data=as_mapping(raw))


def _comment(comment: wire.Comment, field: str, scene: Scene) -> Event:
    media, author = comment.media, comment.from_
    if not media.id or not comment.id:
        raise Incomplete("The comment does not say below what it stands.")
    if not author.id:
        raise Incomplete("The comment does not say who it is from.")
    thread = Thread(external_id=str(media.id), title=(media.ad_title or "")[:120], ours=True)
    content = Content(text=comment.text) if comment.text else Content(kind="placeholder", text=str(_EMPTY))
    parent = str(comment.parent_id or "")
    if str(author.id) == scene.place.own_id(scene.account):
        return SaidElsewhere(external_id=str(comment.id), at=scene.at, content=content, reply_to=parent, thread=thread)
    return Received(
        external_id=str(comment.id),
        sender=person(author.id, author.username or ""),
        at=scene.at,
        content=content,
        reply_to=parent,
        thread=thread,
        origin=_origin(media, field),
    )


def _origin(media: wire.Media, field: str) -> dict[str, str]:
    """Where the comment stands: below an advertisement, a reel, a live video."""
    kind = "live" if field == "live_comments" else (media.media_product_type or "").lower()
    origin = {"kind": kind} if kind not in ("", "feed") else {}
    return origin | ({"ad_id": str(media.ad_id)} if media.ad_id else {})
