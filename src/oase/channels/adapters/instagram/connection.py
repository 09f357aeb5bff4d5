"""What an Instagram account needs so that it works: permissions, fields of the webhook; and what its page's answer tells.

https://developers.facebook.com/docs/permissions (read 2026-11)
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks (read 2026-11)
"""

from collections.abc import Mapping
from typing import Any

from oase.channels.adapters.instagram.replies import JUDGE
from oase.channels.contract import Account
from oase.channels.families.meta.messaging import Found, Setup
from oase.kernel.i18n import message

PERMISSIONS = (
    "instagram_basic",
    "instagram_manage_messages",
    "instagram_manage_comments",
    "pages_messaging",
    "pages_manage_metadata",
    "pages_show_list",
    "pages_read_engagement",
)
SUBSCRIPTIONS = (
    "messages",
    "message_reactions",
    "message_edit",
    "messaging_postbacks",
    "messaging_seen",
    "messaging_referral",
    "messaging_handover",
    "standby",
    "comments",
    "live_comments",
    "mentions",
)
_NOT_LINKED = message(
    "No professional Instagram account is linked to this page. Link it in the page's settings, *Linked accounts*."
)


def _found(account: Account, content: Mapping[str, Any]) -> Found:
    """The Instagram account that is linked to the page, if it is the one that was entered."""
    linked = content.get("instagram_business_account")
    known: Mapping[str, Any] = linked if isinstance(linked, dict) else {}
    if not known.get("id"):
        return Found(facts={}, name="?", wrong=str(_NOT_LINKED))
    facts = {key: str(known[key]) for key in ("username", "name") if isinstance(known.get(key), str)}
    name = f"@{facts['username']}" if "username" in facts else str(known["id"])
    if str(known["id"]) != str(account.settings.get("instagram_id") or ""):
        words = message(
            "The Instagram account linked to this page is %(name)s: its ID is %(id)s.", name=name, id=str(known["id"])
        )
        return Found(facts=facts, name=name, wrong=words)
    return Found(facts=facts, name=name)


SETUP = Setup(
    judge=JUDGE,
    object="instagram",
    ids=("page_id", "instagram_id", "app_id"),
    fields="id,name,instagram_business_account{id,username,name}",
    permissions=PERMISSIONS,
    subscriptions=SUBSCRIPTIONS,
    page_subscriptions=("feed",),  # any field of the page will do: without one, nothing of its Instagram account arrives
    needed=(),
    found=_found,
)
