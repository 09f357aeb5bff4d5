"""Which of the two places it is: what people call it, how its deliveries are told apart, whose they are."""

from collections.abc import Mapping

from msgspec import Struct

from oase.channels.contract import Account, Address

PAGE_INBOX: Mapping[str, str] = {"263902037430900": "Meta Business Suite", "1217981644879628": "Meta Business Suite"}
"""Meta's own inboxes, as applications: of pages and of Instagram."""


class Place(Struct, frozen=True, kw_only=True):
    """Messenger or Instagram."""

    name: str  # "Messenger"
    object: str  # of its webhooks: "page", "instagram"
    own: str  # the setting with the id of our page or Instagram account
    identity: str  # kind of address

    def own_id(self, account: Account) -> str:
        """The id of our page or Instagram account."""
        return str(account.settings.get(self.own) or "")


def app_id(account: Account) -> str:
    """The id of our application at Meta."""
    return str(account.settings.get("app_id") or "")


def person(id: str | int, name: str = "") -> Address:
    """Somebody by their scoped id."""
    return Address(value=str(id), name=name)


def program(id: str | int | None) -> str:
    """An application's name, as far as one can know it; empty if there is none."""
    own = str(id or "")
    return PAGE_INBOX.get(own, f"App {own}" if own else "")
