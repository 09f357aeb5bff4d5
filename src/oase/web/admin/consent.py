"""Signing an account in at its provider, in the browser: there with the form as it was typed, and back with what it gave.

form --save--> account --begin--> provider … provider --/admin/channels/consent--> finish --keep--> the account's page
                                                     `-- refused: the account's page says why
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.channels import (
    StoredAccount,
    adapter,
    change_account,
    consent,
    create_account,
    keep_consent,
    read_settings,
    unsaved_account,
)
from oase.channels.contract import Manifest
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.i18n import message
from oase.web.admin.accounts import WRITE, account_of, account_page, stored_form, typed
from oase.web.admin.consent_views import redirect_address
from oase.web.admin.frame import back
from oase.web.admin.life import connected
from oase.web.forms import Form
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import is_partial
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]


@post("/admin/channels/new/{channel:str}/consent", opt=WRITE, include_in_schema=False)
async def begin_new(request: AnyRequest, services: GivenServices, viewer: GivenViewer, channel: FromPath[str]) -> Response[Any]:
    """Saves a new account and sends the browser to its provider."""
    manifest = adapter(channel).manifest
    return await _save_and_leave(request, services, viewer, manifest, None)


@post("/admin/channels/{account_id:uuid}/consent", opt=WRITE, include_in_schema=False)
async def begin_again(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, account_id: FromPath[UUID]
) -> Response[Any]:
    """Saves what was changed and sends the browser to the account's provider."""
    account = await account_of(services, viewer, account_id)
    return await _save_and_leave(request, services, viewer, account.manifest, account)


@get("/admin/channels/consent", opt=WRITE, include_in_schema=False)
async def come_back(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Where every provider sends the browser, with a code or an error."""
    answer = dict(request.query_params.items())
    if not answer:
        return back("/admin/channels")
    state, now = answer.get("state", ""), services.clock.now()
    try:
        attempt = consent.read_state(services.safe, state, session_id=viewer.session_id, now=now)
    except consent.ConsentRefused as error:
        raise Invalid(error.args[0]) from None
    account = await account_of(services, viewer, attempt.account_id)
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await consent.claim_state(work, attempt)
        given = await consent.finish(
            services.safe, services.outside, account, attempt, answer, back=redirect_address(services.settings)
        )
    except consent.ConsentRefused as error:
        return await account_page(
            request, services, viewer, account.manifest, account, stored_form(account), status=422, refused=error.args[0]
        )
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await keep_consent(work, services.safe, account.id, attempt.setting, given.secret, given.who)
    well = await connected(services, await account_of(services, viewer, account.id)) if account.enabled else True
    return back(f"/admin/channels/{account.id}", "signed-in" if well else "signed-in-only")


async def _save_and_leave(
    request: AnyRequest, services: Services, viewer: Viewer, manifest: Manifest, account: StoredAccount | None
) -> Response[Any]:
    name, given, form = await typed(request, manifest, account)
    found = consent.consent_for(manifest, given)
    if found is None:
        raise NotFound(message("This account is not signed in at a provider in the browser."))
    setting, one = found
    how: dict[str, Any] = {"session_id": viewer.session_id, "back": redirect_address(services.settings)}
    if not form.errors:
        try:  # what is missing is said before anything is saved
            ready = unsaved_account(viewer.workspace_id, manifest, name, given, account, services.clock.now())
            consent.begin(services.safe, ready.account, setting, one, now=services.clock.now(), **how)
        except Invalid as error:
            form = Form(values=form.values, errors={error.field: error.args[0]})
    if form.errors:
        return await account_page(request, services, viewer, manifest, account, form, status=422)
    account_id = await _save(services, viewer, manifest, account, name, given)
    saved = await account_of(services, viewer, account_id)
    address = consent.begin(services.safe, saved.account, setting, one, now=services.clock.now(), **how)
    if is_partial(request):
        return Response("", status_code=200, headers={"hx-redirect": address})
    # Without our script: the page's policy lets no form lead to another site, a link may.
    return await account_page(request, services, viewer, manifest, saved, stored_form(saved), leads_to=address)


async def _save(
    services: Services, viewer: Viewer, manifest: Manifest, account: StoredAccount | None, name: str, given: Mapping[str, Any]
) -> UUID:
    """Saves what was typed, if it is anything new."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        if account is None:
            return await create_account(work, services.safe, manifest.id, name, given)
        settings, secrets = read_settings(manifest, given)
        stored = account.account.settings
        if name != account.name or secrets or any(settings[key] != stored.get(key) for key in settings):
            await change_account(work, services.safe, account.id, name=name, given=given, enabled=account.enabled)
        return account.id


handlers: Final = [begin_new, begin_again, come_back]
