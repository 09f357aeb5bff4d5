"""What a reply of X means.

Errors come as problems (title, detail, type), as `errors` beside or in place of `data`, and with HTTP status 200 as well. X does not
recognise a repetition by an id of ours: a lost reply to a message is *unclear*, one to an upload or a like is simply asked for again.
https://docs.x.com/x-api/fundamentals/response-codes-and-errors, /x-api/fundamentals/rate-limits (read 2026-08)
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meanings import with_theirs
from oase.channels.families.waiting import LONGEST, asked_wait, wait_until
from oase.kernel.i18n import Message, message

_SOON: Final = timedelta(seconds=30)
_WINDOW: Final = timedelta(minutes=15)
_TOKEN = message("X does not accept our access token. If this stays so, sign in again on the account's page.")
_SCOPE = message("The sign-in at X lacks a permission (scope). Sign in again and allow all that the guide names.")
_PLAN = message("The application's plan at X does not include this, or its credits are used up. See the developer portal.")
_LOCKED = message("X has locked or suspended our account. Sign in to X to see why.")
_FAST = message("X asks us to send more slowly.")
_CAP = message("The monthly limit of the application's plan at X is reached.")
_TWICE = message("X refuses this text because the same one was posted before. Change a few words.")
_NO_MESSAGES = message("This person takes no direct messages from us. Answer in public and ask them to write to us first.")
_NO_REPLY = message("This conversation does not take answers from us: its author has limited who may reply.")
_NOT_OURS = message("On X one can delete only one's own posts, and hide only replies to them.")
_GONE = message("The post does not exist any more, or we may not see it.")
_LONG = message("X does not take a text as long as this. See the account's setting for long posts.")
_DOWN = message("X is temporarily unavailable.")
_FILE = message("X could not take the file: its type or its content is not supported.")
_WORKING = message("X is still working on the file.")
_REFUSED = message("X refuses it.")

_KNOWN: Final[tuple[tuple[str, Message, bool], ...]] = (
    (r"duplicate content", _TWICE, False),
    (r"scope|oauth1? ?permission|not permitted to access this endpoint|unsupported.authentication", _SCOPE, True),
    (r"client-forbidden|client-not-enrolled|enrolled|credits|access level|usage-capped", _PLAN, True),
    (r"suspended|locked|deactivated", _LOCKED, True),
    (r"cannot send messages|not allowed to (send|direct message)|dm .*not allowed|\b349\b|receives_your_dm", _NO_MESSAGES, False),
    (r"reply to this conversation|not been mentioned|restricted who can (reply|respond)|limited who can reply", _NO_REPLY, False),
    (r"not (authorized|allowed|permitted) to (delete|hide)|only .*(author|owner)|conversation owned", _NOT_OURS, False),
    (r"too long|character limit|longer than", _LONG, False),
    (r"media (type|category)|invalid media|unsupported media|file size", _FILE, False),
)


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    content = object_of(reply)
    data = (content or {}).get("data")
    if isinstance(reply, Reply) and 200 <= reply.status <= 299:
        if isinstance(data, dict):
            return _done(call, data)
        if content is not None and content.get("errors"):
            return _refused(_words(content), str(reply.status), False)
        if reply.status == 204 and call.parts:
            return Accepted(external_id="")
        return _unclear(call, wordless.without_result("X"))
    outcome = outcome_of(reply)
    return _unclear(call, outcome.why) if isinstance(outcome, Unclear) else outcome


def _done(call: Call, data: Mapping[str, Any]) -> Outcome:
    """What was done, by the name that X gives it."""
    processing = data.get("processing_info")
    if call.method == "GET" and isinstance(processing, dict):
        return _worked_on(processing, data)
    for name in ("dm_event_id", "id"):
        if isinstance(data.get(name), str) and data[name]:
            return Accepted(external_id=data[name])
    for name in ("liked", "hidden", "deleted"):
        if isinstance(data.get(name), bool):
            return Accepted(external_id="")
    return Accepted(external_id="") if call.parts else _unclear(call, wordless.without_result("X"))


def _worked_on(processing: Mapping[str, Any], data: Mapping[str, Any]) -> Outcome:
    state, seconds = processing.get("state"), processing.get("check_after_secs")
    if state in ("pending", "in_progress"):
        wait = seconds if isinstance(seconds, int) and 0 < seconds < 60 else 2
        return Again(why=str(_WORKING), after=timedelta(seconds=wait))
    if state == "failed":
        return Refused(why=str(_FILE), code="processing")
    return Accepted(external_id=str(data.get("id") or ""))


def outcome_of(reply: Reply | NoReply) -> Again | Refused | Unclear:
    """What a reply means that gives nothing."""
    if isinstance(reply, NoReply):
        return Unclear(why=reply.why) if reply.sent else Again(why=reply.why, after=_SOON)
    content = object_of(reply)
    words, code = _words(content), str(reply.status)
    match reply.status:
        case 401:
            return Refused(why=with_theirs(_TOKEN, words), code=code, sign_in=True)
        case 402:
            return Refused(why=with_theirs(_PLAN, words), code=code, sign_in=True)
        case 429 if re.search(r"usage-?cap|monthly", words + str((content or {}).get("type")), re.IGNORECASE):
            return Again(why=with_theirs(_CAP, words), after=LONGEST, account=True)
        case 429:
            return Again(
                why=with_theirs(_FAST, words),
                after=wait_until("x-rate-limit-reset", reply, _WINDOW),
                account=True,
            )
        case 404 | 410:
            return Refused(why=with_theirs(_GONE, words), code=code)
        case 408 | 425 | 503:
            return Again(why=with_theirs(_DOWN, words), after=asked_wait(reply, _SOON))
        case status if status >= 500 or status < 400:
            return Unclear(why=with_theirs(_DOWN, words) if words else wordless.words_of("X", status))
    return _refused(words, code, reply.status == 403 and not words)


def _refused(words: str, code: str, sign_in: bool) -> Refused:
    for pattern, sentence, needs_sign_in in _KNOWN:
        if re.search(pattern, words, re.IGNORECASE):
            return Refused(why=with_theirs(sentence, words), code=code, sign_in=needs_sign_in)
    return Refused(why=with_theirs(_REFUSED, words) if words else wordless.words_of("X", int(code)), code=code, sign_in=sign_in)


def _unclear(call: Call, why: str) -> Outcome:
    return Again(why=why, after=_SOON) if _harmless_twice(call) else Unclear(why=why)


def _harmless_twice(call: Call) -> bool:
    """Uploads, questions, likes, hiding: done twice they are as done once. Deleting is, too."""
    return call.method in ("GET", "PUT", "DELETE") or "/media/upload" in call.url or call.url.endswith("/likes")


def _words(content: Mapping[str, Any] | None) -> str:
    """X's own words, of whichever form."""
    if content is None:
        return ""
    errors = content.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    inner = first if isinstance(first, dict) else {}
    parts = [content.get("detail"), inner.get("detail") or inner.get("message"), content.get("title"), content.get("reason")]
    said = [part for part in parts if isinstance(part, str) and part.strip()]
    return " · ".join(dict.fromkeys(said))[:500]
