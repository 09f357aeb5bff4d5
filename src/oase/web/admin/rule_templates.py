"""Rules to begin with: drafts that only need a look."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from oase.conversations.conditions import Condition, Group
from oase.desk.automations import Act, When
from oase.kernel.i18n import Message, message


class Words(Struct, frozen=True, kw_only=True):
    """A snippet that comes with a template."""

    shortcut: str
    texts: Mapping[str, str]


class Template(Struct, frozen=True, kw_only=True):
    """A rule to begin with."""

    id: str
    icon: str
    name: Message
    meaning: Message
    when: When
    groups: Sequence[Group] = ()
    acts: Sequence[Act] = ()
    snippet: Words | None = None


_CLOSED: Final = Words(
    shortcut="closed",
    texts={
        "de": "Guten Tag {{person.name}},\n\nvielen Dank für Ihre Nachricht. Gerade ist niemand da; wir sind wieder für Sie da ab:"
        " {{hours.next}}.\n\n{{company}}",
        "en": "Hello {{person.name}},\n\nthank you for your message. Nobody is here right now; we are back for you from:"
        " {{hours.next}}.\n\n{{company}}",
    },
)
TEMPLATES: Final[tuple[Template, ...]] = (
    Template(
        id="closed", icon="moon", name=message("Outside business hours"),
        meaning=message("Answers once a day for each conversation and says when somebody is there again."),
        when=When(what="received"), groups=(Group(conditions=(Condition(what="hours", values=("closed",)),)),), snippet=_CLOSED,
    ),
    Template(
        id="silent", icon="hourglass", name=message("Solve what stays silent"),
        meaning=message("Solves what has waited for the customer for a week."),
        when=When(what="waited", minutes=7 * 24 * 60), acts=(Act(do="state", value="solved"),),
    ),
    Template(
        id="due", icon="alarm", name=message("Raise what is due soon"),
        meaning=message("Sets the priority to high fifteen minutes before an answer is due."),
        when=When(what="due_soon", minutes=15), acts=(Act(do="priority", value="1"),),
    ),
)  # fmt: skip
