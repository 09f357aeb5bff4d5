"""From what is to be said to calls: a comment below another one, or below the article; what moderators do with a comment."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from oase.channels.adapters.wordpress.calls import call
from oase.channels.contract import Account, Act, Call, CannotSay, Manifest, Moderate, Outbound, Say
from oase.kernel.i18n import message

_STATES: Final[Mapping[Act, str]] = {"hide": "hold", "show": "approved", "delete": "trash"}
_KINDS: Final = {"position": "location", "card": "contacts", "template": "template", "react": "reaction"}


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """One call; raises CannotSay."""
    if isinstance(outbound, Moderate):
        return [_act(outbound, account)]
    if not isinstance(outbound, Say):
        kind = str(type(outbound).__struct_config__.tag)
        raise CannotSay(_KINDS.get(kind, kind), message("WordPress carries text only."))
    envelope = outbound.envelope
    if not envelope.thread.isdigit() or envelope.about:
        raise CannotSay("private", message("On a blog everything is said in public, below an article."))
    if outbound.files or outbound.choices:
        raise CannotSay("files" if outbound.files else "buttons", message("WordPress carries text only."))
    if not outbound.text.strip():
        raise CannotSay("text", message("WordPress cannot carry an empty comment."))
    if manifest.public is not None and len(outbound.text) > manifest.public.limits.text_length:
        raise CannotSay("text_length", message("This comment is too long for WordPress."))
    body: dict[str, object] = {
        "post": int(envelope.thread),
        "content": escape(outbound.text, quote=False),
        "author_user_agent": f"Oase {envelope.id}",  # handed back with the comment: a lost reply can be resolved
        "status": "approved",
    }
    if envelope.reply_to.isdigit():
        body["parent"] = int(envelope.reply_to)
    return [call(account, "POST", "comments", body)]


def _act(moderate: Moderate, account: Account) -> Call:
    state, comment = _STATES.get(moderate.act), moderate.envelope.reply_to
    if state is None or not comment.isdigit():
        raise CannotSay(moderate.act, message("WordPress does not know this act."))
    return call(account, "POST", f"comments/{comment}", {"status": state})
