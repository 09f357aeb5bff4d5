"""Guides of channels: markdown of a manifest as HTML. Manifests of third parties are not trusted: no HTML, no scripts, no pictures."""

import re
from functools import cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS: Final = {"p", "ol", "ul", "li", "strong", "em", "code", "pre", "a", "h3", "h4", "br", "blockquote"}
_PLACES: Final = re.compile(r"https://(?:YOUR-OASE|IHRE-OASE)")
_ACCOUNT: Final = re.compile(r"\b(?:ACCOUNT|ANSCHLUSS)\b")


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(["image", "html_block", "html_inline"])


def guide_html(text: str, *, url: str = "", account: str = "") -> Markup:
    """The guide, with this installation's address and the account's id in place of the examples."""
    if url:
        text = _PLACES.sub(url, text)
    if account:
        text = _ACCOUNT.sub(account, text)
    html = _markdown().render(text)
    clean = nh3.clean(
        html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer", set_tag_attribute_values={"a": {"target": "_blank"}},
    )  # fmt: skip
    return Markup(clean)  # noqa: S704 - cleaned
