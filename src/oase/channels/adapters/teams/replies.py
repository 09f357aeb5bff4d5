"""What a reply of the Bot Connector means for the message. It does not recognise repetitions: what is not known is not sent again.

https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
(read 2026-11)
"""

from collections.abc import Mapping
from datetime import timedelta

from oase.channels.adapters.teams.places import conversation_in, message_id
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import mapping, object_of, text
from oase.channels.families.meanings import with_theirs
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import Message, message

_SOON = timedelta(seconds=30)
_BLOCKED = message("The customer has removed or blocked the app, or it may not write there.")
_GONE = message("The conversation no longer exists.")
_LARGE = message("The message is too large for Teams.")
_WORDS: Mapping[str, Message] = {
    "BotNotInConversationRoster": _BLOCKED,
    "ConversationBlockedByUser": _BLOCKED,
    "MessageWritesBlocked": _BLOCKED,
    "ForbiddenOperationException": _BLOCKED,
    "InvalidBotApiHost": message("The conversation lies in another region of Microsoft's. The customer must write again."),
    "NotEnoughPermissions": message("The app lacks a permission for this conversation."),
    "BotDisabledByAdmin": message("The customer's administrator has switched the app off."),
    "ConversationNotFound": _GONE,
    "ActivityNotFoundInConversation": message("The message no longer exists in Teams."),
    "MessageSizeTooBig": _LARGE,
    "BadArgument": message("Teams does not accept the form of this message."),
    "BadSyntax": message("Teams does not accept the form of this message."),
}
_TOKEN = message(
    "Microsoft does not accept our token. Test the connection; if it works, the app ID is not the one that is entered in the bot."
)
_SLOWER = message("Teams asks us to send more slowly.")


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again, Refused or Unclear."""
    sign = _is_sign(call)
    if isinstance(reply, NoReply):
        return Unclear(why=reply.why) if reply.sent and not sign else Again(why=reply.why, after=_SOON)
    content = object_of(reply)
    error = mapping(content, "error")
    code = text(error, "code") or text(content, "errorCode")
    if code or not 200 <= reply.status <= 299:
        return _failed(reply, code, text(error, "message") or text(content, "message"), sign)
    if sign:
        return Accepted(external_id="")
    if found := text(content, "id"):
        return Accepted(external_id=message_id(conversation_in(call.url), found))
    return Unclear(why=wordless.words_of("Teams", reply.status))


def _is_sign(call: Call) -> bool:
    """Whether it says nothing but shows something: that we type, a reaction. Such things may be repeated and have no ids."""
    return call.method in ("PUT", "DELETE") or (isinstance(call.json, dict) and call.json.get("type") == "typing")


def _failed(reply: Reply, code: str, theirs: str, sign: bool) -> Outcome:
    known, theirs = _WORDS.get(code), theirs.strip()
    words = str(known or theirs[:300] or code[:100].strip() or wordless.words_of("Teams", reply.status))
    why = with_theirs(words, theirs[:300]) if known else words
    match reply.status:
        case 429:
            return Again(why=str(_SLOWER), after=asked_wait(reply, _SOON), account=True)
        case 401:
            return Refused(why=with_theirs(_TOKEN, theirs[:300]), code=code or "401", sign_in=True)
        case 403:
            return Refused(why=why, code=code or "403", sign_in=known is None)
        case 408 | 412 | 425 | 503:
            return Again(why=why, after=asked_wait(reply, _SOON))
        case status if status >= 500 or (status < 300 and not code):
            return Again(why=why, after=_SOON) if sign else Unclear(why=why)
        case _:
            return Refused(why=why, code=(code or str(reply.status))[:100])
