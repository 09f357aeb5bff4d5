"""What an answer of the Bot API means for the message.

An error that Telegram words itself was not accepted. An answer that nobody can read may come from something in between after
Telegram took the message: *unclear*, never sent again by itself, unless doing it twice is the same as once. Telegram does not
recognise repetitions, and tells nobody what became of a message: *sent* is all that will be known.
"""

from datetime import timedelta
from typing import Any

from oase.channels.adapters.telegram.api import Failure, failure_of, method_of, result_of
from oase.channels.adapters.telegram.errors import meaning_of, sentence
from oase.channels.adapters.telegram.ids import external_id
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.meanings import outcome_of

_SOON = timedelta(seconds=30)
_HARMLESS_TWICE = frozenset({"sendChatAction", "setMessageReaction", "deleteMessage"})


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    if isinstance(reply, NoReply):
        return _unclear(call, reply.why) if reply.sent else Again(why=reply.why, after=_SOON)
    failure = failure_of(reply)
    if failure is not None:
        return failed(failure)
    if 200 <= reply.status <= 299:
        return _accepted(call, result_of(reply))
    outcome = wordless.failed("Telegram", reply)
    return _unclear(call, outcome.why) if isinstance(outcome, Unclear) else outcome


def failed(failure: Failure) -> Again | Refused:
    """What an error of Telegram's means."""
    after = timedelta(seconds=failure.retry_after) if failure.retry_after is not None else _SOON
    return outcome_of(meaning_of(failure).fate, sentence(failure), str(failure.code), after)


def _accepted(call: Call, result: Any) -> Outcome:
    if result is True and method_of(call) in _HARMLESS_TWICE:
        return Accepted(external_id="")
    first = result[0] if isinstance(result, list) and result else result
    if isinstance(first, dict) and isinstance(first.get("chat"), dict):
        chat, number, connection = first["chat"].get("id"), first.get("message_id"), first.get("business_connection_id")
        if isinstance(chat, int) and isinstance(number, int) and number > 0:
            return Accepted(external_id=external_id(chat, number, connection if isinstance(connection, str) else None))
    return _unclear(call, wordless.without_result("Telegram"))


def _unclear(call: Call, why: str) -> Outcome:
    return Again(why=why, after=_SOON) if method_of(call) in _HARMLESS_TWICE else Unclear(why=why)
