"""Response times of a workspace: what is public, and what its leads see."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from oase.channels import adapter, installed
from oase.desk.hours import Timetables
from oase.desk.routing import expected_waits
from oase.insights.readmodels import promises_kept, quotes_kept
from oase.insights.responsetimes import repository
from oase.insights.responsetimes.rules import REFRESHED, choice_in, expected, kept, opening
from oase.insights.responsetimes.types import DAYS, ChannelFigures, Figures, Report
from oase.kernel.db import Database, UnitOfWork
from oase.staff import Workspace, list_workspaces


async def published(database: Database) -> dict[str, UUID]:
    """The workspaces whose response times are public, by their short names, the oldest first."""
    return {one.slug: one.id for one in await list_workspaces(database) if choice_in(one.settings).on}


async def figures(
    work: UnitOfWork, workspace: Workspace, timetables: Timetables, at: datetime, channels: Sequence[str] | None = None
) -> Figures:
    """What is public at a moment, of the channels that the administrator chose or of others, to try it. Three statements."""
    choice = choice_in(workspace.settings)
    channels = choice.channels if channels is None else channels
    timetable = kept(await timetables.default(work))
    lines = await repository.lines(work, at, channels)
    known = await repository.measured(work, at, workspace.time_zone, channels)
    live = await expected_waits(work, fresh=REFRESHED)
    return Figures(
        workspace_id=workspace.id,
        company=workspace.name,
        slug=workspace.slug,
        language=workspace.language,
        zone=workspace.time_zone,
        as_of=at,
        channels=tuple(
            ChannelFigures(
                channel=channel,
                expected=expected(known[channel], at, timetable, live.get(_pace(channel))),
                lines=tuple(line for line in lines if line.by == "channel" and line.channel == channel),
            )
            for channel in channels
        ),
        overall=tuple(line for line in lines if not line.by),
        opening=opening(timetable, at),
        front=choice.front,
    )


def _pace(channel: str) -> str:
    """As routing names it: what it foretells is for the side of the channel that is not public."""
    return str(adapter(channel).manifest.pace) if installed(channel) else ""


async def report(work: UnitOfWork, timetables: Timetables, at: datetime) -> Report:
    """Everything that was measured, by range of days: of all, by channel, by team; what became of promises and of waits that were
    foretold. Four statements."""
    return Report(
        lines=tuple(await repository.lines(work, at)),
        promises=tuple(await promises_kept(work, at, DAYS)),
        quotes=tuple(await quotes_kept(work, at, DAYS, await timetables.default(work))),
    )
