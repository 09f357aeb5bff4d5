"""What happens to rules: written, ordered, switched on and off, removed; and switched off by themselves when they are broken."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from oase.channels import AccountBook
from oase.conversations.conditions import Group
from oase.desk.automations import repository
from oase.desk.automations.checks import MOST_RULES, check_rule, plain
from oase.desk.automations.references import make_tags, references, unusable
from oase.desk.automations.types import Act, Rule, When
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id

_NAME_CHARACTERS = 120


async def save_rule(
    work: UnitOfWork, book: AccountBook, *, name: str, when: When, groups: Sequence[Group], acts: Sequence[Act],
    stop: bool = False, rule_id: UUID | None = None,
) -> Rule:  # fmt: skip
    """Writes a rule. A new one is a draft; a changed one stays switched on, a broken one is off. Raises Invalid, NotFound."""
    name = " ".join(name.split())[:_NAME_CHARACTERS]
    if not name:
        raise Invalid(message("Please give the rule a name."), field="name")
    kept = plain(groups)
    await make_tags(work, kept, acts)
    check_rule(when, kept, acts, await references(work, book))
    before = await find_rule(work, rule_id) if rule_id else None
    others = await repository.all_rules(work)
    if before is None and len(others) >= MOST_RULES:
        raise Conflict(message("There may be %(n)s rules at most.", n=MOST_RULES))
    state = before.state if before else "draft"
    rule = Rule(
        id=before.id if before else new_id(), name=name, when=when, groups=kept, acts=tuple(acts), stop=stop, why="",
        position=before.position if before else max((one.position for one in others), default=0) + 1,
        state="off" if state == "broken" else state, version=before.version + 1 if before else 1,
        on_since=work.clock.now() if state == "on" else None, checked_until=None, changed_at=work.clock.now(),
    )  # fmt: skip
    await repository.put_rule(work, rule)
    told = {"name": name, "version": rule.version, "now": _told(rule), "before": _told(before) if before else None}
    work.audit("automation.changed" if before else "automation.created", subject="automation", subject_id=rule.id, **told)
    _tell(work, rule.id)
    return rule


def _told(rule: Rule) -> dict[str, object]:
    """A version as the audit log keeps it."""
    told = {"when": rule.when, "groups": rule.groups, "acts": rule.acts, "stop": rule.stop}
    return {name: msgspec.to_builtins(value) for name, value in told.items()}


def _tell(work: UnitOfWork, rule_id: UUID) -> None:
    work.emit("desk", rule_id, {"what": "automation"})


async def find_rule(work: UnitOfWork, rule_id: UUID) -> Rule:
    """One rule, locked; raises NotFound."""
    found = await repository.find_rule(work, rule_id)
    if found is None:
        raise NotFound(message("This rule does not exist."))
    return found


async def switch_rule(work: UnitOfWork, book: AccountBook, rule_id: UUID, *, on: bool) -> None:
    """Switches a rule on or off. From when it is on, it is asked about what happens then, not about what was. Raises Conflict."""
    rule = await find_rule(work, rule_id)
    if on and (why := unusable(rule.groups, rule.acts, await references(work, book))):
        raise Conflict(message("This rule cannot be switched on. %(why)s", why=why))
    now = work.clock.now()
    state = "on" if on else "off"
    changed = msgspec.structs.replace(rule, state=state, why="", on_since=now if on else None, checked_until=None)
    await repository.put_rule(work, changed)
    work.audit(f"automation.switched_{state}", subject="automation", subject_id=rule.id, name=rule.name, version=rule.version)
    _tell(work, rule.id)


async def order_rules(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Puts the rules into this order; those that are not named keep theirs, at the end."""
    known = [one.id for one in await repository.all_rules(work)]
    wanted = [one for one in dict.fromkeys(ids) if one in known]
    await repository.order_rules(work, [*wanted, *(one for one in known if one not in wanted)])
    work.audit("automation.ordered", subject="automation")
    work.emit("desk", work.workspace_id, {"what": "automation"})


async def remove_rule(work: UnitOfWork, rule_id: UUID) -> None:
    """Removes a rule and what is written down of it; what it did stays. Raises NotFound."""
    rule = await find_rule(work, rule_id)
    await repository.delete_rule(work, rule_id)
    work.audit("automation.deleted", subject="automation", subject_id=rule.id, name=rule.name, version=rule.version)
    _tell(work, rule_id)


async def break_rule(work: UnitOfWork, rule: Rule, why: str) -> None:
    """Switches off a rule that cannot be applied any more, loudly: open pages and, by mail, administrators hear of it."""
    await repository.put_rule(work, msgspec.structs.replace(rule, state="broken", why=str(why)))
    work.audit("automation.broken", subject="automation", subject_id=rule.id, name=rule.name, why=str(why))
    work.emit(
        "notice", rule.id, {"kind": "automation", "text": f"The rule “{rule.name}” was switched off. {why}", "serious": True}
    )
    _tell(work, rule.id)
