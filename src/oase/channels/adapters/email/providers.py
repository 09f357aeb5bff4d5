"""The mail providers that are set up by name: their servers and ports, as each provider's help pages give them (2026)."""

from typing import Final, Literal

from msgspec import Struct

Security = Literal["tls", "starttls", "none"]


class Endpoint(Struct, frozen=True):
    """Where a server is, and how the connection is secured."""

    host: str
    port: int
    security: Security = "tls"


class Provider(Struct, frozen=True, kw_only=True):
    """A provider's servers. The addresses of OAuth may hold {tenant}; `scope` is what a mail program asks for."""

    name: str
    imap: Endpoint
    smtp: Endpoint
    oauth_address: str = ""
    consent_address: str = ""  # where a person agrees, in the browser
    issuer: str = ""  # as it calls itself there
    scope: str = ""
    app_scope: str = ""  # for an application that signs in by itself, without a user's consent
    own_password_for_programs: bool = False  # the ordinary password is refused: it must be an app password
    switch_imap_on: bool = False  # IMAP must first be allowed in the provider's own settings
    saves_sent_mail: bool = False  # puts what we submit into its own Sent folder


TENANT: Final = "common"  # of Microsoft: whoever has an account there

PROVIDERS: Final[dict[str, Provider]] = {
    "ionos": Provider(name="IONOS", imap=Endpoint("imap.ionos.de", 993), smtp=Endpoint("smtp.ionos.de", 587, "starttls")),
    "strato": Provider(name="STRATO", imap=Endpoint("imap.strato.de", 993), smtp=Endpoint("smtp.strato.de", 465)),
    "gmx": Provider(
        name="GMX",
        imap=Endpoint("imap.gmx.net", 993),
        smtp=Endpoint("mail.gmx.net", 587, "starttls"),
        switch_imap_on=True,
    ),
    "webde": Provider(
        name="WEB.DE",
        imap=Endpoint("imap.web.de", 993),
        smtp=Endpoint("smtp.web.de", 587, "starttls"),
        switch_imap_on=True,
    ),
    "telekom": Provider(
        name="Telekom",
        imap=Endpoint("secureimap.t-online.de", 993),
        smtp=Endpoint("securesmtp.t-online.de", 465),
        own_password_for_programs=True,
    ),
    "microsoft365": Provider(
        name="Microsoft 365",
        imap=Endpoint("outlook.office365.com", 993),
        smtp=Endpoint("smtp.office365.com", 587, "starttls"),
        oauth_address="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        consent_address="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        scope="https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
        app_scope="https://outlook.office365.com/.default",
        switch_imap_on=True,
        saves_sent_mail=True,
    ),
    "google": Provider(
        name="Google Workspace",
        imap=Endpoint("imap.gmail.com", 993),
        smtp=Endpoint("smtp.gmail.com", 465),
        oauth_address="https://oauth2.googleapis.com/token",
        consent_address="https://accounts.google.com/o/oauth2/v2/auth",
        issuer="https://accounts.google.com",
        scope="https://mail.google.com/",
        own_password_for_programs=True,
        switch_imap_on=True,
        saves_sent_mail=True,
    ),
}
