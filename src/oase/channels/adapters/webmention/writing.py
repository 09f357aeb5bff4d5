"""From our answer to calls: it stands on a page of ours; the page that it answers is asked for its endpoint, which is told."""

from collections.abc import Sequence
from typing import Final

from oase.channels.adapters.webmention.addresses import source_of
from oase.channels.adapters.webmention.following import page_call
from oase.channels.contract import Account, Call, CannotSay, FromReply, Outbound, Say
from oase.kernel.i18n import message

ENDPOINT: Final = "endpoint"
_KINDS: Final = {"position": "location", "card": "contacts", "template": "template", "react": "reaction"}


def write(outbound: Outbound, account: Account) -> Sequence[Call]:
    """Two calls; raises CannotSay."""
    if not isinstance(outbound, Say):
        kind = str(type(outbound).__struct_config__.tag)
        raise CannotSay(_KINDS.get(kind, kind), message("To a website of others one answers with words and files only."))
    envelope = outbound.envelope
    if not envelope.thread or envelope.about:
        raise CannotSay("private", message("A website is answered in public only."))
    if outbound.choices:
        raise CannotSay("buttons", message("To a website of others one answers with words and files only."))
    if not (outbound.text.strip() or outbound.files):
        raise CannotSay("text", message("There is nothing in this answer."))
    source = source_of(envelope.reply_to)
    if not source:
        raise CannotSay("reply", message("Choose the mention that you answer: only its author can be told."))
    telling = Call(
        method="POST", url=f"{{{ENDPOINT}}}", fill={ENDPOINT: FromReply(call=0, key=ENDPOINT)},
        form={"source": envelope.link, "target": source},
    )  # fmt: skip
    return [page_call(source), telling]
