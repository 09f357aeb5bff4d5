"""*Test connection*: bind and unbind, once to send and once to receive; in words."""

from collections.abc import Sequence

from oase.channels.adapters.sms.configuration import gate, text
from oase.channels.adapters.sms.errors import NotSetUp
from oase.channels.contract import Account, Call, Checked, NoReply, Reply
from oase.channels.families.smpp import OK, sentence
from oase.kernel.i18n import message


def check(account: Account, replies: Sequence[Reply | NoReply]) -> Call | Checked:
    """The next bind, or what came of them."""
    try:
        entrance = gate(account)
        entrance.trust()
    except NotSetUp as error:
        return Checked(ok=False, summary=error.words)
    if not text(account, "sender"):
        return Checked(ok=False, summary=message("Our number or name, from which messages are sent, is missing."))
    for reply in replies:
        if isinstance(reply, NoReply):
            return Checked(ok=False, summary=reply.why)
        if reply.status != OK:
            words = reply.body.decode("utf-8", "replace") if reply.body else sentence(reply.status)
            return Checked(ok=False, summary=words)
    if not replies:
        return Call(method="BIND_TRANSMITTER", url="smpp:")
    if len(replies) == 1 and entrance.connections == "two":
        return Call(method="BIND_RECEIVER", url="smpp:")
    return Checked(ok=True, summary=f"{entrance.system_id} · {text(account, 'sender')} · {entrance.host}:{entrance.port}")
