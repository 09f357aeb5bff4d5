"""What can be chosen in the forms of rules and macros: values with their names, in the reader's language."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from oase.channels import all_adapters
from oase.conversations import known_tags
from oase.conversations.conditions import KINDS, NONE
from oase.desk.automations import ME, References
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Message, Translator
from oase.web.inbox.marks import mark
from oase.web.rulewords import DOES, HOURS, HOWS, LANGUAGES, PRIORITIES, SPEAKERS, STATES, UNITS, WHATS, WHENS, YES

Pairs = Sequence[tuple[str, str]]


class Choices(Struct, frozen=True, kw_only=True):
    """Pairs of value and name; `of` by the kind of value, `hows` by what is asked."""

    whens: Pairs
    whats: Pairs
    hows: Mapping[str, Pairs]
    kinds: Mapping[str, str]
    of: Mapping[str, Pairs]
    does: Pairs
    acts: Mapping[str, Pairs]
    units: Pairs
    tags: Sequence[str]


async def choices(work: UnitOfWork, there: References, reader: Translator, *, rules: bool) -> Choices:
    """All of them; one query. For macros (`rules` False) with whoever runs it among the agents."""

    def said(words: Mapping[str, Message]) -> Pairs:
        return [(key, reader.text(text)) for key, text in words.items()]

    nobody, no_team = (NONE, reader.gettext("nobody")), (NONE, reader.gettext("no team"))
    channels = sorted(all_adapters())
    agents: Pairs = list(there.agents.items())
    macro_agents = [] if rules else [(ME, reader.gettext("whoever runs the macro"))]
    webhooks: Pairs = list(there.webhooks.items())
    empty = {do for do, some in (("webhook", there.webhooks), ("target", there.targets)) if not some}
    whats = [
        one for one in WHATS if not ((one == "field" and not there.fields) or (one == "person_field" and not there.person_fields))
    ]
    return Choices(
        whens=said(WHENS),
        whats=[(one, reader.text(WHATS[one])) for one in whats],
        hows={what: [(how, reader.text(HOWS[how])) for how in kind.hows] for what, kind in KINDS.items()},
        kinds={what: kind.values for what, kind in KINDS.items()},
        of={
            "state": said(STATES), "priority": said(PRIORITIES), "yes": said(YES), "hours": said(HOURS), "speaker": said(SPEAKERS),
            "language": said(LANGUAGES),
            "channel": [(one, mark(one, reader).name) for one in channels], "account": list(there.accounts.items()),
            "team": [no_team, *there.teams.items()], "assignee": [nobody, *there.everybody.items()],
            "field": [(one, one) for one in there.fields], "person_field": [(one, one) for one in there.person_fields],
        },
        does=[pair for pair in said(DOES) if pair[0] not in empty],
        acts={
            "assign": [*macro_agents, *agents, ("", reader.gettext("nobody"))],
            "team": [*there.teams.items(), ("", reader.gettext("no team"))],
            "priority": said(PRIORITIES), "state": [pair for pair in said(STATES) if pair[0] != "snoozed"],
            "answer": [(key, f"{one.name} (/{one.shortcut})") for key, one in there.snippets.items()], "webhook": webhooks,
            "target": [*there.targets.items(), ("", reader.gettext("as the targets say"))],
        },
        units=said(UNITS),
        tags=await known_tags(work),
    )  # fmt: skip
