"""What to do at the mail provider, step by step, in both languages. Shown beside the set-up page."""

from oase.channels.contract import Words

GUIDE = Words(
    en="""\
You need the address, its password, and the right to use a mail program with it. Choose your provider; Oase knows its servers.

**IONOS, STRATO.** Nothing to prepare: the address and the mailbox's password.

**GMX, WEB.DE.** Settings → POP3/IMAP → *allow access to this account by POP3 and IMAP*. With two-factor sign-in create an
application password under *Security* and enter that one. These providers lock a mailbox after several wrong passwords.

**Telekom (t-online.de).** Create a *password for e-mail programs* in the customer centre; the login's own password is refused.

**Microsoft 365.** Passwords no longer work for mail programs. Choose *In the browser, at the provider* as sign-in: below it
stands what to create in Entra ID, and the button takes you to Microsoft and back.

**Google Workspace.** Either the same: *In the browser, at the provider*. Or switch on two-step verification for the mailbox,
create an *app password*, and enter it here as the password.

**Other provider or a server of your own.** Enter the servers as your provider gives them. A certificate that your company issued
itself can be entered at the bottom.

**Microsoft 365, without a person.** An application can sign in by itself: in *Entra ID → App registrations* make a registration
with a client secret. Under *API permissions* add, for *Office 365 Exchange Online* as application permissions, `IMAP.AccessAsApp`
and `SMTP.SendAsApp`, and grant admin consent. Then let Exchange know the application (PowerShell):
`New-ServicePrincipal -AppId <client id> -ObjectId <object id of the enterprise application>` and
`Add-MailboxPermission -Identity support@… -User <object id> -AccessRights FullAccess`. Choose *As an application* as sign-in here
and enter the tenant id.

**Without a mailbox.** Oase can be the receiving mail server itself: let your mail server hand mails over by LMTP or SMTP
(transport map), or point the domain's MX record to it. See *How mail arrives*.
""",
    de="""\
Sie brauchen die Adresse, ihr Passwort und die Erlaubnis, ein E-Mail-Programm damit zu benutzen. Wählen Sie Ihren Anbieter;
Oase kennt seine Server.

**IONOS, STRATO.** Nichts vorzubereiten: die Adresse und das Passwort des Postfachs.

**GMX, WEB.DE.** Einstellungen → POP3/IMAP → *POP3- und IMAP-Zugriff erlauben*. Bei eingeschalteter
Zwei-Faktor-Anmeldung legen Sie unter *Sicherheit* ein anwendungsspezifisches Passwort an und geben dieses ein. Beide Anbieter
sperren ein Postfach nach mehreren falschen Passwörtern.

**Telekom (t-online.de).** Legen Sie im Kundencenter ein *Passwort für E-Mail-Programme* an; das des
Logins wird abgelehnt.

**Microsoft 365.** Passwörter gelten für E-Mail-Programme nicht mehr. Wählen Sie als Anmeldung *Im Browser, beim Anbieter*:
Darunter steht, was in Entra ID anzulegen ist, und der Knopf führt Sie zu Microsoft und zurück.

**Google Workspace.** Entweder ebenso: *Im Browser, beim Anbieter*. Oder schalten Sie für das Postfach die Bestätigung in zwei
Schritten ein, erzeugen Sie ein *App-Passwort* und geben Sie es hier als Passwort ein.

**Anderer Anbieter oder eigener Server.** Tragen Sie die Server ein, wie Ihr Anbieter sie nennt. Ein Zertifikat, das Ihre Firma
selbst ausgestellt hat, können Sie ganz unten eintragen.

**Microsoft 365, ohne Person.** Eine Anwendung kann sich selbst anmelden: Legen Sie unter *Entra ID → App-Registrierungen* eine
Registrierung mit Clientgeheimnis an. Fügen Sie unter *API-Berechtigungen* für *Office 365 Exchange Online* die
Anwendungsberechtigungen `IMAP.AccessAsApp` und `SMTP.SendAsApp` hinzu und erteilen Sie die Administratorzustimmung. Machen Sie die
Anwendung dann in Exchange bekannt (PowerShell):
`New-ServicePrincipal -AppId <Client-ID> -ObjectId <Objekt-ID der Unternehmensanwendung>` und
`Add-MailboxPermission -Identity support@… -User <Objekt-ID> -AccessRights FullAccess`. Wählen Sie hier als Anmeldung *Als
Anwendung* und tragen Sie die Mandanten-ID ein.

**Ohne Postfach.** Oase kann selbst der empfangende Mailserver sein: Lassen Sie Ihren Mailserver die Mails per LMTP oder SMTP
übergeben (Transport-Tabelle), oder richten Sie den MX-Eintrag der Domain darauf. Siehe *So kommt Post an*.
""",
)
