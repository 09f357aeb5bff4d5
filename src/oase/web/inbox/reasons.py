"""Why somebody does not have a conversation, in one sentence from the rules' cause and its inputs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from oase.desk.routing import Because, Reason
from oase.kernel.i18n import Message, Translator, message

_PLAIN: Final[dict[Because, Message]] = {
    Because.UNKNOWN_ITEM: message("Nobody waits in this conversation at the moment."),
    Because.UNKNOWN_AGENT: message("You are not on duty."),
    Because.OFF_DUTY: message("You take nothing new at the moment."),
    Because.HAS_IT: message("It is with you."),
    Because.CANNOT: message("It takes something that you do not have."),
    Because.PULL_ONLY: message("Its team takes for itself: nobody is offered it. You may take it."),
    Because.DECLINED: message("You did not want it; somebody else may."),
    Because.NEXT: message("You get it next."),
    Because.LACKS_CHANNEL: message("You take nothing of this channel."),
    Because.HAS_TIME: message("You work on something else, and this one has time."),
    Because.AT_WORK: message("You work on something that cannot be laid aside."),
    Because.LAID_ASIDE_ENOUGH: message("What you work on was laid aside often enough."),
    Because.NOT_CALM: message("Nothing is laid aside now: mails have too little time left."),
    Because.CHATS_OPEN: message("A call waits until your chats are over."),
}


class Names:
    """What is behind the ids of a cause."""

    def __init__(self, agents: Mapping[UUID, str], teams: Mapping[UUID, str], skills: Mapping[UUID, str]) -> None:
        self._all = {**agents, **teams, **skills}

    def of(self, key: object) -> str:
        """The name; a question mark of what is gone."""
        return self._all.get(key, "?") if isinstance(key, UUID) else "?"


def sentence(reason: Reason, names: Names, reader: Translator) -> str:
    """The cause in the reader's language, with its inputs."""
    plain = _PLAIN.get(reason.because)
    return reader.text(plain or _with_inputs(reason, names, reader))


def _with_inputs(reason: Reason, names: Names, reader: Translator) -> Message:
    def clock(seconds: float) -> str:
        return (
            reader.date_time(datetime.fromtimestamp(seconds, UTC), "short")
            if seconds < 1e11
            else reader.gettext("without a promise")
        )

    match reason.because:
        case Because.TAKEN:
            return message("%(name)s has it.", name=names.of(reason.agent))
        case Because.KEPT:
            return message("It waits for %(name)s, who answered before or was given it.", name=names.of(reason.agent))
        case Because.LACKS_TEAM:
            return message("It belongs to the team %(name)s, in which you are not.", name=names.of(reason.needs))
        case Because.LACKS_SKILL:
            return message(
                "It takes %(name)s from level %(level)s; yours is %(has)s.",
                name=names.of(reason.needs), level=reason.limit, has=reason.has,
            )  # fmt: skip
        case Because.CHATS_FULL:
            return message("You have %(n)s of %(limit)s open conversations of this kind.", n=reason.has, limit=reason.limit)
        case Because.FULL:
            return message(
                "Your open conversations take %(n)s%% of your room; one of this kind takes %(limit)s%% more.",
                n=reason.has, limit=reason.limit,
            )  # fmt: skip
        case _:
            return message(
                "What you have or get first is promised until %(first)s, this until %(this)s.",
                first=clock(reason.other_due - reason.other_head_start), this=clock(reason.due - reason.head_start),
            )  # fmt: skip
