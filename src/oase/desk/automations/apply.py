"""Applications become what they do: written down once, conversations changed, webhooks told; what is to be said waits its turn."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from oase.conversations import Author, Change, Given, change_many
from oase.desk.automations import repository
from oase.desk.automations.actions import break_rule
from oase.desk.automations.means import Means, sleeps
from oase.desk.automations.promising import promised
from oase.desk.automations.references import References, doubt, references, unusable, uuid_or_none
from oase.desk.automations.repository import NewRun, new_run
from oase.desk.automations.types import Act, Application
from oase.desk.promises import Own, promise_own
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import message
from oase.kernel.webhooks import Published, tell_webhooks

TOLD: Final = "automation.applied"
"""What a webhook hears that a rule tells."""
_SAID: Final = ("answer", "note")


async def apply(work: UnitOfWork, means: Means, applications: Sequence[Application]) -> bool:
    """Does what rules want done; True if something is yet to be said. A rule that names what is gone is switched off instead.

    Once for each rule, conversation and source.
    """
    there = await references(work, means.book)
    sound = await _without_broken(work, applications, there)
    runs = [_run(one, there) for one in sound]
    fresh = await repository.insert_runs(work, runs) if runs else set()
    done = [one for one in runs if one.id in fresh and one.outcome != "stopped"]
    cut = [one for one in runs if one.id in fresh and one.outcome == "stopped"]
    names = {str(one.id): one.name for one in await repository.all_rules(work)} if cut else {}
    await change_many(work, [*(_change(work, one, there) for one in done), *(_cut(one, names) for one in cut)])
    await promise_own(work, [own for one in done for own in _promised(one)])
    await tell_webhooks(work, list(_told(done)))
    return any(one.outcome == "waiting" for one in done)


async def _without_broken(work: UnitOfWork, applications: Sequence[Application], there: References) -> list[Application]:
    """Those whose rules can still be applied; the others are switched off."""
    rules = {one.rule.id: one.rule for one in applications}
    broken = {key: why for key, rule in rules.items() if (why := unusable(rule.groups, rule.acts, there))}
    for key, why in broken.items():
        await break_rule(work, rules[key], why)
    return [one for one in applications if one.rule.id not in broken]


def _cut(run: NewRun, names: Mapping[str, str]) -> Change:
    """The conversation's timeline says where rules that set each other off were ended."""
    rule, happening = run.application.rule, run.application.happening
    chain = [names.get(str(one), "?") for one in (*happening.chain, rule.id)]
    return Change(
        conversation_id=happening.conversation_id,
        author=Author(name=rule.name),
        note=("automation", {"rule": str(rule.id), "name": rule.name, "acts": [], "stopped": chain}),
        cause=cause_of(rule.id, happening.chain),
    )


def _run(application: Application, there: References) -> NewRun:
    if application.stopped:
        return new_run(application, "stopped", str(message("It would have set itself off again.")))
    kept = tuple(one for one in application.acts if one.do != "answer" or not application.unanswerable)
    why = application.unanswerable if len(kept) != len(application.acts) else str(doubt(kept, there) or "")
    application = msgspec.structs.replace(application, acts=kept)
    return new_run(application, "waiting" if any(one.do in _SAID for one in kept) else "done", why)


def _change(work: UnitOfWork, run: NewRun, there: References) -> Change:
    """What becomes of the conversation, by all acts of one application together."""
    rule, acts = run.application.rule, run.application.acts
    change: dict[str, Any] = {"add_tags": (), "remove_tags": ()}
    for act in acts:
        change |= changed(work, act, change, there)
    if sleeps(acts):
        change["snoozed_until"] = run.application.asleep_until
    return Change(
        conversation_id=run.application.happening.conversation_id,
        author=Author(name=rule.name),
        note=("automation", {"rule": str(rule.id), "name": rule.name, "acts": shown(acts, there)}),
        cause=cause_of(rule.id, run.application.happening.chain),
        **change,
    )


def _promised(run: NewRun) -> list[Own]:
    return promised(run.application.acts, run.application.happening.conversation_id, run.application.rule.name)


def cause_of(rule_id: UUID, chain: Sequence[UUID]) -> dict[str, Any]:
    """What events say that a rule caused: the rules that led to it, the last one last."""
    return {"rules": [str(one) for one in (*chain, rule_id)]}


def shown(acts: Sequence[Act], there: References) -> list[dict[str, str]]:
    """The acts with the names that their values have now, for timelines and logs."""
    return [{"do": one.do, "value": one.value, "name": there.name_of(one)} for one in acts]


def changed(work: UnitOfWork, act: Act, so_far: dict[str, Any], there: References) -> dict[str, Any]:
    """What an act adds to a `Change` that is being put together."""
    if act.do == "tag":
        return {"add_tags": (*so_far["add_tags"], act.value)}
    if act.do == "untag":
        return {"remove_tags": (*so_far["remove_tags"], act.value)}
    if act.do == "assign":
        return {"assignee": Given(uuid_or_none(act.value), there.name_of(act))}
    if act.do == "team":
        return {"team": Given(uuid_or_none(act.value), there.name_of(act))}
    if act.do == "priority":
        return {"priority": int(act.value)}
    if act.do == "state":
        return {"state": act.value}
    if act.do == "snooze":
        return {"snoozed_until": work.clock.now() + timedelta(minutes=int(act.value))}
    return {}


def _told(runs: Sequence[NewRun]) -> Iterator[tuple[UUID, str, Published]]:
    """Whom a rule tells: webhook, an id that says the same event is the same, what it is told."""
    for run in runs:
        conversation_id = run.application.happening.conversation_id
        facts = {
            "rule": {"id": str(run.application.rule.id), "name": run.application.rule.name},
            "conversation_id": str(conversation_id),
            "url": f"/api/v1/conversations/{conversation_id}",
        }
        for place, act in enumerate(run.application.acts):
            if act.do == "webhook":
                yield UUID(act.value), f"evt_rule_{run.id.hex}_{place}", Published(type=TOLD, data=facts)
