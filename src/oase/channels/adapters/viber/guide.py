"""What to create at Viber, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
1. **Bot.** Since February 2024 Viber creates bots on commercial terms only: apply through
   [Viber for business](https://www.forbusiness.viber.com/) or one of its partners. You become its administrator.
2. **Token.** In Viber or in the [Viber Admin Panel](https://partners.viber.com/) open the bot, *Edit info*, and copy the
   **app key** (authentication token). Whoever has it can write in your name.
3. Paste it here and press *Test connection*: the bot's name appears.
4. **Webhook.** Save: Oase tells Viber the webhook's address and the events `delivered`, `seen`, `failed`, `subscribed`,
   `unsubscribed`, `conversation_started`. Viber tries it at once, so the internet must reach this installation under
   `https://` with a certificate of a public authority.
5. Open the bot on a phone and write.

One bot belongs to one program: the webhook that was set last gets the messages.
"""

_DE = """\
1. **Bot.** Seit Februar 2024 legt Viber Bots nur noch gegen Entgelt an: Beantragen Sie ihn über
   [Viber for business](https://www.forbusiness.viber.com/) oder einen seiner Partner. Sie werden sein Administrator.
2. **Token.** Öffnen Sie den Bot in Viber oder im [Viber Admin Panel](https://partners.viber.com/), *Edit info*, und kopieren
   Sie den **App key** (Authentifizierungs-Token). Wer ihn hat, kann in Ihrem Namen schreiben.
3. Fügen Sie ihn hier ein und drücken Sie *Verbindung prüfen*: Der Name des Bots erscheint.
4. **Webhook.** Speichern Sie: Oase teilt Viber die Adresse des Webhooks mit und die Ereignisse `delivered`, `seen`, `failed`,
   `subscribed`, `unsubscribed`, `conversation_started`. Viber probiert sie sofort aus; das Internet muss diese Installation also
   unter `https://` mit einem Zertifikat einer öffentlichen Stelle erreichen.
5. Öffnen Sie den Bot auf einem Telefon und schreiben Sie.

Ein Bot gehört zu einem Programm: Der zuletzt gesetzte Webhook bekommt die Nachrichten.
"""

GUIDE = Words(_EN, _DE)
