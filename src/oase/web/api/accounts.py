"""Accounts: what channels ask for; connections made, tried, changed, switched, deleted; their templates.

settings, secrets --with what is kept, or the default--> what is wrong, by field | account, secrets sealed and never shown again
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.channels import (
    ACCOUNT_NAME,
    StoredAccount,
    account_mistakes,
    all_adapters,
    change_account,
    create_account,
    delete_account,
    last_moments,
    templates,
    unsaved_account,
    with_defaults,
)
from oase.channels.contract import Accepted, Checked, Manifest, Setting, Template, Unclear, Words
from oase.conversations import check_account, life_of, send_test, synchronise_templates
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.i18n import message, translator
from oase.kernel.permissions import Permission
from oase.staff import find_workspace
from oase.web.api.account_shapes import (
    Account,
    AccountCheck,
    AccountLife,
    AccountTest,
    Channel,
    ChannelSetting,
    Choice,
    MessageTemplate,
    PublicSide,
    Unsent,
)
from oase.web.api.caller import Caller
from oase.web.api.conversations import IdempotencyKey
from oase.web.api.parts import GivenCaller
from oase.web.api.problems import InvalidInputs
from oase.web.api.request import Page, carried_out
from oase.web.api.shapes import shown
from oase.web.channels import manifests
from oase.web.given import GivenServices
from oase.web.services import Services

AnyRequest = Request[Any, Any, Any]
_READ: Final = {"permission": Permission.ACCOUNT_READ, "api": True}
_WRITE: Final = {"permission": Permission.ACCOUNT_WRITE, "api": True}
Name = Annotated[str, Meta(min_length=1, max_length=100, examples=["WhatsApp Berlin"])]
Settings = Annotated[
    dict[str, Any],
    Meta(
        max_length=200, description="By the names that the channel gives them.", examples=[{"phone_number_id": "106540352242922"}]
    ),
]
Secrets = Annotated[
    dict[str, Annotated[str, Meta(min_length=1, max_length=20_000)]],
    Meta(max_length=50, description="Write only.", examples=[{"access_token": "EAA…"}]),
]


class NewAccount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection to be made, or tried."""

    channel: Annotated[str, Meta(max_length=40, examples=["whatsapp"])]
    name: Name
    settings: Settings = {}
    secrets: Secrets = {}


class AccountChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays."""

    name: Name | UnsetType = UNSET
    settings: Annotated[Settings | UnsetType, Meta(description="Merged; null brings the default back.")] = UNSET
    secrets: Annotated[
        Secrets | UnsetType, Meta(description="Write only. A new one goes before the old one, which still verifies what arrives.")
    ] = UNSET
    enabled: bool | UnsetType = UNSET


class NewTest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a test message goes."""

    to: Annotated[str, Meta(min_length=1, max_length=320, examples=["+4915228817386"])]


Moments = Mapping[UUID, tuple[datetime | None, datetime | None]]


def public(stored: StoredAccount, moments: Moments) -> Account:
    """An account as the API shows it, with when it was heard of and sent something last: no secret in it."""
    manifest = stored.manifest
    names = {one.name for one in manifest.settings if one.kind != "secret"}
    return shown(
        Account,
        stored,
        address_kind=manifest.identity,
        capabilities=sorted(map(str, manifest.capabilities)),
        public=_public_side(manifest),
        settings={name: value for name, value in stored.account.settings.items() if name in names},
        secrets=sorted(name for name, values in stored.account.secrets.items() if any(one.reveal() for one in values)),
        webhook_url=stored.account.webhook_url or None,
        webhook_why=stored.told_why,
        heard_at=moments.get(stored.id, (None, None))[0],
        sent_at=moments.get(stored.id, (None, None))[1],
        facts=dict(stored.account.facts),
    )


def _public_side(manifest: Manifest) -> PublicSide | None:
    side = manifest.public
    if side is None:
        return None
    return PublicSide(
        name=_words(side.name),
        readers=_words(side.readers),
        capabilities=sorted(map(str, side.capabilities)),
        acts=sorted(side.acts),
        private_reply=side.private_reply,
    )


async def _shown(work: UnitOfWork, services: Services, account_id: UUID) -> Account:
    return public(await _one(work, services, account_id), await last_moments(work))


async def _one(work: UnitOfWork, services: Services, account_id: UUID) -> StoredAccount:
    found = next((one for one in await services.book.of_workspace(work) if one.id == account_id), None)
    if found is None:
        raise NotFound(message("This account does not exist."))
    return found


def _manifest(channel: str) -> Manifest:
    if channel not in manifests():
        raise Invalid(message("There is no channel “%(name)s” in this installation.", name=channel), field="channel")
    return manifests()[channel]


