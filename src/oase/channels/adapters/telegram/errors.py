"""Telegram's errors: what each means for a message, and how to say it to a person.

Telegram has a number as in HTTP and a description; only the description tells errors apart, and it may change, so an unknown
one falls back to what its number means. https://core.telegram.org/api/errors and #making-requests of the Bot API (read 2026-08)
"""

from collections.abc import Sequence

from oase.channels.adapters.telegram.api import Failure
from oase.channels.families.meanings import Meaning, with_theirs
from oase.kernel.i18n import message

CREDENTIALS = message("Telegram does not accept our bot token. Enter a new one from @BotFather in the account's settings.")
FAST = message("Telegram asks us to send more slowly.")
DOWN = message("Telegram is temporarily unavailable.")
ANOTHER_PROGRAM = message(
    "Another program asks Telegram for the messages of the same bot. Stop it, or make a new token with @BotFather."
)
WEBHOOK_ACTIVE = message("A webhook is set for this bot, so that it cannot be asked for messages.")
TOO_BIG = message("The file is too big for Telegram.")
_REQUEST = message("Telegram does not accept the form of this message.")


_BY_DESCRIPTION: Sequence[tuple[str, Meaning]] = (
    ("bot was blocked", Meaning("refused", message("The customer has blocked the bot. Only they can unblock it."))),
    ("user is deactivated", Meaning("refused", message("The customer has deleted their Telegram account."))),
    (
        "initiate conversation",
        Meaning("refused", message("The customer has not started a chat with the bot yet; only they can begin.")),
    ),
    ("bot was kicked", Meaning("refused", message("The bot was removed from this group."))),
    ("bot is not a member", Meaning("refused", message("The bot was removed from this group."))),
    ("not enough rights", Meaning("refused", message("The bot lacks a right for this in the group."))),
    ("chat_write_forbidden", Meaning("refused", message("The bot may not write in this group."))),
    ("upgraded to a supergroup", Meaning("refused", message("The group has become a supergroup; answer a newer message of it."))),
    ("chat not found", Meaning("refused", message("Telegram does not know this chat, or the bot has never been in it."))),
    ("peer_id_invalid", Meaning("refused", message("Telegram does not know this chat, or the bot has never been in it."))),
    ("message is too long", Meaning("refused", message("The text is longer than Telegram carries in one message."))),
    ("caption is too long", Meaning("refused", message("The text is too long to stand beside a file."))),
    ("too large", Meaning("refused", TOO_BIG)),
    ("file is too big", Meaning("refused", TOO_BIG)),
    ("photo_invalid_dimensions", Meaning("refused", message("The picture is too large or too narrow to be sent as a photo."))),
    ("image_process_failed", Meaning("refused", message("Telegram cannot read this picture."))),
    ("wrong file", Meaning("refused", message("Telegram does not have this file any more."))),
    ("invalid file_id", Meaning("refused", message("Telegram does not have this file any more."))),
    ("reaction_invalid", Meaning("refused", message("Telegram does not allow this reaction."))),
    ("can't be deleted", Meaning("refused", message("Telegram does not let this message be deleted any more."))),
    ("business_connection", Meaning("refused", message("The Telegram Business account is no longer connected to the bot."))),
    ("business connection", Meaning("refused", message("The Telegram Business account is no longer connected to the bot."))),
    ("business_peer", Meaning("refused", message("In a Telegram Business account one can answer for 24 hours only."))),
    ("terminated by other getupdates", Meaning("again", ANOTHER_PROGRAM)),
    ("webhook is active", Meaning("again", WEBHOOK_ACTIVE)),
    (
        "logged out",
        Meaning(
            "sign_in",
            message("The bot was logged out of this Bot API server. Enter the address of the server where it is logged in."),
        ),
    ),
    (
        "method not found",
        Meaning("sign_in", message("This Bot API server does not know what Oase asks for: it is too old. Update the server.")),
    ),
)


def meaning_of(failure: Failure) -> Meaning:
    """What an error means: by its description where we know it, else by its number."""
    description = failure.description.lower()
    if failure.code == 429:
        return Meaning("account_again", FAST)
    for part, meaning in _BY_DESCRIPTION:
        if part in description:
            return meaning
    match failure.code:
        case 401:
            return Meaning("sign_in", CREDENTIALS)
        case 404 if description in ("not found", ""):
            return Meaning("sign_in", CREDENTIALS)  # how Telegram answers to a token of the wrong form
        case 403:
            return Meaning("refused", message("Telegram does not let the bot write there."))
        case 413:
            return Meaning("refused", TOO_BIG)
        case code if code >= 500:
            return Meaning("again", DOWN)
        case _:
            return Meaning("refused", _REQUEST)


def sentence(failure: Failure) -> str:
    """Our words for an error, and below them Telegram's."""
    return with_theirs(meaning_of(failure).words, failure.description)
