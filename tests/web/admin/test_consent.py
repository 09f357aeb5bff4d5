"""Signing an account in at its provider in the browser, against an authorization server written after the RFCs."""

import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
import pytest_asyncio
import structlog.testing
from playwright.async_api import Browser, expect
from tests.servers.authorization import AuthorizationServer, serving
from tests.web.admin.conftest import Answer, Company, screen

from oase.channels import consent
from oase.kernel.clock import SetClock


@pytest_asyncio.fixture
async def provider(company: Company) -> AsyncIterator[AuthorizationServer]:
    """The provider, at which Oase is registered."""
    server = AuthorizationServer(redirects={f"{company.url}/admin/channels/consent"})
    async with serving(server, company.beside):
        yield server


@pytest.fixture
def typed(provider: AuthorizationServer) -> dict[str, str]:
    """What an administrator types to sign a mailbox in."""
    return {
        "account_name": "Support",
        "address": "support@firma.example",
        "provider": "other",
        "sign_in": "oauth2",
        "oauth_authorize": provider.authorize,
        "oauth_endpoint": provider.token,
        "oauth_scope": "mail openid email",
        "oauth_client_id": provider.client_id,
        "oauth_client_secret": provider.client_secret,
        "incoming": "imap",
        "imap_host": "imap.firma.example",
        "smtp_host": "smtp.firma.example",
        "language": "de",
    }


async def begin(company: Company, typed: dict[str, str], account: UUID | None = None) -> str:
    """The address to which the browser is sent."""
    answer = await company.post(f"/admin/channels/{account or 'new/email'}/consent", typed, script=True)
    assert answer.status == 200, answer.words
    return answer.to


async def come_back(company: Company, address: str, **more: Any) -> Answer:
    """The browser follows the provider's answer."""
    return await company.get(address.removeprefix(company.url), **more)


async def only_account(company: Company) -> UUID:
    """The id of the one account there is."""
    rows = await company.rows("SELECT id FROM account WHERE workspace_id = %(workspace_id)s")
    assert len(rows) == 1
    return UUID(str(rows[0]["id"]))


async def test_an_account_is_saved_signed_in_and_says_who_did(
    company: Company, provider: AuthorizationServer, typed: dict[str, str]
) -> None:
    address = await begin(company, typed)
    account_id = await only_account(company)
    asked = dict(parse_qsl(urlsplit(address).query))
    assert asked["redirect_uri"] == f"{company.url}/admin/channels/consent"
    assert (asked["scope"], asked["login_hint"]) == ("mail openid email", "support@firma.example")
    assert provider.client_secret not in address
    with structlog.testing.capture_logs() as logs:
        answer = await come_back(company, provider.allowed(address))
    assert answer.to.startswith(f"/admin/channels/{account_id}?done=signed-in")  # its mail servers are not there
    stored = await company.account(account_id)
    (token,) = provider.refresh_tokens
    assert stored.account.secret("oauth_refresh_token").reveal() == token
    page = await company.get(answer.to)
    assert "Signed in at the provider." in page.words
    assert "Signed in as anna@firma.example for support@firma.example" in page.words
    row = (await company.rows("SELECT secrets::text AS sealed, settings::text AS open FROM account"))[0]
    for secret in (token, provider.client_secret, provider.asked[0]["code"], provider.asked[0]["code_verifier"]):
        assert secret not in page.text + str(logs) + row["sealed"] + row["open"]
    assert await company.acts() == [*(await company.acts())[:-2], "account.created", "account.signed_in"]
    log = await company.get("/admin/audit")
    assert "signed the account “Support” in at its provider, as anna@firma.example." in log.words


async def test_a_callback_counts_once(company: Company, provider: AuthorizationServer, typed: dict[str, str]) -> None:
    back = provider.allowed(await begin(company, typed))
    await come_back(company, back)
    again = await come_back(company, back)
    assert again.status == 422
    assert "This sign-in was finished already." in again.words
    assert len(provider.asked) == 1
    assert len(provider.refresh_tokens) == 1


@pytest.mark.parametrize("state", ["", "AAAA", "ä", "x" * 3_000])
async def test_a_state_that_is_none_of_ours_is_refused(
    company: Company, provider: AuthorizationServer, typed: dict[str, str], state: str
) -> None:
    await begin(company, typed)
    answer = await company.get(f"/admin/channels/consent?code=abc&state={state}")
    assert answer.status == 422
    assert "This sign-in was not begun here, or by somebody else." in answer.words
    assert provider.asked == []


