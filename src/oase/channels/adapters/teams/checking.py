"""*Test connection*: whether Microsoft gives our app a token; deliveries show the rest."""

import re
from collections.abc import Sequence

from oase.channels.adapters.teams.renewing import refusal, token_call
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families.json_in_the_wild import object_of, text
from oase.kernel.i18n import message

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FORM = message("Enter the app id: it looks like 00000000-0000-0000-0000-000000000000.")


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """One call, then what it found."""
    app = str(account.settings.get("app_id") or "").strip()
    if not _ID.fullmatch(app):
        return Checked(ok=False, summary=_FORM)
    if not replies:
        return token_call(account)
    reply = replies[0]
    if isinstance(reply, NoReply):
        return Checked(ok=False, summary=message("Microsoft cannot be reached: %(why)s", why=reply.why))
    if not text(object_of(reply), "access_token"):
        return Checked(ok=False, summary=refusal(reply).why)
    return Checked(ok=True, summary=message("Microsoft knows the app %(app)s.", app=app))
