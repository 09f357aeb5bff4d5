"""Where an answer goes: a conversation at a service of Microsoft's, as `conversation@host/path`.

The service differs by region and is told with each message; only Microsoft's own are believed, since our token goes there.
https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#base-uri (read 2026-11)
"""

from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

from oase.channels.contract import Account, CannotSay
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

LOGIN = "https://login.microsoftonline.com"
KEYS = "https://login.botframework.com/v1/.well-known/openidconfiguration"
_HOSTS = (
    ".smba.trafficmanager.net",
    ".botframework.com",
    ".teams.microsoft.com",
    ".botframework.azure.us",
    ".teams.microsoft.us",
)
_FOREIGN = message("The address names a service that is not Microsoft's.")


def is_microsofts(url: str, account: Account) -> bool:
    """Whether our token may be shown there: Microsoft's own hosts over TLS, or the sandbox that the settings name."""
    try:
        address, own = urlsplit(url), urlsplit(sandbox(account))
        port = address.port
    except ValueError:
        return False
    if own.netloc and (address.scheme, address.netloc) == (own.scheme, own.netloc):
        return True
    plain = not address.username and port in (None, 443)
    return plain and address.scheme == "https" and f".{address.hostname or ''}".endswith(_HOSTS)


def sandbox(account: Account) -> str:
    """The address of a simulated Microsoft; empty for the real one."""
    return str(account.settings.get("authority") or "").rstrip("/")


def value_of(conversation: str, service_url: str) -> str:
    """A conversation with its service as one address."""
    scheme, _, rest = service_url.rstrip("/").partition("://")
    return f"{conversation}@{rest if scheme == 'https' else f'{scheme}:{rest}'}"


def activities(value: str, account: Account) -> str:
    """The address at which a conversation takes messages. Raises CannotSay if it is not one of Microsoft's."""
    conversation, at, service = value.rpartition("@")
    url = f"http://{service[5:]}" if service.startswith("http:") else f"https://{service}"
    if not (conversation and at and is_microsofts(url, account)):
        raise CannotSay("address", str(_FOREIGN))
    return f"{url}/v3/conversations/{quote(conversation, safe='')}/activities"


def reaction(value: str, message: str, id: str, account: Account) -> str:
    """The address of a reaction of ours to a message, as `message_id` knows it. Raises CannotSay like `activities`."""
    activity = message.rpartition("/")[2]
    return f"{activities(value, account)}/{quote(activity, safe='')}/reactions/{quote(id, safe='')}"


def message_id(conversation: str, activity: str) -> str:
    """How a message is known here. Activities are numbered in their chat or channel: reactions are told without the thread."""
    return f"{conversation.partition(';messageid=')[0]}/{activity}"


def conversation_in(url: str) -> str:
    """The conversation inside an address of `activities`."""
    return unquote(url.partition("/v3/conversations/")[2].partition("/")[0])


def bearer(account: Account) -> Mapping[str, str | Secret]:
    """The header that carries our token."""
    return {"authorization": Secret(f"Bearer {account.secret('access_token').reveal()}")}
