"""From what the slices answer to what the pages need: the list, the queues, what stands around.

directory (kept) · queue_counts · inbox_page · saved_views  -->  Inbox
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.conversations import (
    STATES,
    InboxRow,
    SavedView,
    View,
    inbox_page,
    inbox_rows,
    queue_counts,
    saved_views,
    view_of,
)
from oase.desk import TaskFilter, count_plans, list_tasks, next_sends, scheduled_places
from oase.desk.routing import laid_aside
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.i18n import Message, Translator, message
from oase.kernel.permissions import Permission
from oase.people import called
from oase.web.directory import Staff
from oase.web.inbox.filters import FOUND, SAVED, chips_of, filter_text, kept_of
from oase.web.inbox.marks import mark
from oase.web.inbox.planned import task_line
from oase.web.inbox.views import Around, Colleague, Later, Listing, Queue, QueueGroup, Row, Team
from oase.web.moments import worked
from oase.web.sessions import Viewer

_FIXED: dict[str, tuple[Message, str, bool]] = {
    "mine": (message("Mine"), "user", True),
    "unassigned": (message("Unassigned"), "user-off", False),
    "open": (message("All open"), "inbox", False),
    "mentions": (message("Mentions"), "at", True),
    "tasks": (message("Tasks"), "checkbox", True),
    "scheduled": (message("Scheduled"), "calendar-time", False),
    "waiting": (message("Waiting"), "hourglass", False),
    "snoozed": (message("Snoozed"), "clock-pause", False),
    "solved": (message("Solved"), "circle-check", False),
}
TASKS = "tasks"
SCHEDULED = "scheduled"
_NO_CONVERSATIONS = View(states=())  # what the list of tasks shows of them
_ALL_CONVERSATIONS = View(states=STATES)
_MORNING = time(8, 0)


def queue_groups(counts: dict[str, int], staff: Staff, saved: Sequence[SavedView], reader: Translator) -> list[QueueGroup]:
    """The left pane."""
    fixed = [
        Queue(id=name, name=reader.text(title), icon=icon, count=counts.get(name, 0), loud=loud)
        for name, (title, icon, loud) in _FIXED.items()
    ]
    teams = [
        Queue(id=f"team-{team.id}", name=team.name, icon="users-group", count=counts.get(f"team-{team.id}", 0))
        for team in staff.teams
    ]
    channels = [
        Queue(id=name, name=mark(name[8:], reader).name, mark=mark(name[8:], reader), count=count)
        for name, count in sorted(counts.items())
        if name.startswith("channel-")
    ]
    views = [
        Queue(
            id=f"{SAVED}{view.id}",
            name=view.name,
            icon="bookmark" if view.shared == "none" else "users",
            count=counts.get(f"{SAVED}{view.id}", 0),
        )
        for view in saved
    ]
    return [
        QueueGroup(name="", queues=fixed),
        QueueGroup(name=reader.gettext("Teams"), queues=teams),
        QueueGroup(name=reader.gettext("Channels"), queues=channels),
        QueueGroup(name=reader.gettext("Views"), queues=views),
    ]


class Chosen(Struct, frozen=True, kw_only=True):
    """What the list shows: a queue with its view and, where it is one, the saved view behind it."""

    queue: Queue
    view: View
    saved: SavedView | None = None


async def read_groups(
    work: UnitOfWork, viewer: Viewer, staff: Staff, reader: Translator
) -> tuple[list[QueueGroup], list[SavedView]]:
    """The left pane, with the saved views behind it. Three queries."""
    saved = await saved_views(work, viewer.agent_id, staff.teams_of.get(viewer.agent_id, ()))
    views = _readable(saved, viewer, staff)
    counts = await queue_counts(work, viewer.agent_id, [team.id for team in staff.teams], views)
    teams = staff.teams_of.get(viewer.agent_id, ())
    counts[TASKS], counts[SCHEDULED] = await count_plans(work, viewer.agent_id, teams, _known_teams(viewer, staff))
    return queue_groups(counts, staff, saved, reader), saved


def _readable(saved: Sequence[SavedView], viewer: Viewer, staff: Staff) -> Mapping[str, View]:
    """The saved views by their queue's id; one whose filter is not understood (of another version) is shown without a number."""
    views: dict[str, View] = {}
    for one in saved:
        with suppress(Invalid):
            views[f"{SAVED}{one.id}"] = staff.view(one.query, viewer.agent_id)
    return views


