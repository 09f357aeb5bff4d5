"""What to create at Telegram, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
1. **Bot.** In Telegram open [@BotFather](https://t.me/BotFather) and send `/newbot`. Enter a name, which customers see, and
   a user name that ends in `bot`. Copy the **token** that it shows; whoever has it can write in your name.
2. **Face.** Still at @BotFather: `/setuserpic` for your logo, `/setdescription` for what people read before they press
   *Start*, `/setabouttext` for the profile.
3. **Token.** Paste it here and press *Test connection*: the bot's name appears.
4. **Arrival.** If the internet reaches this installation under an address with `https://` (port 443, 80, 88 or 8443), leave
   *Telegram delivers to Oase*. Otherwise choose *Oase asks Telegram*. When you save, Oase arranges the rest with Telegram.
5. Open `https://t.me/` with the bot's user name behind it, press *Start*, and write.

**Groups.** Add the bot to a group and it takes part as a public conversation: it hears commands, its @name and answers to its
messages. `/setprivacy` at @BotFather may stay *Enabled*. To delete messages there, make it an administrator.

**Your personal account.** With Telegram Business, switch on *Business Mode* for the bot (@BotFather, *Bot Settings*), then in
Telegram under *Settings, Business, Chatbots* connect it and let it reply: chats with your personal account arrive here too.

One bot belongs to one program. If another one uses the same token, Telegram delivers to one of them only.
"""

_DE = """\
1. **Bot.** Öffnen Sie in Telegram [@BotFather](https://t.me/BotFather) und senden Sie `/newbot`. Geben Sie einen Namen ein,
   den Kundinnen und Kunden sehen, und einen Benutzernamen, der auf `bot` endet. Kopieren Sie den **Token**; wer ihn hat, kann
   in Ihrem Namen schreiben.
2. **Gesicht.** Ebenfalls bei @BotFather: `/setuserpic` für Ihr Logo, `/setdescription` für den Text vor dem Drücken von
   *Start*, `/setabouttext` für das Profil.
3. **Token.** Fügen Sie ihn hier ein und drücken Sie *Verbindung prüfen*: Der Name des Bots erscheint.
4. **Ankunft.** Ist diese Installation aus dem Internet unter einer Adresse mit `https://` erreichbar (Port 443, 80, 88 oder
   8443), lassen Sie *Telegram liefert an Oase* stehen. Sonst wählen Sie *Oase fragt bei Telegram nach*. Beim Speichern regelt
   Oase den Rest mit Telegram.
5. Öffnen Sie `https://t.me/` mit dem Benutzernamen des Bots dahinter, drücken Sie *Start* und schreiben Sie.

**Gruppen.** Nehmen Sie den Bot in eine Gruppe auf, und er nimmt als öffentliches Gespräch teil: Er hört Befehle, seinen
@Namen und Antworten auf seine Nachrichten. `/setprivacy` bei @BotFather kann *Enabled* bleiben. Damit er dort Nachrichten
löschen kann, machen Sie ihn zum Administrator.

**Ihr persönliches Konto.** Mit Telegram Business schalten Sie für den Bot den *Business Mode* ein (@BotFather, *Bot
Settings*) und verbinden ihn in Telegram unter *Einstellungen, Business, Chatbots* mit dem Recht zu antworten: Chats mit Ihrem
persönlichen Konto kommen dann auch hier an.

Ein Bot gehört zu einem Programm. Benutzt ein anderes denselben Token, liefert Telegram nur an eines davon.
"""

GUIDE = Words(_EN, _DE)
