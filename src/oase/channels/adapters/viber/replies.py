"""What an answer of Viber means for the message. HTTP says 200 whatever happened; the status inside counts.

Viber does not recognise repetitions, so a lost answer leaves a message *unclear*; receipts come by its token.
"""

from datetime import timedelta

from oase.channels.adapters.viber.api import Status, status_of
from oase.channels.adapters.viber.errors import meaning_of, sentence
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meanings import outcome_of

_SOON = timedelta(seconds=30)


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        return Unclear(why=reply.why) if reply.sent else Again(why=reply.why, after=_SOON)
    status = status_of(reply)
    if status is None:
        return wordless.failed("Viber", reply)
    if status.code != 0:
        return failed(status)
    token = (object_of(reply) or {}).get("message_token")
    if isinstance(token, int | str) and not isinstance(token, bool) and token:
        return Accepted(external_id=str(token))
    return Unclear(why=wordless.without_result("Viber"))


def failed(status: Status) -> Again | Refused:
    """What a status other than 0 means."""
    meaning = meaning_of(status)
    return outcome_of(meaning.fate, sentence(status), str(status.code), meaning.after)
