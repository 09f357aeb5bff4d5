"""*Test connection*: whether Microsoft gives our app a token; deliveries show the rest. When the secret ends, only its owner knows."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from oase.channels.adapters.teams.renewing import refusal, token_call
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of, text
from oase.kernel.i18n import message

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)|(?P<tag>\d\d?)\.(?P<monat>\d\d?)\.(?P<jahr>\d{4})")
_ENDS = message("Enter the end of the client secret as 2028-11-30.")
_FORM = message("Enter the app id: it looks like 00000000-0000-0000-0000-000000000000.")


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """One call, then what it found."""
    app = str(account.settings.get("app_id") or "").strip()
    if not _ID.fullmatch(app):
        return Checked(ok=False, summary=_FORM)
    written = str(account.settings.get("secret_ends") or "").strip()
    ends = _moment(written)
    if written and ends is None:
        return Checked(ok=False, summary=_ENDS)
    if not replies:
        return token_call(account)
    reply = replies[0]
    if isinstance(reply, NoReply):
        return Checked(ok=False, summary=wordless.unreachable("Microsoft", reply.why))
    if not text(object_of(reply), "access_token"):
        return Checked(ok=False, summary=refusal(reply).why)
    return Checked(ok=True, summary=message("Microsoft knows the app %(app)s.", app=app), expires_at=ends)


def _moment(written: str) -> datetime | None:
    """The beginning of a day, written as 2028-11-30 or 30.11.2028; None if it is none."""
    found = _DATE.fullmatch(written)
    if found is None:
        return None
    year, month, day = (
        int(found[name] or found[other]) for name, other in (("year", "jahr"), ("month", "monat"), ("day", "tag"))
    )
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
