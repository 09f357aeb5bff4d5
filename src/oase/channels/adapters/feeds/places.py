"""Where something was said: the public place of an article, and its comments with it."""

import re
from typing import Final
from urllib.parse import urldefrag, urlsplit

from oase.channels.adapters.feeds.documents import Document, Entry
from oase.channels.contract import Address, Thread

_COMMENT_PAGE: Final = re.compile(r"/comment-page-\d{1,5}/?$")
_LONGEST_ID: Final = 400


def page_of(link: str) -> str:
    """The page that a link leads to, without the place in it; comments of WordPress may lie on further pages of it."""
    return _COMMENT_PAGE.sub("/", urldefrag(link).url)


def thread_of(entry: Entry, document: Document) -> Thread:
    """The public conversation of an article, or of the page below which a comment stands."""
    page = page_of(entry.link)
    own = page if page and page.rstrip("/") != document.link.rstrip("/") and len(page) <= _LONGEST_ID else entry.id
    author = "" if entry.answers else entry.author  # of a comment it is not known who wrote the article
    return Thread(external_id=own, title=entry.title, link=page or document.link, author=author)


def speaker_of(entry: Entry, document: Document) -> Address:
    """Who wrote it: feeds know names only, so a name counts for its site."""
    host = _host(entry.link) or _host(document.link)
    fields = {"page": entry.author_page, "email": entry.author_mail}
    return Address(
        value=f"{host}/{entry.author.casefold()}"[:300],
        name=entry.author or document.title or host,
        fields={name: value for name, value in fields.items() if value},
    )


def _host(link: str) -> str:
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""
