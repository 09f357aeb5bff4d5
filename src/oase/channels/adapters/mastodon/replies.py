"""What a reply of the server means.

Posts carry our id as Idempotency-Key, which the server knows for an hour: a lost reply is simply asked for again.
https://docs.joinmastodon.org/methods/statuses/#create, /api/rate-limits/ (read 2026-08)
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meanings import with_theirs
from oase.channels.families.waiting import asked_wait, wait_until
from oase.kernel.i18n import Message, message

_SOON: Final = timedelta(seconds=15)
_USUAL_PAUSE: Final = timedelta(minutes=5)
PLACE: Final = message("The server")
_TOKEN = message("The server does not accept our access token any more. Create a new one and enter it in the account's settings.")
_SCOPES = message("The access token lacks a permission (scope). The guide names all that are needed.")
_ACCOUNT = message("The server has locked or suspended our account there. Sign in there to see why.")
_FAST = message("The server asks us to send more slowly.")
_GONE = message("The post that this answers does not exist any more, or we may not see it.")
_LONG = message("The server does not take a text as long as this.")
_DOWN = message("The server is temporarily unavailable.")
_WORKING = message("The server is still working on the file.")
_MIXED = message("The server takes up to four pictures, or one video or sound, with a post.")
_KNOWN: Final[tuple[tuple[int, str, Message, bool], ...]] = (
    (403, r"scope", _SCOPES, True),
    (403, r"disabled|suspended|pending|confirm|disqualif", _ACCOUNT, True),
    (422, r"charact|Zeichen", _LONG, False),
    (422, r"already contains|more than 4|mehr als 4", _MIXED, False),
)
_STILL_WORKING: Final = re.compile(r"not finished processing|try again in a moment", re.IGNORECASE)


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    content = object_of(reply)
    if isinstance(reply, Reply) and reply.status in (200, 202) and content is not None and isinstance(content.get("id"), str):
        return Accepted(external_id=content["id"])
    if isinstance(reply, Reply) and reply.status == 206:  # of a file: come back
        return Again(why=str(_WORKING), after=timedelta(seconds=1))
    if isinstance(reply, Reply) and 200 <= reply.status <= 299:
        said, why = (content or {}).get("error"), wordless.without_result(PLACE)
        return Refused(why=with_theirs(why, str(said)), code="200") if said else Unclear(why=why)
    return outcome_of(reply)


def outcome_of(reply: Reply | NoReply) -> Again | Refused:
    """What a reply means that gives nothing."""
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    words = _words(object_of(reply))
    code = str(reply.status)
    match reply.status:
        case 429:
            return Again(
                why=with_theirs(_FAST, words),
                after=wait_until("x-ratelimit-reset", reply, _USUAL_PAUSE),
                account=True,
            )
        case 401:
            return Refused(why=with_theirs(_TOKEN, words), code=code, sign_in=True)
        case 404 | 410:
            return Refused(why=with_theirs(_GONE, words), code=code)
        case 422 if _STILL_WORKING.search(words):
            return Again(why=with_theirs(_WORKING, words), after=_SOON)
        case status if status >= 500 or status in (408, 425):
            return Again(why=with_theirs(_DOWN, words), after=asked_wait(reply, _SOON))
    for status, pattern, sentence, sign_in in _KNOWN:
        if reply.status == status and re.search(pattern, words, re.IGNORECASE):
            return Refused(why=with_theirs(sentence, words), code=code, sign_in=sign_in)
    if words:
        return Refused(why=with_theirs(message("The server refuses it."), words), code=code)
    return Refused(why=wordless.words_of(PLACE, reply.status), code=code, sign_in=reply.status == 403)


def _words(content: Mapping[str, object] | None) -> str:
    said = (content or {}).get("error_description") or (content or {}).get("error")
    return said[:500] if isinstance(said, str) else ""