def choose(
    name: str, groups: Sequence[QueueGroup], saved: Sequence[SavedView], viewer: Viewer, staff: Staff, reader: Translator
) -> Chosen:
    """The queue of this id; raises NotFound, and Invalid for a filter that is not understood."""
    if name.startswith(FOUND):
        return Chosen(
            queue=Queue(id=name, name=reader.gettext("Filtered"), icon="filter"),
            view=staff.view(filter_text(name), viewer.agent_id),
        )
    queue = next((queue for group in groups for queue in group.queues if queue.id == name), None)
    kept = next((one for one in saved if f"{SAVED}{one.id}" == name), None)
    view = staff.view(kept.query, viewer.agent_id) if kept else view_of(name, viewer.agent_id)
    view = {TASKS: _NO_CONVERSATIONS, SCHEDULED: _ALL_CONVERSATIONS}.get(name, view)
    if queue is None or view is None:
        raise NotFound(message("There is no such view."))
    return Chosen(queue=queue, view=view, saved=kept)


async def read_listing(
    work: UnitOfWork,
    chosen: Chosen,
    saved: Sequence[SavedView],
    viewer: Viewer,
    staff: Staff,
    reader: Translator,
    *,
    after: str = "",
) -> Listing:
    """A page of the list. Two queries."""
    if chosen.queue.id in (TASKS, SCHEDULED):
        return await _read_whole(work, chosen, viewer, staff, reader)
    rows, following = await inbox_page(work, chosen.view, viewer.agent_id, after=after)
    may = viewer.may(Permission.VIEW_SHARE)
    filtered = chosen.saved is not None or chosen.queue.id.startswith(FOUND)
    return Listing(
        queue=chosen.queue,
        rows=await _rows(work, rows, chosen.view, viewer, staff, reader),
        after=following,
        newest_first=not chosen.view.by_due,
        chips=chips_of(chosen.view, staff, reader) if filtered else (),
        kept=kept_of(chosen.saved, saved, viewer, staff, reader, may=may) if chosen.saved else None,
    )


async def read_rows(
    work: UnitOfWork, chosen: Chosen, viewer: Viewer, staff: Staff, reader: Translator, ids: Sequence[UUID]
) -> Listing:
    """Those of these conversations that stand in the list; of tasks and what is scheduled all. Two queries."""
    if chosen.queue.id in (TASKS, SCHEDULED):
        return await _read_whole(work, chosen, viewer, staff, reader)
    rows = await inbox_rows(work, chosen.view, viewer.agent_id, ids)
    return Listing(
        queue=chosen.queue,
        rows=await _rows(work, rows, chosen.view, viewer, staff, reader),
        after="",
        newest_first=not chosen.view.by_due,
    )


async def _rows(
    work: UnitOfWork, rows: Sequence[InboxRow], view: View, viewer: Viewer, staff: Staff, reader: Translator
) -> list[Row]:
    ids, now, leads = [row.id for row in rows], work.clock.now(), viewer.may(Permission.TEAM_WRITE)
    sends = await next_sends(work, ids)
    aside = {one.conversation_id for one in await laid_aside(work, ids) if leads or one.agent_id == viewer.agent_id}
    shown = [row_of(row, view, staff, reader, now, sends.get(row.id)) for row in rows]
    return [msgspec.structs.replace(row, aside=True) if row.id in aside else row for row in shown]


