"""What happens on the page: posts, comments, reactions, mentions, recommendations, as changes of the webhook.

    feed     post, status, photo, video, share … -> the thread's beginning: ours or a visitor's
             comment -> in the thread of its post, below its parent · reaction, like -> Reacted, or our like
             verbs: add, edited, remove, hide, unhide
    mention  somebody names the page in a post or a comment of their own
    ratings  a recommendation is a thread of its own; so are the comments below it

Ids of people are page-scoped, the same as in Messenger. Nobody else's verbs are known: they become `Unknown`.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page (read 2026-11)
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from oase.channels.adapters.facebook import wire
from oase.channels.contract import (
    Content,
    ContentKind,
    Deleted,
    Edited,
    Event,
    Media,
    Moderated,
    Reacted,
    Received,
    SaidElsewhere,
    Thread,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Incomplete, as_mapping
from oase.channels.families.meta import digest, moment
from oase.channels.families.meta.messaging import Scene, media_of, page, person
from oase.kernel.i18n import message

_VALUE = msgspec.json.Decoder(wire.Value, strict=False)
_POSTS = frozenset({"post", "status", "photo", "video", "share", "link", "album", "event", "note", "story", "milestone"})
_REACTIONS = frozenset({"reaction", "like"})
_EMOJI = {"like": "👍", "love": "❤", "care": "🤗", "haha": "😆", "wow": "😮", "sad": "😢", "angry": "😠"}
_RECOMMENDS = message("Recommends the page.")
_ADVISES_AGAINST = message("Does not recommend the page.")
_SHARED = message("Has shared this post.")
_EMPTY = message("Something without text, which Facebook does not pass on. See it on the page.")
_TITLE = 120


class Seen(Struct, frozen=True, kw_only=True):
    """A change with where and when it was seen."""

    value: wire.Value
    raw: msgspec.Raw
    at: datetime
    scene: Scene

    @property
    def ours(self) -> bool:
        """Whether our side did it."""
        return bool(self.value.author) and self.value.author == page(self.scene.account)


def read_change(field: str, raw: msgspec.Raw, scene: Scene) -> Iterator[Event]:
    """The events of one change; raises Incomplete, and what the decoder raises."""
    read = _FIELDS.get(field)
    if read is None:
        yield Unknown(kind=f"field.{field}"[:100], external_id=digest(raw), at=scene.at, data=as_mapping(raw))
        return
    value = _VALUE.decode(raw)
    yield read(Seen(value=value, raw=raw, at=moment(value.created_time, scene.at), scene=scene))


def _feed(seen: Seen) -> Event:
    item = seen.value.item
    if item in _REACTIONS:
        return _reaction(seen)
    if item == "comment":
        return _changed(seen, seen.value.comment_id) or _comment(seen)
    if item in _POSTS:
        return _changed(seen, seen.value.own_id) or _post(seen)
    return _unknown(seen)


def _changed(seen: Seen, id: str) -> Event | None:
    """What became of something said earlier; None if it is new."""
    if not id:
        raise Incomplete("The change does not say which post or comment it is about.")
    match seen.value.verb:
        case "add" | "":
            return None
        case "edited" | "edit" | "update":
            return Edited(external_id=id, content=_content(seen, id), at=seen.scene.at)
        case "remove" | "delete":
            return Deleted(external_id=id, at=seen.scene.at)
        case "hide":
            return Moderated(external_id=id, act="hide", at=seen.scene.at)
        case "unhide":
            return Moderated(external_id=id, act="show", at=seen.scene.at)
    return _unknown(seen)


def _post(seen: Seen) -> Event:
    value = seen.value
    thread = Thread(
        external_id=value.own_id,
        title=_title(value.message),
        link=_permalink(value),
        author=value.author_name,
        ours=seen.ours,
    )
    return _said(seen, value.own_id, thread, "", thread.link)


def _comment(seen: Seen) -> Event:
    value = seen.value
    if not value.post_id:
        raise Incomplete("The comment does not say below which post it stands.")
    ours = value.post_id.startswith(f"{page(seen.scene.account)}_")
    link = _permalink(value)
    thread = Thread(external_id=value.post_id, link=link, ours=ours and value.post.ours_as_shown)
    parent = value.parent_id if value.parent_id not in ("", value.post_id) else ""
    return _said(seen, value.comment_id, thread, parent, _below(link, value.comment_id))


def _said(seen: Seen, id: str, thread: Thread, parent: str, link: str) -> Event:
    value, content = seen.value, _content(seen, id)
    if seen.ours:
        return SaidElsewhere(external_id=id, at=seen.at, content=content, reply_to=parent, thread=thread, link=link)
    if not value.author:
        raise Incomplete("The change does not say who it is from.")
    return Received(
        external_id=id,
        sender=person(value.author, value.author_name),
        at=seen.at,
        content=content,
        reply_to=parent,
        thread=thread,
        link=link,
        origin={"kind": seen.value.item} if value.item == "share" else {},
    )


def _reaction(seen: Seen) -> Event:
    value = seen.value
    target = value.comment_id or value.post_id
    if not target or not value.author:
        return _unknown(seen)
    gone = value.verb in ("remove", "delete")
    if seen.ours:
        return Moderated(external_id=target, act="unlike" if gone else "like", at=seen.at)
    emoji = "" if gone else _EMOJI.get(value.reaction_type or "", "👍")
    return Reacted(external_id=target, sender=person(value.author, value.author_name), emoji=emoji, at=seen.at)


def _mention(seen: Seen) -> Event:
    """The page is named in somebody's post, or in a comment below one: a thread in which it may answer."""
    value = seen.value
    id = value.comment_id or value.own_id
    changed = _changed(seen, id)
    if changed is not None:
        return changed
    link = _permalink(value)
    thread = Thread(external_id=value.post_id or id, title=_title(value.message), link=link)
    if not value.author:
        raise Incomplete("The mention does not say who it is from.")
    return Received(
        external_id=id,
        sender=person(value.author, value.author_name),
        at=seen.at,
        content=_content(seen, id),
        thread=thread,
        link=_below(link, value.comment_id),
        origin={"kind": "mention"},
    )