async def test_a_state_of_another_session_is_refused(
    company: Company, provider: AuthorizationServer, typed: dict[str, str]
) -> None:
    """Somebody lures an administrator to a callback with a code of the attacker's own mailbox."""
    back = provider.allowed(await begin(company, typed))
    company.tokens["administrator"] = await company.another_session("administrator")
    answer = await come_back(company, back)
    assert answer.status == 422
    assert "or by somebody else" in answer.words
    assert provider.asked == []


async def test_a_sign_in_lasts_ten_minutes(company: Company, provider: AuthorizationServer, typed: dict[str, str]) -> None:
    await begin(company, typed)
    stored = await company.account(await only_account(company))
    found = consent.consent_for(stored.manifest, stored.account.settings)
    assert found
    clock, session, safe = SetClock(datetime(2026, 11, 28, 9, tzinfo=UTC)), UUID(int=7), company.services.safe
    address = consent.begin(safe, stored.account, *found, session_id=session, back="http://localhost/", now=clock.now())
    state = dict(parse_qsl(urlsplit(address).query))["state"]
    clock.advance(timedelta(minutes=10))
    assert consent.read_state(safe, state, session_id=session, now=clock.now()).account_id == stored.id
    clock.advance(timedelta(seconds=1))
    with pytest.raises(consent.ConsentRefused, match="took too long"):
        consent.read_state(safe, state, session_id=session, now=clock.now())


async def test_whoever_may_not_change_accounts_signs_none_in(
    company: Company, provider: AuthorizationServer, typed: dict[str, str]
) -> None:
    back = provider.allowed(await begin(company, typed))
    account_id = await only_account(company)
    assert (await company.post(f"/admin/channels/{account_id}/consent", typed, role="team_lead")).status == 403
    assert (await come_back(company, back, role="team_lead")).status == 403
    page = await company.get(f"/admin/channels/{account_id}", role="team_lead")
    assert "/consent" not in page.text.replace("/admin/channels/consent", "")


async def test_a_denied_consent_is_said_and_changes_nothing(
    company: Company, provider: AuthorizationServer, typed: dict[str, str]
) -> None:
    await come_back(company, provider.allowed(await begin(company, typed)))
    account_id = await only_account(company)
    before = (await company.account(account_id)).account
    answer = await come_back(company, provider.denied(await begin(company, typed, account_id)))
    assert answer.status == 422
    assert "Nobody was signed in. Access was denied at the provider." in answer.words
    assert "access_denied: The person said no" in answer.words
    assert (await company.account(account_id)).account == before


@pytest.mark.parametrize(
    ("error", "words", "said"),
    [
        ("access_denied", "AADSTS65004: User declined", "Access was denied at the provider."),
        ("invalid_request", "AADSTS50011: The redirect URI does not match", "Enter exactly this one there: http://127.0.0.1"),
        ("consent_required", "AADSTS65001", "The administrator of your organisation must allow"),
        ("invalid_scope", "", "scope"),
        ("temporarily_unavailable", "", "Try again later."),
        ("server_error", "<script>alert(1)</script>", "<script>"),
        ("something_new", "of next year", "Its words: something_new: of next year"),
    ],
)
async def test_errors_of_the_provider_are_said_in_plain_words(
    company: Company, provider: AuthorizationServer, typed: dict[str, str], error: str, words: str, said: str
) -> None:
    answer = await come_back(company, provider.denied(await begin(company, typed), error, words))
    assert answer.status == 422
    assert said in answer.words.replace("&lt;", "<").replace("&gt;", ">")
    assert "<script>alert" not in answer.text


async def test_a_wrong_client_secret_is_said(company: Company, provider: AuthorizationServer, typed: dict[str, str]) -> None:
    back = provider.allowed(await begin(company, {**typed, "oauth_client_secret": "falsch"}))
    answer = await come_back(company, back)
    assert "the client secret is wrong or has ended" in answer.words
    assert "falsch" not in answer.text


async def test_a_code_that_the_provider_no_longer_takes_is_said(
    company: Company, provider: AuthorizationServer, typed: dict[str, str]
) -> None:
    back = provider.allowed(await begin(company, typed))
    provider.codes.clear()
    answer = await come_back(company, back)
    assert "The provider does not take its own code any more" in answer.words


async def test_a_redirect_address_that_the_provider_takes_amiss_is_named(
    company: Company, provider: AuthorizationServer, typed: dict[str, str]
) -> None:
    back = provider.allowed(await begin(company, typed))
    next(iter(provider.codes.values())).redirect_uri = "https://other.example/"
    answer = await come_back(company, back)
    assert f"Enter exactly this one there: {company.url}/admin/channels/consent" in answer.words


