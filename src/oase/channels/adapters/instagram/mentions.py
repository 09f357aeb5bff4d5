"""Somebody names us in a caption or a comment of a post that is not ours.

The webhook tells only where. What was said, and by whom, is asked for like a file and stands below the message as a text:

    mentions -> Received (with a file) -> fetch: GET our account?fields=mentioned_comment… -> the text

Such a place is answered by another call than a comment below our own posts: its ids are marked.

https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-facebook-login/mentions (read 2026-11)
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from oase.channels.adapters.instagram import wire
from oase.channels.adapters.instagram.replies import JUDGE
from oase.channels.contract import (
    Account,
    Address,
    Again,
    Call,
    Content,
    Event,
    File,
    Media,
    NoReply,
    Received,
    Refused,
    Reply,
    Thread,
)
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meta import bearer, graph_error, graph_url
from oase.channels.families.meta.messaging import Scene
from oase.kernel.i18n import message

MARK = "mention:"
_IN_A_COMMENT = message("Somebody mentions you in a comment. What was said stands in the file.")
_IN_A_POST = message("Somebody mentions you in a post. What was said stands in the file.")
_GONE = message("The mention was taken back, or its author's account is private.")
_SOON = timedelta(seconds=30)


def mention_of(mention: wire.Mention, scene: Scene) -> Event:
    """A mention as something received from somebody whom we do not know yet."""
    media, comment = str(mention.media_id), str(mention.comment_id or "")
    file = Media(ref=f"{MARK}{media}:{comment}", source="call", type="text/plain; charset=utf-8", name="mention.txt")
    words = _IN_A_COMMENT if comment else _IN_A_POST
    return Received(
        external_id=f"{MARK}{comment or media}",
        sender=Address(value=f"{MARK}{comment or media}", name="Instagram"),
        at=scene.at,
        content=Content(kind="document", text=str(words), media=(file,)),
        origin={"kind": "mention"},
        thread=Thread(external_id=f"{MARK}{media}"),
    )


def is_mention(media: Media) -> bool:
    """Whether a file is what a mention says."""
    return media.ref.startswith(MARK)


def fetch_mention(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """One call, then the text."""
    _, place, comment = media.ref.split(":", 2)
    if not replies:
        return Call(method="GET", url=_url(account, place, comment), headers=bearer(account))
    content = object_of(replies[0])
    found = (content or {}).get("mentioned_comment" if comment else "mentioned_media")
    words = _words(found) if isinstance(found, dict) and graph_error(content) is None else ""
    if words:
        return File(name=media.name, type=media.type, content=words.encode("utf-8", "replace"))
    outcome = JUDGE.outcome(Call(method="GET", url=""), replies[0])
    if isinstance(outcome, Again | Refused):
        return outcome
    return Refused(why=str(_GONE), code="gone") if content is not None else Again(why=str(_GONE), after=_SOON)


def _url(account: Account, media: str, comment: str) -> str:
    fields = f"mentioned_media.media_id({media}){{caption,username,permalink,timestamp}}"
    if comment:
        fields = f"mentioned_comment.comment_id({comment}){{text,username,timestamp,media{{permalink}}}}"
    return graph_url(account, str(account.settings.get("instagram_id") or ""), fields=fields)


def _words(found: Mapping[str, Any]) -> str:
    media = found.get("media")
    link = found.get("permalink") or (media.get("permalink") if isinstance(media, dict) else "")
    author = f"@{found['username']}" if found.get("username") else ""
    lines = (author, found.get("text") or found.get("caption") or "", link or "", found.get("timestamp") or "")
    return "\n".join(str(line) for line in lines if line)
