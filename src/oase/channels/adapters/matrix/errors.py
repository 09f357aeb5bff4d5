"""Matrix's error codes: what each means for a message or an account, and how to say it to a person.

https://spec.matrix.org/latest/client-server-api/#standard-error-response (read 2026-11)
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from oase.channels.contract import Again, Refused, Reply
from oase.channels.families import wordless
from oase.channels.families.meanings import SOON, Meaning, fate_by_status, outcome_of, with_theirs
from oase.channels.families.waiting import asked_wait, bounded
from oase.kernel.i18n import message

PLACE: Final = message("The Matrix server")
_TOKEN = message("The Matrix server does not accept our access token. Sign in again and enter the new one.")
_LOCKED = message("The Matrix server has locked or suspended our user. Ask its administrators.")
_REQUEST = message("The Matrix server does not accept the form of this message.")
_SLOWER = message("The Matrix server asks us to send more slowly.")
_MISSING = message("The room or the message no longer exists on the Matrix server.")

MEANINGS: Mapping[str, Meaning] = {
    "M_UNKNOWN_TOKEN": Meaning("sign_in", _TOKEN),
    "M_MISSING_TOKEN": Meaning("sign_in", _TOKEN),
    "M_UNAUTHORIZED": Meaning("sign_in", _TOKEN),
    "M_USER_DEACTIVATED": Meaning(
        "sign_in", message("Our user has been deactivated on the Matrix server. Ask its administrators, or enter another user.")
    ),
    "M_USER_LOCKED": Meaning("sign_in", _LOCKED),
    "M_USER_SUSPENDED": Meaning("sign_in", _LOCKED),
    "M_CONSENT_NOT_GIVEN": Meaning(
        "sign_in",
        message("Our user must accept the terms of the Matrix server first. Sign in with a Matrix app and accept them."),
    ),
    "M_LIMIT_EXCEEDED": Meaning("account_again", _SLOWER, timedelta(seconds=1)),
    "M_RESOURCE_LIMIT_EXCEEDED": Meaning(
        "account_again", message("The Matrix server has reached a limit of its own. Ask its administrators."), timedelta(hours=1)
    ),
    "M_FORBIDDEN": Meaning(
        "refused", message("We may not write in this room: the customer has left it, removed us, or does not let us write.")
    ),
    "M_TOO_LARGE": Meaning("refused", message("The message or the file is too large for the Matrix server.")),
    "M_NOT_FOUND": Meaning("refused", _MISSING),
    "M_UNRECOGNIZED": Meaning(
        "refused", message("The Matrix server does not know this request: it is too old. Ask its administrators to update it.")
    ),
    "M_BAD_JSON": Meaning("refused", _REQUEST),
    "M_NOT_JSON": Meaning("refused", _REQUEST),
    "M_INVALID_PARAM": Meaning("refused", _REQUEST),
    "M_MISSING_PARAM": Meaning("refused", _REQUEST),
    "M_DUPLICATE_ANNOTATION": Meaning("refused", message("We have reacted to this message with this emoji before.")),
    "M_NOT_YET_UPLOADED": Meaning("again", message("The file has not arrived at the Matrix server yet.")),
    "M_UNKNOWN": Meaning("refused", _REQUEST),
}


def code_of(content: Mapping[str, Any] | None) -> str:
    """The error code of a reply; empty if it is none."""
    code = (content or {}).get("errcode")
    return code[:100] if isinstance(code, str) else ""


def sentence(code: str, theirs: object) -> str:
    """Our words for a code, and below them the server's own."""
    meaning = MEANINGS.get(code)
    words = str(theirs).strip()[:500] if isinstance(theirs, str) else ""
    if meaning is None:
        return words or message("The Matrix server reports %(code)s.", code=code)
    return with_theirs(meaning.words, words)


def failure(reply: Reply, content: Mapping[str, Any] | None) -> Again | Refused:
    """What a reply that is no success means: by its code, else by its status."""
    code = code_of(content)
    why = sentence(code, (content or {}).get("error")) if code else wordless.words_of(PLACE, reply.status)
    meaning = MEANINGS.get(code)
    by_status = meaning is None or (code == "M_UNKNOWN" and reply.status >= 500)
    if by_status and meaning is not None:
        why = str(message("The Matrix server had an internal error."))
    if by_status or meaning is None:
        fate, after = "sign_in" if reply.status == 403 else fate_by_status(reply.status), SOON
    else:
        fate, after = meaning.fate, meaning.after
    return outcome_of(fate, why, code or str(reply.status), _after(reply, content, after))


def _after(reply: Reply, content: Mapping[str, Any] | None, otherwise: timedelta) -> timedelta:
    """The wait that the reply asks for, by its header or by its older field (milliseconds)."""
    field = (content or {}).get("retry_after_ms")
    if isinstance(field, int) and not isinstance(field, bool) and field > 0:
        otherwise = bounded(timedelta(milliseconds=min(field, 1_000_000_000)))
    return asked_wait(reply, otherwise)
