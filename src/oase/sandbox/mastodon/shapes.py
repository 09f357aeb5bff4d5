"""How the entities of Mastodon's API look. https://docs.joinmastodon.org/entities/ (read 2026-11)"""

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape

import msgspec
from markupsafe import Markup

from oase.sandbox.places import Customer, File, Json

DOMAIN = "fediverse.example"
US = "110001"
USERNAME = "lindgruen"
_NOBODY: Json = {
    "locked": False, "bot": False, "discoverable": True, "indexable": False, "group": False, "created_at": "2022-11-06T00:00:00.000Z",
    "note": "", "avatar_description": "", "header_description": "", "followers_count": 12, "following_count": 3, "statuses_count": 40,
    "last_status_at": "2026-11-01", "hide_collections": False, "noindex": False, "emojis": [], "roles": [], "fields": [],
}  # fmt: skip
_MENTION = Markup('<span class="h-card" translate="no"><a href="%(url)s" class="u-url mention">@<span>%(name)s</span></a></span>')
_PARAGRAPH = Markup("<p>%s</p>")
_LINK = Markup(
    '<a href="%(scheme)s%(rest)s" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">%(scheme)s</span>'
    '<span class="%(dots)s">%(head)s</span><span class="invisible">%(tail)s</span></a>'
)


class Status(msgspec.Struct, kw_only=True):
    """What somebody wrote, in public or to one: as the server keeps it. An empty `author_id` is the company."""

    id: str
    author_id: str
    text: str
    visibility: str
    time: datetime
    files: Sequence[File] = ()
    in_reply_to: str = ""
    edited: datetime | None = None
    favourites: int = 0
    favourited: bool = False
    named: Sequence[Customer] = ()  # people whom the company's text names
    spoiler: str = ""


def moment(at: datetime) -> str:
    """A time as Mastodon writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def company_json(name: str, base: str) -> Json:
    """The company's account."""
    return _account(US, USERNAME, USERNAME, name, f"https://{DOMAIN}/@{USERNAME}", base)


def customer_json(customer: Customer, base: str) -> Json:
    """A person's account; people of other servers have theirs in the address."""
    username, _, domain = customer.handle.removeprefix("@").partition("@")
    home = domain or DOMAIN
    acct = f"{username}@{domain}" if domain else username
    return _account(customer.id, username, acct, customer.name, f"https://{home}/@{username}", base)


def _account(key: str, username: str, acct: str, name: str, url: str, base: str) -> Json:
    picture = f"{base}/avatars/{key}.png"
    return {
        **_NOBODY, "id": key, "username": username, "acct": acct, "display_name": name, "url": url,
        "uri": url.replace("/@", "/users/"), "avatar": picture, "avatar_static": picture, "header": picture, "header_static": picture,
    }  # fmt: skip


def media_json(file: File, base: str, *, ready: bool = True) -> Json:
    """A file of a status."""
    kind = file.type.partition("/")[0]
    type = "gifv" if file.type == "image/gif" else kind if kind in ("image", "video", "audio") else "unknown"
    url = f"{base}/files/{file.id}/{_ending(file)}" if ready else None
    return {
        "id": file.id, "type": type, "url": url, "preview_url": url, "remote_url": None, "text_url": None, "meta": {},
        "description": file.name or None, "blurhash": None,
    }  # fmt: skip


def _ending(file: File) -> str:
    return "original." + {"jpeg": "jpg", "mpeg": "mp3", "quicktime": "mov"}.get(
        file.type.partition("/")[2], file.type.partition("/")[2]
    )


def mention_of_us() -> str:
    """The company's name as a link, as it stands in texts."""
    url = f"https://{DOMAIN}/@{USERNAME}"
    return str(_MENTION % {"url": url, "name": USERNAME})


