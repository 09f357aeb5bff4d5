"""*Test connection*: whether the company's pages name the endpoint, so that anybody can tell us."""

from oase.channels.adapters.webmention.addresses import host_of, is_web, readable
from oase.channels.adapters.webmention.following import failed, page_call
from oase.channels.adapters.webmention.pages import endpoint_of
from oase.channels.contract import Account, Checked, NoReply
from oase.channels.families.steps import Dialogue
from oase.kernel.i18n import message


def checking(account: Account) -> Dialogue[Checked]:
    """One call for each page named, at most five."""
    pages = [str(page).strip() for page in account.settings.get("pages") or ()]
    wrong = next((page for page in pages if not is_web(page)), None)
    if wrong is not None or not pages:
        return Checked(ok=False, summary=message("Enter the addresses of your pages, each on a line. They begin with https://."))
    if not account.webhook_url:
        return Checked(ok=True, summary=message("Save, then put the line that Oase shows into your pages."))
    for page in pages[:5]:
        reply = yield page_call(page)
        refused = failed(reply)
        if refused is not None or isinstance(reply, NoReply):
            why = refused.why if refused else ""
            return Checked(ok=False, summary=message("%(page)s cannot be read: %(why)s", page=readable(page), why=why))
        found = endpoint_of(reply, page)
        if found != account.webhook_url:
            return Checked(ok=False, summary=_lacks(page, found))
    return Checked(ok=True, summary=", ".join(map(readable, pages)))


def _lacks(page: str, found: str) -> str:
    if found:
        return message(
            "%(page)s names another address for webmentions (%(host)s), which will be told instead of Oase.",
            page=readable(page), host=host_of(found),
        )  # fmt: skip
    return message(
        "%(page)s does not name Oase's address yet, so nobody knows whom to tell. Put the line into its head.",
        page=readable(page),
    )
