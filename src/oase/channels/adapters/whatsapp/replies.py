"""What a reply of the Graph API means for the message.

An error that Graph words itself was not accepted, whatever the HTTP status. An answer that nobody can read may come from
something in between after Meta took the message: that is *unclear*, never sent again by itself, unless doing it twice is
the same as doing it once (upload, read mark, typing, reaction). WhatsApp itself does not recognise repetitions.
"""

from datetime import timedelta
from typing import Any

from oase.channels.adapters.whatsapp.errors import meaning_of, sentence
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families.meta import GraphError, graph_error, json_of
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_NO_ID = message("WhatsApp answered with success, but without the id of the message.")
_LONGEST_WAIT = timedelta(hours=6)


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        return _unclear(call, reply.why) if reply.sent else Again(why=reply.why, after=_SOON)
    content = json_of(reply)
    error = graph_error(content)
    if error is not None:
        return _failed(error, reply)
    if 200 <= reply.status <= 299:
        return _accepted(call, content)
    return _unreadable(call, reply)


def _accepted(call: Call, content: dict[str, Any] | None) -> Outcome:
    if content is not None:
        if content.get("success") is True and _is_mark(call):
            return Accepted(external_id="")
        if call.parts and isinstance(content.get("id"), str | int):
            return Accepted(external_id=str(content["id"]))
        messages = content.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        if isinstance(first, dict) and first.get("id"):
            return Accepted(external_id=str(first["id"]))
    return _unclear(call, str(_NO_ID))


def _failed(error: GraphError, reply: Reply) -> Outcome:
    why = sentence(error.code, error.details, error.message)
    code = str(error.code)
    meaning = meaning_of(error.code)
    fate = meaning.fate if meaning is not None else _fate_by_status(error, reply.status)
    after = _after(reply, meaning.after if meaning is not None else _SOON)
    match fate:
        case "sign_in":
            return Refused(why=why, code=code, sign_in=True)
        case "again":
            return Again(why=why, after=after)
        case "account_again":
            return Again(why=why, after=after, account=True)
        case _:
            return Refused(why=why, code=code)


def _fate_by_status(error: GraphError, status: int) -> str:
    if status == 401:
        return "sign_in"
    if status == 429:
        return "account_again"
    return "again" if status >= 500 or error.transient else "refused"


def _unreadable(call: Call, reply: Reply) -> Outcome:
    """A failure without Graph's words: a proxy, a load balancer, a maintenance page."""
    why = str(message("WhatsApp answered with HTTP status %(status)s and nothing that can be read.", status=reply.status))
    match reply.status:
        case 401 | 403:
            return Refused(why=why, code=str(reply.status), sign_in=True)
        case 408 | 425 | 503:
            return Again(why=why, after=_after(reply, _SOON))
        case 429:
            return Again(why=why, after=_after(reply, timedelta(minutes=1)), account=True)
        case status if status >= 500 or status < 300:
            return _unclear(call, why)
        case _:
            return Refused(why=why, code=str(reply.status))


def _unclear(call: Call, why: str) -> Outcome:
    return Again(why=why, after=_SOON) if _harmless_twice(call) else Unclear(why=why)


def _harmless_twice(call: Call) -> bool:
    return call.method == "GET" or bool(call.parts) or _is_mark(call) or _field(call, "type") == "reaction"


def _is_mark(call: Call) -> bool:
    return _field(call, "status") == "read"


def _field(call: Call, name: str) -> object:
    return call.json.get(name) if isinstance(call.json, dict) else None


def _after(reply: Reply, otherwise: timedelta) -> timedelta:
    """The wait that the reply asks for in seconds, if it is longer than ours."""
    asked = reply.headers.get("retry-after", "")
    if not (asked.isascii() and asked.isdigit()):
        return otherwise
    return max(otherwise, min(timedelta(seconds=int(asked[:9])), _LONGEST_WAIT))
