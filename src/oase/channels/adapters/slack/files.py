"""Downloading a customer's file: where it lies, then its bytes, with our token only to Slack's own servers.

https://docs.slack.dev/reference/objects/file-object (read 2026-11)
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from oase.channels.adapters.slack.errors import MEANINGS, failure
from oase.channels.adapters.slack.wire import ask, base_url, bearer
from oase.channels.contract import Account, Again, Call, File, Media, NoReply, Refused, Reply, Unclear
from oase.channels.families import wordless
from oase.channels.families.json_in_the_wild import mapping, object_of, text
from oase.channels.families.steps import Dialogue, step
from oase.channels.families.waiting import asked_wait
from oase.kernel.i18n import message

_SOON = timedelta(seconds=30)
_FOREIGN = message("The file does not lie on Slack's servers; Oase does not show them its token.")
_NO_SCOPE = message("Slack shows a sign-in page instead of the file: the app lacks the scope files:read.")


def fetch(media: Media, account: Account, replies: Sequence[Reply | NoReply]) -> Call | File | Again | Refused:
    """The next step: two calls, then the file."""
    return step(_steps(media, account), replies)


def _steps(media: Media, account: Account) -> Dialogue[File | Again | Refused]:
    reply = yield ask(account, "files.info", file=media.ref)
    content = object_of(reply)
    url = text(mapping(content, "file"), "url_private_download") or text(mapping(content, "file"), "url_private")
    if isinstance(reply, NoReply) or content is None or not url:
        return _failed(reply)
    if not _is_slacks(url, account):
        return Refused(why=str(_FOREIGN), code="address")
    got = yield Call(method="GET", url=url, headers=bearer(account), timeout=timedelta(seconds=120), download=True)
    if isinstance(got, NoReply) or got.status != 200:
        return _failed(got)
    if got.headers.get("content-type", "").startswith("text/html") and not media.type.startswith("text/html"):
        return Refused(why=str(_NO_SCOPE), code="missing_scope", sign_in=True)
    return File(name=media.name or f"file-{media.ref}", type=media.type, content=got.body, stated_bytes=got.stored_bytes)


def _is_slacks(url: str, account: Account) -> bool:
    try:
        address, own = urlsplit(url), urlsplit(base_url(account))
    except ValueError:
        return False
    if (address.scheme, address.netloc) == (own.scheme, own.netloc):
        return True
    return address.scheme == "https" and f".{address.hostname or ''}".endswith(
        (".slack.com", ".slack-files.com", ".slack-gov.com")
    )


def _failed(reply: Reply | NoReply) -> Again | Refused:
    """Why a download failed; nothing was changed, so whatever is unclear can be tried again."""
    if isinstance(reply, NoReply):
        return Again(why=reply.why, after=_SOON)
    content = object_of(reply) or {}
    error = text(content, "error")
    if error:
        outcome = failure(error, content, reply)
        if error not in MEANINGS or isinstance(outcome, Unclear):
            return Again(why=outcome.why, after=_SOON)
        return outcome
    if reply.status in (403, 404, 410):
        return Refused(why=str(MEANINGS["file_not_found"].words), code=str(reply.status))
    return Again(why=wordless.words_of("Slack", reply.status), after=asked_wait(reply, _SOON))
