"""What to create at Microsoft, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need an Azure subscription and the right to upload apps in Teams (or the help of your Microsoft 365 administrator).

1. **Bot.** In the [Azure portal](https://portal.azure.com) create an *Azure Bot*, type of app *Single Tenant*, and let it create a new
   Microsoft App ID. Under *Configuration* copy the **Microsoft App ID** and the **App Tenant ID**.
2. **Secret.** *Configuration, Manage Password, Certificates & secrets, New client secret*: copy its **value** at once, and the day on
   which it ends (after at most two years): Oase reminds you two weeks before, Microsoft does not.
3. **Here.** Save all of them; Oase then shows the webhook address.
4. **Messaging endpoint.** Enter that address under *Configuration, Messaging endpoint*.
5. **Teams.** *Channels, Microsoft Teams*: switch on and accept the terms.
6. **App.** In the [Developer Portal](https://dev.teams.microsoft.com/apps) create an app, add the bot with scope *Personal*
   (and *Team*, if it is to hear its name in channels) and tick *Upload and download files*. Under *Permissions* add
   `ChatMessageReadReceipt.Read.Chat`, so that Oase is told what was read. Publish it to your organisation, or to the store for
   customers of other companies.
7. Press *Test connection*, then open the app in Teams and write to it.
"""

_DE = """\
Sie brauchen ein Azure-Abonnement und das Recht, Apps in Teams hochzuladen (oder die Hilfe Ihres Microsoft-365-Administrators).

1. **Bot.** Legen Sie im [Azure-Portal](https://portal.azure.com) einen *Azure Bot* an, App-Typ *Single Tenant*, und lassen Sie eine neue
   Microsoft-App-ID erstellen. Kopieren Sie unter *Konfiguration* die **Microsoft-App-ID** und die **App-Mandanten-ID**.
2. **Geheimnis.** *Konfiguration, Kennwort verwalten, Zertifikate & Geheimnisse, Neuer geheimer Clientschlüssel*: Kopieren Sie den **Wert**
   sofort, und den Tag, an dem er endet (nach höchstens zwei Jahren): Oase erinnert Sie zwei Wochen vorher, Microsoft nicht.
3. **Hier.** Speichern Sie alle Angaben; Oase zeigt dann die Webhook-Adresse.
4. **Messaging-Endpunkt.** Tragen Sie diese Adresse unter *Konfiguration, Messaging-Endpunkt* ein.
5. **Teams.** *Kanäle, Microsoft Teams*: einschalten und die Bedingungen annehmen.
6. **App.** Legen Sie im [Developer Portal](https://dev.teams.microsoft.com/apps) eine App an, fügen Sie den Bot mit dem Bereich *Personal*
   hinzu (und *Team*, wenn er in Kanälen seinen Namen hören soll) und erlauben Sie *Upload and download files*. Unter *Permissions* kommt
   `ChatMessageReadReceipt.Read.Chat` dazu, damit Oase erfährt, was gelesen wurde. Veröffentlichen Sie sie in Ihrer Organisation, für
   Kunden anderer Firmen im Store.
7. Drücken Sie hier auf *Verbindung prüfen*, öffnen Sie die App in Teams und schreiben Sie ihr.
"""

GUIDE = Words(_EN, _DE)
