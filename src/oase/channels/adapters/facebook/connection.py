"""What a page needs so that it works: permissions, fields of the webhook; and what its answer tells.

https://developers.facebook.com/docs/permissions (read 2026-11)
https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps (read 2026-11)
"""

from collections.abc import Mapping
from typing import Any

from oase.channels.adapters.facebook.replies import JUDGE
from oase.channels.contract import Account
from oase.channels.families.meta.messaging import Found, Setup

PERMISSIONS = (
    "pages_messaging",
    "pages_manage_metadata",
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
)
SUBSCRIPTIONS = (
    "messages",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "message_reads",
    "message_deliveries",
    "messaging_postbacks",
    "messaging_referrals",
    "messaging_optins",
    "messaging_handovers",
    "messaging_policy_enforcement",
    "standby",
    "feed",
    "mention",
    "ratings",
)


def _found(account: Account, content: Mapping[str, Any]) -> Found:
    """The page's name and user name."""
    facts = {key: str(content[key]) for key in ("name", "username", "link") if isinstance(content.get(key), str)}
    return Found(facts=facts, name=facts.get("name") or "?")


SETUP = Setup(
    judge=JUDGE,
    object="page",
    ids=("page_id", "app_id"),
    fields="id,name,username,link",
    permissions=PERMISSIONS,
    subscriptions=SUBSCRIPTIONS,
    page_subscriptions=SUBSCRIPTIONS,
    needed=("messages", "messaging_postbacks", "feed"),
    get_started=True,
    found=_found,
)
