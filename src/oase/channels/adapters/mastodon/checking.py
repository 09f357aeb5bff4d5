"""*Test connection*: whose account it is, what its token may do, and what its server allows."""

from collections.abc import Mapping
from typing import Any, Final

from oase.channels.adapters.mastodon.replies import PLACE, outcome_of
from oase.channels.adapters.mastodon.wire import Json, get, host
from oase.channels.contract import Account, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.steps import Dialogue
from oase.kernel.i18n import message

RESERVE: Final = 60
"""Signs of a post that we do not fill: for the name of whom it answers, and addresses, which count 23 however short they are."""

NEEDED: Final = ("read:accounts", "read:notifications", "read:statuses", "write:statuses", "write:media", "write:favourites")
_FIRST: Final = message("Enter the address of the server, for example https://mastodon.example.")
_NO_API: Final = message("There is no Mastodon server at this address.")


def checking(account: Account) -> Dialogue[Checked]:
    """Three questions: who we are, which permissions the token has, what the server allows."""
    if not host(account):
        return Checked(ok=False, summary=_FIRST)
    answer = yield get(account, "/api/v1/accounts/verify_credentials")
    me = object_of(answer)
    if isinstance(answer, NoReply):
        return Checked(ok=False, summary=wordless.unreachable(PLACE, answer.why))
    if answer.status != 200:
        wrong = outcome_of(answer).why if me is not None and answer.status not in (404, 410) else _NO_API
        return Checked(ok=False, summary=wrong)
    if me is None or not isinstance(me.get("id"), str) or not isinstance(me.get("acct"), str):
        return Checked(ok=False, summary=_NO_API)
    app = object_of((yield get(account, "/api/v1/apps/verify_credentials"))) or {}
    server = yield get(account, "/api/v2/instance")
    instance = object_of(server) if isinstance(server, Reply) and server.status == 200 else None
    return _found(account, me, app, instance or {})


def _found(account: Account, me: Json, app: Json, instance: Json) -> Checked:
    domain = str(instance.get("domain") or host(account)).lower()
    acct = f"{me['acct']}@{domain}" if "@" not in me["acct"] else me["acct"]
    statuses = _inside(instance, "configuration", "statuses")
    longest = statuses.get("max_characters")
    facts = {"account_id": me["id"], "acct": acct.lower(), "domain": domain, "version": str(instance.get("version") or "")}
    if isinstance(longest, int) and RESERVE * 2 < longest < 1_000_000:
        facts["text_length"] = str(longest - RESERVE)
    missing = _missing(app.get("scopes"))
    name = f"@{acct} · {me.get('display_name') or me['acct']}"
    if missing:
        lacks = message("%(name)s: the access token lacks permissions: %(scopes)s.", name=name, scopes=", ".join(missing))
        return Checked(ok=False, summary=lacks, facts=facts)
    return Checked(ok=True, summary=name, facts=facts)


def _missing(scopes: Any) -> list[str]:
    """Needed scopes that are not granted; none if the server does not tell (before version 4.3)."""
    granted = set(scopes) if isinstance(scopes, list) and all(isinstance(one, str) for one in scopes) else set()
    return [one for one in NEEDED if granted and not {one, one.partition(":")[0]} & granted]


def _inside(value: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        inner = value.get(name)
        value = inner if isinstance(inner, Mapping) else {}
    return value
