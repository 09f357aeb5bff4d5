"""What a reply of the homeserver means for the message.

The server recognises a repeated send by its transaction id, so whatever is lost on the way is sent again. Only a success that
cannot be read is unclear: something that is no Matrix server has answered.
"""

from datetime import timedelta

from oase.channels.adapters.matrix.errors import PLACE, code_of, failure
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of, text

_SOON = timedelta(seconds=30)


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    content = object_of(reply)
    if code_of(content) or not 200 <= reply.status <= 299:
        return failure(reply, content)
    if content is not None and ("/typing/" in call.url or "/receipt/" in call.url):
        return Accepted(external_id="")
    found = text(content or {}, "event_id") or text(content or {}, "content_uri")
    return Accepted(external_id=found) if found else Unclear(why=wordless.words_of(PLACE, reply.status))
