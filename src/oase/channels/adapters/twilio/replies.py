"""What a reply of Twilio's API means for the message. Twilio does not recognise a repeated request: what is lost is *unclear*."""

from typing import Any

from oase.channels.adapters.twilio.errors import meaning_of, sentence
from oase.channels.adapters.twilio.wire import number_of, text_of
from oase.channels.contract import Accepted, Again, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meanings import SOON, fate_by_status, outcome_of
from oase.channels.families.waiting import asked_wait


def interpret(reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        return Unclear(why=reply.why) if reply.sent else Again(why=reply.why, after=SOON)
    content = object_of(reply) or {}
    if 200 <= reply.status <= 299:
        return _taken(content)
    code = number_of(content.get("code"))
    if code:
        return _failed(code, text_of(content.get("message")), reply)
    return wordless.failed("Twilio", reply)


def _taken(content: dict[str, Any]) -> Outcome:
    """A message that Twilio made. It may have failed at once: then it says so inside a success."""
    code = number_of(content.get("error_code")) or number_of(content.get("code"))
    if text_of(content.get("status")) in ("failed", "undelivered") or (code and not content.get("sid")):
        return Refused(why=sentence(code, text_of(content.get("error_message"))), code=str(code) if code else "failed")
    sid = text_of(content.get("sid"))
    return Accepted(external_id=sid) if sid else Unclear(why=wordless.without_result("Twilio"))


def _failed(code: int, words: str, reply: Reply) -> Outcome:
    meaning = meaning_of(code)
    fate, after = (meaning.fate, meaning.after) if meaning is not None else (fate_by_status(reply.status), SOON)
    return outcome_of(fate, sentence(code, words), str(code), asked_wait(reply, after))
