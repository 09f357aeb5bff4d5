"""XOAUTH2 against a real Dovecot that checks the tokens' signatures, with a small identity provider beside it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace
from tests.channels.email.conftest import MemorySink, letter, listening, make_account, say
from tests.channels.email.test_sending import send
from tests.servers.authorization import AuthorizationServer, serving
from tests.servers.mail import Dovecot, Postfix, World

from oase.channels import StoredAccount, consent
from oase.channels.adapters.email import Email
from oase.channels.adapters.email.configuration import incoming
from oase.channels.adapters.email.oauth import Tokens
from oase.channels.contract import Accepted, Account, Again, Refused
from oase.kernel.http import Guard, Outside
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe, Secret

pytestmark = pytest.mark.servers
_ANSWERS = {b"EHLO": b"250-mail.example\r\n250 AUTH XOAUTH2\r\n", b"QUIT": b"221 2.0.0 Bye\r\n"}


class Provider:
    """An identity provider: gives tokens for `user` to whoever shows a refresh token that it knows."""

    def __init__(self, dovecot: Dovecot, user: str) -> None:
        self.dovecot, self.user = dovecot, user
        self.asked: list[dict[str, Any]] = []
        self.known = {"auffrischung-1"}
        self.rotate = False
        self.seconds = 3600
        self.issuers: list[str] = []  # for the next tokens; then the right one
        self.port = 0

    async def token(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        self.asked.append(form)
        wanted = form.get("refresh_token")
        if form["grant_type"] == "refresh_token" and wanted not in self.known:
            said = {"error": "invalid_grant", "error_description": "AADSTS70008: The refresh token has expired."}
            return web.json_response(said, status=400)
        more = {"issuer": self.issuers.pop(0)} if self.issuers else {}
        seconds = 3600 + len(self.asked)  # no two tokens are alike
        answer = {"access_token": self.dovecot.tokens.sign(self.user, seconds=seconds, **more), "expires_in": self.seconds}
        if self.rotate:
            answer["refresh_token"] = f"auffrischung-{len(self.asked) + 1}"
            self.known.add(answer["refresh_token"])
        return web.json_response(answer)


@pytest_asyncio.fixture
async def provider(dovecot: Dovecot, address: str) -> AsyncIterator[Provider]:
    provider = Provider(dovecot, address)
    application = web.Application()
    application.router.add_post("/token", provider.token)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.port = runner.addresses[0][1]
    yield provider
    await runner.cleanup()


@pytest_asyncio.fixture
async def email(provider: Provider) -> AsyncIterator[Email]:
    adapter = Email(outside=Outside(Guard(endpoints=[("127.0.0.1", provider.port)])), first_pause=0.05)
    yield adapter
    await adapter.close()


@pytest.fixture
def account(dovecot: Dovecot, postfix: Postfix, provider: Provider, address: str) -> Account:
    plain = make_account(
        dovecot, postfix, address, sign_in="oauth2", oauth_endpoint=f"http://127.0.0.1:{provider.port}/token",
        oauth_client_id="oase", oauth_scope="mail",
    )  # fmt: skip
    secrets = {"oauth_client_secret": (Secret("klient"),), "oauth_refresh_token": (Secret("auffrischung-1"),)}
    return replace(plain, secrets=secrets)


async def test_mails_come_and_go_with_a_token_fetched_once(
    email: Email, account: Account, provider: Provider, dovecot: Dovecot, world: World, address: str
) -> None:
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
        dovecot.deliver(address, letter())
        await sink.until(lambda sink: len(sink.raws) == 1)
        outcome, _ = await send(email, account, say())
    assert isinstance(outcome, Accepted)
    assert [(form["grant_type"], form["client_id"], form["scope"]) for form in provider.asked] == [
        ("refresh_token", "oase", "mail")
    ]


async def test_a_token_that_is_refused_is_fetched_anew_once(email: Email, account: Account, provider: Provider) -> None:
    provider.issuers = ["https://falsch.example/"]
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
    assert len(provider.asked) == 2


async def test_two_whose_token_was_refused_at_once_share_the_new_one(account: Account, provider: Provider) -> None:
    async with Outside(Guard(endpoints=[("127.0.0.1", provider.port)])) as outside:
        tokens, sign_in = Tokens(lambda: outside), incoming(account).sign_in
        first = await tokens.access(sign_in)
        second, third = await asyncio.gather(tokens.access(sign_in, refused=first), tokens.access(sign_in, refused=first))
    assert second == third != first
    assert len(provider.asked) == 2


async def test_a_server_that_cannot_check_the_token_now_is_no_reason_for_another(
    email: Email, account: Account, provider: Provider
) -> None:
    """Postfix says 454 while it cannot ask Dovecot; nothing is wrong with the token."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        while line := await reader.readline():
            writer.write(_ANSWERS.get(line[:4].upper(), b"454 4.7.0 Temporary authentication failure\r\n"))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        here = {"smtp_host": "127.0.0.1", "smtp_port": server.sockets[0].getsockname()[1], "smtp_security": "none"}
        outcome, _ = await send(email, replace(account, settings={**account.settings, **here}), say())
    assert isinstance(outcome, Again)
    assert outcome.account
    assert len(provider.asked) == 1


