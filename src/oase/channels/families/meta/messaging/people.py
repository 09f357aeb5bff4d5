"""Who somebody is: webhooks tell an id only, the profile tells the name, where Meta lets the application see it.

https://developers.facebook.com/docs/messenger-platform/identity/user-profile (read 2026-11)
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/user-profile (read 2026-11)
"""

from collections.abc import Sequence

from oase.channels.contract import Account, Address, Again, Call, NoReply, Refused, Reply
from oase.channels.families.json_in_the_wild import object_of
from oase.channels.families.meta.graph import bearer, graph_error, graph_url
from oase.channels.families.meta.outcomes import Judge


def whois(
    address: str, account: Account, replies: Sequence[Reply | NoReply], *, fields: str, judge: Judge
) -> Call | Address | Again | Refused:
    """One call, then the name: in full, in parts, or the name that they go by."""
    if not address.isdigit():  # of a mention, whose author is not told
        return Address(value=address)
    if not replies:
        return Call(method="GET", url=graph_url(account, address, fields=fields), headers=bearer(account))
    content = object_of(replies[0])
    if content is None or graph_error(content) is not None:
        outcome = judge.outcome(Call(method="GET", url=""), replies[0])
        return outcome if isinstance(outcome, Again | Refused) else Address(value=address)
    known = {key: value.strip()[:200] for key, value in content.items() if isinstance(value, str)}
    parts = " ".join(filter(None, (known.get("first_name"), known.get("last_name"))))
    handle = known.get("username", "")
    more = {"instagram": f"@{handle}"} if handle else {}
    return Address(value=address, name=known.get("name") or parts or handle, fields=more)
