"""Rules and macros as sentences in the reader's language: what sets them off, what must hold, what they do."""

from collections.abc import Mapping, Sequence
from typing import Final

from oase.conversations.conditions import KINDS, NONE, Condition, Group
from oase.desk.automations import Act, References, Rule, When
from oase.kernel.i18n import Message, Translator, message
from oase.web.inbox.marks import mark

WHENS: Final[dict[str, Message]] = {
    "opened": message("a conversation is opened"),
    "received": message("a customer writes"),
    "answered": message("an agent answers"),
    "state": message("the state changes"),
    "team": message("the team changes"),
    "assignee": message("the agent changes"),
    "priority": message("the priority changes"),
    "tags": message("the tags change"),
    "waited": message("the customer has not answered for"),
    "unanswered": message("a customer has waited for an answer for"),
    "solved_for": message("the conversation has been solved for"),
    "due_soon": message("an answer is due in"),
    "overdue": message("an answer is overdue by"),
}
WHATS: Final[dict[str, Message]] = {
    "words": message("Subject or text"),
    "subject": message("Subject"),
    "text": message("Text"),
    "channel": message("Channel"),
    "account": message("Account"),
    "state": message("State"),
    "team": message("Team"),
    "assignee": message("Agent"),
    "priority": message("Priority"),
    "tag": message("Tag"),
    "field": message("Field"),
    "person_tag": message("Tag of the person"),
    "person_field": message("Field of the person"),
    "language": message("Language of the person"),
    "text_language": message("Language of the text"),
    "organisation": message("Company of the person"),
    "address": message("Address of the person"),
    "consent": message("Agreed to be written to"),
    "person_conversations": message("Conversations of the person"),
    "public": message("In public"),
    "automatic": message("Written by a machine"),
    "hours": message("Business hours"),
    "last_by": message("Last word"),
    "messages": message("Number of messages"),
    "files": message("Number of files sent along"),
    "speakers": message("How many have spoken in public"),
    "unanswered": message("Public messages without an answer"),
    "overdue": message("Overdue"),
    "due": message("Answer due in"),
    "age": message("Opened since"),
    "waiting": message("Customer waits since"),
    "quiet": message("Nothing said since"),
}
HOWS: Final[dict[str, Message]] = {
    "is": message("is"),
    "is_not": message("is not"),
    "has": message("contains"),
    "lacks": message("does not contain"),
    "at_least": message("at least"),
    "at_most": message("at most"),
}
DOES: Final[dict[str, Message]] = {
    "tag": message("Add the tag"),
    "untag": message("Remove the tag"),
    "assign": message("Give it to the agent"),
    "team": message("Give it to the team"),
    "priority": message("Set the priority to"),
    "state": message("Set the state to"),
    "snooze": message("Snooze for"),
    "snooze_until_open": message("Snooze until we open"),
    "promise": message("Promise an answer within"),
    "target": message("Promise by the target"),
    "answer": message("Answer with the snippet"),
    "note": message("Leave a note"),
    "webhook": message("Tell the webhook"),
}
STATES: Final = {
    "open": message("Open"),
    "waiting": message("Waiting"),
    "snoozed": message("Snoozed"),
    "solved": message("Solved"),
}
PRIORITIES: Final = {"-1": message("Low"), "0": message("Normal"), "1": message("High"), "2": message("Urgent")}
YES: Final = {"yes": message("yes"), "no": message("no")}
HOURS: Final = {"open": message("open"), "closed": message("closed")}
SPEAKERS: Final = {"customer": message("from the customer"), "us": message("from us")}
LANGUAGES: Final = {
    "de": message("German"), "en": message("English"), "fr": message("French"), "es": message("Spanish"), "it": message("Italian"),
    "nl": message("Dutch"), "pl": message("Polish"), "tr": message("Turkish"), "uk": message("Ukrainian"), NONE: message("unknown"),
}  # fmt: skip
UNITS: Final = {"1": message("minutes"), "60": message("hours"), "1440": message("days")}


def when_said(when: When, reader: Translator) -> str:
    """What sets a rule off: "a customer has waited for an answer for 2 hours"."""
    words = reader.text(WHENS[when.what])
    if when.what == "state" and when.to:
        states = reader.listed([reader.text(STATES[one]) for one in when.to], "or")
        return reader.gettext("the state changes to %(states)s", states=states)
    span = span_said(when.minutes, reader)
    sentences = {
        "waited": reader.gettext("the customer has not answered for %(span)s", span=span),
        "unanswered": reader.gettext("a customer has waited for an answer for %(span)s", span=span),
        "solved_for": reader.gettext("the conversation has been solved for %(span)s", span=span),
        "due_soon": reader.gettext("an answer is due in %(span)s", span=span),
        "overdue": reader.gettext("an answer is overdue by %(span)s", span=span)
        if when.minutes
        else reader.gettext("an answer is overdue"),
    }
    return sentences.get(when.what, words)


