"""What WordPress's reply to one of our calls means.

WordPress recognises a repeated comment by author, article and words (comment_duplicate), not by an id of ours; so a lost reply is
*unclear* until the next round finds the comment, which carries our id (`author_user_agent`). Acts may be repeated.
"""

from datetime import timedelta
from typing import Final

from oase.channels.adapters.wordpress.errors import failed, problem_of, unreadable
from oase.channels.adapters.wordpress.wire import COMMENT, Comment
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families.json_in_the_wild import Unreadable, sound
from oase.kernel.i18n import message

_SOON: Final = timedelta(seconds=30)
_NO_COMMENT = message("WordPress answered with success, but without the comment.")


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        return _unclear(call, reply.why) if reply.sent else Again(why=reply.why, after=_SOON)
    comment = _comment(reply)
    if comment is not None and 200 <= reply.status <= 299:
        return _accepted(call, comment)
    problem = problem_of(reply)
    if problem is not None:
        return failed(reply, problem)
    if 200 <= reply.status <= 299:
        return _unclear(call, _NO_COMMENT)
    outcome = unreadable(reply)
    hidden = isinstance(outcome, Again) and reply.status >= 500 and reply.status != 503
    return _unclear(call, outcome.why) if hidden else outcome


def _accepted(call: Call, comment: Comment) -> Outcome:
    asked = call.json.get("status") if isinstance(call.json, dict) else None
    if _is_act(call) and comment.status != asked:
        return Refused(why=message("WordPress did not change the comment. It may be in that state already."))
    held = not _is_act(call) and comment.status in ("hold", "spam")
    note = message("WordPress holds the answer back until a moderator approves it.") if held else ""
    return Accepted(external_id=str(comment.id), note=note)


def _comment(reply: Reply) -> Comment | None:
    try:
        return COMMENT.decode(sound(reply.body))
    except Unreadable:
        return None


def _is_act(call: Call) -> bool:
    return not (isinstance(call.json, dict) and "content" in call.json)


def _unclear(call: Call, why: str) -> Outcome:
    return Again(why=why, after=_SOON) if _is_act(call) else Unclear(why=why)