async def test_an_answer_without_a_refresh_token_is_not_kept(
    company: Company, provider: AuthorizationServer, typed: dict[str, str]
) -> None:
    provider.refreshes = False
    answer = await come_back(company, provider.allowed(await begin(company, typed)))
    assert answer.status == 422
    assert "gave no refresh token" in answer.words
    assert not (await company.account(await only_account(company))).account.secret("oauth_refresh_token")


async def test_a_server_that_is_down_is_said(company: Company, typed: dict[str, str], provider: AuthorizationServer) -> None:
    back = provider.allowed(await begin(company, typed))
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    account_id = await only_account(company)
    await company.rows(
        "UPDATE account SET settings = settings || jsonb_build_object('oauth_endpoint', %(url)s::text)"
        " WHERE workspace_id = %(workspace_id)s RETURNING id",
        url=f"http://127.0.0.1:{port}/token",
    )
    moved = await come_back(company, back)
    assert "The account's settings were changed meanwhile." in moved.words
    elsewhere = {**typed, "oauth_endpoint": f"http://127.0.0.1:{port}/token"}
    down = await come_back(company, provider.allowed(await begin(company, elsewhere, account_id)))
    assert "Nobody is signed in yet. No connection to 127.0.0.1" in down.words
    assert provider.asked == []


async def test_a_provider_that_says_nothing_of_the_person_signs_in_all_the_same(
    company: Company, provider: AuthorizationServer, typed: dict[str, str]
) -> None:
    provider.identifies = False
    answer = await come_back(company, provider.allowed(await begin(company, typed)))
    page = await company.get(answer.to)
    assert "Signed in as" not in page.words
    assert "Signed in" in page.words


async def test_what_is_missing_is_said_at_its_field_and_nothing_is_saved(company: Company, typed: dict[str, str]) -> None:
    for name in ("oauth_client_id", "oauth_authorize", "oauth_endpoint"):
        answer = await company.post("/admin/channels/new/email/consent", {**typed, name: ""}, script=True)
        assert answer.status == 422
        assert f'id="{name}-wrong"' in answer.text
    plain = {**typed, "oauth_authorize": "http://login.firma.example/authorize"}
    answer = await company.post("/admin/channels/new/email/consent", plain, script=True)
    assert 'id="oauth_authorize-wrong"' in answer.text
    assert await company.rows("SELECT id FROM account WHERE workspace_id = %(workspace_id)s") == []


async def test_a_revoked_access_is_given_anew_with_the_same_button(
    company: Company, provider: AuthorizationServer, typed: dict[str, str]
) -> None:
    await come_back(company, provider.allowed(await begin(company, typed)))
    account_id = await only_account(company)
    await company.falls(account_id, "needs_sign_in", "The provider ended our access.")
    page = await company.get(f"/admin/channels/{account_id}")
    assert "Sign in at the provider again." in page.words
    assert "Last signed in as anna@firma.example" in page.words
    assert f'formaction="/admin/channels/{account_id}/consent"' in page.text
    kept = {**typed, "oauth_client_secret": ""}
    await come_back(company, provider.allowed(await begin(company, kept, account_id)))
    stored = await company.account(account_id)
    assert stored.state != "needs_sign_in"
    assert len(stored.account.secrets["oauth_refresh_token"]) == 2
    assert (await company.acts()).count("account.changed") == 0


async def test_an_account_that_moves_to_another_provider_forgets_who_signed_in(
    company: Company, provider: AuthorizationServer, typed: dict[str, str]
) -> None:
    await come_back(company, provider.allowed(await begin(company, typed)))
    account_id = await only_account(company)
    answer = await company.post(f"/admin/channels/{account_id}", {**typed, "provider": "google"}, script=True)
    assert answer.to == f"/admin/channels/{account_id}?done=not-connected", answer.words
    stored = await company.account(account_id)
    assert not stored.account.secret("oauth_refresh_token")
    assert "anna@" not in (await company.get(f"/admin/channels/{account_id}")).words


async def test_a_token_typed_by_hand_was_given_by_nobody_here(
    company: Company, provider: AuthorizationServer, typed: dict[str, str]
) -> None:
    await come_back(company, provider.allowed(await begin(company, typed)))
    account_id = await only_account(company)
    await company.post(f"/admin/channels/{account_id}", {**typed, "oauth_refresh_token": "von Hand"}, script=True)
    stored = await company.account(account_id)
    assert stored.account.secret("oauth_refresh_token").reveal() == "von Hand"
    assert "anna@" not in (await company.get(f"/admin/channels/{account_id}")).words