async def _read_whole(work: UnitOfWork, chosen: Chosen, viewer: Viewer, staff: Staff, reader: Translator) -> Listing:
    if chosen.queue.id == TASKS:
        return await _read_tasks(work, chosen, viewer, staff, reader)
    sends = await scheduled_places(work)
    found = {row.id: row for row in await inbox_rows(work, chosen.view, viewer.agent_id, list(sends))}
    rows = [
        msgspec.structs.replace(row_of(found[id_], chosen.view, staff, reader, work.clock.now(), at), key=place)
        for place, (id_, at) in enumerate(sends.items())
        if id_ in found
    ]
    return Listing(queue=chosen.queue, rows=rows, after="", newest_first=False, whole=True)


def _known_teams(viewer: Viewer, staff: Staff) -> tuple[UUID, ...] | None:
    return tuple(team.id for team in staff.teams) if viewer.may(Permission.TEAM_WRITE) else None


async def _read_tasks(work: UnitOfWork, chosen: Chosen, viewer: Viewer, staff: Staff, reader: Translator) -> Listing:
    """What the viewer and the viewer's teams have to do, what is due first at the top; for leads what nobody has any more."""
    teams = tuple(staff.teams_of.get(viewer.agent_id, ()))
    mine = TaskFilter(agent_id=viewer.agent_id, team_ids=teams, known_teams=_known_teams(viewer, staff))
    found = [task_line(one, viewer, staff, reader) for one in await list_tasks(work, mine)]
    return Listing(queue=chosen.queue, rows=(), after="", newest_first=False, tasks=found, whole=True)


def row_of(row: InboxRow, view: View, staff: Staff, reader: Translator, now: datetime, sends_at: datetime | None = None) -> Row:
    """A row as it is shown."""
    assignee = Colleague(id=row.assignee_id, name=staff.agent_names.get(row.assignee_id, "?")) if row.assignee_id else None
    return Row(
        id=row.id,
        number=row.number,
        face=row.person_id or row.id,
        person=reader.text(called(row.person, row.person_id)) if row.person_id else row.subject or reader.gettext("In public"),
        public=row.kind == "public",
        speakers=row.speaker_count,
        waits=row.waiting_count,
        mark=mark(row.channel, reader, public=row.kind == "public"),
        state=row.state,
        subject=row.subject,
        line=row.first_line,
        line_by=row.first_line_by,
        assignee=assignee,
        team=staff.team_names.get(row.team_id, "") if row.team_id else "",
        priority=row.priority,
        due_at=row.due_at,
        worked=worked(staff.hours_of(row.team_id), row.due_at, now),
        last_at=row.last_at,
        snoozed_until=row.snoozed_until,
        unread=row.unread,
        draft=row.draft,
        sends_at=sends_at,
        tags=tuple(row.tags),
        key=row.key(view.by_due),
    )


def around_of(queue_id: str, staff: Staff, tags: Sequence[str], reader: Translator, now: datetime) -> Around:
    """What the parts of the page share."""
    return Around(
        now=now,
        queue_id=queue_id,
        colleagues=[Colleague(id=agent.id, name=agent.name) for agent in staff.agents],
        teams=[Team(id=team.id, name=team.name) for team in staff.teams],
        known_tags=tags,
        snoozes=later_choices(now, reader),
        tomorrow=later_choices(now, reader)[2].at.astimezone(reader.zone).strftime("%Y-%m-%dT%H:%M"),
    )


def later_choices(now: datetime, reader: Translator) -> list[Later]:
    """Moments to choose for snoozing and sending later, in the reader's days."""
    local = now.astimezone(reader.zone)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), _MORNING, reader.zone)
    monday = datetime.combine(local.date() + timedelta(days=7 - local.weekday()), _MORNING, reader.zone)
    return [
        Later(name=message("In one hour"), at=now + timedelta(hours=1)),
        Later(name=message("In three hours"), at=now + timedelta(hours=3)),
        Later(name=message("Tomorrow morning"), at=tomorrow),
        Later(name=message("Next week"), at=monday),
    ]
