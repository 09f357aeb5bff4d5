"""Accounts: create and change them, test them, keep them at hand.

set-up page --check--> provider        saved: settings as they are, secrets sealed with the installation's key
hot paths --AccountBook.get--> StoredAccount (kept in memory, forgotten when a live event says that it changed)
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from oase.channels import kept, repository
from oase.channels.contract import Account, Checked, Manifest, Setting
from oase.channels.registry import adapter, installed
from oase.channels.types import AccountRow, AccountState, StoredAccount
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.secrets import Safe, Secret

log = structlog.get_logger()
Secrets = dict[str, list[str]]
_GENERATED_BYTES: Final = 32


def _purpose(workspace_id: UUID, account_id: UUID) -> str:
    return f"account/{workspace_id}/{account_id}"


def seal_secrets(safe: Safe, workspace_id: UUID, account_id: UUID, secrets: Secrets) -> bytes:
    """All secrets of an account in one sealed value."""
    return safe.seal(Secret(msgspec.json.encode(secrets).decode()), purpose=_purpose(workspace_id, account_id))


def _open_secrets(safe: Safe, row: AccountRow) -> Secrets:
    if not row.secrets:
        return {}
    text = safe.open(row.secrets, purpose=_purpose(row.workspace_id, row.id)).reveal()
    return msgspec.json.decode(text, type=dict[str, list[str]])


def webhook_url(url: str, manifest: Manifest, account_id: UUID) -> str:
    """Where deliveries for an account arrive, by the installation's public address; empty where the channel has none."""
    return f"{url}/hooks/{manifest.id}/{account_id}" if manifest.webhook or manifest.subscribes else ""


def open_account(safe: Safe, row: AccountRow, url: str) -> StoredAccount:
    """A row with its secrets opened, as adapters take it. `url`: the installation's public address."""
    manifest = adapter(row.channel).manifest
    defaults = {setting.name: setting.default for setting in manifest.settings if setting.kind != "secret"}
    account = Account(
        id=str(row.id),
        channel=row.channel,
        name=row.name,
        settings={**defaults, **row.settings},
        secrets={name: tuple(map(Secret, values)) for name, values in _open_secrets(safe, row).items()},
        webhook_url=webhook_url(url, manifest, row.id),
        facts=row.facts,
    )
    return StoredAccount(
        workspace_id=row.workspace_id,
        id=row.id,
        channel=row.channel,
        name=row.name,
        enabled=row.enabled,
        state=row.state,
        state_why=row.state_why,
        state_since=row.state_since,
        manifest=manifest.of(account),
        account=account,
        expires_at=row.expires_at,
        checked_at=row.checked_at,
        told_url=row.told_url,
        told_why=row.told_why,
        told_at=row.told_at,
        sealed=row.secrets,
    )


