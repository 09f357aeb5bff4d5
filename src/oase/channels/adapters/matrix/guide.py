"""What to create on a Matrix server, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need a Matrix user of its own for your customer service, on your own homeserver or on one that you trust.

1. **User.** Create a user such as `@support:example.org` and give it your company's name and picture as its profile: customers see them.
2. **Access token.** Sign this user in once, for Oase alone. With any Matrix app: *Settings, Help & About, Access Token*; then close
   the app **without signing out**. Or from a command line:
   `curl -d '{"type":"m.login.password","identifier":{"type":"m.id.user","user":"support"},"password":"…",
   "initial_device_display_name":"Oase"}' https://matrix.example.org/_matrix/client/v3/login`
3. **Here.** Enter the homeserver's address, the user id and the token, and press *Test connection*.
4. **No encryption.** Oase cannot read end-to-end encrypted chats. Customers of your own server start unencrypted chats if its
   `/.well-known/matrix/client` says `"io.element.e2ee": {"default": false}`; others can switch encryption off when they begin a chat.
   What arrives encrypted is shown as such, so that you can ask for it again.
5. **Link.** Put `https://matrix.to/#/@support:example.org` on your website. When a customer invites your user into a direct chat,
   Oase enters it by itself.

The token works until the user signs out of that session or changes its password; then the account says *needs sign-in* and keeps
what is waiting.
"""

_DE = """\
Sie brauchen einen eigenen Matrix-Benutzer für Ihren Kundendienst, auf Ihrem eigenen Homeserver oder auf einem, dem Sie vertrauen.

1. **Benutzer.** Legen Sie einen Benutzer wie `@support:example.org` an und geben Sie ihm Namen und Bild Ihrer Firma als Profil: Kunden
   sehen beides.
2. **Zugriffsschlüssel.** Melden Sie diesen Benutzer einmal nur für Oase an. Mit einer beliebigen Matrix-App: *Einstellungen, Hilfe und
   Info, Zugriffstoken*; schließen Sie die App danach, **ohne sich abzumelden**. Oder auf einer Kommandozeile:
   `curl -d '{"type":"m.login.password","identifier":{"type":"m.id.user","user":"support"},"password":"…",
   "initial_device_display_name":"Oase"}' https://matrix.example.org/_matrix/client/v3/login`
3. **Hier.** Tragen Sie Adresse des Homeservers, Benutzerkennung und Schlüssel ein und drücken Sie *Verbindung prüfen*.
4. **Keine Verschlüsselung.** Oase kann Ende-zu-Ende-verschlüsselte Chats nicht lesen. Kunden Ihres eigenen Servers beginnen
   unverschlüsselte Chats, wenn dessen `/.well-known/matrix/client` `"io.element.e2ee": {"default": false}` enthält; andere können die
   Verschlüsselung beim Beginn eines Chats abschalten. Was verschlüsselt ankommt, wird als solches gezeigt, sodass Sie darum bitten
   können, es noch einmal zu senden.
5. **Link.** Setzen Sie `https://matrix.to/#/@support:example.org` auf Ihre Website. Lädt ein Kunde Ihren Benutzer in einen direkten Chat
   ein, tritt Oase von selbst ein.

Der Schlüssel gilt, bis der Benutzer diese Sitzung abmeldet oder sein Passwort ändert; dann zeigt der Anschluss *Anmeldung nötig* und
behält, was wartet.
"""

GUIDE = Words(_EN, _DE)
