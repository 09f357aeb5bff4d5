"""Slack's error names: what each means for a message, and how to say it to a person.

https://docs.slack.dev/reference/methods/chat.postMessage#errors and those of the other methods (read 2026-11)
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from msgspec import Struct

from oase.channels.contract import Again, Outcome, Refused, Reply, Unclear
from oase.kernel.i18n import Message, message

Fate = Literal["sign_in", "again", "account_again", "refused", "unclear"]


class Meaning(Struct, frozen=True):
    """What an error means."""

    fate: Fate
    words: Message


_TOKEN = message("Slack does not accept our token. Install the app again and enter the new one.")
_SCOPE = message("The app lacks a permission. Add the scope in the app's settings and install it again.")
_NOWHERE = message("The channel or the person does not exist, or the app cannot see them.")
_CLOSED = message("The app may not write there.")
_DOWN = message("Slack is temporarily unavailable.")
_UNSURE = message("Slack had an error; the message may have been posted nevertheless.")
_FORM = message("Slack does not accept the form of this message.")

MEANINGS: Mapping[str, Meaning] = {
    **dict.fromkeys(
        (
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "token_revoked",
            "token_expired",
            "no_permission",
            "org_login_required",
        ),
        Meaning("sign_in", _TOKEN),
    ),
    "not_allowed_token_type": Meaning("sign_in", message("Enter the bot token of the app: it begins with xoxb-.")),
    "missing_scope": Meaning("sign_in", _SCOPE),
    "ratelimited": Meaning("account_again", message("Slack asks us to send more slowly.")),
    "rate_limited": Meaning("account_again", message("Slack asks us to send more slowly.")),
    "message_limit_exceeded": Meaning("refused", message("The workspace has reached its limit of messages.")),
    **dict.fromkeys(("service_unavailable", "request_timeout", "team_added_to_org"), Meaning("again", _DOWN)),
    **dict.fromkeys(("internal_error", "fatal_error"), Meaning("unclear", _UNSURE)),
    **dict.fromkeys(("channel_not_found", "user_not_found", "users_not_found", "user_not_visible"), Meaning("refused", _NOWHERE)),
    **dict.fromkeys(
        (
            "not_in_channel",
            "restricted_action",
            "restricted_action_read_only_channel",
            "restricted_action_thread_locked",
            "restricted_action_thread_only_channel",
            "restricted_action_non_threadable_channel",
            "ekm_access_denied",
            "access_denied",
            "team_access_not_granted",
            "two_factor_setup_required",
            "posting_to_general_channel_denied",
        ),
        Meaning("refused", _CLOSED),
    ),
    "is_archived": Meaning("refused", message("The channel has been archived.")),
    "user_disabled": Meaning("refused", message("This person's Slack account has been deactivated.")),
    "cannot_dm_bot": Meaning("refused", message("This is an app, not a person.")),
    "messages_tab_disabled": Meaning(
        "refused", message("The app takes no messages: switch on the messages tab under App Home in the app's settings.")
    ),
    "msg_too_long": Meaning("refused", message("The message is too long for Slack.")),
    "no_text": Meaning("refused", message("Slack cannot carry an empty message.")),
    "thread_not_found": Meaning("refused", message("The message that is answered no longer exists.")),
    "message_not_found": Meaning("refused", message("The message that is answered no longer exists.")),
    "already_reacted": Meaning("refused", message("We have reacted to this message with this emoji before.")),
    "no_reaction": Meaning("refused", message("We have not reacted to this message with this emoji.")),
    "invalid_name": Meaning("refused", message("Slack does not know this emoji.")),
    "file_not_found": Meaning("refused", message("The file no longer exists in Slack. Please ask for it again.")),
    "file_deleted": Meaning("refused", message("The file no longer exists in Slack. Please ask for it again.")),
    **dict.fromkeys(
        ("invalid_blocks", "invalid_arguments", "invalid_json", "json_not_object", "too_many_attachments"),
        Meaning("refused", _FORM),
    ),
}
_LONGEST_WAIT = timedelta(hours=6)


def sentence(error: str, content: Mapping[str, Any]) -> str:
    """Our words for an error, and below them Slack's name of it with what it says more."""
    meaning = MEANINGS.get(error)
    needed = content.get("needed")
    theirs = f"{error}: {needed}" if isinstance(needed, str) and needed else error
    return f"{meaning.words}\n{theirs[:300]}" if meaning else message("Slack reports: %(error)s", error=theirs[:300])


def failure(error: str, content: Mapping[str, Any], reply: Reply) -> Outcome:
    """What an error means for a message."""
    why, meaning = sentence(error, content), MEANINGS.get(error)
    match meaning.fate if meaning else "refused":
        case "sign_in":
            return Refused(why=why, code=error[:100], sign_in=True)
        case "account_again":
            return Again(why=why, after=after(reply, timedelta(seconds=30)), account=True)
        case "again":
            return Again(why=why, after=after(reply, timedelta(seconds=30)))
        case "unclear":
            return Unclear(why=why)
        case _:
            return Refused(why=why, code=error[:100])


def after(reply: Reply, otherwise: timedelta) -> timedelta:
    """The wait in seconds that the reply asks for."""
    asked = reply.headers.get("retry-after", "")
    if not (asked.isascii() and asked.isdigit()):
        return otherwise
    return max(timedelta(seconds=1), min(timedelta(seconds=int(asked[:9])), _LONGEST_WAIT))