def html_of(text: str, *, names_us: bool) -> str:
    """A text as the server's HTML: paragraphs, line breaks, links that are shown shortened."""
    paragraphs = [_links(escape(one)).replace("\n", "<br />") for one in re.split(r"\n{2,}", text.strip())]
    if names_us and f"@{USERNAME}" not in text:
        paragraphs[0] = f"{mention_of_us()} {paragraphs[0]}".strip()
    return "".join(_PARAGRAPH % Markup(one) for one in paragraphs).replace(f"@{USERNAME} ", f"{mention_of_us()} ")  # noqa: S704 - escaped above


def _links(text: str) -> str:
    def shown(found: "re.Match[str]") -> str:
        scheme, rest = found.group(1), found.group(2)
        head, tail = rest[:30], rest[30:]
        dots = "ellipsis" if tail else ""
        parts = {"scheme": scheme, "rest": rest, "dots": dots, "head": head, "tail": tail}
        return str(_LINK % {name: Markup(value) for name, value in parts.items()})  # noqa: S704 - escaped by html_of

    return re.sub(r"(https?://)([^\s<]+)", shown, text)


def status_json(status: Status, author: Json, base: str, *, names_us: bool) -> Json:
    """A status. https://docs.joinmastodon.org/entities/Status/"""
    home = str(author["url"])
    us = {"id": US, "username": USERNAME, "acct": USERNAME, "url": f"https://{DOMAIN}/@{USERNAME}"}
    named = [customer_json(one, base) for one in status.named]
    mentions = [{name: one[name] for name in ("id", "username", "acct", "url")} for one in named]
    return {
        "id": status.id, "created_at": moment(status.time), "in_reply_to_id": status.in_reply_to or None,
        "in_reply_to_account_id": None, "sensitive": bool(status.spoiler), "spoiler_text": status.spoiler,
        "visibility": status.visibility, "language": "de", "uri": f"{author['uri']}/statuses/{status.id}", "url": f"{home}/{status.id}",
        "replies_count": 0, "reblogs_count": 0, "favourites_count": status.favourites, "quotes_count": 0,
        "edited_at": moment(status.edited) if status.edited else None, "favourited": status.favourited, "reblogged": False,
        "muted": False, "bookmarked": False, "pinned": False, "content": html_of(status.text, names_us=names_us), "filtered": [],
        "reblog": None, "account": author, "media_attachments": [media_json(one, base) for one in status.files],
        "mentions": [us, *mentions] if names_us else mentions, "tags": [], "emojis": [], "card": None, "poll": None,
    }  # fmt: skip


def instance_json(title: str) -> Json:
    """What the server says of itself. https://docs.joinmastodon.org/entities/Instance/"""
    return {
        "domain": DOMAIN, "title": title, "version": "4.4.2", "source_url": "https://github.com/mastodon/mastodon",
        "description": "A server of the sandbox.", "usage": {"users": {"active_month": 3}},
        "thumbnail": {"url": f"https://{DOMAIN}/thumbnail.png", "blurhash": None, "versions": {}, "description": None},
        "icon": [], "languages": ["de"],
        "configuration": {
            "urls": {"streaming": f"wss://{DOMAIN}"}, "vapid": {"public_key": "none"},
            "accounts": {"max_featured_tags": 10, "max_pinned_statuses": 5},
            "statuses": {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23},
            "media_attachments": {
                "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4", "audio/mpeg", "audio/ogg"],
                "description_limit": 1500, "image_size_limit": 16777216, "image_matrix_limit": 33177600, "video_size_limit": 103809024,
                "video_frame_rate_limit": 120, "video_matrix_limit": 8294400,
            },
            "polls": {"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2629746},
            "translation": {"enabled": False}, "limited_federation": False,
        },
        "registrations": {
            "enabled": False, "approval_required": False, "reason_required": False, "message": None, "min_age": None, "url": None,
        },
        "api_versions": {"mastodon": 6}, "contact": {"email": f"admin@{DOMAIN}", "account": None}, "rules": [],
    }  # fmt: skip
