"""Signing in at Google, Microsoft or another server in the browser, as data; with what to create there, in both languages.

The scopes for mail are those of each provider's documentation (2026). `openid email` is asked for as well, so that the
answer says who signed in; neither needs a permission of its own.
"""

from typing import Final

from oase.channels.adapters.email.providers import PROVIDERS, TENANT
from oase.channels.contract import Consent, Words

_WHO: Final = "openid email"
_GOOGLE, _MICROSOFT = PROVIDERS["google"], PROVIDERS["microsoft365"]
_OURS: Final = ("oauth_client_id", "oauth_client_secret")

_GOOGLE_GUIDE: Final = Words(
    en="""\
In the [Google Cloud console](https://console.cloud.google.com/auth/overview), once for your company:

1. Choose or create a project and set up *Google Auth Platform*. As *Audience* take **Internal**: then Google asks for no review,
   and sign-ins do not end after seven days, as those of an application in testing do.
2. *Data access*: add the scope below.
3. *Clients → Create client*, type **Web application**. Under *Authorised redirect URIs* enter the address below.
4. Copy *Client ID* and *Client secret* into the fields above.
""",
    de="""\
In der [Google Cloud Console](https://console.cloud.google.com/auth/overview), einmal für Ihre Firma:

1. Wählen oder erstellen Sie ein Projekt und richten Sie die *Google Auth Platform* ein. Nehmen Sie als *Zielgruppe* **Intern**:
   Dann verlangt Google keine Prüfung, und Anmeldungen enden nicht nach sieben Tagen wie bei einer Anwendung im Test.
2. *Datenzugriff*: Fügen Sie den Bereich von unten hinzu.
3. *Clients → Client erstellen*, Typ **Webanwendung**. Tragen Sie unter *Autorisierte Weiterleitungs-URIs* die Adresse von unten ein.
4. Übernehmen Sie *Client-ID* und *Clientschlüssel* in die Felder oben.
""",
)

_MICROSOFT_GUIDE: Final = Words(
    en="""\
In the [Entra admin centre](https://entra.microsoft.com), once for your company:

1. *App registrations → New registration*. Under *Redirect URI* choose **Web** and enter the address below.
2. *API permissions → Add → APIs my organization uses → Office 365 Exchange Online → Delegated permissions*:
   `IMAP.AccessAsUser.All` and `SMTP.Send`. From *Microsoft Graph*, delegated: `offline_access`, `openid`, `email`. Then
   *Grant admin consent*.
3. *Certificates & secrets → New client secret*. Copy its **value** (not its id) into the field above, beside the *Application
   (client) ID* and the *Directory (tenant) ID*. Note when it ends.
4. In the Microsoft 365 admin centre, allow *IMAP* and *Authenticated SMTP* for the mailbox (*Users → Mail → Manage email apps*).

A shared mailbox has no sign-in of its own: sign in as somebody who has full access to it.
""",
    de="""\
Im [Entra Admin Center](https://entra.microsoft.com), einmal für Ihre Firma:

1. *App-Registrierungen → Neue Registrierung*. Wählen Sie unter *Umleitungs-URI* **Web** und tragen Sie die Adresse von unten ein.
2. *API-Berechtigungen → Hinzufügen → Von meiner Organisation verwendete APIs → Office 365 Exchange Online → Delegierte
   Berechtigungen*: `IMAP.AccessAsUser.All` und `SMTP.Send`. Aus *Microsoft Graph*, delegiert: `offline_access`, `openid`, `email`.
   Danach *Administratorzustimmung erteilen*.
3. *Zertifikate & Geheimnisse → Neuer geheimer Clientschlüssel*. Übernehmen Sie seinen **Wert** (nicht seine ID) in das Feld oben,
   daneben die *Anwendungs-ID (Client)* und die *Verzeichnis-ID (Mandant)*. Notieren Sie, wann er abläuft.
4. Erlauben Sie im Microsoft 365 Admin Center *IMAP* und *Authentifiziertes SMTP* für das Postfach (*Benutzer → E-Mail →
   E-Mail-Apps verwalten*).

Ein freigegebenes Postfach hat keine eigene Anmeldung: Melden Sie sich als jemand an, der Vollzugriff darauf hat.
""",
)

_OTHER_GUIDE: Final = Words(
    en="""\
At your server, register an application (client) for Oase:

1. Type *confidential* or *web*, with the flow *authorization code* and PKCE (S256).
2. Enter the address below as its redirect address.
3. Allow refresh tokens; many servers give one only for the scope `offline_access`. With `openid email`, Oase can say who signed in.
""",
    de="""\
Registrieren Sie bei Ihrem Server eine Anwendung (Client) für Oase:

1. Typ *confidential* oder *Web*, mit dem Ablauf *Authorization Code* und PKCE (S256).
2. Tragen Sie die Adresse von unten als Weiterleitungsadresse ein.
3. Erlauben Sie Aktualisierungstoken (Refresh Tokens); viele Server geben eines nur für den Bereich `offline_access`. Mit
   `openid email` kann Oase sagen, wer sich angemeldet hat.
""",
)

CONSENTS: Final = (
    Consent(
        label=Words("Sign in with Google", "Mit Google anmelden"),
        authorize=_GOOGLE.consent_address,
        exchange=_GOOGLE.oauth_address,
        scopes=f"{_GOOGLE.scope} {_WHO}",
        client_id=_OURS[0],
        client_secret=_OURS[1],
        parameters={"access_type": "offline", "prompt": "consent"},  # else a second sign-in gives no refresh token
        hints=("user", "address"),
        issuer=_GOOGLE.issuer,
        only_if=("provider", "google"),
        guide=_GOOGLE_GUIDE,
    ),
    Consent(
        label=Words("Sign in with Microsoft", "Mit Microsoft anmelden"),
        authorize=_MICROSOFT.consent_address.replace("{tenant}", f"{{oauth_tenant|{TENANT}}}"),
        exchange=_MICROSOFT.oauth_address.replace("{tenant}", f"{{oauth_tenant|{TENANT}}}"),
        scopes=f"{_MICROSOFT.scope} {_WHO}",
        client_id=_OURS[0],
        client_secret=_OURS[1],
        parameters={"prompt": "select_account"},
        hints=("user", "address"),
        only_if=("provider", "microsoft365"),
        guide=_MICROSOFT_GUIDE,
    ),
    Consent(
        label=Words("Sign in at the server", "Beim Server anmelden"),
        authorize="{oauth_authorize}",
        exchange="{oauth_endpoint}",
        scopes="{oauth_scope}",
        client_id=_OURS[0],
        client_secret=_OURS[1],
        hints=("user", "address"),
        only_if=("provider", "other"),
        guide=_OTHER_GUIDE,
    ),
)
