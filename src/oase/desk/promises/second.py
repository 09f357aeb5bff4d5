"""The second promise: what can no longer be on time gets one new promise, and the customer is told of it, once.

router --repromise--> promise number 2 · due time · line in the timeline · message to the customer, where one can be sent
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from oase.channels import AccountBook
from oase.conversations import Author, DueTime, Owed, owed, record, say_automatically, set_due
from oase.desk.promises import repository
from oase.desk.promises.actions import pace_of
from oase.desk.promises.types import Made, Policy, Standing
from oase.desk.promises.wording import language_of, told
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import translator
from oase.kernel.ids import new_id
from oase.staff import find_workspace

_MINUTE: Final = timedelta(minutes=1)


async def repromise(work: UnitOfWork, book: AccountBook, conversation_id: UUID, due: datetime) -> datetime | None:
    """Promises an answer at another time, to the next full minute, and tells the customer. Gives when it is due now.

    None, and nothing is done: nobody waits there, nothing was promised yet, or a second promise was made already.
    """
    found = next(iter(await owed(work, [conversation_id])), None)
    standing = [one for one in await repository.standing(work, [conversation_id]) if one.kind != "solution"]
    if found is None or found.waiting_since is None or len(standing) != 1 or standing[0].number != 1 or standing[0].paused_at:
        return None
    due = _full_minute(due)
    made = _made(standing[0], due)
    if not await repository.insert(work, [made]):
        return None
    at = DueTime(conversation_id=found.id, waiting_since=found.waiting_since, state=found.state, due_at=due)
    await set_due(work, [at])
    policy = await repository.policy(work)
    known = policy.tell_second and await _tell(work, book, policy, found, made)
    if known:
        await repository.mark_told(work, made.id, work.clock.now())
    await record(work, Author(), found.id, "promised", {"due": due.isoformat(), "told": known})
    return due


def _full_minute(due: datetime) -> datetime:
    """What is said has minutes only, and is what counts."""
    short = due.replace(second=0, microsecond=0)
    return short if short == due else short + _MINUTE


def _made(first: Standing, due: datetime) -> Made:
    return Made(
        id=new_id(), conversation_id=first.conversation_id, kind=first.kind, number=2, since=first.since, due_at=due,
        target=first.target, rule="", made_of=first.made_of,
    )  # fmt: skip


async def _tell(work: UnitOfWork, book: AccountBook, policy: Policy, found: Owed, made: Made) -> bool:
    """Sends the message; False where none can be sent: in public, outside a reply window, over an account that is off."""
    workspace = await find_workspace(work)
    if found.kind == "public" or workspace is None:
        return False
    t = translator(language_of(found.language, workspace.language), workspace.time_zone)
    pace = pace_of(found.channel, public=False)
    text = told(policy, pace, made.due_at, work.clock.now(), workspace.name, t)
    key = uuid5(made.conversation_id, f"second {made.since.isoformat()}")
    return await say_automatically(work, book, found.id, text, company=workspace.name, key=key, untold="promises.second_untold")
