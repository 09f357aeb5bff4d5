"""What an answer of the Messaging API means for the message.

Each message carries a retry key, by which LINE recognises a repetition: whatever is unclear can be sent again, and a message that LINE
has already is answered with 409 and its id. LINE tells nobody what became of a message afterwards: *sent* is all that will be known.

https://developers.line.biz/en/docs/messaging-api/retrying-api-request/ (read 2026-11)
"""

from datetime import timedelta
from typing import Any

from oase.channels.adapters.line.api import failure_of
from oase.channels.adapters.line.errors import meaning_of, sentence
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meanings import outcome_of
from oase.channels.families.waiting import asked_wait

_SOON = timedelta(seconds=30)
_REQUEST_ID = "x-line-accepted-request-id"


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    content = object_of(reply)
    if reply.status == 409 or 200 <= reply.status <= 299:
        return _accepted(call, reply, content)
    failure = failure_of(reply)
    if failure is not None:
        meaning = meaning_of(failure)
        return outcome_of(meaning.fate, sentence(failure), str(failure.status), asked_wait(reply, meaning.after))
    outcome = wordless.failed("LINE", reply)
    return Again(why=outcome.why, after=_SOON) if isinstance(outcome, Unclear) else outcome


def _accepted(call: Call, reply: Reply, content: dict[str, Any] | None) -> Outcome:
    if call.url.endswith(("/loading/start", "/markAsRead")) and content is not None:
        return Accepted(external_id="")
    sent = (content or {}).get("sentMessages")
    first = sent[0] if isinstance(sent, list) and sent else None
    if isinstance(first, dict) and first.get("id") and isinstance(first["id"], str | int):
        return Accepted(external_id=str(first["id"]))
    if reply.status == 409 and reply.headers.get(_REQUEST_ID):
        return Accepted(external_id=f"request/{reply.headers[_REQUEST_ID]}")
    failure = failure_of(reply)
    return Refused(why=sentence(failure), code=str(reply.status)) if failure else Unclear(why=wordless.without_result("LINE"))
