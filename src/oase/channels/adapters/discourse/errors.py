"""What Discourse's errors mean, and how to say them to a person.

{"errors": ["…"], "error_type": "invalid_access | not_found | rate_limit | …", "extras": {"wait_seconds": 38}}; posts that break a
rule of the forum are answered with 422 and the rule in the forum's language.
"""

from datetime import timedelta
from math import isfinite
from typing import Final

from oase.channels.adapters.discourse.wire import PROBLEM, Problem
from oase.channels.contract import Again, NoReply, Refused, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import Unreadable, sound
from oase.channels.families.markup import one_line
from oase.channels.families.meanings import with_theirs
from oase.channels.families.waiting import LONGEST, asked_wait
from oase.kernel.i18n import message

_SOON: Final = timedelta(seconds=30)
_MINUTE: Final = timedelta(minutes=1)
PLACE: Final = message("The forum")
_KEY = message("The forum does not accept our API key or user name. Enter a new key in the account's settings.")
_RIGHT = message(
    "The forum does not let our user do that: a right is missing, the API key's scope is not Global, or it was done before."
)
_GONE = message("This post or its topic is no longer there.")
_RULE = message("The forum does not take this post.")
_FAST = message("The forum asks us to write more slowly.")


def problem_of(reply: Reply) -> Problem | None:
    """The error in the forum's words; None for anything else."""
    try:
        found = PROBLEM.decode(sound(reply.body))
    except Unreadable:
        return None
    return found if found.errors or found.error_type else None


def failed(reply: Reply, problem: Problem) -> Again | Refused:
    """What an error in the forum's own words means."""
    own = one_line(" ".join(problem.errors)[:1_000])
    code = one_line(problem.error_type)[:100] or str(reply.status)
    if problem.error_type == "rate_limit" or reply.status == 429:
        return Again(why=with_theirs(_FAST, own), after=_wait(reply, problem), account=True)
    if reply.status == 401 or (problem.error_type in ("invalid_access", "not_logged_in") and "api" in own.lower()):
        return Refused(why=with_theirs(_KEY, own), code=code, sign_in=True)
    if problem.error_type == "invalid_access":
        return Refused(why=with_theirs(_RIGHT, own), code=code)
    if reply.status == 404 or problem.error_type == "not_found":
        return Refused(why=with_theirs(_GONE, own), code=code)
    if reply.status >= 500 or reply.status == 408:
        return Again(why=own or code, after=asked_wait(reply, _SOON))
    return Refused(why=with_theirs(_RULE, own), code=code)


def unreadable(reply: Reply | NoReply) -> Again | Refused:
    """A failure in nobody's words."""
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    outcome = wordless.failed(PLACE, reply)
    return Again(why=outcome.why, after=asked_wait(reply, _MINUTE)) if isinstance(outcome, Unclear) else outcome


def trouble(reply: Reply | NoReply) -> Again | Refused:
    """Why a question got no answer."""
    problem = problem_of(reply) if isinstance(reply, Reply) else None
    return failed(reply, problem) if problem and isinstance(reply, Reply) else unreadable(reply)


def _wait(reply: Reply, problem: Problem) -> timedelta:
    seconds = problem.extras.wait_seconds if problem.extras else None
    asked = timedelta(seconds=min(max(seconds, 1), LONGEST.total_seconds())) if seconds and isfinite(seconds) else _SOON
    return max(asked, asked_wait(reply, timedelta(seconds=1)))
