"""Twilio's API: addresses, how to sign in, the shape of its answers.

https://www.twilio.com/docs/usage/requests-to-twilio, https://www.twilio.com/docs/usage/twilios-response (read 2026-08)
"""

import base64
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from oase.channels.contract import Account, Call
from oase.kernel.secrets import Secret

TWILIO = "https://api.twilio.com"
VERSION = "2010-04-01"
RETRIES = "#rc=5&rp=5xx,ct,rt"
"""Behind an address of ours: come again up to five times after a 5xx, a failed connection or a timeout. Twilio strips it off.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides (read 2026-08)
"""


def setting(account: Account, name: str) -> str:
    """A setting as text, without blanks around it."""
    return str(account.settings.get(name) or "").strip()


def base_url(account: Account) -> str:
    """Where the API of this account is: Twilio's, or that of a compatible provider."""
    return (setting(account, "base_url") or TWILIO).rstrip("/")


def account_url(account: Account, *path: str, **query: str) -> str:
    """The address of something inside our account at the provider."""
    tail = "".join(f"/{quote(part, safe='')}" for part in path)
    question = f"?{urlencode(query)}" if query else ""
    return f"{base_url(account)}/{VERSION}/Accounts/{quote(setting(account, 'account_sid'), safe='')}{tail}.json{question}"


def service_url(account: Account) -> str:
    """The address of our messaging service, which Twilio keeps under another name."""
    address = urlsplit(base_url(account))
    host = address.netloc
    if host.startswith("api.") and host.endswith(".twilio.com"):
        host = "messaging." + host.removeprefix("api.")
    service = quote(setting(account, "messaging_service_sid"), safe="")
    return urlunsplit((address.scheme, host, f"{address.path}/v1/Services/{service}", "", ""))


def sign_in(account: Account) -> Mapping[str, Secret]:
    """The header that signs us in: with the API key where there is one, else with the auth token."""
    user, secret = setting(account, "api_key_sid"), account.secret("api_key_secret")
    if not (user and secret):
        user, secret = setting(account, "account_sid"), account.secret("auth_token")
    pair = base64.b64encode(f"{user}:{secret.reveal()}".encode()).decode()
    return {"authorization": Secret(f"Basic {pair}")}


def get(account: Account, url: str) -> Call:
    """Asks for something."""
    return Call(method="GET", url=url, headers=sign_in(account))


def post(account: Account, url: str, form: Mapping[str, str]) -> Call:
    """Sends a form."""
    return Call(method="POST", url=url, headers=sign_in(account), form=form)


def number_of(value: object) -> int:
    """An error's code; 0 if there is none."""
    text = str(value)
    return int(text) if isinstance(value, int | str) and text.isascii() and text.isdigit() and len(text) < 9 else 0


def text_of(value: object) -> str:
    """A text of the answer, cut to what people read."""
    return value.strip()[:1000] if isinstance(value, str) else ""
