"""What to create on an XMPP server, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need an account of its own for your customer service, on your own XMPP server (Prosody, ejabberd, Openfire …) or on one that you trust.

1. **Account.** Create an account such as `support@example.org` and give it your company's name and picture. On Prosody:
   `prosodyctl adduser support@example.org`.
2. **Server.** It should have an archive (`mam`), copies (`carbons`) and file upload (`http_file_share`): with them nothing is lost while
   Oase is away, what colleagues write with another program is heard, and files reach customers. *Test connection* says what is missing.
3. **Here.** Enter address and password. The server is found by DNS; name it only if that does not work.
4. **Link.** Put `xmpp:support@example.org?message` on your website. Requests to see your presence are accepted.

Oase cannot read messages that are encrypted with OMEMO or OpenPGP; they are shown as such.
"""

_DE = """\
Sie brauchen ein eigenes Konto für Ihren Kundendienst, auf Ihrem eigenen XMPP-Server (Prosody, ejabberd, Openfire …) oder auf einem, dem
Sie vertrauen.

1. **Konto.** Legen Sie ein Konto wie `support@example.org` an und geben Sie ihm Namen und Bild Ihrer Firma. Bei Prosody:
   `prosodyctl adduser support@example.org`.
2. **Server.** Er sollte ein Archiv (`mam`), Kopien (`carbons`) und eine Dateiablage (`http_file_share`) haben: Damit geht nichts verloren,
   während Oase nicht da ist, wird gehört, was Kollegen mit einem anderen Programm schreiben, und Dateien erreichen Kunden. *Verbindung
   prüfen* sagt, was fehlt.
3. **Hier.** Tragen Sie Adresse und Passwort ein. Der Server wird über DNS gefunden; nennen Sie ihn nur, wenn das nicht gelingt.
4. **Link.** Setzen Sie `xmpp:support@example.org?message` auf Ihre Website. Anfragen, Ihre Anwesenheit zu sehen, werden angenommen.

Nachrichten, die mit OMEMO oder OpenPGP verschlüsselt sind, kann Oase nicht lesen; sie werden als solche gezeigt.
"""

GUIDE = Words(_EN, _DE)
