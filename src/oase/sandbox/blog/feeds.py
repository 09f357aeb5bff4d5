"""The simulated blog's page and feeds: RSS 2.0 with the elements that WordPress adds (content, wfw, slash, dc)."""

from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

from oase.sandbox.blog.shapes import heading, link, paragraphs
from oase.sandbox.places import COMPANY_NAME, Post

if TYPE_CHECKING:
    from oase.sandbox.blog.platform import Blog

_SPACES: Final = {
    "content": "http://purl.org/rss/1.0/modules/content/", "wfw": "http://wellformedweb.org/CommentAPI/",
    "dc": "http://purl.org/dc/elements/1.1/", "slash": "http://purl.org/rss/1.0/modules/slash/",
}  # fmt: skip
for _name, _space in _SPACES.items():
    ElementTree.register_namespace(_name, _space)
_MOST: Final = 10


def articles(blog: "Blog") -> bytes:
    """The newest articles."""
    root, channel = _feed(f"{COMPANY_NAME}: Blog", f"{blog.base_url}/")
    for article in [one for one in blog.timeline.threads() if not one.deleted][:_MOST]:
        item = _item(
            blog, channel, article, heading(article), link(blog, article), article.text.partition("\n")[2] or article.text
        )
        shown = [one for one in blog.timeline.below(article.id) if not (one.hidden or one.deleted)]
        _add(item, "wfw:commentRss", f"{blog.base_url}/{article.id}/feed")
        _add(item, "slash:comments", str(len(shown)))
    return _bytes(root)


def comments(blog: "Blog", article: Post) -> bytes:
    """What readers see below an article, the newest first."""
    root, channel = _feed(f"Kommentare zu: {heading(article)}", link(blog, article))
    for one in reversed(blog.timeline.below(article.id)):
        if not (one.hidden or one.deleted):
            _item(blog, channel, one, "Von: " + _author(blog, one), f"{link(blog, article)}#comment-{one.id}", one.text)
    return _bytes(root)


def page(blog: "Blog") -> bytes:
    """The start page, for who follows a link."""
    html = ElementTree.Element("html", {"lang": "de"})
    ElementTree.SubElement(html, "title").text = "Blog"
    body = ElementTree.SubElement(html, "body")
    ElementTree.SubElement(body, "h1").text = COMPANY_NAME
    for one in blog.timeline.threads():
        ElementTree.SubElement(body, "h2").text = heading(one)
        ElementTree.SubElement(body, "p").text = one.text.partition("\n")[2]
    return b"<!doctype html>" + bytes(ElementTree.tostring(html, encoding="utf-8", method="html"))


def _author(blog: "Blog", post: Post) -> str:
    reader = blog.reader(post)
    return reader.name if reader else "Serviceteam"


def _feed(title: str, address: str) -> tuple[ElementTree.Element, ElementTree.Element]:
    root = ElementTree.Element("rss", {"version": "2.0"})
    channel = ElementTree.SubElement(root, "channel")
    for name, text in (("title", title), ("link", address), ("description", "")):
        _add(channel, name, text)
    return root, channel


def _item(blog: "Blog", channel: ElementTree.Element, post: Post, title: str, address: str, text: str) -> ElementTree.Element:
    item = ElementTree.SubElement(channel, "item")
    for name, content in (
        ("title", title), ("link", address), ("dc:creator", _author(blog, post)), ("pubDate", format_datetime(post.time)),
        ("description", text[:200]), ("content:encoded", paragraphs(escape(text, quote=False))),
    ):  # fmt: skip
        _add(item, name, content)
    guid = ElementTree.SubElement(item, "guid", {"isPermaLink": "false"})
    guid.text = f"{blog.base_url}/?p={post.thread_id}" + (f"#comment-{post.id}" if post.parent_id else "")
    return item


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    space, _, local = name.rpartition(":")
    ElementTree.SubElement(parent, f"{{{_SPACES[space]}}}{local}" if space else name).text = text


def _bytes(root: ElementTree.Element) -> bytes:
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
