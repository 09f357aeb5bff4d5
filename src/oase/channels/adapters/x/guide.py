"""What to create at X, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need the X account of your company and a developer account with a plan that can read mentions and direct messages.

1. **App.** In the [developer portal](https://developer.x.com/en/portal/dashboard) create a project and an app.
2. **User authentication settings.** *Set up*: App permissions **Read and write and Direct message**; type of app **Web App,
   Automated App or Bot**; *Callback URI*: the redirect address that Oase shows at *Sign-in at X*; *Website URL*: yours. Save.
3. Copy the **client ID** and the **client secret** into the fields here, and save the account.
4. Press *Sign in with X*, as the account for which Oase answers. X asks for these scopes: `tweet.read`, `tweet.write`,
   `tweet.moderate.write`, `users.read`, `like.write`, `dm.read`, `dm.write`, `media.write`, `offline.access`.
5. Press *Test connection*.

Only if X is to deliver at once (a plan with the *Account Activity API*): *Keys and tokens*, copy the **API secret** and the
**bearer token** into the fields here, and save. Oase registers its webhook and subscribes your account by itself; your address must be
reachable over HTTPS without a port in it.

Good to know:
- Asked every minute, X tells of mentions and replies; quotes without a mention, likes and read receipts come by webhook only.
- Encrypted messages (X Chat) are not given out by the API.
- In X's settings, *Privacy, Direct messages*, allow message requests from everyone, or customers cannot write to you first.
"""

_DE = """\
Sie brauchen das X-Konto Ihrer Firma und ein Entwicklerkonto mit einem Tarif, der Erwähnungen und Direktnachrichten lesen darf.

1. **App.** Legen Sie im [Entwicklerportal](https://developer.x.com/en/portal/dashboard) ein Projekt und eine App an.
2. **User authentication settings.** *Set up*: App permissions **Read and write and Direct message**; Type of App **Web App,
   Automated App or Bot**; *Callback URI*: die Weiterleitungsadresse, die Oase bei *Anmeldung bei X* zeigt; *Website URL*: Ihre.
   Speichern Sie.
3. Kopieren Sie **Client ID** und **Client Secret** hier in die Felder, und speichern Sie den Anschluss.
4. Drücken Sie *Mit X anmelden*, als das Konto, für das Oase antwortet. X fragt nach diesen Berechtigungen: `tweet.read`,
   `tweet.write`, `tweet.moderate.write`, `users.read`, `like.write`, `dm.read`, `dm.write`, `media.write`, `offline.access`.
5. Drücken Sie *Verbindung prüfen*.

Nur wenn X sofort liefern soll (ein Tarif mit der *Account Activity API*): Kopieren Sie unter *Keys and tokens* das **API Secret** und
den **Bearer Token** hier in die Felder, und speichern Sie. Oase meldet den Webhook an und abonniert Ihr Konto selbst; Ihre Adresse muss
über HTTPS ohne Portangabe erreichbar sein.

Gut zu wissen:
- Jede Minute gefragt, nennt X Erwähnungen und Antworten; Zitate ohne Erwähnung, Likes und Lesebestätigungen kommen nur per Webhook.
- Verschlüsselte Nachrichten (X Chat) gibt die Schnittstelle nicht heraus.
- Erlauben Sie in den Einstellungen von X unter *Datenschutz, Direktnachrichten* Anfragen von allen, sonst können Kunden Ihnen nicht
  als Erste schreiben.
"""

_CONSENT_EN = """\
Enter the redirect address below at X: developer portal, your app, *User authentication settings, Callback URI*. Then sign in as the
account for which Oase answers.
"""

_CONSENT_DE = """\
Tragen Sie die Weiterleitungsadresse von unten bei X ein: Entwicklerportal, Ihre App, *User authentication settings, Callback URI*.
Melden Sie sich dann als das Konto an, für das Oase antwortet.
"""

GUIDE = Words(_EN, _DE)
CONSENT_GUIDE = Words(_CONSENT_EN, _CONSENT_DE)