def with_generated(manifest: Manifest, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was given, and the values that Oase makes itself (verify tokens, keys) where none was given."""
    made = {one.name: token_urlsafe(_GENERATED_BYTES) for one in manifest.settings if one.generated and not given.get(one.name)}
    return {**given, **made}


def read_settings(manifest: Manifest, given: Mapping[str, Any]) -> tuple[dict[str, Any], Secrets]:
    """Splits what a form or an API client sent into settings and new secrets; raises Invalid naming the field."""
    settings: dict[str, Any] = {}
    secrets: Secrets = {}
    for setting in manifest.settings:
        value = given.get(setting.name, setting.default)
        if setting.kind == "secret":
            if value:
                secrets[setting.name] = [str(value)]
            continue
        if setting.required and value in (None, "") and setting.applies(given):
            raise Invalid(f"{setting.label.en} is missing.", field=setting.name)
        settings[setting.name] = _typed(setting, value)
    return settings, secrets


def _typed(setting: Setting, value: Any) -> Any:
    if value is None and setting.kind not in ("boolean", "lines", "rows", "accounts"):
        return ""  # left out, or left empty in a form: the same
    if setting.kind == "boolean":
        return value in (True, "true", "on", "1", 1)
    if setting.kind == "number" and value not in (None, ""):
        try:
            return float(value) if "." in str(value) else int(value)
        except ValueError:
            raise Invalid(f"{setting.label.en} must be a number.", field=setting.name) from None
    if setting.kind == "choice" and value and value not in {choice for choice, _ in setting.choices}:
        raise Invalid(f"{setting.label.en}: {value!r} is not one of the choices.", field=setting.name)
    if setting.kind == "lines" and isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    return value


def unsaved_account(
    workspace_id: UUID, manifest: Manifest, name: str, given: Mapping[str, Any], before: StoredAccount | None, now: datetime
) -> StoredAccount:
    """The account as it would be once saved, new or changed, for its test. Raises Invalid."""
    settings, new = read_settings(manifest, given)
    typed = {key: [Secret(value) for value in values] for key, values in new.items()}
    was = before.account if before else Account(id="", channel=manifest.id)
    secrets = kept.merged(manifest, was.settings, settings, was.secrets, typed)
    account_id = before.id if before else UUID(int=0)
    defaults = {setting.name: setting.default for setting in manifest.settings if setting.kind != "secret"}
    account = Account(
        id=str(account_id), channel=manifest.id, name=name, settings={**defaults, **settings},
        secrets={key: tuple(values) for key, values in secrets.items()}, webhook_url=was.webhook_url, facts=was.facts,
    )  # fmt: skip
    return StoredAccount(
        workspace_id=workspace_id, id=account_id, channel=manifest.id, name=name, enabled=True, state="up", state_why="",
        state_since=now, account=account, manifest=manifest.of(account),
    )  # fmt: skip


async def create_account(work: UnitOfWork, safe: Safe, channel: str, name: str, given: Mapping[str, Any]) -> UUID:
    """Adds a connection of a channel; raises Invalid for a setting that cannot be used."""
    manifest = adapter(channel).manifest
    settings, secrets = read_settings(manifest, with_generated(manifest, given))
    account_id = new_id()
    await repository.insert(work, account_id, channel, name, settings, seal_secrets(safe, work.workspace_id, account_id, secrets))
    work.emit("account", account_id, {"what": "created"})
    work.audit("account.created", subject="account", subject_id=account_id, channel=channel, name=name)
    return account_id


async def change_account(
    work: UnitOfWork, safe: Safe, account_id: UUID, *, name: str, given: Mapping[str, Any], enabled: bool = True
) -> None:
    """Changes a connection; an empty secret keeps what is there. Raises Invalid where one must be typed again (`kept`)."""
    row = await repository.find(work, account_id)
    if row is None:
        raise NotFound("This account does not exist.")
    manifest = adapter(row.channel).manifest
    settings, new = read_settings(manifest, given)
    secrets = _open_secrets(safe, row)
    for setting in kept.asked_again(manifest, row.settings, settings, secrets):
        if setting.name not in new:
            raise Invalid(f"{setting.label.en}: the address that it is sent to has changed.", field=setting.name)
    secrets = kept.merged(manifest, row.settings, settings, secrets, new)
    secrets = {key: values for key, values in secrets.items() if not kept.says_who(key, new)}
    if new or settings != row.settings:
        await repository.forget_facts(work, account_id)
    await repository.update(work, account_id, name, settings, seal_secrets(safe, work.workspace_id, account_id, secrets), enabled)
    work.emit("account", account_id, {"what": "changed"})
    changed = sorted(key for key in settings if settings[key] != row.settings.get(key))
    work.audit(
        "account.changed", subject="account", subject_id=account_id, settings=changed, secrets=sorted(new), enabled=enabled
    )


async def keep_secret(work: UnitOfWork, safe: Safe, account_id: UUID, name: str, secret: Secret) -> None:
    """Keeps a secret that the provider has renewed, before the ones that were."""
    row = await repository.find(work, account_id)
    if row is None:
        raise NotFound("This account does not exist.")
    manifest = adapter(row.channel).manifest
    secrets = kept.merged(manifest, row.settings, row.settings, _open_secrets(safe, row), {name: [secret.reveal()]})
    await repository.set_secrets(work, account_id, seal_secrets(safe, work.workspace_id, account_id, secrets))


async def keep_renewed(work: UnitOfWork, safe: Safe, account_id: UUID, secrets: Mapping[str, Secret], lasts: timedelta) -> None:
    """Keeps tokens that the provider gave in place of the last ones; everybody who holds the account takes it anew."""
    row = await repository.find(work, account_id)
    if row is None:
        raise NotFound(message("This account does not exist."))
    now = work.clock.now()
    texts = {name: secret.reveal() for name, secret in secrets.items()}
    found = kept.renewed(adapter(row.channel).manifest, _open_secrets(safe, row), texts, (now, now + lasts))
    await repository.set_secrets(work, account_id, seal_secrets(safe, work.workspace_id, account_id, found))
    work.emit("account", account_id, {"what": "renewed"})


async def keep_consent(work: UnitOfWork, safe: Safe, account_id: UUID, name: str, secret: Secret, who: str) -> None:
    """Keeps what signing in at the provider gave, and who did; the account begins anew with it."""
    row = await repository.find(work, account_id)
    if row is None:
        raise NotFound(message("This account does not exist."))
    manifest, before = adapter(row.channel).manifest, _open_secrets(safe, row)
    secrets = kept.merged(manifest, row.settings, row.settings, before, {name: [secret.reveal()]})
    secrets[kept.who(name)] = [who]
    sealed = seal_secrets(safe, work.workspace_id, account_id, secrets)
    await repository.forget_facts(work, account_id)
    await repository.update(work, account_id, row.name, row.settings, sealed, row.enabled)
    work.emit("account", account_id, {"what": "changed"})
    work.audit("account.signed_in", subject="account", subject_id=account_id, name=row.name, person=who)


async def delete_account(work: UnitOfWork, account_id: UUID) -> None:
    """Removes a connection; conversations stay."""
    row = await repository.find(work, account_id)
    if row is None or not await repository.delete(work, account_id):
        raise NotFound("This account does not exist.")
    work.emit("account", account_id, {"what": "deleted"})
    work.audit("account.deleted", subject="account", subject_id=account_id, channel=row.channel, name=row.name)


async def set_account_state(
    work: UnitOfWork, account_id: UUID, state: AccountState, why: str = "", *, known: StoredAccount | None = None
) -> None:
    """Writes down how the connection is, and says so to whoever looks. `known`: only if its secrets are still those."""
    if await repository.set_state(work, account_id, state, why[:500], known=known):
        work.emit("account", account_id, {"what": "state", "state": state})


async def set_needs_sign_in(work: UnitOfWork, account: StoredAccount, why: str) -> None:
    """The provider takes an account's credentials no more. Not if somebody has signed in since it was asked with these."""
    await set_account_state(work, account.id, "needs_sign_in", why, known=account)


async def keep_check(work: UnitOfWork, account_id: UUID, checked: Checked) -> None:
    """Keeps what testing a stored account found: its facts, when its credentials end, how it is.

    A good one brings it up, a bad one takes it down, unless it needs somebody to sign in.
    """
    row = await repository.find(work, account_id)
    if row is None:
        return
    if not checked.ok:
        await repository.set_checked(work, account_id)
        if row.state == "up":
            await set_account_state(work, account_id, "down", checked.summary)
        return
    facts = dict(checked.facts)
    await repository.set_facts(work, account_id, facts, checked.expires_at)
    if facts != row.facts or checked.expires_at != row.expires_at:
        work.emit("account", account_id, {"what": "facts"})
    if row.state != "up":
        await set_account_state(work, account_id, "up")
        work.emit("account", account_id, {"what": "recovered"})


async def keep_told(work: UnitOfWork, account_id: UUID, url: str, told: Checked) -> None:
    """Keeps which address the provider has taken for its deliveries, or why it has not."""
    await repository.set_told(
        work, account_id, url if told.ok else "", "" if told.ok else told.summary[:500] or "No reason was given."
    )
    work.emit("account", account_id, {"what": "told"})


class AccountBook:
    """Accounts by id, kept in memory: every incoming delivery asks for one. `url`: the installation's public address."""

    def __init__(self, database: Database, safe: Safe, url: str) -> None:
        self._database = database
        self._safe = safe
        self._url = url
        self._known: dict[UUID, StoredAccount | None] = {}
        self._missed: set[str] = set()  # channels that were said to be missing

    @property
    def url(self) -> str:
        """The installation's public address, without a slash at its end."""
        return self._url.rstrip("/")

    def key(self, purpose: str) -> bytes:
        """A key of this installation for one purpose."""
        return self._safe.derive(purpose)

    async def get(self, account_id: UUID) -> StoredAccount | None:
        """The account, if it exists; switched off or not."""
        if account_id not in self._known:
            async with self._database.everywhere() as work:
                row = await repository.find(work, account_id)
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[account_id] = open_account(self._safe, row, self._url) if row else None
        return self._known[account_id]

    async def enabled(self) -> list[StoredAccount]:
        """All accounts that are switched on, of all workspaces, fresh from the database."""
        async with self._database.everywhere() as work:
            rows = await repository.enabled(work)
        return self._opened(rows)

    async def of_workspace(self, work: UnitOfWork) -> list[StoredAccount]:
        """All accounts of the workspace that the unit of work is of, fresh from the database."""
        return self._opened(await repository.of_workspace(work))

    def _opened(self, rows: Sequence[AccountRow]) -> list[StoredAccount]:
        """Those whose channel is installed: one that is not must not keep the others from working."""
        missing = {row.channel for row in rows if not installed(row.channel)}
        for channel in sorted(missing - self._missed):
            log.warning(
                "accounts.channel_missing", channel=channel, hint="Its package was taken out; its accounts rest until it is back."
            )
        self._missed |= missing
        return [open_account(self._safe, row, self._url) for row in rows if row.channel not in missing]

    def forget(self, account_id: UUID) -> None:
        """The next `get` reads it anew."""
        self._known.pop(account_id, None)

    async def run(self, hub: LiveHub) -> None:
        """Forgets what changes, until cancelled."""
        while True:
            async with hub.subscribe(None, ["account"]) as subscription:
                self._known.clear()
                async for event in subscription.events():
                    self.forget(event.key)
