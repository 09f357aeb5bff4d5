"""*Test connection*: is the account alive, can its sender send; and telling Twilio where messages go. In words."""

from collections.abc import Sequence
from typing import Any

from oase.channels.adapters.twilio.errors import sentence
from oase.channels.adapters.twilio.wire import (
    RETRIES,
    account_url,
    get,
    number_of,
    post,
    service_url,
    setting,
    text_of,
)
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of
from oase.kernel.i18n import message

Found = dict[str, Any]


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """The account, then its number or messaging service; what they say."""
    if not replies:
        return _mistake(account) or get(account, account_url(account))
    found, error = _read(replies[0])
    if found is None:
        return Checked(ok=False, summary=error)
    name = text_of(found.get("friendly_name")) or setting(account, "account_sid")
    if text_of(found.get("status")) not in ("active", ""):
        return Checked(ok=False, summary=message("%(name)s: the account at Twilio is suspended or closed.", name=name))
    trial = text_of(found.get("type")) == "Trial"
    if not _has_place(account):  # a name of letters: nothing can be looked up, nothing arrives
        return Checked(ok=True, summary=_summary(name, setting(account, "from_number"), trial))
    if len(replies) == 1:
        return _place(account)
    return _sender(account, replies[1], name, trial)


def subscribe(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """Enters the webhook's address where messages of this account arrive; the same again when repeated."""
    if not _has_place(account):
        return Checked(ok=True, summary=message("Customers cannot answer a sender's name, so there is no webhook to enter."))
    address = account.webhook_url + RETRIES
    if setting(account, "sender") == "service":
        if not replies:
            form = {"InboundRequestUrl": address, "InboundMethod": "POST", "UseInboundWebhookOnNumber": "false"}
            return post(account, service_url(account), form)
        return _entered(replies[0])
    if not replies:
        return _place(account)
    found, error = _read(replies[0])
    number = _number(found)
    if number is None:
        return Checked(ok=False, summary=error or _no_number(account))
    if len(replies) == 1:
        where = account_url(account, "IncomingPhoneNumbers", text_of(number.get("sid")))
        return post(account, where, {"SmsUrl": address, "SmsMethod": "POST"})
    return _entered(replies[1])


def _mistake(account: Account) -> Checked | None:
    sid, service = setting(account, "account_sid"), setting(account, "messaging_service_sid")
    if not (sid.startswith("AC") and sid.isascii() and sid.isalnum()):
        return Checked(ok=False, summary=message("Enter the account SID: it begins with AC."))
    if setting(account, "sender") == "service" and not (service.startswith("MG") and service.isascii() and service.isalnum()):
        return Checked(ok=False, summary=message("Enter the messaging service SID: it begins with MG."))
    return None


def _has_place(account: Account) -> bool:
    """Whether there is something at Twilio where messages arrive: a service, a number; not a name."""
    return setting(account, "sender") == "service" or setting(account, "from_number").startswith("+")


def _place(account: Account) -> Call:
    if setting(account, "sender") == "service":
        return get(account, service_url(account))
    return get(account, account_url(account, "IncomingPhoneNumbers", PhoneNumber=setting(account, "from_number")))


def _sender(account: Account, reply: Reply | NoReply, name: str, trial: bool) -> Checked:
    found, error = _read(reply)
    if found is None:
        return Checked(ok=False, summary=error)
    if setting(account, "sender") == "service":
        return Checked(ok=True, summary=_summary(name, text_of(found.get("friendly_name")), trial))
    number = _number(found)
    if number is None:
        return Checked(ok=False, summary=_no_number(account))
    can = number.get("capabilities")
    if isinstance(can, dict) and not (can.get("sms") or can.get("SMS")):
        return Checked(
            ok=False, summary=message("The number %(number)s cannot send SMS.", number=setting(account, "from_number"))
        )
    return Checked(ok=True, summary=_summary(name, setting(account, "from_number"), trial))


def _summary(name: str, sender: str, trial: bool) -> str:
    return f"{name} · {sender}" + (" · Trial" if trial else "")


def _number(found: Found | None) -> Found | None:
    numbers = (found or {}).get("incoming_phone_numbers")
    first = numbers[0] if isinstance(numbers, list) and numbers else None
    return first if isinstance(first, dict) and text_of(first.get("sid")) else None


def _no_number(account: Account) -> str:
    return message("This account at Twilio has no number %(number)s.", number=setting(account, "from_number"))


def _entered(reply: Reply | NoReply) -> Checked:
    found, error = _read(reply)
    if found is None:
        return Checked(ok=False, summary=error)
    return Checked(ok=True, summary=message("Twilio brings messages to Oase from now on."))


def _read(reply: Reply | NoReply) -> tuple[Found | None, str]:
    if isinstance(reply, NoReply):
        return None, wordless.unreachable("Twilio", reply.why)
    content = object_of(reply) or {}
    if 200 <= reply.status <= 299 and content:
        return content, ""
    code = number_of(content.get("code"))
    if code:
        return None, sentence(code, text_of(content.get("message")))
    if reply.status in (401, 403):
        return None, sentence(20003)
    return None, wordless.words_of("Twilio", reply.status)
