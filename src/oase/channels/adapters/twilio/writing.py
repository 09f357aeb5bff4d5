"""From what is to be said to a call: https://www.twilio.com/docs/messaging/api/message-resource (read 2026-08)."""

from urllib.parse import urlencode

from oase.channels.adapters.twilio.wire import RETRIES, account_url, post, setting
from oase.channels.contract import Account, Call, CannotSay, Manifest, Moderate, Outbound, React, Say
from oase.kernel.i18n import message


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Call:
    """The call; raises CannotSay for everything but text."""
    if not isinstance(outbound, Say):
        missing = outbound.act if isinstance(outbound, Moderate) else "reaction" if isinstance(outbound, React) else "text"
        raise CannotSay(missing, message("An SMS carries text only."))
    if outbound.files or outbound.choices:
        raise CannotSay("files" if outbound.files else "choices", message("An SMS carries text only."))
    if not outbound.text.strip():
        raise CannotSay("text", message("An SMS cannot be empty."))
    longest = manifest.limits.text_length
    if len(outbound.text) > longest:
        raise CannotSay("text_length", message("An SMS by Twilio carries %(n)s characters at most.", n=longest))
    form = {"To": outbound.envelope.to, "Body": outbound.text}
    if setting(account, "sender") == "service":
        form["MessagingServiceSid"] = setting(account, "messaging_service_sid")
    else:
        form["From"] = setting(account, "from_number")
    if account.webhook_url:
        ours = urlencode({"message": outbound.envelope.id})
        form["StatusCallback"] = f"{account.webhook_url}?{ours}{RETRIES}"
    return post(account, account_url(account, "Messages"), form)
