"""Accounts of channels: what is there and how it is, and one page on which an account is set up, tested and changed.

gallery --> /admin/channels/new/<channel> --test--> provider, nothing is stored
                                          --save--> /admin/channels/<account>
"""

from collections.abc import Sequence
from secrets import token_urlsafe
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.channels import (
    ACCOUNT_NAME,
    StoredAccount,
    account_mistakes,
    adapter,
    change_account,
    consent,
    create_account,
    delete_account,
    keep_secret,
    last_moments,
    templates,
)
from oase.channels.contract import Capability, Checked, Manifest, Outcome, Template
from oase.conversations import JournalRow, journal_listing
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.kernel.secrets import Secret
from oase.web.admin.account_form import read_form, read_pairs, shown
from oase.web.admin.consent_views import sign_ins
from oase.web.admin.frame import back, confirm, page
from oase.web.admin.guides import guide_html
from oase.web.admin.life import Life, connected, read_life
from oase.web.channels import manifests
from oase.web.forms import Form, texts
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import fragment, go, html, is_partial, reader_of
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
READ: Final = {"permission": Permission.ACCOUNT_READ}
WRITE: Final = {"permission": Permission.ACCOUNT_WRITE}
_LATEST: Final = 5


async def account_of(services: Services, viewer: Viewer, account_id: UUID) -> StoredAccount:
    """An account of the viewer's workspace; raises NotFound."""
    async with services.database.work(viewer.workspace_id) as work:
        found = next((one for one in await services.book.of_workspace(work) if one.id == account_id), None)
    if found is None:
        raise NotFound(message("This account does not exist."))
    return found


