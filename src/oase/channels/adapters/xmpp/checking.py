"""*Test connection*: signs in once and says what the server can do."""

from collections.abc import Sequence

from oase.channels.adapters.xmpp.addresses import is_jid, link, own
from oase.channels.adapters.xmpp.replies import NOT_SIGNED_IN, answer_of
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families import wordless
from oase.kernel.i18n import message

_FORM = message("Enter the address in full: name@server.")


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """One call, then what it found."""
    if not is_jid(own(account)):
        return Checked(ok=False, summary=_FORM)
    if not replies:
        return Call(method="CHECK", url=link(own(account)))
    reply = replies[0]
    if isinstance(reply, NoReply):
        return Checked(ok=False, summary=wordless.unreachable(message("The XMPP server"), reply.why))
    found = answer_of(reply)
    if reply.status == 401:
        return Checked(ok=False, summary=NOT_SIGNED_IN)
    if reply.status != 200 or not found.get("jid"):
        return Checked(ok=False, summary=message("The XMPP server's answer cannot be understood."))
    lacks = [words for name, words in _WANTED if not found.get(name)]
    summary = " · ".join([own(account), str(found.get("encryption") or ""), *map(str, lacks)])
    facts = {name: str(found[name]) for name in ("upload", "upload_bytes") if found.get(name)}
    return Checked(ok=True, summary=summary.replace(" ·  ·", " ·"), facts=facts)


_WANTED = (
    ("archive", message("no archive (XEP-0313): what is written while Oase is away may be lost")),
    ("carbons", message("no copies (XEP-0280): what colleagues write elsewhere is not heard")),
    ("upload", message("no file upload (XEP-0363): files cannot be sent")),
)
