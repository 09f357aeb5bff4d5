"""Slack's error names: what each means for a message, and how to say it to a person.

https://docs.slack.dev/reference/methods/chat.postMessage#errors and those of the other methods (read 2026-11)
"""

from collections.abc import Mapping
from typing import Any

from oase.channels.contract import Again, Refused, Reply, Unclear
from oase.channels.families.meanings import SOON, Meaning, outcome_of, with_theirs
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message

_TOKEN = message("Slack does not accept our token. Install the app again and enter the new one.")
_SCOPE = message("The app lacks a permission. Add the scope in the app's settings and install it again.")
_VERSION = message("Slack no longer has the method that Oase calls. Update Oase.")
_NETWORK = message("Slack lets nobody in from this network. Look at the app's allowed IP address ranges (OAuth & Permissions).")
_NOWHERE = message("The channel or the person does not exist, or the app cannot see them.")
_CLOSED = message("The app may not write there.")
_DOWN = message("Slack is temporarily unavailable.")
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
    **dict.fromkeys(("method_deprecated", "deprecated_endpoint", "unknown_method"), Meaning("sign_in", _VERSION)),
    "accesslimited": Meaning("sign_in", _NETWORK),
    "ratelimited": Meaning("account_again", message("Slack asks us to send more slowly.")),
    "rate_limited": Meaning("account_again", message("Slack asks us to send more slowly.")),
    "message_limit_exceeded": Meaning("refused", message("The workspace has reached its limit of messages.")),
    **dict.fromkeys(("service_unavailable", "request_timeout", "team_added_to_org"), Meaning("again", _DOWN)),
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
    "invalid_name": Meaning("refused", message("Slack does not know this emoji.")),
    "file_not_found": Meaning("refused", message("The file no longer exists in Slack. Please ask for it again.")),
    "file_deleted": Meaning("refused", message("The file no longer exists in Slack. Please ask for it again.")),
    **dict.fromkeys(
        ("invalid_blocks", "invalid_arguments", "invalid_json", "json_not_object", "too_many_attachments"),
        Meaning("refused", _FORM),
    ),
}
_UNSURE = {
    name: message("Slack had an error; the message may have been posted nevertheless.")
    for name in ("internal_error", "fatal_error")
}


def sentence(error: str, content: Mapping[str, Any]) -> str:
    """Our words for an error, and below them Slack's name of it with what it says more."""
    meaning = MEANINGS.get(error)
    ours = meaning.words if meaning else _UNSURE.get(error)
    needed = content.get("needed")
    theirs = f"{error}: {needed}" if isinstance(needed, str) and needed else error
    return with_theirs(ours, theirs[:300]) if ours else message("Slack reports: %(error)s", error=theirs[:300])


def failure(error: str, content: Mapping[str, Any], reply: Reply) -> Again | Refused | Unclear:
    """What an error means for a message."""
    if error in _UNSURE:
        return Unclear(why=sentence(error, content))
    meaning = MEANINGS.get(error)
    return outcome_of(meaning.fate if meaning else "refused", sentence(error, content), error[:100], asked_wait(reply, SOON))
