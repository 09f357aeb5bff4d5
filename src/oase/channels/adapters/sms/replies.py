"""What an operator's answer means for a message. A reply's status is SMPP's command_status, its body the message's id."""

from datetime import timedelta

from oase.channels.adapters.sms.submitting import STAGE
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families.smpp import OK, meaning_of, sentence

_SOON = timedelta(seconds=30)
_WAITS = {0x58: timedelta(seconds=5), 0x14: timedelta(seconds=30), 0x05: timedelta(minutes=1), 0x04: timedelta(minutes=1)}


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        return Unclear(why=reply.why) if reply.sent else Again(why=reply.why, after=_SOON, account=True)
    if reply.status == OK:
        taken = reply.body.decode("utf-8", "replace").replace("\0", "").strip()[:100]
        return Accepted(external_id=taken or str(call.options.get("id", "")))
    if reply.headers.get(STAGE) == "settings":
        return Refused(why=reply.body.decode("utf-8", "replace").strip() or sentence(reply.status), code="settings", sign_in=True)
    known, why = meaning_of(reply.status), sentence(reply.status)
    code = known.name if known is not None else f"0x{reply.status:08X}"
    fate = known.fate if known is not None else "refused"
    if reply.headers.get(STAGE) == "bind" and fate == "refused":
        fate = "sign_in"
    match fate:
        case "sign_in":
            return Refused(why=why, code=code, sign_in=True)
        case "again":
            return Again(why=why, after=_SOON, account=reply.headers.get(STAGE) == "bind")
        case "account_again":
            return Again(why=why, after=_WAITS.get(reply.status, _SOON), account=True)
        case _:
            return Refused(why=why, code=code)
