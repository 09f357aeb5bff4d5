"""Trying an account: *test connection* with what is in the form, a test message, the provider's templates."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.channels import StoredAccount, adapter, consent, keep_check, unsaved_account
from oase.channels.contract import Checked, Manifest
from oase.conversations import check_account, send_test, synchronise_templates
from oase.kernel.errors import OaseError
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.web.admin.accounts import READ, WRITE, account_of, account_page, stored_form, typed
from oase.web.admin.frame import back
from oase.web.admin.life import connected, read_life
from oase.web.forms import Form, texts
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of, render
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]


@post("/admin/channels/new/{channel:str}/check", opt=WRITE, include_in_schema=False)
async def check_new(request: AnyRequest, services: GivenServices, viewer: GivenViewer, channel: FromPath[str]) -> Response[Any]:
    """Tests an account that is not saved."""
    manifest = adapter(channel).manifest
    name, given, form = await typed(request, manifest, None)
    if form.errors:
        return await account_page(request, services, viewer, manifest, None, form, status=422)
    checked = await check_account(services.outside, _unsaved(services, viewer, manifest, name, given, None))
    return await account_page(request, services, viewer, manifest, None, form, checked=checked)


@post("/admin/channels/{account_id:uuid}/check", opt=WRITE, include_in_schema=False)
async def check_stored(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, account_id: FromPath[UUID]
) -> Response[Any]:
    """Tests an account with the changes in the form, before they are saved."""
    account = await account_of(services, viewer, account_id)
    name, given, form = await typed(request, account.manifest, account)
    if form.errors:
        return await account_page(request, services, viewer, account.manifest, account, form, status=422)
    unsaved = _unsaved(services, viewer, account.manifest, name, given, account)
    checked = await check_account(services.outside, unsaved)
    if unsaved.account == account.account:  # nothing was typed: this is how the account is
        async with services.database.work(viewer.workspace_id) as work:
            await keep_check(work, account_id, checked)
    return await account_page(request, services, viewer, account.manifest, account, form, checked=checked)


def _unsaved(
    services: Services, viewer: Viewer, manifest: Manifest, name: str, given: Mapping[str, Any], before: StoredAccount | None
) -> StoredAccount:
    return unsaved_account(viewer.workspace_id, manifest, name, given, before, services.clock.now())


@post("/admin/channels/{account_id:uuid}/test", opt=WRITE, include_in_schema=False)
async def try_sending(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, account_id: FromPath[UUID]
) -> Response[Any]:
    """Sends a short message to an address of the administrator's own."""
    account = await account_of(services, viewer, account_id)
    given = await texts(request)
    if not given.get("to", "").strip():
        test = Form(values=given, errors={"to": message("To whom?")})
        return await account_page(
            request, services, viewer, account.manifest, account, stored_form(account), status=422, test=test
        )
    words = reader_of(request).gettext("A test message from Oase, sent by %(name)s.", name=viewer.name)
    outcome = await send_test(
        services.database, services.outside, account, viewer.actor,
        to=given["to"], text=words, sender=viewer.workspace_name, clock=services.clock,
    )  # fmt: skip
    test = Form(values=given)
    return await account_page(
        request, services, viewer, account.manifest, account, stored_form(account), tried=outcome, test=test
    )


@post("/admin/channels/{account_id:uuid}/templates", opt=WRITE, include_in_schema=False)
async def synchronise(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, account_id: FromPath[UUID]
) -> Response[Any]:
    """Takes over the provider's list of templates."""
    account = await account_of(services, viewer, account_id)
    try:
        await synchronise_templates(services.database, services.outside, account, viewer.actor)
    except OaseError as error:
        failed = Checked(ok=False, summary=error.args[0] if error.args else str(error))
        return await account_page(
            request, services, viewer, account.manifest, account, stored_form(account), status=422, checked=failed
        )
    return back(f"/admin/channels/{account_id}", "synchronised")


@post("/admin/channels/{account_id:uuid}/connect", opt=WRITE, include_in_schema=False)
async def connect_again(services: GivenServices, viewer: GivenViewer, account_id: FromPath[UUID]) -> Response[Any]:
    """Tests the account as it is stored, and tells its provider once more where deliveries go."""
    well = await connected(services, await account_of(services, viewer, account_id))
    return back(f"/admin/channels/{account_id}", "connected-again" if well else "")


@get("/admin/channels/{account_id:uuid}/life", opt=READ, include_in_schema=False)
async def show_life(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, account_id: FromPath[UUID]
) -> Response[Any]:
    """How the account does, for our own script in its page."""
    account = await account_of(services, viewer, account_id)
    async with services.database.work(viewer.workspace_id) as work:
        life = await read_life(work, account_id)
    found = consent.consent_for(account.manifest, account.account.settings)
    return render(
        request, "admin/account_life.html", account=account, manifest=account.manifest, life=life, consent=found,
        writes=viewer.may(Permission.ACCOUNT_WRITE), now=services.clock.now(),
    )  # fmt: skip


handlers: Final = [check_new, check_stored, try_sending, synchronise, connect_again, show_life]