@get("/admin/channels", opt=READ, include_in_schema=False)
async def list_accounts(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """The accounts and how they are, and the channels that can be added."""
    async with services.database.work(viewer.workspace_id) as work:
        accounts = await services.book.of_workspace(work)
        moments = await last_moments(work)
    now = services.clock.now()
    needy = [one for one in accounts if one.enabled and (one.state == "needs_sign_in" or one.ends_soon(now))]
    context: dict[str, Any] = {"accounts": accounts, "moments": moments, "needy": needy, "now": now}
    if is_partial(request):
        return html(request, fragment(request, "admin/account_list.html", **context))
    return page(request, viewer, "accounts.html", "channels", gallery=_by_name(viewer.language), **context)


def _by_name(language: str) -> list[Manifest]:
    """All channels, as the reader's alphabet has them."""
    return sorted(manifests().values(), key=lambda one: str(getattr(one.name, language, one.name.en)).casefold())


@get("/admin/channels/new/{channel:str}", opt=WRITE, include_in_schema=False)
async def show_new(request: AnyRequest, services: GivenServices, viewer: GivenViewer, channel: FromPath[str]) -> Response[Any]:
    """An empty form of a channel."""
    manifest = adapter(channel).manifest
    form = Form(values=shown(manifest, {}) | {ACCOUNT_NAME: ""})
    return await account_page(request, services, viewer, manifest, None, form)


@post("/admin/channels/new/{channel:str}", opt=WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer, channel: FromPath[str]) -> Response[Any]:
    """Saves a new account."""
    manifest = adapter(channel).manifest
    name, given, form = await typed(request, manifest, None)
    if form.errors:
        return await account_page(request, services, viewer, manifest, None, form, status=422)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        account_id = await create_account(work, services.safe, channel, name, given)
    well = await connected(services, await account_of(services, viewer, account_id))
    return go(request, f"/admin/channels/{account_id}?done={'connected' if well else 'not-connected'}")


@get("/admin/channels/{account_id:uuid}", opt=READ, include_in_schema=False)
async def show_account(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, account_id: FromPath[UUID]
) -> Response[Any]:
    """One account: state, addresses for the provider, settings, templates, what came in last."""
    account = await account_of(services, viewer, account_id)
    return await account_page(request, services, viewer, account.manifest, account, stored_form(account))


@post("/admin/channels/{account_id:uuid}", opt=WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer, account_id: FromPath[UUID]) -> Response[Any]:
    """Saves changes; an empty secret keeps the one there is."""
    account = await account_of(services, viewer, account_id)
    name, given, form = await typed(request, account.manifest, account)
    if form.errors:
        return await account_page(request, services, viewer, account.manifest, account, form, status=422)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await change_account(work, services.safe, account_id, name=name, given=given, enabled=account.enabled)
    well = await connected(services, await account_of(services, viewer, account_id)) if account.enabled else True
    return go(request, f"/admin/channels/{account_id}?done={'saved' if well else 'not-connected'}")


@post("/admin/channels/{account_id:uuid}/switch", opt=WRITE, include_in_schema=False)
async def switch(request: AnyRequest, services: GivenServices, viewer: GivenViewer, account_id: FromPath[UUID]) -> Response[Any]:
    """Switches the account on or off; nothing is lost by that."""
    account = await account_of(services, viewer, account_id)
    enabled = (await texts(request)).get("enabled") == "yes"
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        given = account.account.settings
        await change_account(work, services.safe, account_id, name=account.name, given=given, enabled=enabled)
    if enabled:
        await connected(services, await account_of(services, viewer, account_id))
    return back(f"/admin/channels/{account_id}", "on" if enabled else "off")


@post("/admin/channels/{account_id:uuid}/delete", opt=WRITE, include_in_schema=False)
async def delete(request: AnyRequest, services: GivenServices, viewer: GivenViewer, account_id: FromPath[UUID]) -> Response[Any]:
    """Removes the account after its name was typed; conversations stay."""
    account = await account_of(services, viewer, account_id)
    confirm(await texts(request), account.name)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await delete_account(work, account_id)
    return back("/admin/channels", "deleted")


@post("/admin/channels/{account_id:uuid}/renew/{name:str}", opt=WRITE, include_in_schema=False)
async def renew(services: GivenServices, viewer: GivenViewer, account_id: FromPath[UUID], name: FromPath[str]) -> Response[Any]:
    """Makes a new one of a value that Oase makes itself; the old one stays valid until the next time."""
    account = await account_of(services, viewer, account_id)
    if name not in {setting.name for setting in account.manifest.settings if setting.generated and setting.kind == "secret"}:
        raise NotFound(message("This account has no such value."))
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await keep_secret(work, services.safe, account_id, name, Secret(token_urlsafe(32)))
        work.emit("account", account_id, {"what": "changed"})
        work.audit("account.secret_renewed", subject="account", subject_id=account_id, name=account.name, setting=name)
    if account.enabled and account.manifest.subscribes:  # the provider signs with it
        await connected(services, await account_of(services, viewer, account_id))
    return back(f"/admin/channels/{account_id}", "renewed")


async def typed(request: AnyRequest, manifest: Manifest, kept: StoredAccount | None) -> tuple[str, dict[str, Any], Form]:
    """What was typed: the account's name, its settings, and the form to show again, with what is wrong."""
    pairs = read_pairs(await request.body())
    name = dict(pairs).get(ACCOUNT_NAME, "").strip()
    given = read_form(manifest, pairs)
    errors = account_mistakes(manifest, name, given, kept, reader_of(request).language)
    return name, given, Form(values=shown(manifest, given) | {ACCOUNT_NAME: name}, errors=errors)


def stored_form(account: StoredAccount) -> Form:
    """The form with what is stored."""
    return Form(values=shown(account.manifest, account.account.settings) | {ACCOUNT_NAME: account.name})


async def account_page(
    request: AnyRequest,
    services: Services,
    viewer: Viewer,
    manifest: Manifest,
    account: StoredAccount | None,
    form: Form,
    *,
    status: int = 200,
    checked: Checked | None = None,
    tried: Outcome | None = None,
    test: Form | None = None,
    refused: str = "",
    leads_to: str = "",
) -> Response[Any]:
    """The page of an account, stored or new; for our own script only its form."""
    known: Sequence[Template] = ()
    latest: Sequence[JournalRow] = ()
    life: Life | None = None
    async with services.database.work(viewer.workspace_id) as work:
        others = await services.book.of_workspace(work)
        if account is not None:
            known = await templates(work, account.id)
            life = await read_life(work, account.id)
            latest = (
                await journal_listing(work, account_id=account.id, limit=_LATEST) if viewer.may(Permission.JOURNAL_READ) else ()
            )
    context = {
        "manifest": manifest,
        "account": account,
        "form": form,
        "checked": checked,
        "choices": _account_choices(manifest, others, reader_of(request).language),
        "writes": viewer.may(Permission.ACCOUNT_WRITE),
        "sign_ins": sign_ins(manifest, account, services.settings, reader_of(request).language),
        "leads_to": leads_to,
        "life": life,
        "consent": consent.consent_for(manifest, account.account.settings) if account else None,
        "now": services.clock.now(),
    }
    if is_partial(request):
        return html(request, fragment(request, "admin/account_form.html", **context), status=status)
    guide = manifest.guide.de if reader_of(request).language == "de" else manifest.guide.en
    return page(
        request,
        viewer,
        "account.html",
        "channels",
        status=status,
        guide=guide_html(guide, url=services.settings.url, account=str(account.id) if account else ""),
        url=services.settings.url,
        refused=refused,
        templates=known,
        latest=latest,
        can_template=Capability.TEMPLATE in manifest.capabilities,
        tried=tried,
        test=test or Form(),
        **context,
    )


def _account_choices(manifest: Manifest, accounts: Sequence[StoredAccount], language: str) -> dict[str, list[tuple[str, str]]]:
    """For settings that name other accounts: which there are, several of them with their channels."""
    found: dict[str, list[tuple[str, str]]] = {}
    for setting in manifest.settings:
        if setting.kind == "account":
            channels = {key for key, _ in setting.choices}
            found[setting.name] = [(str(one.id), one.name) for one in accounts if one.channel in channels]
        elif setting.kind == "accounts":
            invite = [one for one in accounts if one.manifest.invites]
            found[setting.name] = [(str(one.id), f"{getattr(one.manifest.name, language)}: {one.name}") for one in invite]
    return found


handlers: Final = [list_accounts, show_new, create, show_account, save, switch, delete, renew]
