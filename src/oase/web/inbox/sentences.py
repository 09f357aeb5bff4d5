"""What the system or an agent did, as one line of the timeline, and the line that stands for a message where it is answered.

The data of events is written by `oase.conversations`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from oase.kernel.i18n import Translator, message
from oase.web.inbox.fields import label_of, shown
from oase.web.inbox.marks import mark
from oase.web.moments import moment_short
from oase.web.rulewords import act_said

_STATES: Final = {
    "open": message("opened this again"),
    "waiting": message("waits for the customer"),
    "solved": message("solved this"),
}
_PRIORITIES: Final = {"low": message("Low"), "normal": message("Normal"), "high": message("High"), "urgent": message("Urgent")}

_STEPS: Final = {
    "priority": message("the priority was raised"),
    "team": message("it was handed over to the team"),
    "notified": message("those responsible were told"),
}

_LINE: Final = 120
_KINDS: Final = {
    "image": message("Picture"),
    "sticker": message("Picture"),
    "audio": message("Recording"),
    "voice": message("Voice message"),
    "video": message("Video"),
    "location": message("Location"),
    "contacts": message("Contact card"),
    "document": message("File"),
}


def event_text(kind: str, author: str, data: Mapping[str, Any], at: datetime, reader: Translator) -> str:
    """The line of what was done `at` a moment, in the reader's language; an unknown kind shows its name rather than nothing."""
    who = author or reader.gettext("Oase")
    name = str(data.get("name", ""))
    to = str(data.get("to", ""))
    named = [str(tag) for tag in data.get("tags", [])]
    tags, many = reader.listed(named), len(named)
    if kind == "assigned":
        if name == author:
            return reader.gettext("%(who)s took this", who=who)
        return reader.gettext("%(who)s assigned this to %(name)s", who=who, name=name)
    if kind == "state":
        return f"{who} {reader.text(_STATES.get(to, to))}"
    if kind == "priority":
        return reader.gettext("%(who)s set the priority to %(name)s", who=who, name=reader.text(_PRIORITIES.get(to, to)))
    if kind == "snoozed":
        until = _moment(str(data.get("until", "")), at, reader)
        return reader.gettext("%(who)s snoozed this until %(time)s", who=who, time=until)
    if kind == "field":
        return _field(who, data, reader)
    if kind in ("promised", "escalated"):
        return _promise(kind, data, at, reader)
    if kind == "automation":
        return _applied(name, data, reader)
    sentences = {
        "unassigned": reader.gettext("%(who)s gave this back", who=who),
        "woke": reader.gettext("Back from snooze"),
        "tagged": reader.ngettext("%(who)s added the tag %(tags)s", "%(who)s added the tags %(tags)s", many, who=who, tags=tags),
        "untagged": reader.ngettext(
            "%(who)s removed the tag %(tags)s", "%(who)s removed the tags %(tags)s", many, who=who, tags=tags
        ),
        "team": reader.gettext("%(who)s gave this to the team %(name)s", who=who, name=name)
        if name
        else reader.gettext("%(who)s took this out of its team", who=who),
        "merged": reader.gettext("%(who)s merged conversation #%(number)s into this", who=who, number=data.get("number", "?")),
        "unmerged": reader.gettext("%(who)s took #%(number)s out of this again", who=who, number=data.get("number", "?")),
        "split": reader.gettext("%(who)s split off messages", who=who),
        "subject": reader.gettext("%(who)s changed the subject to “%(name)s”", who=who, name=to),
        "from_public": reader.gettext("%(who)s answered a public message here, in private:", who=who),
        "task_added": _task(who, data, at, reader),
        "task_done": reader.gettext("%(who)s has done: %(what)s", who=who, what=data.get("what", "")),
        "unscheduled": reader.gettext("A scheduled message of %(who)s was not sent, because the customer wrote before", who=name),
        "unreached": reader.gettext("We cannot tell whether the answer arrived, so the conversation is open")
        if data.get("why") == "unclear"
        else reader.gettext("The answer did not arrive, so the conversation is open"),
        "reopened": reader.gettext("Opened again by a new message"),
        "channel": reader.gettext("Continues on %(channel)s, by an invitation", channel=mark(to, reader).name if to else "?"),
    }
    return sentences.get(kind, kind)


def _task(who: str, data: Mapping[str, Any], at: datetime, reader: Translator) -> str:
    due, what = _moment(str(data.get("due", "")), at, reader), str(data.get("what", ""))
    name = str(data.get("name", ""))
    if name == who:
        return reader.gettext("%(who)s will be reminded %(time)s: %(what)s", who=who, time=due, what=what)
    return reader.gettext("%(who)s has %(name)s reminded %(time)s: %(what)s", who=who, name=name, time=due, what=what)


def _promise(kind: str, data: Mapping[str, Any], at: datetime, reader: Translator) -> str:
    """What the desk did by itself about a promise."""
    time = _moment(str(data.get("due", "")), at, reader)
    if kind == "promised" and data.get("told"):
        return reader.gettext("An answer is promised by %(time)s now; the customer was told", time=time)
    if kind == "promised":
        return reader.gettext("An answer is promised by %(time)s now; the customer was not told", time=time)
    acts = reader.listed([reader.text(_STEPS.get(str(one), one)) for one in data.get("did", ())])
    return reader.gettext("Due %(time)s: %(acts)s", time=time, acts=acts)


def _field(who: str, data: Mapping[str, Any], reader: Translator) -> str:
    name = label_of(data.get("labels", {}), reader)
    if data.get("value") is None:
        return reader.gettext("%(who)s cleared “%(name)s”", who=who, name=name)
    value = shown(str(data.get("field", "")), data["value"], reader)
    return reader.gettext("%(who)s set “%(name)s” to “%(value)s”", who=who, name=name, value=value)


def _applied(name: str, data: Mapping[str, Any], reader: Translator) -> str:
    """A rule was applied; what it said or told has no line of its own."""
    told = [
        act_said(one["do"], one["value"], one["name"], reader)
        for one in data.get("acts", [])
        if one["do"] in ("answer", "webhook", "promise", "target")
    ]
    if chain := data.get("stopped"):
        return reader.gettext(
            "The rule “%(name)s” was stopped here, since it would have set itself off again: %(chain)s",
            name=name,
            chain=" → ".join(chain),
        )
    applied = reader.gettext("The rule “%(name)s” was applied", name=name)
    return f"{applied}: {'; '.join(told)}" if told else applied


def line_of(kind: str, text: str, names: Sequence[str], reader: Translator) -> str:
    """The first line that stands for a message where it is answered."""
    words = next((line.strip() for line in text.splitlines() if line.strip()), "") or next(iter(names), "")
    return words[:_LINE] or reader.text(_KINDS.get(kind, _KINDS["document"]))


def _moment(text: str, at: datetime, reader: Translator) -> str:
    """As near as it was when it was said: whoever reads the line sees that moment beside it."""
    try:
        return moment_short(reader, datetime.fromisoformat(text), at)
    except ValueError:
        return text