def span_said(minutes: int, reader: Translator) -> str:
    """So many minutes in their largest whole unit."""
    number, unit = parted(minutes)
    if unit == "1440":
        return reader.ngettext("%(n)s day", "%(n)s days", number)
    if unit == "60":
        return reader.ngettext("%(n)s hour", "%(n)s hours", number)
    return reader.ngettext("%(n)s minute", "%(n)s minutes", number)


def parted(minutes: int) -> tuple[int, str]:
    """Minutes as a number of their largest whole unit, and that unit: (3, "1440") for three days."""
    unit = next((one for one in (1440, 60) if minutes and minutes % one == 0), 1)
    return minutes // unit, str(unit)


def groups_said(groups: Sequence[Group], there: References, reader: Translator) -> str:
    """What must hold: "Text contains “a” or “b” and (Team is X or Tag is Y)"; empty: nothing."""
    said = []
    for group in groups:
        ones = [condition_said(one, there, reader) for one in group.conditions]
        joined = (reader.gettext(" and ") if group.match == "all" else reader.gettext(" or ")).join(ones)
        said.append(f"({joined})" if len(groups) > 1 and len(ones) > 1 and group.match == "any" else joined)
    return reader.gettext(" and ").join(filter(None, said))


def condition_said(condition: Condition, there: References, reader: Translator) -> str:
    """One condition."""
    what = reader.gettext("“%(text)s”", text=condition.key) if condition.key else reader.text(WHATS[condition.what])
    if KINDS[condition.what].values in ("yes", "hours", "speaker"):
        return f"{what}: {value_said(condition, condition.values[0], there, reader)}"
    if KINDS[condition.what].values == "minutes":
        values = span_said(int(condition.values[0]), reader)
    else:
        values = reader.listed([value_said(condition, one, there, reader) for one in condition.values], "or")
    return f"{what} {reader.text(HOWS[condition.how])} {values}"


def value_said(condition: Condition, value: str, there: References, reader: Translator) -> str:
    """A value by its name."""
    kind = KINDS[condition.what].values
    named: Mapping[str, Mapping[str, str]] = {"team": there.teams, "assignee": there.everybody, "account": there.accounts}
    if kind in named:
        none = reader.gettext("no team") if kind == "team" else reader.gettext("nobody")
        return none if value == NONE else named[kind].get(value, "?")
    if kind == "channel":
        return mark(value, reader).name
    words: Mapping[str, Mapping[str, Message]] = {
        "state": STATES, "priority": PRIORITIES, "yes": YES, "hours": HOURS, "speaker": SPEAKERS, "language": LANGUAGES,
    }  # fmt: skip
    if kind in words:
        return reader.text(words[kind].get(value, value))
    return value if kind == "number" else reader.gettext("“%(text)s”", text=value)


def acts_said(acts: Sequence[Act], there: References, reader: Translator) -> list[str]:
    """What is done, one sentence each."""
    return [act_said(one.do, one.value, there.name_of(one), reader) for one in acts]


def act_said(do: str, value: str, name: str, reader: Translator) -> str:
    """One act; `name` is what its value is called."""
    words = reader.text(DOES.get(do, do))
    if do in ("assign", "team") and not value:
        return reader.gettext("Take it from its agent") if do == "assign" else reader.gettext("Take it out of its team")
    if do == "assign" and value == "me":
        return reader.gettext("Give it to whoever runs the macro")
    if do == "priority":
        return f"{words} {reader.text(PRIORITIES.get(value, value))}"
    if do == "state":
        return f"{words} {reader.text(STATES.get(value, value))}"
    if do == "snooze_until_open":
        return words
    if do == "promise":
        return reader.gettext("Promise an answer within %(span)s of working time", span=span_said(int(value), reader))
    if do == "target" and not value:
        return reader.gettext("Promise as the targets say")
    if do == "snooze":
        return f"{words} {span_said(int(value), reader)}"
    text = (name or "?") if do != "note" else value
    return f"{words} {reader.gettext('“%(text)s”', text=text if len(text) <= 60 else text[:59] + '…')}"


def rule_said(rule: Rule, there: References, reader: Translator) -> Mapping[str, object]:
    """A rule in three parts."""
    return {
        "when": when_said(rule.when, reader),
        "groups": groups_said(rule.groups, there, reader),
        "acts": acts_said(rule.acts, there, reader),
    }
