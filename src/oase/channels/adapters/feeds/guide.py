"""What to look for: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
Oase reads a blog, a news page or a forum by its feed: each article becomes a public conversation, comments join it. Nobody can
answer through a feed; the conversation leads to the article's page. For a blog of your own with WordPress use the channel
*WordPress*: there you answer and moderate.

1. Find the feed's address. Blogs of WordPress have it at `/feed/`, many others at `/rss`, `/atom.xml` or `/feed.json`. Where no
   button shows it, look into the page's source for `rel="alternate"`.
2. Enter the address and press *Test connection*: Oase shows the feed's title and how many entries it holds.
3. Articles of the last seven days are taken in at once, then everything new. An entry that is changed is shown as changed.

The place where feeds are read needs no account and no password. Feeds behind a sign-in are not read.
"""

_DE = """\
Oase liest ein Blog, eine Nachrichtenseite oder ein Forum über den Feed: Jeder Artikel wird ein öffentliches Gespräch, Kommentare
kommen hinzu. Über einen Feed kann niemand antworten; das Gespräch führt zur Seite des Artikels. Für ein eigenes Blog mit WordPress
nehmen Sie den Kanal *WordPress*: Dort antworten und moderieren Sie.

1. Suchen Sie die Adresse des Feeds. Blogs mit WordPress haben ihn unter `/feed/`, viele andere unter `/rss`, `/atom.xml` oder
   `/feed.json`. Wo kein Knopf ihn zeigt, steht er im Quelltext der Seite bei `rel="alternate"`.
2. Tragen Sie die Adresse ein und drücken Sie *Verbindung prüfen*: Oase zeigt den Titel des Feeds und die Zahl der Einträge.
3. Artikel der letzten sieben Tage werden sofort aufgenommen, danach alles Neue. Geänderte Einträge werden als geändert gezeigt.

Zum Lesen von Feeds braucht es kein Konto und kein Passwort. Feeds hinter einer Anmeldung werden nicht gelesen.
"""

GUIDE = Words(_EN, _DE)