async def test_an_expired_token_is_renewed(email: Email, account: Account, provider: Provider, world: World) -> None:
    provider.seconds = 0
    assert isinstance((await send(email, account, say()))[0], Accepted)
    await email.close()  # the kept connection would need no new token
    other = replace(account, id="another")
    assert isinstance((await send(email, other, say()))[0], Accepted)
    assert len(provider.asked) == 2


async def test_a_rotated_refresh_token_is_kept(email: Email, account: Account, provider: Provider) -> None:
    provider.rotate = True
    sink = MemorySink()
    async with listening(email, account, sink):
        await sink.state_is("up")
    assert sink.secrets == [("oauth_refresh_token", Secret("auffrischung-2"))]


async def test_a_refresh_token_that_ended_asks_for_sign_in(email: Email, account: Account, provider: Provider) -> None:
    provider.known = set()
    sink = MemorySink()
    async with listening(email, account, sink):
        assert "AADSTS70008" in await sink.state_is("needs_sign_in")
    outcome, _ = await send(email, account, say())
    assert isinstance(outcome, Refused)
    assert outcome.sign_in


async def test_tokens_come_over_the_way_out_of_the_process(account: Account, provider: Provider) -> None:
    async with Outside(Guard(endpoints=[("127.0.0.1", provider.port)])) as outside:
        email, sink = Email(first_pause=0.05), MemorySink()
        email.go_out_by(outside)
        async with listening(email, account, sink):
            await sink.state_is("up")
        await email.close()


async def test_without_a_refresh_token_somebody_must_sign_in_first(email: Email, account: Account, provider: Provider) -> None:
    nobody = replace(account, secrets={"oauth_client_secret": (Secret("klient"),)})
    sink = MemorySink()
    async with listening(email, nobody, sink):
        assert "Nobody has signed in" in await sink.state_is("needs_sign_in")
    assert provider.asked == []


async def test_an_application_signs_in_by_itself(email: Email, account: Account, provider: Provider) -> None:
    own = replace(account, settings={**account.settings, "sign_in": "application"})
    sink = MemorySink()
    async with listening(email, own, sink):
        await sink.state_is("up")
    assert provider.asked[0]["grant_type"] == "client_credentials"


async def test_what_a_person_agreed_to_in_the_browser_opens_the_mailbox(dovecot: Dovecot, postfix: Postfix, address: str) -> None:
    back, safe, session, now = "http://localhost/admin/channels/consent", Safe(b"k" * 32), new_id(), datetime.now(UTC)
    server = AuthorizationServer(redirects={back}, person=address, issue=dovecot.tokens.sign)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with (
            serving(server, listener),
            Outside(Guard(endpoints=[("127.0.0.1", listener.getsockname()[1])])) as outside,
        ):
            account = stored(
                make_account(
                    dovecot, postfix, address, provider="other", sign_in="oauth2", oauth_authorize=server.authorize,
                    oauth_endpoint=server.token, oauth_scope="mail openid", oauth_client_id=server.client_id,
                ),
                oauth_client_secret=server.client_secret,
            )  # fmt: skip
            found = consent.consent_for(account.manifest, account.account.settings)
            assert found
            to = consent.begin(safe, account.account, *found, session_id=session, back=back, now=now)
            answer = dict(parse_qsl(urlsplit(server.allowed(to)).query))
            attempt = consent.read_state(safe, answer["state"], session_id=session, now=now)
            given = await consent.finish(safe, outside, account, attempt, answer, back=back)
            assert given.who == address
            account = stored(account.account, oauth_client_secret=server.client_secret, oauth_refresh_token=given.secret.reveal())
            email, sink = Email(outside=outside, first_pause=0.05), MemorySink()
            async with listening(email, account.account, sink):
                await sink.state_is("up")
                dovecot.deliver(address, letter())
                await sink.until(lambda sink: len(sink.raws) == 1)
            server.refresh_tokens.clear()
            late = Email(outside=outside, first_pause=0.05)
            async with listening(late, account.account, sink):
                assert "The provider ended our access" in await sink.state_is("needs_sign_in")
            await late.close()
            await email.close()


def stored(account: Account, **secrets: str) -> StoredAccount:
    """The account as the core keeps it, with these secrets."""
    opened = replace(account, secrets={name: (Secret(text),) for name, text in secrets.items()})
    return StoredAccount(
        workspace_id=new_id(), id=UUID(account.id), channel="email", name="Support", enabled=True, state="up", state_why="",
        state_since=datetime.now(UTC), account=opened, manifest=Email.manifest,
    )  # fmt: skip


async def test_a_refused_token_ends_in_words_not_in_silence(email: Email, account: Account, provider: Provider) -> None:
    provider.issuers = ["https://falsch.example/"] * 2
    sink = MemorySink()
    async with listening(email, account, sink):
        assert "Authentication failed" in await sink.state_is("needs_sign_in")
