"""An account's settings as typed values. Missing or impossible settings raise NotSetUp naming the setting."""

import ipaddress
import ssl
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from oase.channels.adapters.email.errors import NotSetUp
from oase.channels.adapters.email.providers import PROVIDERS, TENANT, Endpoint, Provider, Security
from oase.channels.contract import Account
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

AfterImport = Literal["nothing", "seen", "move"]
MEGABYTE = 1_000_000


class OAuth(Struct, frozen=True, kw_only=True):
    """How to get access tokens: with a refresh token, or the application signs in `by_itself` (client credentials)."""

    endpoint: str
    client_id: str
    client_secret: Secret
    refresh_token: Secret
    scope: str
    by_itself: bool = False


class SignIn(Struct, frozen=True, kw_only=True):
    """Who we are for a server: a password, or tokens."""

    user: str
    password: Secret
    oauth: OAuth | None = None


class Incoming(Struct, frozen=True, kw_only=True):
    """The mailbox to read."""

    endpoint: Endpoint
    sign_in: SignIn
    folders: tuple[str, ...]
    sent_folder: str  # among `folders`; "" where it is not read
    history_days: int
    after: AfterImport
    move_to: str
    max_bytes: int
    poll_seconds: float


class Outgoing(Struct, frozen=True, kw_only=True):
    """The server that takes what we send."""

    endpoint: Endpoint
    sign_in: SignIn | None
    hello: str  # how we call ourselves


class Identity(Struct, frozen=True, kw_only=True):
    """Who writes: the account's addresses and habits."""

    address: str
    name: str
    aliases: tuple[str, ...]
    plus_address: bool
    subject_token: bool
    signature: str
    max_bytes: int
    null_sender: bool
    language: str

    @property
    def domain(self) -> str:
        """The domain of our address, as Message-IDs carry it."""
        return self.address.rpartition("@")[2]


def text(settings: Mapping[str, Any], name: str, default: str = "") -> str:
    """A setting as text without blanks around it."""
    value = settings.get(name)
    return default if value is None else str(value).strip()


