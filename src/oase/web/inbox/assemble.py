"""From what the slices answer to what the pages need: the list, the queues, what stands around.

directory (kept) · queue_counts · inbox_page · saved_views  -->  Inbox
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from oase.conversations import (
    InboxRow,
    SavedView,
    View,
    inbox_page,
    inbox_rows,
    queue_counts,
    read_search,
    saved_views,
    view_of,
)
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import Message, Translator, message
from oase.web.directory import Staff
from oase.web.inbox.marks import mark
from oase.web.inbox.views import Around, Colleague, Later, Listing, Queue, QueueGroup, Row, Team
from oase.web.sessions import Viewer

_FIXED: dict[str, tuple[Message, str, bool]] = {
    "mine": (message("Mine"), "user", True),
    "unassigned": (message("Unassigned"), "user-off", False),
    "open": (message("All open"), "inbox", False),
    "mentions": (message("Mentions"), "at", True),
    "waiting": (message("Waiting"), "hourglass", False),
    "snoozed": (message("Snoozed"), "clock-pause", False),
    "solved": (message("Solved"), "circle-check", False),
}
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
    views = [Queue(id=f"view-{view.id}", name=view.name, icon="bookmark") for view in saved]
    return [
        QueueGroup(name="", queues=fixed),
        QueueGroup(name=reader.gettext("Teams"), queues=teams),
        QueueGroup(name=reader.gettext("Channels"), queues=channels),
        QueueGroup(name=reader.gettext("Views"), queues=views),
    ]


def resolve_view(name: str, viewer: Viewer, staff: Staff, saved: Sequence[SavedView]) -> View:
    """The view behind a queue's id; raises NotFound."""
    if name.startswith("view-"):
        for one in saved:
            if str(one.id) == name[5:]:
                return search_view(one.query, viewer, staff)[0]
    view = view_of(name, viewer.agent_id)
    if view is None:
        raise NotFound(message("There is no such view."))
    return view


def search_view(text: str, viewer: Viewer, staff: Staff) -> tuple[View, str]:
    """A search as typed, with this workspace's names."""
    teams = {team.name.casefold(): team.id for team in staff.teams}
    agents = {agent.name.casefold(): agent.id for agent in staff.agents}
    return read_search(text, viewer.agent_id, teams, agents)


async def read_groups(
    work: UnitOfWork, viewer: Viewer, staff: Staff, reader: Translator
) -> tuple[list[QueueGroup], list[SavedView]]:
    """The left pane, with the saved views behind it. Two queries."""
    saved = await saved_views(work, viewer.agent_id)
    counts = await queue_counts(work, viewer.agent_id, [team.id for team in staff.teams])
    return queue_groups(counts, staff, saved, reader), saved


async def read_listing(
    work: UnitOfWork, queue: Queue, view: View, viewer: Viewer, staff: Staff, reader: Translator, *, after: str = ""
) -> Listing:
    """A page of the list. One query."""
    rows, following = await inbox_page(work, view, viewer.agent_id, after=after)
    return Listing(
        queue=queue, rows=[row_of(row, view, staff, reader) for row in rows], after=following, newest_first=not view.by_due
    )


async def read_rows(
    work: UnitOfWork, queue: Queue, view: View, viewer: Viewer, staff: Staff, reader: Translator, ids: Sequence[UUID]
) -> Listing:
    """Those of these conversations that stand in the list. One query."""
    rows = await inbox_rows(work, view, viewer.agent_id, ids)
    return Listing(queue=queue, rows=[row_of(row, view, staff, reader) for row in rows], after="", newest_first=not view.by_due)


def row_of(row: InboxRow, view: View, staff: Staff, reader: Translator) -> Row:
    """A row as it is shown."""
    assignee = Colleague(id=row.assignee_id, name=staff.agent_names.get(row.assignee_id, "?")) if row.assignee_id else None
    return Row(
        id=row.id,
        number=row.number,
        person_id=row.person_id,
        person=row.person or f"#{row.number}",
        mark=mark(row.channel, reader),
        state=row.state,
        subject=row.subject,
        line=row.first_line,
        line_by=row.first_line_by,
        assignee=assignee,
        team=staff.team_names.get(row.team_id, "") if row.team_id else "",
        priority=row.priority,
        due_at=row.due_at,
        last_at=row.last_at,
        snoozed_until=row.snoozed_until,
        unread=row.unread,
        draft=row.draft,
        tags=tuple(row.tags),
        key=row.key(view.by_due),
    )


def find_queue(groups: Sequence[QueueGroup], name: str) -> Queue:
    """The queue of this id; raises NotFound."""
    for group in groups:
        for queue in group.queues:
            if queue.id == name:
                return queue
    raise NotFound(message("There is no such view."))


def around_of(queue_id: str, staff: Staff, tags: Sequence[str], reader: Translator, now: datetime) -> Around:
    """What the parts of the page share."""
    return Around(
        now=now,
        queue_id=queue_id,
        colleagues=[Colleague(id=agent.id, name=agent.name) for agent in staff.agents],
        teams=[Team(id=team.id, name=team.name) for team in staff.teams],
        known_tags=tags,
        snoozes=later_choices(now, reader),
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


__all__ = [
    "around_of",
    "find_queue",
    "later_choices",
    "queue_groups",
    "read_groups",
    "read_listing",
    "read_rows",
    "resolve_view",
    "search_view",
]
