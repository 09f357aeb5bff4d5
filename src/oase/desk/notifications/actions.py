"""What agents do about notifications: say how they want to be told, add a browser and take it away, try it out."""

from uuid import UUID

from oase.desk.notifications import repository
from oase.desk.notifications.rules import NOT_AFTER
from oase.desk.notifications.sender import Sent, payload_of, post, seal, settle_browser, unseal
from oase.desk.notifications.types import Shown, Wishes
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.http import Outside
from oase.kernel.i18n import Translator
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe
from oase.kernel.webpush import Subscription, Vapid, check_subscription, fingerprint, push_request


async def change_wishes(work: UnitOfWork, agent_id: UUID, wishes: Wishes) -> None:
    """From now on the agent is told like this."""
    await repository.put_wishes(work, agent_id, wishes)


async def add_browser(
    work: UnitOfWork, safe: Safe, agent_id: UUID, session_id: UUID, given: Subscription, *, user_agent: str
) -> UUID:
    """Tells the agent in this browser, too, as long as this session lives. Raises Invalid."""
    sealed = seal(safe, work.workspace_id, check_subscription(given))
    return await repository.put_subscription(work, agent_id, session_id, fingerprint(given.endpoint), sealed, user_agent[:300])


async def remove_browser(work: UnitOfWork, agent_id: UUID, *, browser: UUID | None = None, endpoint: str = "") -> bool:
    """Tells the agent nothing in this browser any more; False if it was not told there."""
    if browser is not None:
        return await repository.delete_subscription(work, browser, agent_id)
    return await repository.delete_by_fingerprint(work, agent_id, fingerprint(endpoint))


async def try_browsers(
    database: Database, outside: Outside, safe: Safe, vapid: Vapid, workspace_id: UUID, agent_id: UUID, reader: Translator
) -> list[Sent]:
    """Sends something to every browser of the agent at once, and says what the push services answered."""
    async with database.work(workspace_id) as work:
        browsers = await repository.subscriptions_of(work, agent_id)
    trial = Shown(
        id=new_id(),
        conversation=agent_id,
        title=reader.gettext("This is how Oase tells you"),
        body=reader.gettext("If you can read this, notifications reach you here. 🌴"),
        path="/profile/notifications",
    )
    answers = []
    for browser_id, sealed in browsers:
        to, now = unseal(safe, workspace_id, sealed), database.clock.now()
        request = push_request(vapid, to, payload_of(trial), now, lasts=NOT_AFTER, urgency="high", topic=agent_id)
        answers.append(answer := await post(outside, request))
        async with database.work(workspace_id) as work:
            await settle_browser(work, browser_id, answer)
    return answers