def lines(settings: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A setting of several lines, without empty ones."""
    value = settings.get(name) or ()
    many = value.splitlines() if isinstance(value, str) else value
    return tuple(line for line in (str(each).strip() for each in many) if line)


def provider_of(account: Account) -> Provider | None:
    """The provider that was chosen by name."""
    return PROVIDERS.get(text(account.settings, "provider"))


def reads_mailbox(account: Account) -> bool:
    """Whether mail comes by IMAP; otherwise Oase's own receiver takes it."""
    return text(account.settings, "incoming", "imap") == "imap"


def sent_folder(account: Account) -> str:
    """The folder in which other mail programs keep what our side sends; "" where it is not to be read."""
    return text(account.settings, "sent_folder")


def identity(account: Account) -> Identity:
    """Who writes from this account."""
    settings = account.settings
    address = text(settings, "address").lower()
    if "@" not in address.strip("@"):
        raise NotSetUp(message("The account has no e-mail address."), setting="address")
    return Identity(
        address=address,
        name=text(settings, "sender_name"),
        aliases=tuple(alias.lower() for alias in lines(settings, "aliases")),
        plus_address=bool(settings.get("plus_address", False)),
        subject_token=bool(settings.get("subject_token", False)),
        signature=str(settings.get("signature") or "").strip("\n"),
        max_bytes=_max_bytes(settings),
        null_sender=bool(settings.get("null_sender", True)),
        language=text(settings, "language", "de"),
    )


def incoming(account: Account) -> Incoming:
    """The mailbox to read."""
    settings, provider = account.settings, provider_of(account)
    after, sent = text(settings, "after_import", "nothing"), sent_folder(account)
    folders = lines(settings, "folders") or ("INBOX",)
    return Incoming(
        endpoint=provider.imap if provider else _endpoint(settings, "imap", 993),
        sign_in=_sign_in(account),
        folders=folders if not sent or sent in folders else (*folders, sent),
        sent_folder=sent,
        history_days=max(0, _number(settings, "history_days", 0)),
        after="seen" if after == "seen" else "move" if after == "move" else "nothing",
        move_to=text(settings, "move_to"),
        max_bytes=_max_bytes(settings),
        poll_seconds=float(min(1500, max(1, _number(settings, "poll_seconds", 240)))),
    )


def outgoing(account: Account) -> Outgoing:
    """The server that takes what we send."""
    settings, provider = account.settings, provider_of(account)
    user, password = text(settings, "smtp_user"), account.secret("smtp_password")
    sign_in: SignIn | None = SignIn(user=user, password=password) if user else _sign_in(account)
    if not provider and settings.get("smtp_sign_in") is False:
        sign_in = None
    return Outgoing(
        endpoint=provider.smtp if provider else _endpoint(settings, "smtp", 587),
        sign_in=sign_in,
        hello=identity(account).domain,
    )


def trust(account: Account) -> ssl.SSLContext:
    """Whose certificates we believe: the system's authorities, and the one given for the account's own servers."""
    context = ssl.create_default_context()
    extra = text(account.settings, "certificate")
    if extra:
        try:
            context.load_verify_locations(cadata=extra)
        except (ssl.SSLError, ValueError):
            raise NotSetUp(message("The certificate cannot be read; it must be in PEM form."), setting="certificate") from None
    return context


def _sign_in(account: Account) -> SignIn:
    settings = account.settings
    user = text(settings, "user") or text(settings, "address")
    kind = text(settings, "sign_in", "password")
    if kind not in ("oauth2", "application"):
        return SignIn(user=user, password=account.secret("password"))
    provider, by_itself = provider_of(account), kind == "application"
    tenant = text(settings, "oauth_tenant") or TENANT
    endpoint = text(settings, "oauth_endpoint") or (provider.oauth_address.format(tenant=tenant) if provider else "")
    if not endpoint:
        raise NotSetUp(message("The address where access tokens are fetched is missing."), setting="oauth_endpoint")
    scope = text(settings, "oauth_scope")
    if not scope and provider:
        scope = provider.app_scope if by_itself else provider.scope
    oauth = OAuth(
        endpoint=endpoint,
        client_id=text(settings, "oauth_client_id"),
        client_secret=account.secret("oauth_client_secret"),
        refresh_token=Secret("") if by_itself else account.secret("oauth_refresh_token"),
        scope=scope,
        by_itself=by_itself,
    )
    return SignIn(user=user, password=Secret(""), oauth=oauth)


def nobody_signed_in(sign_in: SignIn | None) -> bool:
    """Whether a person must first agree at the provider, in the browser."""
    return sign_in is not None and sign_in.oauth is not None and not (sign_in.oauth.by_itself or sign_in.oauth.refresh_token)


def _endpoint(settings: Mapping[str, Any], kind: str, default_port: int) -> Endpoint:
    host = text(settings, f"{kind}_host")
    if not host:
        raise NotSetUp(message("The name of the %(kind)s server is missing.", kind=kind.upper()), setting=f"{kind}_host")
    port = _number(settings, f"{kind}_port", default_port)
    chosen = text(settings, f"{kind}_security", "tls" if kind == "imap" else "starttls")
    security: Security = "none" if chosen == "none" else "starttls" if chosen == "starttls" else "tls"
    if security == "none" and not _is_loopback(host):
        said = message("Without encryption only a server on this very machine may be used, not %(host)s.", host=host)
        raise NotSetUp(said, setting=f"{kind}_security")
    if not 0 < port < 65_536:
        raise NotSetUp(message("%(port)s is not a port number.", port=port), setting=f"{kind}_port")
    return Endpoint(host, port, security)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _number(settings: Mapping[str, Any], name: str, default: int) -> int:
    value = settings.get(name)
    if value in (None, ""):
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise NotSetUp(message("%(value)s is not a number.", value=value), setting=name) from None


def _max_bytes(settings: Mapping[str, Any]) -> int:
    return max(1, _number(settings, "size_limit_mb", 25)) * MEGABYTE
