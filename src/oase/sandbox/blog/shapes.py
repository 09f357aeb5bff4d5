"""What the simulated WordPress answers, as JSON."""

import base64
import re
from html import escape, unescape
from typing import TYPE_CHECKING, Final

import msgspec
from litestar import Response

from oase.sandbox.places import COMPANY, COMPANY_NAME, Json, Post
from oase.sandbox.whatsapp.answers import Answer

if TYPE_CHECKING:
    from oase.sandbox.blog.platform import Blog

_USER_ID: Final = 2
_ROLE: Final = {"moderate_comments": True, "edit_posts": True, "read": True, "editor": True}
_LINK: Final = re.compile(r"https?://[^\s<]+")


def answer(content: object, status: int = 200) -> Answer:
    """JSON."""
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json; charset=UTF-8")


def error(status: int, code: str, message: str) -> Answer:
    """An error in WordPress's form."""
    return answer({"code": code, "message": message, "data": {"status": status}}, status)


def basic(user: str, password: str) -> str:
    """Of HTTP Basic."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def index(blog: "Blog") -> Json:
    """The start of the API."""
    return {
        "name": f"{COMPANY_NAME}: Blog",
        "url": blog.base_url,
        "namespaces": ["oembed/1.0", "wp/v2"],
        "authentication": {"application-passwords": {"endpoints": {"authorization": f"{blog.base_url}/wp-admin/authorize"}}},
    }


def user() -> Json:
    """Who is signed in."""
    return {"id": _USER_ID, "name": "Serviceteam", "roles": ["editor"], "capabilities": _ROLE}


def comment(blog: "Blog", post: Post) -> Json:
    """A comment in the context "edit", with its article."""
    reader, article = blog.reader(post), blog.timeline.post(post.thread_id)
    ours = post.author_id == COMPANY
    state = "trash" if post.deleted else "hold" if post.hidden else "approved"
    return {
        "id": int(post.id),
        "post": int(post.thread_id),
        "parent": int(post.parent_id) if post.parent_id != post.thread_id else 0,
        "author": _USER_ID if ours else 0,
        "author_name": "Serviceteam" if ours else reader.name if reader else "",
        "author_email": "" if ours else reader.handle if reader else "",
        "author_url": "",
        "author_user_agent": post.extra.get("agent", "Mozilla/5.0"),
        "date_gmt": post.time.strftime("%Y-%m-%dT%H:%M:%S"),
        "content": {
            "rendered": post.extra.get("rendered") or paragraphs(post.extra.get("html") or escape(post.text, quote=False))
        },
        "link": f"{link(blog, article)}#comment-{post.id}",
        "status": state,
        "type": "comment",
        "_embedded": {
            "up": [{"id": int(article.id), "link": link(blog, article), "title": {"rendered": escape(heading(article))}}]
        },
    }


def link(blog: "Blog", article: Post) -> str:
    """Where an article stands."""
    return f"{blog.base_url}/?p={article.id}"


def heading(article: Post) -> str:
    """The first line of an article is its heading."""
    return article.text.partition("\n")[0][:120]


def paragraphs(text: str) -> str:
    """As WordPress shows a comment: paragraphs, line breaks, links."""
    linked = _LINK.sub(r'<a href="\g<0>" rel="nofollow ugc">\g<0></a>', text)
    parts = (part.strip().replace("\n", "<br />\n") for part in re.split(r"\n{2,}", linked))
    return "".join("<p>" + part + "</p>\n" for part in parts if part)


def plain(text: str) -> str:
    """A comment's words, for the timeline page."""
    return unescape(re.sub(r"<[^>]*>", "", text))
