"""From what is to be said to calls.

in public   getPosts (the versions of what is answered) · resolveHandle for each name · uploadBlob for each picture · putRecord
to one      getConvoForMembers · resolveHandle · sendMessage, by the chat service
acts        like: getPosts, putRecord · unlike: deleteRecord, in our own repository

https://docs.bsky.app/docs/advanced-guides/posts, /docs/api/chat-bsky-convo-send-message (read 2026-08)
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from oase.channels.adapters.bluesky.texts import facet, pieces_of
from oase.channels.adapters.bluesky.wire import LIKES, POST, address, bearer, cid_of, get, like_key, me_of, post, record_key
from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Capability,
    Card,
    Envelope,
    FromReply,
    Limits,
    Manifest,
    MarkRead,
    Moderate,
    Outbound,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
)
from oase.channels.splitting import measured
from oase.kernel.i18n import message

_CANNOT: Final = {
    Position: "location", Card: "contacts", UseTemplate: "template", MarkRead: "mark_read", ShowTyping: "typing",
}  # fmt: skip


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The calls; raises CannotSay."""
    match outbound:
        case Say():
            _check(outbound, manifest.side(bool(outbound.envelope.thread)).limits)
            return _post(outbound, account) if outbound.envelope.thread else _message(outbound, account)
        case React():
            return _react(outbound, account)
        case Moderate():
            return _act(outbound, account)
    kind = _CANNOT[type(outbound)]
    raise CannotSay(kind, message("Bluesky cannot carry this: %(what)s.", what=kind))


def _check(say: Say, limits: Limits) -> None:
    if say.choices:
        raise CannotSay(Capability.BUTTONS, message("Bluesky carries no buttons."))
    if not say.text.strip() and not say.files:
        raise CannotSay(Capability.TEXT, message("Bluesky takes no empty message."))
    if measured(say.text, limits.counted) > limits.text_length:
        raise CannotSay("text_length", message("Bluesky takes %(n)s characters at once.", n=limits.text_length))
    if len(say.files) > limits.attachments_per_message or any(
        limits.carrier(file.type, len(file.content)) is None for file in say.files
    ):
        raise CannotSay("file", message("A post on Bluesky carries up to four pictures of 1 MB each, a direct message none."))


def _post(say: Say, account: Account) -> Sequence[Call]:
    envelope = say.envelope
    me = _us(account)
    parent = envelope.reply_to or envelope.thread
    calls = [get(account, "app.bsky.feed.getPosts", [("uris", parent)])]
    below: dict[str, Any] = {"parent": {"uri": parent, "cid": cid_of(0)}}
    if parent != envelope.thread:
        calls.append(get(account, "app.bsky.feed.getPosts", [("uris", envelope.thread)]))
    below["root"] = {"uri": envelope.thread, "cid": cid_of(len(calls) - 1)}
    record: dict[str, Any] = {"$type": POST, "text": say.text, "createdAt": _time(envelope.at), "reply": below}
    record |= _facets(say.text, account, calls)
    pictures = []
    for file in say.files:
        pictures.append({"alt": "", "image": FromReply(call=len(calls), key="blob")})
        headers = {**bearer(account), "content-type": file.type.partition(";")[0].strip()}
        where = address(account, "com.atproto.repo.uploadBlob")
        calls.append(Call(method="POST", url=where, headers=headers, body=file.content))
    if pictures:
        record["embed"] = {"$type": "app.bsky.embed.images", "images": pictures}
    write_it = {"repo": me, "collection": POST, "rkey": record_key(envelope.at, envelope.id), "record": record}
    return [*calls, post(account, "com.atproto.repo.putRecord", write_it)]


def _message(say: Say, account: Account) -> Sequence[Call]:
    calls = [_chat_with(say.envelope, account)]
    body: dict[str, Any] = {"text": say.text} | _facets(say.text, account, calls)
    if say.envelope.reply_to:
        body["replyTo"] = {"messageId": say.envelope.reply_to}
    said = {"convoId": FromReply(call=0, key="convo.id"), "message": body}
    return [*calls, post(account, "chat.bsky.convo.sendMessage", said, chat=True)]


def _chat_with(envelope: Envelope, account: Account) -> Call:
    if not envelope.to.startswith("did:"):
        raise CannotSay("to", message("This is no address on Bluesky: %(to)s.", to=envelope.to))
    return get(account, "chat.bsky.convo.getConvoForMembers", [("members", envelope.to)], chat=True)


def _facets(text: str, account: Account, calls: list[Call]) -> dict[str, Any]:
    """Links, tags and names of the text; for each name a call that finds out who it is."""
    found = []
    for piece in pieces_of(text):
        did = None
        if piece.kind == "mention":
            did = FromReply(call=len(calls), key="did")
            calls.append(get(account, "com.atproto.identity.resolveHandle", [("handle", piece.value.lower())]))
        found.append(facet(piece, did))
    return {"facets": found} if found else {}


def _react(react: React, account: Account) -> Sequence[Call]:
    if react.envelope.thread or not react.envelope.reply_to:
        raise CannotSay(Capability.REACTION, message("On Bluesky one can react to direct messages only."))
    if not react.emoji:
        raise CannotSay(Capability.REACTION, message("Bluesky must be told which reaction is taken back."))
    what = {"convoId": FromReply(call=0, key="convo.id"), "messageId": react.envelope.reply_to, "value": react.emoji}
    return [_chat_with(react.envelope, account), post(account, "chat.bsky.convo.addReaction", what, chat=True)]


def _act(moderate: Moderate, account: Account) -> Sequence[Call]:
    uri, me = moderate.envelope.reply_to, _us(account)
    if not uri.startswith("at://"):
        raise CannotSay(moderate.act, message("It is not said which post this refers to."))
    if moderate.act == "like":
        record = {
            "$type": LIKES, "subject": {"uri": uri, "cid": cid_of(0)}, "createdAt": _time(moderate.envelope.at),
        }  # fmt: skip
        write_it = {"repo": me, "collection": LIKES, "rkey": like_key(uri), "record": record}
        return [get(account, "app.bsky.feed.getPosts", [("uris", uri)]), post(account, "com.atproto.repo.putRecord", write_it)]
    if moderate.act == "unlike":
        return [post(account, "com.atproto.repo.deleteRecord", {"repo": me, "collection": LIKES, "rkey": like_key(uri)})]
    raise CannotSay(moderate.act, message("On Bluesky one can like what others said, and nothing else."))


def _us(account: Account) -> str:
    if not me_of(account):
        raise CannotSay("account", message("Test the connection first: Oase does not know yet who we are on Bluesky."))
    return me_of(account)


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