def _given(
    manifest: Manifest, name: str, settings: Mapping[str, Any], secrets: Mapping[str, str], kept: StoredAccount | None
) -> dict[str, Any]:
    """Settings and secrets as `channels` takes them; raises InvalidInputs with everything that is wrong."""
    kinds = {one.name: one.kind for one in manifest.settings}
    wrong: dict[str, str] = {}
    for part, values, secret in (("settings", settings, False), ("secrets", secrets, True)):
        for one in values:
            if one not in kinds or (kinds[one] == "secret") != secret:
                wrong[f"{part}.{one}"] = message("There is no such setting.")
    if wrong:
        raise InvalidInputs(wrong)
    given = {**with_defaults(manifest, settings, kept), **secrets}
    for field, text in account_mistakes(manifest, name, given, kept, "en").items():
        setting = field.partition(".")[0]
        wrong["name" if field == ACCOUNT_NAME else f"{'secrets' if kinds[setting] == 'secret' else 'settings'}.{field}"] = text
    if wrong:
        raise InvalidInputs(wrong)
    return given


def _changed(account: StoredAccount, data: AccountChanges) -> tuple[str, dict[str, Any]]:
    """The account's name and what it is set to, after the changes."""
    name = account.name if data.name is UNSET else data.name
    if data.settings is UNSET and data.secrets is UNSET and data.name is UNSET:
        return name, dict(account.account.settings)  # switched on or off as it is
    settings = {} if data.settings is UNSET else data.settings
    return name, _given(account.manifest, name, settings, {} if data.secrets is UNSET else data.secrets, account)


@get("/channels", opt=_READ, sync_to_thread=False, summary="List channels", tags=["Accounts"])
def list_channels() -> Page[Channel]:
    """What is installed, and what an account of each asks for."""
    return Page(data=[_channel(adapter.manifest) for adapter in all_adapters().values()])


def _channel(manifest: Manifest) -> Channel:
    return Channel(
        id=manifest.id,
        name=_words(manifest.name),
        address_kind=manifest.identity,
        capabilities=sorted(map(str, manifest.capabilities)),
        public=_public_side(manifest),
        settings=[_setting(one) for one in manifest.settings],
    )


def _setting(setting: Setting) -> ChannelSetting:
    return shown(
        ChannelSetting,
        setting,
        label=_words(setting.label),
        help=_words(setting.help),
        choices=[Choice(value=value, label=_words(words)) for value, words in setting.choices],
        aims=setting.aims or setting.kind == "url",
        columns=[_setting(one) for one in setting.columns],
    )


def _words(words: Words) -> dict[str, str]:
    return {"en": words.en, "de": words.de}


@get("/accounts", opt=_READ, summary="List accounts", tags=["Accounts"])
async def list_all(services: GivenServices, caller: GivenCaller) -> Page[Account]:
    """All connections of the workspace, with how they are."""
    async with services.database.work(caller.workspace_id) as work:
        moments = await last_moments(work)
        return Page(data=[public(one, moments) for one in await services.book.of_workspace(work)])


@get("/accounts/{account_id:uuid}", opt=_READ, summary="Read an account", tags=["Accounts"])
async def read(services: GivenServices, caller: GivenCaller, account_id: FromPath[UUID]) -> Account:
    """How a connection is, and how it is set up."""
    async with services.database.work(caller.workspace_id) as work:
        return await _shown(work, services, account_id)


@get("/accounts/{account_id:uuid}/life", opt=_READ, summary="See how an account does", tags=["Accounts"])
async def read_life(services: GivenServices, caller: GivenCaller, account_id: FromPath[UUID]) -> AccountLife:
    """What waits for it, and what went wrong with it lately."""
    async with services.database.work(caller.workspace_id) as work:
        await _one(work, services, account_id)
        found = await life_of(work, account_id)
    return shown(AccountLife, found, reasons=[shown(Unsent, one) for one in found.reasons])


@post("/accounts", opt=_WRITE, summary="Make an account", tags=["Accounts"])
async def create(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewAccount],
    idempotency_key: IdempotencyKey = None,
) -> Response[Account]:
    """Switched on at once. What the channel asks for is in the list of channels; try it first with `check`."""
    given = _given(_manifest(data.channel), data.name, data.settings, data.secrets, None)

    async def act(work: UnitOfWork) -> Account:
        account_id = await create_account(work, services.safe, data.channel, data.name.strip(), given)
        return await _shown(work, services, account_id)

    made = await carried_out(request, services, caller, act, Account)
    return Response(made, status_code=201, headers={"location": f"/api/v1/accounts/{made.id}"})


