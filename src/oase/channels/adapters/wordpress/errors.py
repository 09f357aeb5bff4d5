"""WordPress's error codes: what each means, and how to say it to a person.

Codes as in wp-includes/rest-api/endpoints/class-wp-rest-comments-controller.php, class-wp-rest-users-controller.php, user.php of
WordPress 6.1 to 6.8. The words stay the same for a code; WordPress's own, in the blog's language, follow on a line of their own.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from oase.channels.adapters.wordpress.wire import PROBLEM, Problem
from oase.channels.contract import Again, NoReply, Refused, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import Unreadable, sound
from oase.channels.families.markup import one_line
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import Message, message

_SOON: Final = timedelta(seconds=30)
_MINUTE: Final = timedelta(minutes=1)

_PASSWORD = message(
    "WordPress does not accept our user name and application password. Enter a new one in the account's settings."
)
_HEADER = message(
    "WordPress does not know who we are: user name or application password are wrong, or its web server drops the header Authorization."
)
_PERMISSION = message("The user of WordPress may not do this: it needs the role Editor or Administrator (moderate_comments).")
_NO_ROUTE = message(
    "WordPress no longer offers comments to other programs: a plugin has switched off its REST API, or WordPress is older than 5.6."
)
_CLOSED = message("Comments are closed for this article.")
_GONE = message("This comment or its article is no longer there.")
_TWICE = message("WordPress already has this comment.")
_FORM = message("WordPress does not accept the form of this comment.")
_UNCHANGED = message("WordPress did not change the comment. It may be in that state already.")
_FAST = message("WordPress asks us to write more slowly.")

SIGN_IN: Final[Mapping[str, Message]] = {
    "incorrect_password": _PASSWORD,
    "invalid_username": _PASSWORD,
    "invalid_email": _PASSWORD,
    "application_passwords_disabled": _PASSWORD,
    "application_passwords_disabled_for_user": _PASSWORD,
    "rest_no_route": _NO_ROUTE,
    "rest_not_logged_in": _HEADER,
    "rest_comment_login_required": _HEADER,
    "rest_forbidden_status": _PERMISSION,
    "rest_forbidden_context": _PERMISSION,
    "rest_forbidden_param": _PERMISSION,
    "rest_forbidden": _PERMISSION,
    "rest_cannot_read": _PERMISSION,
    "rest_cannot_edit": _PERMISSION,
    "rest_cannot_delete": _PERMISSION,
    "rest_comment_invalid_status": _PERMISSION,
}
REFUSED: Final[Mapping[str, Message]] = {
    "rest_comment_closed": _CLOSED,
    "rest_comment_draft_post": _CLOSED,
    "rest_comment_trash_post": _GONE,
    "rest_comment_invalid_id": _GONE,
    "rest_comment_invalid_post_id": _GONE,
    "rest_cannot_read_post": _GONE,
    "rest_already_trashed": _UNCHANGED,
    "rest_comment_failed_edit": _UNCHANGED,
    "comment_duplicate": _TWICE,
    "rest_comment_content_invalid": _FORM,
    "comment_content_column_length": _FORM,
    "rest_comment_author_data_required": _FORM,
    "rest_invalid_param": _FORM,
}


def problem_of(reply: Reply) -> Problem | None:
    """The error that WordPress words itself; None for anything else."""
    try:
        found = PROBLEM.decode(sound(reply.body))
    except Unreadable:
        return None
    return found if found.code.strip() else None


def sentence(problem: Problem) -> str:
    """Our words for the code, and WordPress's own."""
    words = SIGN_IN.get(problem.code) or REFUSED.get(problem.code)
    own = one_line(problem.message)
    return "\n".join(part for part in (words, own) if part) or problem.code.strip()


def failed(reply: Reply, problem: Problem, now: datetime | None = None) -> Again | Refused:
    """What an error in WordPress's own words means for what was asked."""
    why, code = sentence(problem), problem.code[:100]
    if code in SIGN_IN or reply.status == 401:
        return Refused(why=why, code=code, sign_in=True)
    if code in REFUSED:
        return Refused(why=why, code=code)
    if code == "comment_flood":
        return Again(why=why, after=_SOON)
    if reply.status == 429:
        return Again(why=f"{_FAST}\n{why}", after=asked_wait(reply, _MINUTE, now), account=True)
    if reply.status >= 500 or reply.status == 408:
        return Again(why=why, after=asked_wait(reply, _SOON, now))
    return Refused(why=why, code=code, sign_in=reply.status == 403)


def unreadable(reply: Reply | NoReply, now: datetime | None = None) -> Again | Refused:
    """A failure in nobody's words: a firewall, a maintenance page, a page instead of the API."""
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    outcome = wordless.failed("WordPress", reply, now)
    return Again(why=outcome.why, after=asked_wait(reply, _MINUTE, now)) if isinstance(outcome, Unclear) else outcome


def trouble(reply: Reply | NoReply, now: datetime | None = None) -> Again | Refused:
    """Why a question got no answer."""
    problem = problem_of(reply) if isinstance(reply, Reply) else None
    return failed(reply, problem, now) if problem and isinstance(reply, Reply) else unreadable(reply, now)
