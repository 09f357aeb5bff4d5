"""What to create in Discourse, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need to be an administrator of the forum.

1. **User.** Create a user for the answers, for example `serviceteam`, and make it a *moderator*.
2. **API key.** *Admin, Advanced, API keys, Add API key*: description `Oase`, user level *Single user* and this user, scope
   *Global*. Copy the key at once; Discourse shows it only this time.
3. Enter the forum's address, the user name and the key here and save. Oase shows a webhook address and a secret.
4. **Webhook.** *Admin, Advanced, Webhooks, Add webhook*: payload URL = the webhook address, content type `application/json`,
   *Secret* = the secret, *Select individual events*: the events of *Post*, *Topic* and *Like*. Check TLS certificate: on. Active: on.
5. Press *Test connection* here, then *Ping* in Discourse.

Without a webhook (a forum that cannot reach Oase) choose *Oase asks every minute*: then personal messages and likes do not arrive.
"""

_DE = """\
Sie müssen Administrator des Forums sein.

1. **Benutzer.** Legen Sie einen Benutzer für die Antworten an, zum Beispiel `serviceteam`, und machen Sie ihn zum *Moderator*.
2. **API-Schlüssel.** *Administration, Erweitert, API-Schlüssel, API-Schlüssel hinzufügen*: Beschreibung `Oase`, Benutzerebene
   *Einzelner Benutzer* und dieser Benutzer, Umfang *Global*. Kopieren Sie den Schlüssel sofort; Discourse zeigt ihn nur einmal.
3. Tragen Sie hier die Adresse des Forums, den Benutzernamen und den Schlüssel ein und speichern Sie. Oase zeigt eine
   Webhook-Adresse und ein Geheimnis.
4. **Webhook.** *Administration, Erweitert, Webhooks, Webhook hinzufügen*: Payload-URL = die Webhook-Adresse, Inhaltstyp
   `application/json`, *Geheimnis* = das Geheimnis, *Einzelne Ereignisse auswählen*: die Ereignisse von *Beitrag*, *Thema* und
   *Gefällt mir*. TLS-Zertifikat prüfen: an. Aktiv: an.
5. Drücken Sie hier auf *Verbindung prüfen*, dann in Discourse auf *Ping*.

Ohne Webhook (ein Forum, das Oase nicht erreicht) wählen Sie *Oase fragt jede Minute*: Dann kommen persönliche Nachrichten und
„Gefällt mir“ nicht an.
"""

GUIDE = Words(_EN, _DE)
