"""The mail about what waits: one calm mail for an agent who is not here, at most one in an hour, and none once it is seen.

unseen for some minutes, nothing heard of the agent, no quiet hours, the last mail long enough ago --> everything that waits, in one mail

Marked before it is sent: a mail that the server does not take is not repeated, since what it tells still waits in the inbox.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from oase.desk.notifications import repository
from oase.desk.notifications.colleagues import colleagues_of
from oase.desk.notifications.rules import ONLINE_FOR, is_quiet
from oase.desk.notifications.types import Colleague, Shown
from oase.desk.notifications.wording import in_words, words_of
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Translator
from oase.kernel.mailer import Letter

_LOOK_BACK: Final = timedelta(days=3)
_MOST: Final = 10  # conversations in a mail


async def digests(work: UnitOfWork, url: str) -> list[Letter]:
    """The mails that are due in this workspace; from now on they count as sent. Eight statements at most."""
    now = work.clock.now()
    waiting = await repository.unmailed_agents(work, now - _LOOK_BACK)
    if not waiting:
        return []
    colleagues = await colleagues_of(work)
    due = [one for one, oldest, last in waiting if one in colleagues and is_due(colleagues[one], oldest, last, now)]
    if not due:
        return []
    found = await repository.mark_mailed(work, due)
    agents = {one.id: one.agent_id for one in found}
    lines: dict[UUID, dict[UUID, Shown]] = {}
    for shown in await in_words(work, sorted(found, key=lambda one: one.at), colleagues):
        lines.setdefault(agents[shown.id], {})[shown.conversation] = shown  # the newest of each conversation
    return [letter(colleagues[agent_id], list(shown.values()), url) for agent_id, shown in lines.items()]


def is_due(colleague: Colleague, oldest: datetime, last_mail: datetime | None, now: datetime) -> bool:
    """Whether a mail may go now: something waited long enough, the agent is not here, and the last mail is long ago."""
    wishes = colleague.wishes
    waited = now - oldest >= timedelta(minutes=wishes.mail_after_minutes)
    here = colleague.last_seen_at is not None and now - colleague.last_seen_at < ONLINE_FOR
    recent = last_mail is not None and now - last_mail < timedelta(minutes=wishes.mail_every_minutes)
    return waited and not here and not recent and not is_quiet(wishes, now, colleague)


def letter(colleague: Colleague, shown: Sequence[Shown], url: str) -> Letter:
    """The mail. Pure."""
    t, n = words_of(colleague), len(shown)
    lines = [
        t.gettext("Hello %(name)s,", name=colleague.name),
        t.ngettext("one conversation waits for you:", "%(n)s conversations wait for you:", n),
        *(_entry(one, url) for one in shown[:_MOST]),
        *_rest(t, n - _MOST, url),
        t.gettext("As long as these are unread and nothing new comes, you get no further mail. How you are told:"),
        f"{url}/profile/notifications",
    ]
    subject = t.ngettext("One conversation waits for you", "%(n)s conversations wait for you", n)
    return Letter(to=colleague.email, to_name=colleague.name, subject=subject, text="\n\n".join(lines) + "\n")


def _entry(one: Shown, url: str) -> str:
    return "\n".join(line for line in (f"• {one.title}", f"  {one.body}" if one.body else "", f"  {url}{one.path}") if line)


def _rest(t: Translator, more: int, url: str) -> list[str]:
    if more <= 0:
        return []
    return [t.ngettext("And one more: %(link)s", "And %(n)s more: %(link)s", more, link=f"{url}/inbox/mine")]
