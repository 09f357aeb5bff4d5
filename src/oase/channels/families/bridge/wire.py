"""What the connector says of itself, and what it answers to a message: shapes and meanings."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from oase.channels.contract import Accepted, Again, Malformed, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families import meanings, wordless
from oase.channels.families.json_in_the_wild import Unreadable, decode, sound
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message

VERSION: Final = 1
_SOON: Final = timedelta(seconds=30)
_LONGEST_SECONDS: Final = 6 * 3600


class About(Struct, frozen=True, kw_only=True):
    """The answer to `GET manifest`."""

    protocol: int
    name: str  # of the place, or of our account there: people read it
    capabilities: tuple[str, ...]  # of answers to one person: "text", "image", … as in the contract
    public: tuple[str, ...] = ()  # the same of answers in public; empty: nothing is public
    acts: tuple[str, ...] = ()  # "hide", "show", "delete", "like", "unlike"
    text_length: int = 4096


class Answered(Struct, frozen=True, kw_only=True):
    """The answer to `POST messages`."""

    outcome: Literal["accepted", "again", "refused"]
    external_id: str = ""  # accepted: the place's own id of the message, as receipts and replies will name it
    state: Literal["sent", "delivered"] = "sent"
    why: str = ""  # again, refused: for people
    after: float = 0  # again: seconds
    account: bool = False  # again: everything of this account waits
    code: str = ""  # refused
    sign_in: bool = False  # refused: the place does not accept the connector's credentials


_ABOUT: Final = msgspec.json.Decoder(About)
_ANSWERED: Final = msgspec.json.Decoder(Answered)


def read_about(body: bytes) -> About:
    """What the connector is; raises Malformed in words."""
    about = decode(sound(body), _ABOUT)
    if about.protocol != VERSION:
        raise Malformed(f"The connector speaks version {about.protocol} of the bridge, Oase speaks {VERSION}.")
    return about


def outcome_of(reply: Reply | NoReply) -> Outcome:
    """What an answer means. Whatever is lost is asked again: the connector knows the id."""
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    if 200 <= reply.status <= 299:
        return _answered(reply.body)
    why = _words(reply)
    if not why:
        outcome = wordless.failed(message("The connector"), reply)
        return Again(why=outcome.why, after=_SOON) if isinstance(outcome, Unclear) else outcome
    fate: meanings.Fate = "sign_in" if reply.status in (401, 403) else meanings.fate_by_status(reply.status)
    return meanings.outcome_of(fate, why, str(reply.status), asked_wait(reply, _SOON))


def _answered(body: bytes) -> Outcome:
    try:
        told = _ANSWERED.decode(sound(body))
    except Unreadable:
        return Unclear(why=str(message("The connector's answer cannot be read.")))
    why = told.why.strip()[:1000] or str(message("The connector gave no reason."))
    if told.outcome == "again":
        seconds = min(max(told.after, 0), _LONGEST_SECONDS) if told.after == told.after else 0  # NaN is no time
        return Again(why=why, after=timedelta(seconds=seconds), account=told.account)
    if told.outcome == "refused":
        return Refused(why=why, code=told.code[:100], sign_in=told.sign_in)
    if not told.external_id.strip():
        return Unclear(why=str(message("The connector accepted the message without naming its id.")))
    return Accepted(external_id=told.external_id.strip()[:500], state=told.state)


def _words(reply: Reply) -> str:
    """The connector's own words of an error: `why` in JSON, else nothing (pages of servers in between help nobody)."""
    try:
        content: Any = msgspec.json.decode(sound(reply.body))
    except Unreadable:
        return ""
    why = content.get("why") if isinstance(content, dict) else None
    return why.strip()[:1000] if isinstance(why, str) else ""


def words(items: Sequence[str]) -> str:
    """Several words as one fact."""
    return ",".join(sorted(set(items)))
