"""What an answer of Viber means for the message. HTTP says 200 whatever happened; the status inside counts.

Viber does not recognise repetitions, so a lost answer leaves a message *unclear*; receipts come by its token.
"""

from datetime import timedelta

from oase.channels.adapters.viber.api import Status, status_of
from oase.channels.adapters.viber.errors import meaning_of, sentence
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families.json_in_the_wild import object_of
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_NO_ID = message("Viber answered with success, but without the id of the message.")


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        return Unclear(why=reply.why) if reply.sent else Again(why=reply.why, after=_SOON)
    status = status_of(reply)
    if status is None:
        return _unreadable(reply)
    if status.code != 0:
        return failed(status)
    token = (object_of(reply) or {}).get("message_token")
    if isinstance(token, int | str) and not isinstance(token, bool) and token:
        return Accepted(external_id=str(token))
    return Unclear(why=str(_NO_ID))


def failed(status: Status) -> Again | Refused:
    """What a status other than 0 means."""
    meaning, why = meaning_of(status), sentence(status)
    if meaning.fate in ("again", "account_again"):
        return Again(why=why, after=meaning.after, account=meaning.fate == "account_again")
    return Refused(why=why, code=str(status.code), sign_in=meaning.fate == "sign_in")


def _unreadable(reply: Reply) -> Outcome:
    """An answer without Viber's status: a proxy, a load balancer, a maintenance page."""
    why = str(message("Viber answered with HTTP status %(status)s and nothing that can be read.", status=reply.status))
    match reply.status:
        case 401 | 403:
            return Refused(why=why, code=str(reply.status), sign_in=True)
        case 408 | 425 | 503:
            return Again(why=why, after=_SOON)
        case 429:
            return Again(why=why, after=timedelta(minutes=1), account=True)
        case status if status >= 500 or 200 <= status <= 299:
            return Unclear(why=why)
        case _:
            return Refused(why=why, code=str(reply.status))
