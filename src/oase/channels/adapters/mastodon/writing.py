"""From what is to be said to posts: below the one that is answered, with its author's name, without which nobody is told.

public answer    the thread's post or the comment answered, seen by everybody (`visibility` of the account: unlisted or public)
to one person    `direct`: only those who are named read it; also below a public post, which moves its author into private
files            uploaded first; the server may work on them for a while, and is asked until it is done

https://docs.joinmastodon.org/methods/statuses/, /methods/media/ (read 2026-08)
"""

from collections.abc import Sequence
from typing import Any, Final

from oase.channels.adapters.mastodon.wire import address, bearer
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
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

_ACTS: Final = {"like": "favourite", "unlike": "unfavourite"}
_CANNOT: Final = {Position: "location", Card: "contacts", UseTemplate: "template", React: "reaction"}


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The calls; raises CannotSay."""
    match outbound:
        case Say():
            return _say(outbound, account, manifest.of(account))
        case Moderate():
            return [_act(outbound, account)]
        case MarkRead():
            raise CannotSay(Capability.MARK_READ, message("Mastodon tells nobody what was read."))
        case ShowTyping():
            raise CannotSay(Capability.TYPING, message("Mastodon shows nobody who types."))
    kind = _CANNOT[type(outbound)]
    raise CannotSay(kind, message("A post on Mastodon cannot carry this: %(what)s.", what=kind))


def _say(say: Say, account: Account, manifest: Manifest) -> Sequence[Call]:
    limits = manifest.side(bool(say.envelope.thread)).limits
    _check(say, limits)
    uploads: list[Call] = []
    media: list[FromReply] = []
    for file in say.files:
        media.append(FromReply(call=len(uploads), key="id"))
        uploads += _upload(account, file, len(uploads))
    body: dict[str, Any] = {"status": _text(say), "visibility": _visibility(say.envelope, account)}
    answered = say.envelope.reply_to or say.envelope.about or say.envelope.thread
    if answered:
        body["in_reply_to_id"] = answered
    if media:
        body["media_ids"] = media
    headers: dict[str, str | Secret] = {**bearer(account), "idempotency-key": say.envelope.id}
    return [*uploads, Call(method="POST", url=address(account, "/api/v1/statuses"), headers=headers, json=body)]


def _check(say: Say, limits: Limits) -> None:
    if say.choices:
        raise CannotSay(Capability.BUTTONS, message("A post on Mastodon has no buttons."))
    if not say.text.strip() and not say.files:
        raise CannotSay(Capability.TEXT, message("Mastodon takes no empty post."))
    kinds = [limits.carrier(file.type, len(file.content)) for file in say.files]
    if None in kinds:
        raise CannotSay("file", message("Mastodon does not take a file of this type or size."))
    if len(kinds) > limits.attachments_per_message or (len(kinds) > 1 and set(kinds) != {Capability.IMAGE}):
        raise CannotSay("attachments", message("A post on Mastodon carries up to four pictures, or one video or sound."))


def _text(say: Say) -> str:
    """The text with the name of whom it is for: that name is what tells them."""
    to = say.envelope.to.strip().lstrip("@")
    names = [] if not to or f"@{to}".lower() in say.text.lower() else [f"@{to}"]
    return " ".join([*names, say.text]).strip()


def _visibility(envelope: Envelope, account: Account) -> str:
    if not envelope.thread:
        return "direct"
    return "public" if account.settings.get("visibility") == "public" else "unlisted"


def _upload(account: Account, file: File, number: int) -> Sequence[Call]:
    """The file, and where it is not a picture the question whether the server is done with it."""
    plain = file.type.partition(";")[0].strip()
    part = Part(name="file", content=file.content, filename=file.name or "file", type=plain)
    upload = Call(method="POST", url=address(account, "/api/v2/media"), headers=bearer(account), parts=(part,))
    where = address(account, "/api/v1/media/{id}")
    done = Call(method="GET", url=where, fill={"id": FromReply(call=number, key="id")}, headers=bearer(account))
    return [upload] if plain.startswith("image/") and plain != "image/gif" else [upload, done]


def _act(moderate: Moderate, account: Account) -> Call:
    if moderate.act not in _ACTS or not moderate.envelope.reply_to:
        raise CannotSay(moderate.act, message("On Mastodon one can favourite what others said, and nothing else."))
    path = f"/api/v1/statuses/{moderate.envelope.reply_to}/{_ACTS[moderate.act]}"
    return Call(method="POST", url=address(account, path), headers=bearer(account))
