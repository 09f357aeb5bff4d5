"""*Test connection*: does the number exist, may the token use it, do messages reach us; in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from oase.channels.adapters.whatsapp.errors import sentence
from oase.channels.adapters.whatsapp.people import phone
from oase.channels.adapters.whatsapp.replies import JUDGE
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meta import GraphError, about_token, ask_about_token, bearer, end_of_token, graph_error, graph_url
from oase.kernel.i18n import message

_FIELDS = "verified_name,display_phone_number,quality_rating,status,name_status,messaging_limit_tier,throughput"
_NUMBER_ID = message("Enter the phone number ID: it consists of digits only.")
_ACCOUNT_ID = message("Enter the WhatsApp Business account ID: it consists of digits only.")
_PERMISSIONS = ("whatsapp_business_messaging", "whatsapp_business_management")


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """Four calls (the number, the token's permissions, the subscription of the app, the token's end), then what they found."""
    if not replies:
        for name, words in (("phone_number_id", _NUMBER_ID), ("waba_id", _ACCOUNT_ID)):
            if not str(account.settings.get(name) or "").isdigit():
                return Checked(ok=False, summary=words)
        return _get(account, str(account.settings["phone_number_id"]), fields=_FIELDS)
    number, error = _read(replies[0])
    if number is None:
        return Checked(ok=False, summary=error)
    if len(replies) == 1:
        return _get(account, "me", "permissions")
    if len(replies) == 2:
        return _get(account, str(account.settings["waba_id"]), "subscribed_apps")
    if len(replies) == 3:
        return ask_about_token(account, bearer(account))
    return replace(_found(number, _missing(replies[1]), replies[2]), expires_at=_end(replies[3]))


def _end(reply: Reply | NoReply) -> datetime | None:
    """When the token ends; None if never, or if Meta does not tell this token of itself."""
    content, _ = _read(reply)
    return end_of_token(about_token(content))


def _get(account: Account, *path: str, **query: str) -> Call:
    return Call(method="GET", url=graph_url(account, *path, **query), headers=bearer(account))


def _read(reply: Reply | NoReply) -> tuple[dict[str, Any] | None, str]:
    if isinstance(reply, NoReply):
        return None, JUDGE.unreachable(reply.why)
    content = object_of(reply)
    error = graph_error(content)
    if error is not None:
        return None, _words(error)
    if content is None or reply.status != 200:
        return None, JUDGE.unreadable(reply.status)
    return content, ""


def _words(error: GraphError) -> str:
    if error.code == 100:
        return sentence(33, error.details, error.message)
    return sentence(error.code, error.details, error.message)


def _missing(reply: Reply | NoReply) -> list[str]:
    """Permissions that the token lacks; none if the list is not given (some kinds of tokens do not tell)."""
    content, _ = _read(reply)
    entries = content.get("data") if content else None
    if not isinstance(entries, list) or not entries:
        return []
    granted = {entry.get("permission") for entry in entries if isinstance(entry, dict) and entry.get("status") == "granted"}
    return [permission for permission in _PERMISSIONS if permission not in granted]


def _found(number: dict[str, Any], missing: list[str], subscribed: Reply | NoReply) -> Checked:
    facts = {key: str(number[key]) for key in _FIELDS.split(",") if isinstance(number.get(key), str | int)}
    throughput = number.get("throughput")
    if isinstance(throughput, dict):
        facts["throughput"] = str(throughput.get("level", ""))
    name = f"{phone(facts.get('display_phone_number'))} · {facts.get('verified_name', '?')}"
    if missing:
        lacks = message(
            "%(number)s: the access token lacks the permission %(permission)s.", number=name, permission=", ".join(missing)
        )
        return Checked(ok=False, summary=lacks, facts=facts)
    apps, error = _read(subscribed)
    if apps is None:
        unread = message("%(number)s: the WhatsApp Business account cannot be read. %(why)s", number=name, why=error)
        return Checked(ok=False, summary=unread, facts=facts)
    if not apps.get("data"):
        return Checked(
            ok=False,
            summary=message(
                "%(number)s: no app is subscribed to the WhatsApp Business account, so no message will arrive. "
                "See step 5 of the guide.",
                number=name,
            ),
            facts=facts,
        )
    quality = facts.get("quality_rating", "")
    return Checked(ok=True, summary=name + (f" · quality {quality.lower()}" if quality else ""), facts=facts)
