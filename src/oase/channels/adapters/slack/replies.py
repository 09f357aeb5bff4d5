"""What a reply of the Web API means for the message. Slack answers 200 with `ok: false` for most errors; 429 has a header.

Slack does not recognise a repeated message, so one whose fate is not known is never sent again by itself.
"""

from datetime import timedelta

from oase.channels.adapters.slack.errors import failure
from oase.channels.adapters.slack.wire import message_id
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import mapping, object_of, objects, text

_SOON = timedelta(seconds=30)
_HARMLESS = ("/reactions.add", "/reactions.remove", "/conversations.open", "/files.getUploadURLExternal")
_SO_ALREADY = {"already_reacted": "/reactions.add", "no_reaction": "/reactions.remove"}  # what was wanted, is


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    harmless = call.url.endswith(_HARMLESS) or bool(call.body)
    if isinstance(reply, NoReply):
        return Unclear(why=reply.why) if reply.sent and not harmless else Again(why=reply.why, after=_SOON)
    content = object_of(reply)
    error = text(content or {}, "error")
    if error in _SO_ALREADY and call.url.endswith(_SO_ALREADY[error]):
        return Accepted(external_id="")
    if error and (content or {}).get("ok") is not True:
        return failure(error, content or {}, reply)
    if call.body and 200 <= reply.status <= 299:
        return Accepted(external_id="")
    if 200 <= reply.status <= 299:
        return _accepted(content, harmless, reply.status)
    return _unreadable(reply, harmless)


def _accepted(content: dict[str, object] | None, harmless: bool, status: int) -> Outcome:
    if content is not None and content.get("ok") is True:
        channel, ts = text(content, "channel"), text(content, "ts")
        files = objects(content, "files")
        if channel and ts:
            return Accepted(external_id=message_id(channel, ts))
        if files:
            return Accepted(external_id=f"file:{text(files[0], 'id')}")
        if harmless or text(content, "upload_url") or mapping(content, "channel"):
            return Accepted(external_id="")
    return Unclear(why=wordless.words_of("Slack", status))


def _unreadable(reply: Reply, harmless: bool) -> Outcome:
    outcome = wordless.failed("Slack", reply)
    return Again(why=outcome.why, after=_SOON) if isinstance(outcome, Unclear) and harmless else outcome
