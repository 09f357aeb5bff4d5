"""From what is to be said to calls: a post below the one answered, or a direct message; files are uploaded first.

pictures   one call                      videos, moving pictures   initialize, append (4 MB each), finalize, asked until X is done
https://docs.x.com/x-api/posts/create-post, /x-api/media/quickstart/media-upload-chunked,
https://docs.x.com/x-api/direct-messages/manage/introduction (read 2026-08)
"""

from collections.abc import Sequence
from typing import Any, Final

from oase.channels.adapters.x.wire import address, bearer, me_of
from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Capability,
    Card,
    Envelope,
    File,
    FromReply,
    Limits,
    Manifest,
    MarkRead,
    Moderate,
    Outbound,
    Part,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
)
from oase.channels.splitting import measured
from oase.kernel.i18n import message

_PIECE_BYTES: Final = 4 * 1024 * 1024
_CANNOT: Final = {
    Position: "location", Card: "contacts", UseTemplate: "template", React: "reaction", MarkRead: "mark_read", ShowTyping: "typing",
}  # fmt: skip


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The calls; raises CannotSay."""
    if isinstance(outbound, Say):
        return _say(outbound, account, manifest.of(account))
    if isinstance(outbound, Moderate):
        return [_act(outbound, account)]
    kind = _CANNOT[type(outbound)]
    raise CannotSay(kind, message("X cannot carry this: %(what)s.", what=kind))


def _say(say: Say, account: Account, manifest: Manifest) -> Sequence[Call]:
    public = bool(say.envelope.thread)
    _check(say, manifest.side(public).limits)
    uploads: list[Call] = []
    media: list[FromReply] = []
    for file in say.files:
        media.append(FromReply(call=len(uploads), key="data.id"))
        uploads += _upload(account, file, len(uploads), "tweet" if public else "dm")
    return [*uploads, _post(say, account, media) if public else _message(say, account, media)]


def _check(say: Say, limits: Limits) -> None:
    if say.choices:
        raise CannotSay(Capability.BUTTONS, message("X carries no buttons."))
    if not say.text.strip() and not say.files:
        raise CannotSay(Capability.TEXT, message("X takes no empty message."))
    if measured(say.text, limits.counted) > limits.text_length:
        raise CannotSay("text_length", message("X takes %(n)s characters at once.", n=limits.text_length))
    kinds = [limits.carrier(file.type, len(file.content)) for file in say.files]
    if None in kinds:
        raise CannotSay("file", message("X does not take a file of this type or size."))
    moving = [file for file in say.files if _category(file) != "image"]
    if len(kinds) > limits.attachments_per_message or (moving and len(kinds) > 1):
        raise CannotSay("attachments", message("A post on X carries up to four pictures, or one video or moving picture."))


def _post(say: Say, account: Account, media: Sequence[FromReply]) -> Call:
    body: dict[str, Any] = {"text": say.text} if say.text else {}
    answered = say.envelope.reply_to or say.envelope.thread
    body["reply"] = {"in_reply_to_tweet_id": answered}
    if media:
        body["media"] = {"media_ids": list(media)}
    return Call(method="POST", url=address(account, "/2/tweets"), headers=bearer(account), json=body)


def _message(say: Say, account: Account, media: Sequence[FromReply]) -> Call:
    body: dict[str, Any] = {"text": say.text} if say.text else {}
    if media:
        body["attachments"] = [{"media_id": one} for one in media]
    path = f"/2/dm_conversations/with/{_person(say.envelope)}/messages"
    return Call(method="POST", url=address(account, path), headers=bearer(account), json=body)


def _person(envelope: Envelope) -> str:
    if not (envelope.to.isascii() and envelope.to.isdigit()):
        raise CannotSay("to", message("This is no address on X: %(to)s.", to=envelope.to))
    return envelope.to


def _category(file: File) -> str:
    plain = file.type.partition(";")[0].strip().lower()
    return "gif" if plain == "image/gif" else "video" if plain.startswith("video/") else "image"


def _upload(account: Account, file: File, number: int, place: str) -> Sequence[Call]:
    """The calls that upload a file; the first one's reply holds its id."""
    kind = _category(file)
    category = f"{place}_{kind}"
    plain = file.type.partition(";")[0].strip().lower()
    name = file.name or "file"
    if kind == "image":
        parts = (
            Part(name="media", content=file.content, filename=name, type=plain),
            Part(name="media_category", content=category.encode()),
        )
        return [Call(method="POST", url=address(account, "/2/media/upload"), headers=bearer(account), parts=parts)]
    begin = {"media_type": plain, "media_category": category, "total_bytes": len(file.content)}
    key = {"id": FromReply(call=number, key="data.id")}
    pieces = [file.content[start : start + _PIECE_BYTES] for start in range(0, len(file.content), _PIECE_BYTES)]
    return [
        Call(method="POST", url=address(account, "/2/media/upload/initialize"), headers=bearer(account), json=begin),
        *(
            Call(
                method="POST",
                url=address(account, "/2/media/upload/{id}/append"),
                fill=key,
                headers=bearer(account),
                parts=(
                    Part(name="media", content=piece, filename=name, type="application/octet-stream"),
                    Part(name="segment_index", content=str(index).encode()),
                ),
            )
            for index, piece in enumerate(pieces)
        ),
        Call(method="POST", url=address(account, "/2/media/upload/{id}/finalize"), fill=key, headers=bearer(account)),
        Call(
            method="GET",
            url=address(account, "/2/media/upload") + "?command=STATUS&media_id={id}",
            fill=key,
            headers=bearer(account),
        ),
    ]


def _act(moderate: Moderate, account: Account) -> Call:
    post, headers = moderate.envelope.reply_to, bearer(account)
    if not (post.isascii() and post.isdigit()):
        raise CannotSay(moderate.act, message("It is not said which post this refers to."))
    if moderate.act in ("hide", "show"):
        body = {"hidden": moderate.act == "hide"}
        return Call(method="PUT", url=address(account, f"/2/tweets/{post}/hidden"), headers=headers, json=body)
    if moderate.act == "delete":
        return Call(method="DELETE", url=address(account, f"/2/tweets/{post}"), headers=headers)
    if not me_of(account):
        raise CannotSay(moderate.act, message("Test the connection first: Oase does not know yet who we are on X."))
    likes = f"/2/users/{me_of(account)}/likes"
    if moderate.act == "like":
        return Call(method="POST", url=address(account, likes), headers=headers, json={"tweet_id": post})
    return Call(method="DELETE", url=address(account, f"{likes}/{post}"), headers=headers)
