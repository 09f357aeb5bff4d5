"""Mails to administrators about accounts: one that needs somebody to sign in, one that stays down, credentials that end soon.

accounts not up, or ending soon --worth_telling (pure)--> one mail for each administrator, of each trouble once

Marked before it is sent, as the mails about conversations are: what a mail tells still stands on the page of accounts.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from oase.channels import ENDS_SOON, AccountTrouble, in_trouble, set_warned
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Translator, translator
from oase.kernel.mailer import Letter
from oase.kernel.permissions import Permission
from oase.staff import agents_who_may

_SETTLES: Final[Mapping[str, timedelta]] = {"needs_sign_in": timedelta(minutes=5), "down": timedelta(minutes=30)}
_LAST_WORD: Final = timedelta(days=2)
Trouble = Literal["needs_sign_in", "down", "ends", "ends_very_soon"]


def worth_telling(account: AccountTrouble, now: datetime) -> Iterator[tuple[Trouble, str]]:
    """What administrators have not been told yet, with what it is told by once: the moment since when, or at which. Pure."""
    if account.state != "up" and now - account.state_since >= _SETTLES[account.state]:
        yield account.state, account.state_since.isoformat()
    if account.expires_at is not None and account.expires_at - now <= _LAST_WORD:
        yield "ends_very_soon", account.expires_at.isoformat()
    elif account.expires_at is not None and account.expires_at - now <= ENDS_SOON:
        yield "ends", account.expires_at.isoformat()


async def account_letters(work: UnitOfWork, url: str) -> list[Letter]:
    """The mails that are due in this workspace; from now on they count as sent."""
    now = work.clock.now()
    told: list[tuple[AccountTrouble, list[Trouble]]] = []
    for account in await in_trouble(work, now + ENDS_SOON):
        new = [(kind, mark) for kind, mark in worth_telling(account, now) if account.warned.get(kind) != mark]
        if new:
            await set_warned(work, account.id, {**account.warned, **dict(new)})
            told.append((account, [kind for kind, _ in new]))
    if not told:
        return []
    return [
        letter(one.name, one.email, translator(one.language, one.time_zone or "UTC"), told, now, url)
        for one in await agents_who_may(work, Permission.ACCOUNT_WRITE)
    ]


def letter(
    name: str, email: str, t: Translator, told: Sequence[tuple[AccountTrouble, Sequence[Trouble]]], now: datetime, url: str
) -> Letter:
    """The mail. Pure."""
    entries = [_entry(account, kind, t, now, url) for account, kinds in told for kind in kinds]
    lines = [
        t.gettext("Hello %(name)s,", name=name),
        t.ngettext("an account needs you:", "%(n)s accounts need you:", len(told)),
        *entries,
        t.gettext("Nothing is lost meanwhile: what is to be sent waits, and goes out once the account works again."),
    ]
    subject = t.gettext("“%(account)s” needs you", account=told[0][0].name)
    if len(told) > 1:
        subject = t.ngettext("%(n)s account needs you", "%(n)s accounts need you", len(told))
    return Letter(to=email, to_name=name, subject=subject, text="\n\n".join(lines) + "\n")


def _entry(account: AccountTrouble, kind: Trouble, t: Translator, now: datetime, url: str) -> str:
    return "\n".join([f"• {account.name}: {_words(account, kind, t, now)}", f"  {url}/admin/channels/{account.id}"])


def _words(account: AccountTrouble, kind: Trouble, t: Translator, now: datetime) -> str:
    if kind == "needs_sign_in":
        return t.gettext("the provider does not let Oase in any more. %(why)s", why=t.retold(account.state_why)).strip()
    if kind == "down":
        since = t.ago(account.state_since, now)
        return t.gettext(
            "the connection is down (since: %(since)s). %(why)s", since=since, why=t.retold(account.state_why)
        ).strip()
    assert account.expires_at is not None  # noqa: S101 - or it would not be told
    when = {"date": t.date(account.expires_at, "long"), "when": t.ago(account.expires_at, now)}
    return t.gettext("its credentials end on %(date)s (%(when)s). Please sign in again, or enter new ones, before.", **when)
