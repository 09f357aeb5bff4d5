"""What became of a message: the server took it, sent it back, or nobody can tell.

`sending` answers 200 when the server has handled the message, 400 with the condition when it came back, 401 when we could not sign in.
A message whose fate is not known is not sent again: programs show a repeated one twice.
"""

from datetime import timedelta
from typing import Any

import msgspec

from oase.channels.adapters.xmpp.words import LATER, sentence
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families.json_in_the_wild import Unreadable, sound
from oase.channels.families.meanings import with_theirs
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_TOO_FAST = timedelta(seconds=10)
NOT_SIGNED_IN = message("The XMPP server does not accept our address and password. Enter them anew in the account's settings.")
_NO_UPLOAD = message("The XMPP server does not take this file.")
_UNREADABLE = message("The XMPP server's answer cannot be understood.")


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        harmless = call.method == "UPLOAD" or (isinstance(call.json, dict) and "body" not in call.json)
        return Unclear(why=reply.why) if reply.sent and not harmless else Again(why=reply.why, after=_SOON)
    content = answer_of(reply)
    words = str(content.get("text") or "")[:500]
    if reply.status == 200:
        known = content.get("url") or content.get("id")
        return Accepted(external_id=str(known)) if known else Unclear(why=str(_UNREADABLE))
    if reply.status == 401:
        return Refused(why=with_theirs(NOT_SIGNED_IN, words), code="not-authorized", sign_in=True)
    condition = str(content.get("condition") or "")[:100]
    waits = content.get("type") == "wait"
    why = sentence(condition, words, waits=waits) if call.method != "UPLOAD" else with_theirs(_NO_UPLOAD, words)
    if condition == "policy-violation" and waits:  # a rate; the protocol does not say how long
        return Again(why=why, after=_TOO_FAST, account=True)
    if condition in LATER or waits or reply.status >= 500:
        return Again(why=why, after=_SOON)
    return Refused(why=why, code=condition or str(reply.status))


def answer_of(reply: Reply) -> dict[str, Any]:
    """What `sending` says of a call."""
    try:
        found = msgspec.json.decode(sound(reply.body))
    except Unreadable:
        return {}
    return found if isinstance(found, dict) else {}
