"""*Test connection*: is it a Matrix server, does it know us, and as whom; in words."""

from collections.abc import Sequence

from oase.channels.adapters.matrix.addresses import bearer, is_user_id, own_id, url
from oase.channels.adapters.matrix.errors import PLACE, code_of, failure
from oase.channels.adapters.matrix.wire import Json
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import object_of, text
from oase.channels.families.steps import Dialogue, step
from oase.kernel.i18n import message

_FORM = message("Enter the user id in full: @name:server.")
_NO_SERVER = message("At this address there is no Matrix server. Try the address of its API: often it begins with matrix.")
_MINIMUM = "v1.1"


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """Three calls (versions, who we are, how large files may be), then what they found."""
    return step(_steps(account), replies)


def _steps(account: Account) -> Dialogue[Checked]:
    if not is_user_id(own_id(account)):
        return Checked(ok=False, summary=_FORM)
    reply = yield Call(method="GET", url=url(account, "client", "versions"))
    if isinstance(reply, NoReply):
        return Checked(ok=False, summary=wordless.unreachable(PLACE, reply.why))
    if not isinstance((object_of(reply) or {}).get("versions"), list):
        return Checked(ok=False, summary=_NO_SERVER)
    who = yield Call(method="GET", url=url(account, "client", "v3", "account", "whoami"), headers=bearer(account))
    content = object_of(who) or {}
    if isinstance(who, NoReply) or who.status != 200 or not text(content, "user_id"):
        return Checked(ok=False, summary=_words(who, content))
    if text(content, "user_id") != own_id(account):
        return Checked(
            ok=False,
            summary=message(
                "The access token belongs to %(other)s, not to %(user)s.", other=text(content, "user_id"), user=own_id(account)
            ),
        )
    media = yield Call(method="GET", url=url(account, "client", "v1", "media", "config"), headers=bearer(account))
    limit = (object_of(media) or {}).get("m.upload.size")
    facts = {"user_id": own_id(account), "device_id": text(content, "device_id")}
    if isinstance(limit, int) and not isinstance(limit, bool):
        facts["upload_bytes"] = str(limit)
    return Checked(ok=True, summary=own_id(account), facts=facts)


def _words(reply: Reply | NoReply, content: Json) -> str:
    if isinstance(reply, NoReply):
        return wordless.unreachable(PLACE, reply.why)
    return failure(reply, content).why if code_of(content) or reply.status != 200 else wordless.words_of(PLACE, reply.status)
