"""What a reply of Twilio's API means for the message. Twilio does not recognise a repeated request: what is lost is *unclear*."""

from datetime import timedelta
from typing import Any

from oase.channels.adapters.twilio.errors import meaning_of, sentence
from oase.channels.adapters.twilio.wire import number_of, text_of
from oase.channels.contract import Accepted, Again, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_MINUTE = timedelta(minutes=1)
_NO_ID = message("Twilio answered with success, but without the id of the message.")


def interpret(reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        return Unclear(why=reply.why) if reply.sent else Again(why=reply.why, after=_SOON)
    content = object_of(reply) or {}
    if 200 <= reply.status <= 299:
        return _taken(content)
    code = number_of(content.get("code"))
    if code:
        return _failed(code, text_of(content.get("message")), reply)
    return _unreadable(reply, text_of(content.get("message")))


def _taken(content: dict[str, Any]) -> Outcome:
    """A message that Twilio made. It may have failed at once: then it says so inside a success."""
    code = number_of(content.get("error_code")) or number_of(content.get("code"))
    if text_of(content.get("status")) in ("failed", "undelivered") or (code and not content.get("sid")):
        return Refused(why=sentence(code, text_of(content.get("error_message"))), code=str(code) if code else "failed")
    sid = text_of(content.get("sid"))
    return Accepted(external_id=sid) if sid else Unclear(why=str(_NO_ID))


def _failed(code: int, words: str, reply: Reply) -> Outcome:
    why, meaning = sentence(code, words), meaning_of(code)
    fate = meaning.fate if meaning is not None else _fate_by_status(reply.status)
    after = asked_wait(reply, meaning.after if meaning is not None else _SOON)
    match fate:
        case "sign_in":
            return Refused(why=why, code=str(code), sign_in=True)
        case "again":
            return Again(why=why, after=after)
        case "account_again":
            return Again(why=why, after=after, account=True)
        case _:
            return Refused(why=why, code=str(code))


def _fate_by_status(status: int) -> str:
    if status == 401:
        return "sign_in"
    if status == 429:
        return "account_again"
    return "again" if status >= 500 else "refused"


def _unreadable(reply: Reply, words: str) -> Outcome:
    """A failure without a code of Twilio's: a proxy, a load balancer, a maintenance page."""
    why = words or str(message("Twilio answered with HTTP status %(status)s and nothing that can be read.", status=reply.status))
    match reply.status:
        case 401 | 403:
            return Refused(why=why, code=str(reply.status), sign_in=True)
        case 408 | 425 | 503:
            return Again(why=why, after=asked_wait(reply, _SOON))
        case 429:
            return Again(why=why, after=asked_wait(reply, _MINUTE), account=True)
        case status if status >= 500 or status < 300:
            return Unclear(why=why)
        case _:
            return Refused(why=why, code=str(reply.status))