async def test_google_and_microsoft_are_asked_as_their_documentation_says(company: Company, typed: dict[str, str]) -> None:
    plain = {**typed, "oauth_authorize": "", "oauth_endpoint": "", "oauth_scope": ""}
    google = urlsplit(await begin(company, {**plain, "provider": "google"}))
    asked = dict(parse_qsl(google.query))
    assert f"{google.scheme}://{google.netloc}{google.path}" == "https://accounts.google.com/o/oauth2/v2/auth"
    assert asked["scope"].split() == ["https://mail.google.com/", "openid", "email"]
    assert (asked["access_type"], asked["prompt"], asked["code_challenge_method"]) == ("offline", "consent", "S256")
    for tenant, place in (("", "common"), ("3f1c/../x", "3f1c%2F..%2Fx")):
        address = await begin(company, {**plain, "provider": "microsoft365", "oauth_tenant": tenant})
        assert address.startswith(f"https://login.microsoftonline.com/{place}/oauth2/v2.0/authorize?")
        scopes = dict(parse_qsl(urlsplit(address).query))["scope"].split()
        assert scopes[:3] == [
            "https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send", "offline_access",
        ]  # fmt: skip


async def test_an_answer_of_another_provider_is_not_believed(company: Company, typed: dict[str, str]) -> None:
    plain = {**typed, "provider": "google", "oauth_authorize": "", "oauth_endpoint": ""}
    state = dict(parse_qsl(urlsplit(await begin(company, plain)).query))["state"]
    answer = await company.get(f"/admin/channels/consent?code=abc&state={state}&iss=https://evil.example")
    assert "This answer came from another provider" in answer.words


async def test_until_somebody_has_signed_in_the_test_of_the_connection_says_so(company: Company, typed: dict[str, str]) -> None:
    page = await company.post("/admin/channels/new/email/check", typed, script=True)
    assert "Nobody has signed in at the provider yet" in page.words


async def test_without_our_script_a_link_leads_on(company: Company, provider: AuthorizationServer, typed: dict[str, str]) -> None:
    answer = await company.post("/admin/channels/new/email/consent", typed)
    assert answer.status == 200
    assert f'href="{provider.url}/authorize?realm=firma&amp;' in answer.text


async def test_an_address_that_providers_do_not_take_is_said(company: Company) -> None:
    page = await company.get("/admin/channels/new/email")
    assert "OASE_PUBLIC_URL" in page.words
    assert f'value="{company.url}/admin/channels/consent"' in page.text


@pytest.mark.browser
async def test_an_administrator_signs_a_mailbox_in_and_comes_back(
    browser: Browser, company: Company, provider: AuthorizationServer
) -> None:
    async with screen(browser, company) as page:
        await page.goto(f"{company.url}/admin/channels/new/email")
        await page.get_by_label("Name for your colleagues").fill("Support")
        await page.get_by_label("E-mail address").fill("support@firma.example")
        await expect(page.get_by_role("button", name="Sign in at the server")).to_be_hidden()
        await page.get_by_label("Sign-in", exact=True).select_option(label="In the browser, at the provider")
        await page.get_by_label("Provider", exact=True).select_option(label="Google Workspace")
        await expect(page.get_by_role("button", name="Sign in with Google")).to_be_visible()
        await expect(page.get_by_label("Address for tokens")).to_be_hidden()
        await page.get_by_label("Provider", exact=True).select_option(label="Other, or a server of our own")
        await page.get_by_label("Address for signing in").fill(provider.authorize)
        await page.get_by_label("Address for tokens").fill(provider.token)
        await page.get_by_label("Client id").fill(provider.client_id)
        await page.get_by_label("Client secret").fill(provider.client_secret)
        await page.get_by_label("IMAP server").fill("imap.firma.example")
        await page.get_by_label("SMTP server").first.fill("smtp.firma.example")
        await page.get_by_role("button", name="Sign in at the server").click()
        await page.get_by_role("button", name="Deny").click()
        await expect(page.get_by_role("alert").first).to_contain_text("Access was denied at the provider.")
        account_id = await only_account(company)
        await page.locator("#oauth_scope").fill("mail openid email")
        await page.get_by_role("button", name="Sign in at the server").click()
        await page.get_by_role("button", name="Allow").click()
        await expect(page.get_by_role("status").first).to_contain_text("Signed in at the provider.")
        assert page.url.startswith(f"{company.url}/admin/channels/{account_id}?done=signed-in")
        await expect(page.get_by_text("Signed in as anna@firma.example").filter(visible=True)).to_have_count(1)
    stored = await company.account(account_id)
    assert {stored.account.secret("oauth_refresh_token").reveal()} == provider.refresh_tokens
