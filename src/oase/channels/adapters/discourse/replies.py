"""What the forum's reply to one of our calls means. It does not recognise repetitions by an id of ours."""

from datetime import timedelta
from typing import Final

from oase.channels.adapters.discourse.errors import failed, problem_of, unreadable
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Reply, Unclear
from oase.channels.families.json_in_the_wild import object_of
from oase.kernel.i18n import message

_SOON: Final = timedelta(seconds=30)
_NO_POST = message("The forum answered with success, but without the post.")
_HELD = message("The forum holds the post back until a moderator approves it.")


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        return _unclear(call, reply.why) if reply.sent else Again(why=reply.why, after=_SOON)
    problem = problem_of(reply)
    if problem is not None:
        return failed(reply, problem)
    if 200 <= reply.status <= 299:
        return _accepted(call, reply)
    outcome = unreadable(reply)
    hidden = isinstance(outcome, Again) and reply.status >= 500 and reply.status != 503
    return _unclear(call, outcome.why) if hidden else outcome


def _accepted(call: Call, reply: Reply) -> Outcome:
    if _is_act(call) and reply.status == 200:
        return Accepted(external_id="")  # deleting answers with nothing at all
    found = object_of(reply) or {}
    id = found.get("id")
    if isinstance(id, int) and id > 0:
        return Accepted(external_id=str(id))
    waiting = found.get("pending_post")
    if found.get("success") is True and isinstance(waiting, dict):
        return Accepted(external_id=f"pending-{str(waiting.get('id'))[:30]}", note=_HELD)
    return _unclear(call, _NO_POST)


def _is_act(call: Call) -> bool:
    return call.method == "DELETE" or (isinstance(call.json, dict) and "post_action_type_id" in call.json)


def _unclear(call: Call, why: str) -> Outcome:
    return Again(why=why, after=_SOON) if call.method == "GET" or _is_act(call) else Unclear(why=why)
