"""From pages of comments, and what is new in them, to events.

items "3n" -> Received, or SaidElsewhere if one of our team wrote it; held back by WordPress -> Moderated beside it
      "3e" -> Edited · "3s" -> Moderated · a comment that cannot be read -> Broken alone
gone  -> Moderated "delete": visitors cannot take comments back, the blog's team can
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urldefrag, urlsplit

import msgspec

from oase.channels.adapters.wordpress.polling import moment
from oase.channels.adapters.wordpress.wire import COMMENT, ITEMS, Comment, Post
from oase.channels.contract import (
    Account,
    Act,
    Address,
    Broken,
    Content,
    Event,
    Malformed,
    Moderated,
    Raw,
    Received,
    SaidElsewhere,
    Thread,
)
from oase.channels.contract import Edited as EditedEvent
from oase.channels.families.json_in_the_wild import Unreadable, decode, reason, sound
from oase.channels.families.markup import one_line, read_markup
from oase.channels.families.mime.charsets import clean

_ITEMS: Final = re.compile(r"\d{1,3}[nes](?:,\d{1,3}[nes])*")
_OURS: Final = re.compile(r"Oase ([0-9a-f-]{36}(?:/\d{1,4})?)")
_ACTS: Final[Mapping[str, Act]] = {"hold": "hide", "spam": "hide", "approved": "show", "trash": "delete"}


class _Gone(msgspec.Struct):
    gone: list[int]


_GONE: Final = msgspec.json.Decoder(_Gone)


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """What is new, oldest first: pages begin with the newest. Raises Malformed."""
    if "items" not in raw.query:
        gone = decode(sound(raw.body), _GONE).gone
        return [Moderated(external_id=str(id), act="delete", at=raw.received_at) for id in gone]
    codes = raw.query["items"]
    if not _ITEMS.fullmatch(codes):
        raise Malformed("It is not said which comments of the page are new.")
    items = decode(sound(raw.body), ITEMS)
    events: list[Event] = []
    for code in reversed(codes.split(",")):
        number = int(code[:-1])
        if number < len(items):
            events += _events(items[number], code[-1], number, raw, account)
    return events


def _events(item: msgspec.Raw, code: str, number: int, raw: Raw, account: Account) -> Iterator[Event]:
    try:
        comment = COMMENT.decode(item)
    except Unreadable as error:
        yield Broken(place=f"comments/{number}", why=reason(error))
        return
    at = raw.received_at
    if code == "e":
        yield EditedEvent(external_id=str(comment.id), content=_content(comment), at=at)
    elif code == "n":
        yield _said(comment, account, at)
    act = _ACTS.get(comment.status)
    if act is not None and (code == "s" or (code == "n" and act != "show")):
        yield Moderated(external_id=str(comment.id), act=act, at=at)


def _said(comment: Comment, account: Account, received_at: datetime) -> Event:
    at = moment(comment.date_gmt, received_at)
    reply_to = str(comment.parent) if comment.parent else ""
    thread, link = _thread(comment), _address(comment.link)
    if comment.author and str(comment.author) in _team(account):
        ours = _OURS.fullmatch(comment.author_user_agent or "")
        return SaidElsewhere(
            external_id=str(comment.id),
            our_id=ours[1] if ours else "",
            at=at,
            content=_content(comment),
            author=one_line(comment.author_name or ""),
            reply_to=reply_to,
            thread=thread,
            link=link,
        )
    return Received(
        external_id=str(comment.id),
        sender=_sender(comment, account),
        at=at,
        content=_content(comment),
        reply_to=reply_to,
        may_auto_answer=comment.type == "comment",
        origin={} if comment.type == "comment" else {"kind": comment.type[:30]},
        thread=thread,
        link=link,
    )


def _team(account: Account) -> set[str]:
    """Users of the blog who are our side."""
    return {*account.facts.get("team", "").split(","), account.facts.get("user_id", "")} - {""}


def _content(comment: Comment) -> Content:
    said = read_markup(comment.content.rendered, _address(comment.link))
    return Content(text=said.text or "…", html=said.html)


def _thread(comment: Comment) -> Thread:
    post = comment.embedded.up[0] if comment.embedded and comment.embedded.up else Post()
    link = _address(post.link) or urldefrag(_address(comment.link)).url
    return Thread(external_id=str(comment.post), title=one_line(post.title.rendered), link=link, ours=True)


def _sender(comment: Comment, account: Account) -> Address:
    """Who wrote it. Only the blog's own users have a mail address that WordPress has checked; a visitor's is what was typed."""
    name, email = one_line(comment.author_name or ""), clean(comment.author_email or "").strip().lower()[:200]
    page = _address(comment.author_url or "")
    fields = {"page": page} if page else {}
    if comment.author:
        aliases = (("email", email),) if "@" in email else ()
        return Address(value=f"user-{comment.author}", name=name, aliases=aliases, fields=fields)
    host = _host(str(account.settings.get("url") or ""))
    value = email if "@" in email else f"{host}/{(name or page).casefold()}"
    return Address(value=value, name=name, fields=fields | ({"email": email} if "@" in email else {}))


def _address(text: str) -> str:
    text = clean(text).strip()
    return text if text.startswith(("https://", "http://")) and len(text) <= 2_000 else ""


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
