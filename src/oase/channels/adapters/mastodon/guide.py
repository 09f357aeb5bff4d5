"""What to create on the server, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need an account on a server of the fediverse: Mastodon, or another one that speaks Mastodon's API (Pleroma, Akkoma,
GoToSocial, Pixelfed, Friendica …; what such a server lacks of it is missing here, too).

1. **Application.** Sign in on your server and open *Preferences, Development, New application*. Any name will do.
2. **Scopes.** Tick exactly these: `read:accounts`, `read:notifications`, `read:statuses`, `write:statuses`, `write:media`,
   `write:favourites`. Leave the redirect address as it is and submit.
3. **Token.** Open the application and copy *Your access token* into the field here. It does not expire.
4. **Bot.** If answers are written by machines, tick *This is an automated account* in your profile: many servers ask for it.
5. Press *Test connection*. Oase then knows your server's own limits, such as the length of a post.

Good to know:
- Oase asks the server every 20 seconds; no webhook address is needed.
- *Private mentions* are not secret: the administrators of both servers can read them. Never ask for passwords or account numbers.
- Posts for followers only count as private here: an answer goes to their author alone.
- Nobody tells us when a post is edited or deleted. Oase looks again at the last 20 mentions every five minutes, on servers
  from Mastodon 4.3 on; later changes stay unseen.
"""

_DE = """\
Sie brauchen ein Konto auf einem Server des Fediverse: Mastodon, oder ein anderer, der Mastodons Schnittstelle spricht (Pleroma,
Akkoma, GoToSocial, Pixelfed, Friendica …; was so einem Server davon fehlt, fehlt auch hier).

1. **Anwendung.** Melden Sie sich auf Ihrem Server an und öffnen Sie *Einstellungen, Entwicklung, Neue Anwendung*. Der Name ist
   beliebig.
2. **Berechtigungen.** Wählen Sie genau diese: `read:accounts`, `read:notifications`, `read:statuses`, `write:statuses`,
   `write:media`, `write:favourites`. Lassen Sie die Weiterleitungsadresse, wie sie ist, und speichern Sie.
3. **Schlüssel.** Öffnen Sie die Anwendung und kopieren Sie *Dein Zugangs-Token* hier in das Feld. Er läuft nicht ab.
4. **Bot.** Wenn Maschinen antworten, wählen Sie in Ihrem Profil *Dieses Profil ist automatisiert*: viele Server verlangen es.
5. Drücken Sie *Verbindung prüfen*. Dann kennt Oase auch die Grenzen Ihres Servers, etwa die Länge eines Beitrags.

Gut zu wissen:
- Oase fragt den Server alle 20 Sekunden; eine Webhook-Adresse ist nicht nötig.
- *Private Erwähnungen* sind nicht geheim: die Betreiber beider Server können sie lesen. Fragen Sie nie nach Passwörtern oder
  Kontonummern.
- Beiträge nur für Follower gelten hier als privat: eine Antwort geht allein an ihren Verfasser.
- Niemand sagt uns, wenn ein Beitrag bearbeitet oder gelöscht wird. Oase sieht sich die letzten 20 Erwähnungen alle fünf Minuten
  wieder an, auf Servern ab Mastodon 4.3; spätere Änderungen bleiben ungesehen.
"""

GUIDE = Words(_EN, _DE)
