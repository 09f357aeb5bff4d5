"""Our token for sending, and Microsoft's keys for checking what arrives: fetched together, since both change.

client credentials -> access token (an hour) · OpenID configuration -> address of the keys -> keys
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#bot-to-connector (read 2026-11)
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote, urlsplit

import msgspec

from oase.channels.adapters.teams.places import KEYS, LOGIN, sandbox
from oase.channels.contract import Account, Again, Call, NoReply, Refused, Renewed, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of, objects, text
from oase.channels.families.meanings import with_theirs
from oase.channels.families.steps import Dialogue, step
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

_SOON = timedelta(seconds=30)
_SCOPE = "https://api.botframework.com/.default"
_SIGN_IN = message("Microsoft does not accept the app's id, secret or tenant.")
_ODD = message("Microsoft's answer cannot be understood.")


def renew(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Renewed | Again | Refused:
    """The next step: three calls, then the tokens."""
    return step(_steps(account), replies)


def _steps(account: Account) -> Dialogue[Renewed | Again | Refused]:
    reply = yield token_call(account)
    content = object_of(reply)
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    token, lasts = text(content, "access_token"), (content or {}).get("expires_in")
    if not token:
        return refusal(reply)
    seconds = min(max(float(lasts), 60.0), 86_400.0) if isinstance(lasts, int | float) and not isinstance(lasts, bool) else 3600.0
    known = yield Call(method="GET", url=f"{sandbox(account)}/v1/.well-known/openidconfiguration" if sandbox(account) else KEYS)
    where = text(object_of(known), "jwks_uri")
    if not _is_trusted(where, account):
        return Again(why=str(_ODD), after=_SOON)
    found = object_of((yield Call(method="GET", url=where)))
    keys = [_slim(key) for key in objects(found, "keys") if text(key, "kty") == "RSA" and text(key, "kid")]
    if not keys:
        return Again(why=str(_ODD), after=_SOON)
    kept = msgspec.json.encode({"keys": keys}).decode()
    return Renewed(secrets={"access_token": Secret(token), "signing_keys": Secret(kept)}, lasts=timedelta(seconds=seconds))


def token_call(account: Account) -> Call:
    """Asks for an access token."""
    tenant = quote(str(account.settings.get("tenant_id") or "botframework.com").strip(), safe="")
    form: dict[str, str | Secret] = {
        "grant_type": "client_credentials",
        "client_id": str(account.settings.get("app_id") or "").strip(),
        "client_secret": account.secret("app_secret"),
        "scope": _SCOPE,
    }
    return Call(method="POST", url=f"{sandbox(account) or LOGIN}/{tenant}/oauth2/v2.0/token", form=form)


def refusal(reply: Reply) -> Again | Refused:
    """Why there is no token (RFC 6749, 5.2)."""
    content = object_of(reply) or {}
    error, words = text(content, "error"), text(content, "error_description").split("\r\n")[0][:300]
    if reply.status in (400, 401, 403) and error:
        return Refused(why=with_theirs(_SIGN_IN, words or error), code=error[:100], sign_in=True)
    return Again(why=wordless.words_of("Microsoft", reply.status), after=asked_wait(reply, _SOON))


def _is_trusted(url: str, account: Account) -> bool:
    """Keys come from Microsoft's own host over TLS, or from the sandbox."""
    try:
        address, own = urlsplit(url), urlsplit(sandbox(account))
    except ValueError:
        return False
    if own.netloc:
        return (address.scheme, address.netloc) == (own.scheme, own.netloc)
    return address.scheme == "https" and f".{address.hostname or ''}".endswith((".botframework.com", ".microsoftonline.com"))


def _slim(key: dict[str, object]) -> dict[str, object]:
    return {name: key[name] for name in ("kid", "n", "e", "endorsements") if name in key}
