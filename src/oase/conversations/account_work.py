"""What is done with an account from the outside of a conversation: test it, synchronise its templates, send a test message.

check_account:          adapter.check -> call -> perform -> reply -> adapter.check -> … -> Checked
synchronise_templates:  adapter.templates -> call -> perform -> … -> templates, which take the place of those known
send_test:              Say -> degrade -> deliver -> Outcome; no conversation, nothing is queued
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from oase.channels import NeedsLink, StoredAccount, adapter, degrade, replace_templates
from oase.channels.contract import Call, CannotSay, Checked, Envelope, NoReply, Outcome, Refused, Reply, Say, Template
from oase.conversations.delivery.wire import deliver, perform
from oase.kernel.audit import Actor
from oase.kernel.clock import Clock
from oase.kernel.db import Database
from oase.kernel.errors import OaseError, Unavailable
from oase.kernel.http import Outside
from oase.kernel.i18n import message
from oase.kernel.ids import new_id

_STEPS: Final = 40  # a check or a list takes a few calls; more would be a mistake of the adapter
_PATIENCE_SECONDS: Final = 90


async def check_account(outside: Outside, account: StoredAccount) -> Checked:
    """Tests an account, saved or not: asks the provider, changes nothing. Never raises for what the provider does."""
    replies: list[Reply | NoReply] = []
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            for _step in range(_STEPS):
                step = adapter(account.channel).check(account.account, tuple(replies))
                if isinstance(step, Checked):
                    return _said(step)
                replies.append(await perform(outside, account, step))
    except TimeoutError:
        return Checked(ok=False, summary=message("The provider did not answer in time."))
    except OaseError as error:
        return Checked(ok=False, summary=error.args[0] if error.args else str(error))
    raise RuntimeError(f"The test of {account.channel} does not come to an end.")


def _said(checked: Checked) -> Checked:
    """Channels that ask nobody outside have nothing to say about themselves."""
    if checked.ok and not checked.summary:
        return Checked(ok=True, summary=message("Everything this channel needs is here."), facts=checked.facts)
    return checked


async def list_templates(outside: Outside, account: StoredAccount) -> Sequence[Template]:
    """The provider's list of templates; raises Unavailable with the provider's reason."""
    replies: list[Reply] = []
    for _step in range(_STEPS):
        step = adapter(account.channel).templates(account.account, tuple(replies))
        if not isinstance(step, Call):
            return step
        reply = await perform(outside, account, step)
        if isinstance(reply, NoReply):
            raise Unavailable(message("The provider cannot be reached: %(why)s", why=reply.why))
        replies.append(reply)
    raise RuntimeError(f"The list of templates of {account.channel} does not come to an end.")


async def synchronise_templates(database: Database, outside: Outside, account: StoredAccount, actor: Actor) -> int:
    """Takes over the provider's templates and says how many there are. Raises Unavailable; then those known stay."""
    found = await list_templates(outside, account)
    async with database.work(account.workspace_id, actor=actor) as work:
        await replace_templates(work, account.id, found)
        work.audit(
            "account.templates_synchronised", subject="account", subject_id=account.id, name=account.name, count=len(found)
        )
    return len(found)


async def send_test(
    database: Database, outside: Outside, account: StoredAccount, actor: Actor, *, to: str, text: str, sender: str, clock: Clock
) -> Outcome:
    """Sends one short message at once, outside of any conversation. Never raises for what the provider does."""
    outcome = await _tried(outside, account, to=to, text=text, sender=sender, clock=clock)
    async with database.work(account.workspace_id, actor=actor) as work:
        work.audit("account.tested", subject="account", subject_id=account.id, name=account.name)
    return outcome


async def _tried(outside: Outside, account: StoredAccount, *, to: str, text: str, sender: str, clock: Clock) -> Outcome:
    envelope = Envelope(id=str(new_id()), to=to.strip(), from_name=sender, subject=text, at=clock.now())
    try:
        first = degrade(Say(envelope=envelope, text=text, automatic=True), account.manifest)[0]
    except CannotSay as error:
        return Refused(why=str(error), code=error.capability)
    if isinstance(first, NeedsLink):
        raise RuntimeError("A text without files needs no link.")
    return await deliver(outside, account, first)