@patch("/accounts/{account_id:uuid}", opt=_WRITE, summary="Change an account", tags=["Accounts"])
async def change(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    account_id: FromPath[UUID],
    data: JSONBody[AccountChanges],
    idempotency_key: IdempotencyKey = None,
) -> Account:
    """Also switches it on or off. Where secrets would go to another address than before, they must be sent anew."""

    async def act(work: UnitOfWork) -> Account:
        before = await _one(work, services, account_id)
        if data != AccountChanges():
            name, given = _changed(before, data)
            enabled = before.enabled if data.enabled is UNSET else data.enabled
            await change_account(work, services.safe, account_id, name=name.strip(), given=given, enabled=enabled)
        return await _shown(work, services, account_id)

    return await carried_out(request, services, caller, act, Account)


@delete("/accounts/{account_id:uuid}", opt=_WRITE, summary="Delete an account", tags=["Accounts"])
async def remove(services: GivenServices, caller: GivenCaller, account_id: FromPath[UUID]) -> None:
    """Conversations stay."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await delete_account(work, account_id)


@post("/accounts/check", opt=_WRITE, status_code=200, summary="Try an account before it is made", tags=["Accounts"])
async def check_new(services: GivenServices, caller: GivenCaller, data: JSONBody[NewAccount]) -> AccountCheck:
    """Asks the provider; nothing is stored or changed."""
    given = _given(_manifest(data.channel), data.name, data.settings, data.secrets, None)
    return await _check(services, caller, _manifest(data.channel), data.name, given, None)


@post("/accounts/{account_id:uuid}/check", opt=_WRITE, status_code=200, summary="Try an account", tags=["Accounts"])
async def check_stored(
    services: GivenServices, caller: GivenCaller, account_id: FromPath[UUID], data: JSONBody[AccountChanges]
) -> AccountCheck:
    """As it would be with these changes; nothing is stored or changed. `{}`: as it is."""
    async with services.database.work(caller.workspace_id) as work:
        before = await _one(work, services, account_id)
    name, given = _changed(before, data)
    return await _check(services, caller, before.manifest, name, given, before)


async def _check(
    services: Services, caller: Caller, manifest: Manifest, name: str, given: Mapping[str, Any], before: StoredAccount | None
) -> AccountCheck:
    account = unsaved_account(caller.workspace_id, manifest, name, given, before, services.clock.now())
    found: Checked = await check_account(services.outside, account)
    return AccountCheck(ok=found.ok, summary=str(found.summary), facts=dict(found.facts))


@post("/accounts/{account_id:uuid}/test", opt=_WRITE, status_code=200, summary="Send a test message", tags=["Accounts"])
async def send_test_message(
    services: GivenServices, caller: GivenCaller, account_id: FromPath[UUID], data: JSONBody[NewTest]
) -> AccountTest:
    """To an address of yours: it is sent at once, and belongs to no conversation."""
    async with services.database.work(caller.workspace_id) as work:
        account, workspace = await _one(work, services, account_id), await find_workspace(work)
    reader = translator(workspace.language if workspace else "en")
    outcome = await send_test(
        services.database, services.outside, account, caller.actor, to=data.to, clock=services.clock,
        text=reader.gettext("A test message from Oase, sent by %(name)s.", name=caller.name),
        sender=workspace.name if workspace else "",
    )  # fmt: skip
    if isinstance(outcome, Accepted):
        return AccountTest(state="sent", why=str(outcome.note))
    return AccountTest(state="unknown" if isinstance(outcome, Unclear) else "failed", why=str(outcome.why))


@get("/accounts/{account_id:uuid}/templates", opt=_READ, summary="List an account's templates", tags=["Accounts"])
async def list_templates(services: GivenServices, caller: GivenCaller, account_id: FromPath[UUID]) -> Page[MessageTemplate]:
    """As the provider gave them when they were synchronised; approved ones first."""
    async with services.database.work(caller.workspace_id) as work:
        await _one(work, services, account_id)
        return Page(data=[_template(one) for one in await templates(work, account_id)])


@post(
    "/accounts/{account_id:uuid}/templates/synchronise", opt=_WRITE, status_code=200, tags=["Accounts"],
    summary="Take over the provider's templates",
)  # fmt: skip
async def synchronise(services: GivenServices, caller: GivenCaller, account_id: FromPath[UUID]) -> Page[MessageTemplate]:
    """In place of those that were known; 503 if the provider does not give them."""
    async with services.database.work(caller.workspace_id) as work:
        account = await _one(work, services, account_id)
    await synchronise_templates(services.database, services.outside, account, caller.actor)
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[_template(one) for one in await templates(work, account_id)])


def _template(template: Template) -> MessageTemplate:
    return shown(MessageTemplate, template, buttons=list(template.buttons), parameters=dict(template.parameters))


handlers: Final = [
    list_channels, list_all, read, read_life, create, change, remove, check_new, check_stored, send_test_message,
    list_templates, synchronise,
]  # fmt: skip
