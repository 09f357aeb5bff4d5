"""What a reply means. Errors of the protocol have a name and words: {"error": "ExpiredToken", "message": "…"}.

Records are written under a key that we choose, so that writing one twice changes nothing; a direct message has no such key.
https://atproto.com/specs/xrpc, https://docs.bsky.app/docs/advanced-guides/rate-limits (read 2026-08)
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meanings import with_theirs
from oase.channels.families.waiting import asked_wait, wait_until
from oase.kernel.i18n import Message, message

_SOON: Final = timedelta(seconds=30)
_PAUSE: Final = timedelta(minutes=5)
_TOKEN = message(
    "Bluesky does not accept our access any more. If this stays so, enter a new app password in the account's settings."
)
_PASSWORD = message("Bluesky does not know this handle with this app password.")
_VERSION = message(
    "The server does not know what Oase asks for. Check the service in the account's settings, and whether there is a newer version "
    "of Oase."
)
_CHATS = message("The app password may not read direct messages. Create one with “Allow access to your direct messages”.")
_LOCKED = message("Our account on Bluesky is suspended, deactivated or taken down. Sign in to Bluesky to see why.")
_FAST = message("Bluesky asks us to send more slowly.")
_GONE = message("The post does not exist any more, or we may not see it.")
_NOBODY = message("Nobody on Bluesky has the name that the text mentions. Take away the @ before it, or correct it.")
_NO_MESSAGES = message("This person takes no direct messages from us. Answer in public and ask them to write to us first.")
_BLOCKED = message("This person has blocked us, or we have blocked them.")
_LONG = message("Bluesky does not take a text as long as this.")
_FILE = message("Bluesky does not take this picture: its type or its size is not allowed.")
_DOWN = message("Bluesky is temporarily unavailable.")
_REFUSED = message("Bluesky refuses it.")

_KNOWN: Final[tuple[tuple[str, Message, bool], ...]] = (
    (r"bad token (scope|method)|InsufficientScope|privileged", _CHATS, True),
    (r"MethodNotImplemented|XRPCNotSupported", _VERSION, True),
    (r"ExpiredToken|InvalidToken|AuthMissing|AuthenticationRequired\b(?!.*password)", _TOKEN, True),
    (r"invalid identifier or password|AuthFactorTokenRequired", _PASSWORD, True),
    (r"AccountTakedown|AccountSuspended|AccountDeactivated|takendown|account is suspended", _LOCKED, True),
    (r"requires? incoming messages|has disabled incoming|recipient .*(follow|messages)|not followed by", _NO_MESSAGES, False),
    (r"block", _BLOCKED, False),
    (r"unable to resolve handle|HandleNotFound", _NOBODY, False),
    (r"RecordNotFound|could not locate record|NotFound", _GONE, False),
    (r"too (long|many graphemes)|must not be longer|graphemes", _LONG, False),
    (r"BlobTooLarge|too large|mimetype|invalid ?mime", _FILE, False),
)


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    content = object_of(reply)
    if isinstance(reply, Reply) and 200 <= reply.status <= 299:
        if content is not None and not content.get("error"):
            return _done(call, content)
        if content is not None:
            return _refused(_words(content), str(reply.status))
        return Accepted(external_id="") if _ends_empty(call) else _unclear(call, wordless.without_result("Bluesky"))
    outcome = outcome_of(reply)
    return _unclear(call, outcome.why) if isinstance(outcome, Unclear) else outcome


def _done(call: Call, content: Mapping[str, Any]) -> Outcome:
    posts, convo = content.get("posts"), content.get("convo")
    if isinstance(posts, list):
        return Accepted(external_id="") if posts else Refused(why=str(_GONE), code="gone")
    if isinstance(convo, dict) and isinstance(convo.get("id"), str):
        return Accepted(external_id=convo["id"])
    for name in ("uri", "id", "did"):
        if isinstance(content.get(name), str) and content[name]:
            return Accepted(external_id=content[name])
    if isinstance(content.get("blob"), dict) or isinstance(content.get("message"), dict) or _ends_empty(call):
        return Accepted(external_id="")
    return _unclear(call, wordless.without_result("Bluesky"))


def outcome_of(reply: Reply | NoReply) -> Again | Refused | Unclear:
    """What a reply means that gives nothing."""
    if isinstance(reply, NoReply):
        return Unclear(why=reply.why) if reply.sent else Again(why=reply.why, after=_SOON)
    words, code = _words(object_of(reply)), str(reply.status)
    match reply.status:
        case 429:
            return Again(
                why=with_theirs(_FAST, words),
                after=wait_until("ratelimit-reset", reply, _PAUSE),
                account=True,
            )
        case 401:
            found = _refused(words, code) if words else None
            return found if found and found.sign_in else Refused(why=with_theirs(_TOKEN, words), code=code, sign_in=True)
        case 501 if words:
            return _refused(words, code)
        case 408 | 425 | 503:
            return Again(why=with_theirs(_DOWN, words), after=asked_wait(reply, _SOON))
        case 502 | 504 if re.search(r"UpstreamFailure|UpstreamTimeout|NotEnoughResources", words):
            return Unclear(why=with_theirs(_DOWN, words))
        case status if status >= 500 or status < 400:
            return Unclear(why=with_theirs(_DOWN, words) if words else wordless.words_of("Bluesky", status))
    return _refused(words, code, sign_in=reply.status == 403 and not words)


def _refused(words: str, code: str, *, sign_in: bool = False) -> Refused:
    for pattern, sentence, needs_sign_in in _KNOWN:
        if re.search(pattern, words, re.IGNORECASE):
            return Refused(why=with_theirs(sentence, words), code=code, sign_in=needs_sign_in)
    return Refused(
        why=with_theirs(_REFUSED, words) if words else wordless.words_of("Bluesky", int(code)), code=code, sign_in=sign_in
    )


def _unclear(call: Call, why: str) -> Outcome:
    return Unclear(why=why) if call.url.endswith("chat.bsky.convo.sendMessage") else Again(why=why, after=_SOON)


def _ends_empty(call: Call) -> bool:
    return call.url.endswith("com.atproto.repo.deleteRecord")


def _words(content: Mapping[str, Any] | None) -> str:
    parts = [(content or {}).get(name) for name in ("error", "message")]
    said = [part for part in parts if isinstance(part, str) and part.strip()]
    return ": ".join(dict.fromkeys(said))[:500]