def _rating(seen: Seen) -> Event:
    """A recommendation, and what is said or felt about it."""
    value = seen.value
    story = value.open_graph_story_id
    if value.item in _REACTIONS and story:
        return _reaction(replace(seen, value=replace(value, raw_post_id=story)))
    id = value.comment_id if value.item == "comment" else story
    changed = _changed(seen, id)
    if changed is not None:
        return changed
    thread = Thread(external_id=story or id, title=_title(value.review_text), author=value.reviewer_name or "")
    return _said(seen, id, thread, "", "")


def _unknown(seen: Seen) -> Event:
    value = seen.value
    kind = f"feed.{value.item or '?'}.{value.verb or '?'}"
    sender = person(value.author, value.author_name) if value.author else None
    return Unknown(kind=kind[:100], external_id=digest(seen.raw), at=seen.at, sender=sender, data=as_mapping(seen.raw))


def _content(seen: Seen, id: str) -> Content:
    """Text, pictures, films; of a recommendation also whether it recommends."""
    value = seen.value
    if value.item == "rating":
        return _recommendation(value)
    kind, media = _media(value, id)
    text = value.message
    if value.item == "share":
        text = "\n".join(part for part in (str(_SHARED) if not seen.ours else "", text, value.link or "") if part)
    if not text and not media:
        text = value.link or ""
    if not text and not media:
        return Content(kind="placeholder", text=str(_EMPTY))
    return Content(kind=kind, text=text, media=media)


def _recommendation(value: wire.Value) -> Content:
    verdict = (value.recommendation_type or "").upper()
    words = {"POSITIVE": str(_RECOMMENDS), "NEGATIVE": str(_ADVISES_AGAINST)}.get(verdict, "")
    stars = f"{'★' * int(value.rating)}{'☆' * (5 - int(value.rating))}" if 1 <= value.rating <= 5 else ""
    text = "\n".join(part for part in (words or stars, value.review_text) if part)
    rating = {"rating": int(value.rating)} if stars else {}
    recommends = {"recommends": verdict == "POSITIVE"} if words else {}
    return Content(text=text or "?", data={**rating, **recommends})


def _media(value: wire.Value, id: str) -> tuple[ContentKind, tuple[Media, ...]]:
    """Pictures and films, as far as the webhook names where they lie."""
    pictures = value.photos or ([value.photo] if value.photo else [])
    if not pictures and value.item == "photo" and value.link:
        pictures = [value.link]
    kind: ContentKind = "image" if pictures else "text"
    media = [media_of(url, f"{number}|{id}", "image/jpeg") for number, url in enumerate(pictures[:20])]
    if value.video:
        kind = "video"
        media.append(media_of(value.video, f"{len(media)}|{id}", "video/mp4"))
    return kind, tuple(media)


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1].rstrip() + "…"


def _permalink(value: wire.Value) -> str:
    link = value.permalink_url or value.post.permalink_url or ""
    if link.startswith(("https://", "http://")):
        return link
    return f"https://www.facebook.com/{value.post_id}" if value.post_id else ""


def _below(link: str, comment_id: str) -> str:
    """The address of a comment: of its post, with the comment's own number."""
    if not link or not comment_id:
        return link
    return f"{link}{'&' if '?' in link else '?'}comment_id={comment_id.rpartition('_')[2]}"


_FIELDS: Mapping[str, Callable[[Seen], Event]] = {"feed": _feed, "mention": _mention, "ratings": _rating}
