"""What the slice knows of accounts beyond the contract."""

from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.channels.contract import Account, Manifest
from oase.channels.kept import lasts

ENDS_SOON: Final = timedelta(days=14)
"""So long before credentials end administrators are warned."""
AccountState = Literal["up", "down", "needs_sign_in"]


class StoredAccount(Struct, frozen=True, kw_only=True):
    """A configured connection: as adapters see it (`account`), where it belongs and how it is."""

    workspace_id: UUID
    id: UUID
    channel: str
    name: str
    enabled: bool
    state: AccountState
    state_why: str
    state_since: datetime
    account: Account
    manifest: Manifest  # with the limits that this account has (`Manifest.of`)
    expires_at: datetime | None = None  # when the credentials end
    checked_at: datetime | None = None  # when it was tested last, as it is stored
    told_url: str = ""  # the webhook's address that the provider was told by `subscribe`
    told_why: str = ""  # why it has not taken it
    told_at: datetime | None = None
    sealed: bytes | None = None  # the secrets as they are stored, other ones whenever they were written

    def ends_soon(self, now: datetime) -> bool:
        """Whether the credentials end within two weeks, or have ended."""
        return self.expires_at is not None and self.expires_at - now <= ENDS_SOON

    @property
    def reply_window(self) -> timedelta | None:
        """How long after the customer's last message this account may answer freely; None = always."""
        return self.manifest.limits.window(self.account.settings)

    def ready(self, now: datetime) -> bool:
        """Whether calls may be made: false while an access token is missing or has ended (`Manifest.renews`)."""
        times = lasts(self.account) if self.manifest.renews else None
        return not self.manifest.renews or (times is not None and now < times[1])


class AccountTrouble(Struct, frozen=True, kw_only=True):
    """An account that is not up, or whose credentials end: for those who are to be told. `warned`: of what they were."""

    id: UUID
    channel: str
    name: str
    state: AccountState
    state_why: str
    state_since: datetime
    expires_at: datetime | None
    warned: dict[str, str]


class AccountRow(Struct, frozen=True, kw_only=True):
    """A row of the table `account`."""

    workspace_id: UUID
    id: UUID
    channel: str
    name: str
    settings: dict[str, Any]
    secrets: bytes | None
    enabled: bool
    state: AccountState
    state_why: str
    state_since: datetime
    facts: dict[str, str]
    expires_at: datetime | None
    checked_at: datetime | None
    told_url: str
    told_why: str
    told_at: datetime | None
