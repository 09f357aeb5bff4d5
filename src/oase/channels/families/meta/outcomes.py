"""What a reply of the Graph API means for what was sent.

An error that Graph words itself was not accepted, whatever the HTTP status. An answer that nobody can read may come from
something in between after Meta took the message: that is *unclear*, never sent again by itself, unless doing it twice is
the same as doing it once (upload, read mark, typing, reaction). Meta does not recognise repetitions.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meanings import SOON, Fate, Meaning, fate_by_status, outcome_of
from oase.channels.families.meta.graph import GraphError, graph_error
from oase.channels.families.meta.meanings import sentence_of
from oase.channels.families.waiting import LONGEST, asked_wait
from oase.kernel.i18n import message


class _Usage(Struct):
    """One limit, as Meta's header tells of it."""

    estimated_time_to_regain_access: int = 0  # minutes


class Judge(Struct, frozen=True, kw_only=True):
    """How one channel reads replies. `accepted` gives the id of what was taken, None if the reply does not say it."""

    place: str  # as people call it: "WhatsApp"
    meaning_of: Callable[[GraphError], Meaning | None]
    accepted: Callable[[Call, Mapping[str, Any]], str | None]
    harmless_twice: Callable[[Call], bool]
    of_one_thing: Callable[[Call], bool] = lambda call: False  # a lack of permission says nothing of the account

    def outcome(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """Accepted, Again, Refused or Unclear."""
        if isinstance(reply, NoReply):
            return self._unclear(call, reply.why) if reply.sent else Again(why=reply.why, after=SOON)
        content = object_of(reply)
        error = graph_error(content)
        if error is not None:
            return self._failed(call, error, reply)
        if 200 <= reply.status <= 299:
            external_id = self.accepted(call, content) if content is not None else None
            if external_id is not None:
                return Accepted(external_id=external_id)
            undone = content is not None and content.get("success") is False
            not_done = message("%(place)s has not done it, and gives no reason.", place=self.place)
            return self._unclear(call, not_done if undone else wordless.without_result(self.place))
        return self._unreadable(call, reply)

    def words(self, error: GraphError) -> str:
        """An error in words."""
        return sentence_of(self.meaning_of(error), self.place, error.code, error.details, error.message)

    def unreadable(self, status: int) -> str:
        """That an answer holds nothing that can be read, in words."""
        return wordless.words_of(self.place, status)

    def unreachable(self, why: str) -> str:
        """That there was no answer, in words."""
        return wordless.unreachable(self.place, why)

    def _failed(self, call: Call, error: GraphError, reply: Reply) -> Outcome:
        meaning = self.meaning_of(error)
        fate = meaning.fate if meaning is not None else _fate_by_status(error, reply.status)
        if fate == "sign_in" and _is_permission(error) and self.of_one_thing(call):
            fate = "refused"
        return outcome_of(fate, self.words(error), str(error.code), _after(reply, meaning.after if meaning is not None else SOON))

    def _unreadable(self, call: Call, reply: Reply) -> Outcome:
        """A failure without Graph's words: a proxy, a load balancer, a maintenance page."""
        outcome = wordless.failed(self.place, reply)
        return self._unclear(call, outcome.why) if isinstance(outcome, Unclear) else outcome

    def _unclear(self, call: Call, why: str) -> Outcome:
        return Again(why=why, after=SOON) if call.method == "GET" or self.harmless_twice(call) else Unclear(why=why)


def _is_permission(error: GraphError) -> bool:
    return error.code in (3, 10) or 200 <= error.code <= 299


def _fate_by_status(error: GraphError, status: int) -> Fate:
    fate = fate_by_status(status)
    return "again" if fate == "refused" and error.transient else fate


def _after(reply: Reply, otherwise: timedelta) -> timedelta:
    """The wait that the reply asks for, in seconds or in Meta's own header in minutes: the longer of both, else ours."""
    return max(asked_wait(reply, otherwise), min(_regained(reply), LONGEST))


def _regained(reply: Reply) -> timedelta:
    """When we may ask again, by `X-Business-Use-Case-Usage`: the longest of the waits of all limits."""
    try:
        usage = msgspec.json.decode(reply.headers.get("x-business-use-case-usage", ""), type=dict[str, list[_Usage]])
    except msgspec.MsgspecError:
        return timedelta(0)
    minutes = [one.estimated_time_to_regain_access for found in usage.values() for one in found]
    return timedelta(minutes=min(max(minutes, default=0), 100_000))
