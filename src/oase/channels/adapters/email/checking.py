"""The test of an account before it is saved: signs in on both servers and says in one sentence what is wrong.

check --Call("CHECK", "imap:")--> Reply --Call("CHECK", "smtp:")--> Reply --> Checked
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec

from oase.channels.adapters.email.configuration import (
    identity,
    incoming,
    nobody_signed_in,
    outgoing,
    provider_of,
    reads_mailbox,
    trust,
)
from oase.channels.adapters.email.errors import Down, ImapNo, NotSetUp, NotSignedIn
from oase.channels.adapters.email.failures import connection_failed, words_of
from oase.channels.adapters.email.imap import Imap
from oase.channels.adapters.email.imapsyntax import folder_name, readable_folder_name
from oase.channels.adapters.email.listening import sign_in_to
from oase.channels.adapters.email.oauth import NOBODY, Tokens
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.kernel.i18n import Message, message

IMAP = Call(method="CHECK", url="imap:", timeout=timedelta(seconds=40))
SMTP = Call(method="CHECK", url="smtp:", timeout=timedelta(seconds=40))
_FOLDERS: Final = 200
_HINTS: Final[tuple[tuple[str, Message], ...]] = (
    (
        r"application-specific password|app password|InvalidSecondFactor",
        message("This mailbox needs an app password: create one at the provider and enter it instead of the ordinary one."),
    ),
    (
        r"not enabled for imap|imap access is disabled|imap is disabled|imap.{0,20}(?:deaktiviert|nicht freigeschaltet)",
        message("IMAP is switched off for this mailbox: switch it on in the provider's settings."),
    ),
    (
        r"SmtpClientAuthentication is disabled|5\.7\.139",
        message("Authenticated SMTP is switched off for this mailbox or the whole organisation: switch it on in the admin centre."),
    ),
    (
        r"basic ?auth|LogonDenied-BasicAuth|web login required",
        message("This provider no longer takes passwords from programs: sign in with access tokens (OAuth 2)."),
    ),
    (
        r"too many|temporarily (?:locked|blocked)|gesperrt",
        message("The provider has locked the mailbox for a while after wrong passwords."),
    ),
)  # fmt: skip


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """The next step, or the result."""
    try:
        identity(account)
        calls = [IMAP, SMTP] if reads_mailbox(account) else [SMTP]
        who = [incoming(account).sign_in] if reads_mailbox(account) else []
        if any(map(nobody_signed_in, [*who, outgoing(account).sign_in])):
            return Checked(ok=False, summary=NOBODY)
    except NotSetUp as error:
        return Checked(ok=False, summary=words_of(error))
    for call, reply in zip(calls, replies, strict=False):
        problem = _problem(call, reply, account)
        if problem:
            return Checked(ok=False, summary=problem)
    if len(replies) < len(calls):
        return calls[len(replies)]
    return Checked(ok=True, summary=identity(account).address, facts=_facts(replies))


def _problem(call: Call, reply: Reply | NoReply, account: Account) -> str:
    name = message("Incoming mail (IMAP)") if call.url == "imap:" else message("Outgoing mail (SMTP)")
    if isinstance(reply, NoReply):
        return message("%(part)s: %(why)s", part=name, why=reply.why)
    if 200 <= reply.status < 300:
        return ""
    words = reply.body.decode("utf-8", "replace").strip()
    if reply.headers.get("stage") == "settings":
        return words
    if reply.headers.get("stage") != "sign_in" and reply.status not in (530, 534, 535, 538):
        return message("%(part)s: the server answered: %(words)s", part=name, words=words)
    return message("%(part)s: %(hint)s The server's words: %(words)s", part=name, hint=_hint(words, account), words=words)


def _hint(words: str, account: Account) -> Message:
    for pattern, hint in _HINTS:
        if re.search(pattern, words, re.IGNORECASE):
            return hint
    provider = provider_of(account)
    if str(account.settings.get("sign_in")) in ("oauth2", "application"):
        return message("The server does not accept the access token. Does the application have the right to this mailbox?")
    if provider is not None and provider.own_password_for_programs:
        return message(
            "User name or password is wrong. %(provider)s wants a password of its own for programs (app password), not the ordinary one.",
            provider=provider.name,
        )
    if provider is not None and provider.switch_imap_on:
        return message(
            "User name or password is wrong, or access by programs is still switched off in the settings of %(provider)s.",
            provider=provider.name,
        )
    return message("User name or password is wrong.")


def _facts(replies: Sequence[Reply | NoReply]) -> dict[str, str]:
    return {
        name: value
        for reply in replies
        if isinstance(reply, Reply)
        for name, value in reply.headers.items()
        if name == "folders" and value
    }


async def try_mailbox(account: Account, tokens: Tokens) -> Reply | NoReply:
    """Signs in by IMAP and looks for the folders; never raises for what the server or the network does."""
    try:
        settings, context = incoming(account), trust(account)
    except NotSetUp as error:
        return Reply(status=535, headers={"stage": "settings"}, body=words_of(error).encode())
    endpoint = settings.endpoint
    try:
        imap = await Imap.open(
            endpoint.host, endpoint.port, tls=None if endpoint.security == "none" else context,
            starttls=endpoint.security == "starttls", patience=20.0,
        )  # fmt: skip
        try:
            await sign_in_to(imap, settings.sign_in, tokens)
            names = await _folder_names(imap)
            for folder in settings.folders:
                await imap.run("EXAMINE", folder_name(folder))
        finally:
            await imap.close(politely=False)
    except NotSignedIn as error:
        return Reply(status=535, headers={"stage": "sign_in"}, body=words_of(error).encode())
    except ImapNo as error:
        return Reply(status=500, headers={"stage": "folders"}, body=error.words.encode())
    except Down as error:
        return NoReply(sent=False, why=words_of(error))
    except (OSError, TimeoutError) as error:
        return NoReply(sent=False, why=connection_failed(endpoint.host, endpoint.port, error))
    return Reply(
        status=200, headers={"stage": "folders", "folders": ", ".join(names[:_FOLDERS])}, body=msgspec.json.encode(names)
    )


async def _folder_names(imap: Imap) -> list[str]:
    names: list[str] = []
    for line in (await imap.run("LIST", b"", b"*")).lines:
        values = line.values()
        if len(values) >= 5 and values[1] == b"LIST":
            last = values[-1]
            names.append(readable_folder_name(last if isinstance(last, bytes) else str(last).encode()))
    return sorted(names)
