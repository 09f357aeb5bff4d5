"""Access tokens for two hours, renewed by a refresh token that counts once; where that has ended, by the app password.

https://docs.bsky.app/docs/api/com-atproto-server-refresh-session, -create-session (read 2026-08)
"""

from datetime import timedelta
from typing import Final

from oase.channels.adapters.bluesky.replies import outcome_of
from oase.channels.adapters.bluesky.wire import ENTRYWAY, bearer, claims_of
from oase.channels.contract import Account, Again, Call, NoReply, Refused, Renewed, Reply
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.steps import Dialogue
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

_SOON: Final = timedelta(seconds=30)
_USUAL: Final = timedelta(hours=2)
_ENDED: Final = ("ExpiredToken", "InvalidToken", "AccountNotFound")
_UNREADABLE: Final = message("Bluesky answered with something that cannot be read.")


def entryway(account: Account) -> str:
    """Where one signs in: the service that the settings name, not the account's own server behind it."""
    return str(account.settings.get("base_url") or ENTRYWAY).rstrip("/")


def signing_in(account: Account) -> Call:
    """A new session by handle and app password."""
    who = {
        "identifier": str(account.settings.get("handle") or "").strip().lstrip("@"),
        "password": account.secret("app_password"),
    }
    return Call(method="POST", url=f"{entryway(account)}/xrpc/com.atproto.server.createSession", json=who)


def renewing(account: Account) -> Dialogue[Renewed | Again | Refused]:
    """One call, or two."""
    if account.secret("refresh_token"):
        url = f"{entryway(account)}/xrpc/com.atproto.server.refreshSession"
        reply = yield Call(method="POST", url=url, headers=bearer(account, "refresh_token"))
        if not _has_ended(reply):
            return _renewed(reply)
    return _renewed((yield signing_in(account)))


def _has_ended(reply: Reply | NoReply) -> bool:
    return isinstance(reply, Reply) and reply.status in (400, 401) and (object_of(reply) or {}).get("error") in _ENDED


def _renewed(reply: Reply | NoReply) -> Renewed | Again | Refused:
    said = object_of(reply) or {}
    access, refresh = said.get("accessJwt"), said.get("refreshJwt")
    if isinstance(reply, Reply) and reply.status == 200 and isinstance(access, str) and isinstance(refresh, str):
        return Renewed(secrets={"access_token": Secret(access), "refresh_token": Secret(refresh)}, lasts=_lasts(access))
    if isinstance(reply, Reply) and reply.status < 300:
        return Again(why=str(_UNREADABLE), after=_SOON)
    outcome = outcome_of(reply)
    if isinstance(outcome, Refused):
        return Refused(why=outcome.why, code=outcome.code, sign_in=True)
    return outcome if isinstance(outcome, Again) else Again(why=outcome.why, after=_SOON)


def _lasts(token: str) -> timedelta:
    """How long a token lasts, by its own words (exp and iat of a JWT)."""
    claims = claims_of(token)
    issued, ends = claims.get("iat"), claims.get("exp")
    if isinstance(issued, int) and isinstance(ends, int) and 60 <= ends - issued <= 30 * 86_400:
        return timedelta(seconds=ends - issued)
    return _USUAL
