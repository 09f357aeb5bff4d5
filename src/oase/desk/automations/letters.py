"""Mails to those who may write rules, about rules that were switched off because they could not be applied any more. Once each."""

from collections.abc import Sequence

from oase.desk.automations import repository
from oase.desk.automations.types import Rule
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Translator, translator
from oase.kernel.mailer import Letter
from oase.kernel.permissions import Permission
from oase.staff import agents_who_may


async def letters_about(work: UnitOfWork, url: str) -> list[Letter]:
    """The mails that are due in this workspace; from now on they count as sent."""
    broken = await repository.untold(work)
    if not broken:
        return []
    return [
        letter(one.name, one.email, translator(one.language, one.time_zone or "UTC"), broken, url)
        for one in await agents_who_may(work, Permission.AUTOMATION_WRITE)
    ]


def letter(name: str, email: str, t: Translator, broken: Sequence[Rule], url: str) -> Letter:
    """The mail. Pure."""
    lines = [
        t.gettext("Hello %(name)s,", name=name),
        t.ngettext("a rule was switched off:", "%(n)s rules were switched off:", len(broken)),
        *(f"• {one.name}: {t.retold(one.why)}\n  {url}/admin/automations/{one.id}" for one in broken),
        t.gettext("Until somebody mends it and switches it on again, it does nothing."),
    ]
    subject = t.gettext("The rule “%(name)s” was switched off", name=broken[0].name)
    if len(broken) > 1:
        subject = t.ngettext("%(n)s rule was switched off", "%(n)s rules were switched off", len(broken))
    return Letter(to=email, to_name=name, subject=subject, text="\n\n".join(lines) + "\n")
