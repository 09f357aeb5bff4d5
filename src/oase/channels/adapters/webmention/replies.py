"""What the replies to our calls mean: the page that is answered, then its endpoint.

A webmention may be repeated: source and target are all it says, and the same again is taken for an update (section 3.2.4).
The status alone decides (section 3.1.3: any 2xx is success); its body is for people, as far as it is short and plain.
"""

from datetime import timedelta
from typing import Final

from oase.channels.adapters.webmention.following import failed
from oase.channels.adapters.webmention.pages import endpoint_of
from oase.channels.contract import Accepted, Again, Call, NoReply, Outcome, Refused, Reply
from oase.channels.families.markup import one_line
from oase.channels.families.mime.charsets import decode
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message

_SOON: Final = timedelta(minutes=1)
_NO_ENDPOINT: Final = message(
    "This website takes no webmentions, so its author cannot be told of an answer. Look on the page for another way to write to them."
)
_AWAY: Final = message("The website's endpoint for webmentions sends us to another address, which we do not follow.")


def interpret(call: Call, reply: Reply | NoReply) -> Outcome:
    """Accepted, Again or Refused."""
    return _page(call, reply) if call.method == "GET" else _endpoint(call, reply)


def _page(call: Call, reply: Reply | NoReply) -> Outcome:
    refused = failed(reply)
    if refused is not None or isinstance(reply, NoReply):
        return refused or Again(why=message("The page does not answer yet."))
    if not endpoint_of(reply, call.url):
        return Refused(why=_NO_ENDPOINT, code="no_endpoint")
    return Accepted(external_id="")


def _endpoint(call: Call, reply: Reply | NoReply) -> Outcome:
    if isinstance(reply, NoReply):
        return Refused(why=reply.why, code="unreachable") if reply.hopeless else Again(why=reply.why, after=_SOON)
    status = reply.status
    if 200 <= status <= 299:  # 200: done; 201, 202: will be done
        return Accepted(external_id=str(call.form.get("source", "")), state="delivered" if status == 200 else "sent")
    if 300 <= status <= 399:
        return Refused(why=_AWAY, code=str(status))
    words = _words(reply)
    if status in (408, 425, 429) or status >= 500:
        why = message("The website's endpoint for webmentions answered with HTTP status %(status)s.", status=status)
        return Again(why=f"{why}\n{words}".strip(), after=asked_wait(reply, _SOON))
    why = message("The website does not take the webmention (HTTP status %(status)s).", status=status)
    return Refused(why=f"{why}\n{words}".strip(), code=str(status))


def _words(reply: Reply) -> str:
    """The other side's own words, where they are words."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    return one_line(decode(reply.body[:500])[0]) if kind == "text/plain" else ""
