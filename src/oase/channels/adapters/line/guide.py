"""What to create at LINE, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need a LINE Official Account; the free plan is enough to begin with.

1. **Account.** In the [LINE Official Account Manager](https://manager.line.biz/) create an account for your company.
2. **Messaging API.** There under *Settings, Messaging API* press *Enable Messaging API* and choose a provider. LINE creates a
   channel in the [LINE Developers Console](https://developers.line.biz/console/).
3. **Secret.** In the console open the channel, *Basic settings*, and copy the **channel secret**.
4. **Token.** *Messaging API*, at the bottom: issue a **channel access token (long-lived)** and copy it.
5. **Replies.** In the Official Account Manager under *Settings, Response settings* switch *Auto-response messages* off and
   *Webhooks* on; otherwise LINE answers in your name.
6. Save here: Oase tells LINE the webhook URL. In the console under *Messaging API* switch **Use webhook** on, and
   **Webhook redelivery** as well, so that nothing is lost while Oase is away.
7. Press *Test connection* here, then add your account as a friend and write.

**Groups.** Allow the bot to join groups (*Messaging API, Allow bot to join group chats*), and invite it. There it hears texts
that name it.

To change the channel secret without losing a message, enter the new one beside the old one first: Oase accepts both.
"""

_DE = """\
Sie brauchen einen LINE Official Account; der kostenlose Tarif genügt für den Anfang.

1. **Konto.** Legen Sie im [LINE Official Account Manager](https://manager.line.biz/) ein Konto für Ihr Unternehmen an.
2. **Messaging API.** Drücken Sie dort unter *Settings, Messaging API* auf *Enable Messaging API* und wählen Sie einen
   Provider. LINE legt einen Kanal in der [LINE Developers Console](https://developers.line.biz/console/) an.
3. **Geheimnis.** Öffnen Sie in der Konsole den Kanal, *Basic settings*, und kopieren Sie das **Channel secret**.
4. **Schlüssel.** *Messaging API*, ganz unten: Erzeugen Sie einen **Channel access token (long-lived)** und kopieren Sie ihn.
5. **Antworten.** Schalten Sie im Official Account Manager unter *Settings, Response settings* die *Auto-response messages* aus
   und *Webhooks* ein; sonst antwortet LINE in Ihrem Namen.
6. Speichern Sie hier: Oase teilt LINE die Webhook-URL mit. Schalten Sie in der Konsole unter *Messaging API* **Use webhook**
   ein, ebenso **Webhook redelivery**, damit nichts verloren geht, während Oase nicht erreichbar ist.
7. Drücken Sie hier auf *Verbindung prüfen*, fügen Sie Ihr Konto als Freund hinzu und schreiben Sie.

**Gruppen.** Erlauben Sie dem Bot, Gruppen beizutreten (*Messaging API, Allow bot to join group chats*), und laden Sie ihn ein.
Dort hört er Texte, die ihn nennen.

Um das Channel secret ohne Verlust einer Nachricht zu wechseln, tragen Sie zuerst das neue neben dem alten ein: Oase nimmt beide
an.
"""

GUIDE = Words(_EN, _DE)
