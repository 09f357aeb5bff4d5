"""The pages as their blogs write them: the company's page, which names who is to be told, and entries in microformats2.

https://microformats.org/wiki/h-entry · each blog names its own endpoint in another of the three ways of the Recommendation.
"""

from collections.abc import Sequence
from typing import Final, Literal
from xml.etree.ElementTree import Comment, Element, SubElement, tostring

import msgspec

from oase.sandbox.places import COMPANY_NAME, Customer, Post

Way = Literal["header", "link", "a", "none"]
WAYS: Final[tuple[Way, ...]] = ("header", "link", "a")


class Blog(msgspec.Struct, frozen=True, kw_only=True):
    """Whose blog it is, where it begins, and how it names its endpoint."""

    author: Customer
    home: str
    endpoint: str
    way: Way


def company_start(shown: Sequence[tuple[str, Post]], endpoint: str) -> bytes:
    """The start page of the company's website: what there is."""
    page, body = _page(COMPANY_NAME, endpoint)
    _add(body, "h1", COMPANY_NAME)
    items = SubElement(body, "ul")
    for url, post in shown:
        _add(SubElement(items, "li"), "a", post.text.partition("\n")[0], href=url)
    return _bytes(page)


def company_page(post: Post, endpoint: str) -> bytes:
    """A page of the company; its first line is the heading."""
    heading, _, text = post.text.partition("\n")
    page, body = _page(heading, endpoint)
    _add(body, "h1", heading)
    _add(body, "p", text)
    _add(body, "p", COMPANY_NAME)
    return _bytes(page)


def entry(post: Post, blog: Blog, target: str, pictures: Sequence[str], *, hidden_link: bool) -> bytes:
    """An entry of a stranger's blog that mentions `target`: an answer where the post is one, else an article of its own."""
    page, body = _page(f"Blog: {blog.author.name}", blog.endpoint if blog.way == "link" else "")
    article = SubElement(body, "article", {"class": "h-entry"})
    if hidden_link:
        link = Element("a", {"href": target})
        link.text = target
        article.append(Comment(tostring(link, encoding="unicode")))
    elif post.parent_id:
        _add(article, "a", f"↩ {target}", href=target, **{"class": "u-in-reply-to"})
    content = SubElement(article, "p", {"class": "e-content"})
    first, *others = post.text.split("\n")
    content.text = first
    for line in others:
        SubElement(content, "br").tail = line
    if not (hidden_link or post.parent_id):
        _add(article, "a", target, href=target)
    for picture in pictures:
        SubElement(article, "img", {"class": "u-photo", "src": picture, "alt": ""})
    _sign(article, blog)
    _add(article, "time", f"{post.time:%d.%m.%Y}", datetime=post.time.isoformat(), **{"class": "dt-published"})
    if blog.way == "a":
        _add(body, "a", "Webmention", rel="webmention", href=blog.endpoint)
    return _bytes(page)


def like(target: str, blog: Blog) -> bytes:
    """A page that says only that its author likes another."""
    page, body = _page(f"{blog.author.name} ♥", "")
    article = SubElement(body, "article", {"class": "h-entry"})
    _add(article, "a", "♥", href=target, **{"class": "u-like-of"})
    _sign(article, blog)
    return _bytes(page)


def gone() -> bytes:
    """What stands where nothing stands any more."""
    page, body = _page("Gone", "")
    _add(body, "p", "410")
    return _bytes(page)


def _page(title: str, endpoint: str) -> tuple[Element, Element]:
    """A page and its body; `endpoint` stands in its head."""
    page = Element("html", {"lang": "de"})
    head = SubElement(page, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    _add(head, "title", title)
    SubElement(head, "link", {"rel": "icon", "href": "data:,"})
    if endpoint:
        SubElement(head, "link", {"rel": "webmention", "href": endpoint})
    return page, SubElement(page, "body")


def _sign(article: Element, blog: Blog) -> None:
    _add(article, "a", blog.author.name, href=blog.home, **{"class": "p-author h-card"})


def _add(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = text


def _bytes(page: Element) -> bytes:
    return b"<!doctype html>\n" + bytes(tostring(page, encoding="utf-8", method="html"))
