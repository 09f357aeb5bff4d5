"""*Test connection*: is there a feed at the address, and what is in it."""

from datetime import UTC, datetime
from typing import Final

from oase.channels.adapters.feeds.documents import read_document
from oase.channels.adapters.feeds.polling import Failed, Known, fetching
from oase.channels.contract import Account, Checked, Malformed
from oase.channels.families.steps import Dialogue
from oase.kernel.i18n import message

_ADDRESS: Final = message("Enter the address of the feed. It begins with https://.")
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def checking(account: Account) -> Dialogue[Checked]:
    """One call, and what it found."""
    url = str(account.settings.get("url") or "").strip()
    if not url.startswith(("https://", "http://")):
        return Checked(ok=False, summary=_ADDRESS)
    page = yield from fetching(url, Known(), _LONG_AGO)
    if isinstance(page, Failed):
        return Checked(ok=False, summary=page.outcome.why)
    if page.reply is None:
        return Checked(ok=False, summary=_no_feed(""))
    try:
        document = read_document(page.reply.body, page.reply.headers.get("content-type", ""), page.url)
    except Malformed as error:
        return Checked(ok=False, summary=_no_feed(str(error)))
    shown = document.title or url
    return Checked(ok=True, summary=f"{shown} · {len(document.entries)}", facts={"title": shown})


def _no_feed(why: str) -> str:
    return message(
        "There is no feed at this address. %(why)s Many pages name theirs in their source: look for alternate.", why=why
    )
