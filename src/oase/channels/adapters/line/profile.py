"""Who somebody is: LINE delivers ids only, and tells name and language of people who have added the account.

https://developers.line.biz/en/reference/messaging-api/#get-profile (read 2026-11)
"""

from collections.abc import Sequence

from oase.channels.adapters.line.api import get
from oase.channels.adapters.line.replies import interpret
from oase.channels.contract import Account, Address, Again, Call, NoReply, Refused, Reply
from oase.channels.families.json_in_the_wild import object_of
from oase.kernel.i18n import message


def whois(address: str, account: Account, replies: Sequence[Reply | NoReply]) -> Call | Address | Again | Refused:
    """One call, then what it found."""
    if not address.startswith("U"):
        return Refused(why=str(message("LINE does not know this person or group, or they have left us.")))
    if not replies:
        return get(account, "profile", address)
    reply = replies[-1]
    content = object_of(reply) if isinstance(reply, Reply) and reply.status == 200 else None
    if content and isinstance(content.get("displayName"), str):
        language = content.get("language")
        fields = {"language": language[:35]} if isinstance(language, str) and language else {}
        return Address(value=address, name=content["displayName"][:200], fields=fields)
    outcome = interpret(Call(method="GET", url=""), reply)
    return outcome if isinstance(outcome, Again | Refused) else Refused(why=str(message("LINE tells no name for this person.")))
