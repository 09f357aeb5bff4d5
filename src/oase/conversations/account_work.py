"""What is done with an account from the outside of a conversation: test it, connect it, ask for it, try it.

check_account:          adapter.check -> call -> perform -> reply -> adapter.check -> … -> Checked
subscribe_account:      the same with adapter.subscribe, which tells the provider where deliveries go
connect_account:        check, subscribe; what they found is kept with the account
poll_account:           adapter.poll -> call -> perform -> … -> Polled, Again, Refused: one round
synchronise_templates:  adapter.templates -> call -> perform -> … -> templates, which take the place of those known
send_test:              Say -> degrade -> deliver -> Outcome; no conversation, nothing is queued
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog

from oase.channels import NeedsLink, StoredAccount, adapter, degrade, keep_check, keep_told, replace_templates
from oase.channels.contract import (
    Again,
    Call,
    CannotSay,
    Checked,
    Envelope,
    NoReply,
    Outcome,
    Polled,
    Refused,
    Reply,
    Say,
    Template,
)
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
_ROUND_STEPS: Final = 300  # a round may have to ask for many places: feeds, threads, pages of a list
log = structlog.get_logger()
Step = Callable[[Sequence[Reply | NoReply]], Call | Checked]


async def check_account(outside: Outside, account: StoredAccount) -> Checked:
    """Tests an account, saved or not: asks the provider, changes nothing. Never raises for what the provider does."""
    return _said(await _asked(outside, account, lambda replies: adapter(account.channel).check(account.account, replies)))


async def subscribe_account(outside: Outside, account: StoredAccount) -> Checked:
    """Tells the provider where deliveries go (manifest.subscribes). Never raises for what the provider does."""
    return await _asked(outside, account, lambda replies: adapter(account.channel).subscribe(account.account, replies))


async def connect_account(database: Database, outside: Outside, account: StoredAccount) -> tuple[Checked, Checked | None]:
    """Tests a stored account and tells the provider where deliveries go; what both found is kept. None: nothing is to be told."""
    checked = await check_account(outside, account)
    async with database.work(account.workspace_id) as work:
        await keep_check(work, account.id, checked)
    if not (checked.ok and account.enabled and account.manifest.subscribes):
        return checked, None
    known = msgspec.structs.replace(account.account, facts=dict(checked.facts))
    told = await subscribe_account(outside, msgspec.structs.replace(account, account=known))
    async with database.work(account.workspace_id) as work:
        await keep_told(work, account.id, known.webhook_url, told)
    return checked, told


async def _asked(outside: Outside, account: StoredAccount, next_step: Step) -> Checked:
    replies: list[Reply | NoReply] = []
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            for _step in range(_STEPS):
                step = next_step(tuple(replies))
                if isinstance(step, Checked):
                    return step
                replies.append(await perform(outside, account, step))
    except TimeoutError:
        return Checked(ok=False, summary=message("The provider did not answer in time."))
    except OaseError as error:
        return Checked(ok=False, summary=error.args[0] if error.args else str(error))
    except Exception as error:  # a fault of the adapter is an answer, too: it is said, and others are not kept from theirs
        log.exception("account.adapter_failed", account_id=str(account.id), channel=account.channel)
        return Checked(ok=False, summary=message("The adapter failed: %(why)s", why=f"{type(error).__name__}: {error}"))
    return Checked(ok=False, summary=message("The provider's answers do not come to an end."))


async def poll_account(
    outside: Outside, account: StoredAccount, cursor: Mapping[str, Any], now: datetime
) -> Polled | Again | Refused:
    """One round of asking the provider what is new. Never raises for what the provider does."""
    replies: list[Reply | NoReply] = []
    for _step in range(_ROUND_STEPS):
        step = adapter(account.channel).poll(account.account, cursor, now, tuple(replies))
        if not isinstance(step, Call):
            return step
        replies.append(await perform(outside, account, step))
    raise RuntimeError(f"A round of {account.channel} does not come to an end.")


def _said(checked: Checked) -> Checked:
    """Channels that ask nobody outside have nothing to say about themselves."""
    if checked.ok and not checked.summary:
        return msgspec.structs.replace(checked, summary=message("Everything this channel needs is here."))
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
