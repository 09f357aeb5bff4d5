"""Targets and escalation steps in sentences: what the page of promises says."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from oase.desk.hours import StoredCalendar
from oase.desk.promises import Kind, Pace, Step, Target
from oase.kernel.i18n import Message, Translator, message
from oase.web.channels import manifests

PACES: Final[Mapping[Pace, Message]] = {
    "live": message("Chat"),
    "messaging": message("Messengers"),
    "mail": message("E-mail"),
    "phone": message("Phone"),
}
PRIORITIES: Final[Mapping[int, Message]] = {
    2: message("urgent"),
    1: message("high priority"),
    0: message("normal priority"),
    -1: message("low priority"),
}
KINDS: Final[Mapping[Kind, Message]] = {
    "first": message("First answer"),
    "next": message("Further answers"),
    "solution": message("Solution"),
}
_PROMISED: Final[Mapping[Kind, Message]] = {
    "first": message("first answer within %(time)s"),
    "next": message("further answers within %(time)s"),
    "solution": message("solved within %(time)s"),
}


def span_words(t: Translator, span: timedelta) -> str:
    """Working time as people say it: "90 seconds", "2 hours 30 minutes"."""
    seconds = int(span.total_seconds())
    hours, minutes, rest = seconds // 3600, seconds % 3600 // 60, seconds % 60
    words = []
    if hours:
        words.append(t.ngettext("%(n)s hour", "%(n)s hours", hours))
    if minutes:
        words.append(t.ngettext("%(n)s minute", "%(n)s minutes", minutes))
    if rest or not words:
        words.append(t.ngettext("%(n)s second", "%(n)s seconds", rest))
    return " ".join(words)


def target_words(t: Translator, target: Target, teams: Mapping[UUID, str], hours: str) -> str:
    """A target in a sentence: "Chat, VIP: first answer within 2 minutes, in the hours of Kundendienst"."""
    promised = [
        t.gettext(str(words), time=span_words(t, amount))
        for kind, words in _PROMISED.items()
        if (amount := target.of(kind)) is not None
    ]
    return f"{condition_words(t, target, teams)}: {t.listed(promised)}, {hours}"


def condition_words(t: Translator, target: Target, teams: Mapping[UUID, str]) -> str:
    """For whom a target is."""
    german, known = t.language == "de", manifests()
    names = [(known[one].name.de if german else known[one].name.en) if one in known else one for one in target.channels]
    parts = [
        t.listed([t.text(PACES[one]) for one in target.paces], "or"),
        t.listed(names, "or"),
        t.listed([teams.get(one) or t.gettext("a team that does not exist any more") for one in target.teams], "or"),
        t.listed([t.text(PRIORITIES[one]) for one in target.priorities], "or"),
        t.gettext("very important customers") if target.vip else "",
    ]
    return ", ".join(part for part in parts if part) or t.gettext("Everything")


def hours_words(t: Translator, team_ids: Sequence[UUID], calendars: Sequence[StoredCalendar]) -> str:
    """In whose opening hours a target counts: one calendar's, or those of whoever has the conversation."""
    if not calendars:
        return t.gettext("around the clock")
    default = next((one for one in calendars if one.is_default), None)
    of_team = {team: one for one in calendars for team in one.team_ids}
    used = {one.id if one else None: one for one in (of_team.get(team, default) for team in team_ids)}
    if not team_ids and len(calendars) == 1 and default is not None:
        used = {default.id: default}
    if len(used) != 1:
        return t.gettext("in the opening hours of the team that has it")
    (one,) = used.values()
    return t.gettext("in the hours of “%(name)s”", name=one.name) if one else t.gettext("around the clock")


def step_words(t: Translator, step: Step, teams: Mapping[UUID, str]) -> str:
    """A step in a sentence: "30 minutes before: tell the assignee, raise the priority"."""
    span = span_words(t, timedelta(minutes=abs(step.minutes)))
    when = t.gettext("When it is due")
    if step.minutes:
        when = t.gettext("%(time)s before", time=span) if step.minutes < 0 else t.gettext("%(time)s after", time=span)
    acts = [
        t.gettext("tell whoever has it") if step.notify_assignee else "",
        t.gettext("tell the leads of the team") if step.notify_leads else "",
        t.gettext("raise the priority") if step.raise_priority else "",
        t.gettext("hand over to %(team)s", team=teams.get(step.team_id) or t.gettext("a team that does not exist any more"))
        if step.team_id
        else "",
    ]
    return f"{when}: {t.listed([one for one in acts if one])}"
