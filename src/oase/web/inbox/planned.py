"""What is planned, as the page shows it and as its forms say it: messages that go later, tasks. Pure.

form field `send_at` (a moment with its offset) or `local` (as the reader's clock shows it) --when_of--> When
form field `who` ("agent:…", "team:…") --who_of--> Who
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from oase.desk import Scheduled, Task, When, Who
from oase.kernel.errors import Invalid
from oase.kernel.i18n import Translator, message
from oase.web.directory import Staff
from oase.web.forms import uuid
from oase.web.inbox.plans import Planned, TaskLine
from oase.web.sessions import Viewer

_LOCAL: Final = "%Y-%m-%dT%H:%M"


def planned_of(one: Scheduled, reader: Translator) -> Planned:
    """A message that goes later."""
    template = one.answer.template
    return Planned(
        id=one.id,
        author=one.author_name,
        text=one.answer.text or (template.preview or template.name if template else ""),
        template=template is not None,
        files=len(one.answer.attachment_ids),
        send_at=one.send_at,
        local=one.send_at.astimezone(reader.zone).strftime(_LOCAL),
        waking=one.waking,
        unless_answered=one.unless_answered,
        refused=one.state == "refused",
        why=one.why,
    )


def task_line(one: Task, viewer: Viewer, staff: Staff, reader: Translator) -> TaskLine:
    """A task."""
    names = staff.agent_names if one.agent_id else staff.team_names
    whose = one.agent_id or one.team_id
    return TaskLine(
        id=one.id,
        what=one.what,
        who=(names.get(whose) if whose else None) or reader.gettext("nobody any more"),
        who_id=f"agent:{one.agent_id}" if one.agent_id else f"team:{one.team_id}",
        mine=one.agent_id == viewer.agent_id,
        due_at=one.due_at,
        local=one.due_at.astimezone(reader.zone).strftime(_LOCAL),
        done=one.done_at is not None,
        by=one.created_by_name,
        person=one.person,
        place=one.conversation_id,
        person_id=one.person_id,
        number=one.number,
        channel=one.channel,
    )


def moment_of(text: str, reader: Translator, field: str) -> datetime:
    """A moment with its offset, or as the reader's clock shows it; raises Invalid."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(message("This is not a valid date and time."), field=field) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=reader.zone)


def when_of(form: Mapping[str, str], reader: Translator) -> When | None:
    """When a message is to go; None where nothing is said: now."""
    text = form.get("send_at") or form.get("local", "")
    if not text:
        return None
    return When(
        at=moment_of(text, reader, "send_at"),
        waking=form.get("waking") == "yes",
        unless_answered=form.get("unless") == "yes",
    )


def who_of(text: str) -> Who:
    """Who is to do it; raises Invalid."""
    kind, _, rest = text.partition(":")
    if kind == "team":
        return Who(team_id=uuid(rest, "who"))
    return Who(agent_id=uuid(rest if kind == "agent" else text, "who"))
