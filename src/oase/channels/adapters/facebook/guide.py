"""What to create at Meta, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need a Facebook page and a Meta business portfolio that owns it. One account here carries both: messages (Messenger) and
what happens on the page (posts, comments, mentions, recommendations).

1. **App.** At [developers.facebook.com](https://developers.facebook.com/apps) create an app of the type *Business* in your
   business portfolio and add the products *Messenger* and *Webhooks*. Under *App settings, Basic* copy the **app ID** and the
   **app secret**.
2. **Page ID.** On your page, *About, Page transparency*: a row of about 15 digits.
3. **System user.** Under [Business settings, Users, System users](https://business.facebook.com/settings/system-users) create
   a system user with the role *Admin*. Assign it the app and the page, both with *full control*.
4. **Access token.** Generate a token for this system user and your app, expiry *never*, with exactly these permissions:
   `pages_messaging`, `pages_manage_metadata`, `pages_show_list`, `pages_read_engagement`, `pages_read_user_content`,
   `pages_manage_engagement`. In the [Graph API Explorer](https://developers.facebook.com/tools/explorer) enter it and ask for
   `me/accounts`: the `access_token` beside your page is the **page access token**. It does not expire.
5. **Test and save** the account here: Oase tells Meta the webhook's address and the fields. (By hand: in the
   app under *Webhooks*, object *Page*, with the callback URL and the verify token of this page.)
6. **Review.** In *App review* ask for advanced access to the permissions above, and for the feature *Human Agent* if people
   shall answer for seven days instead of 24 hours. Until Meta has agreed, only people with a role in the app are heard.
7. **Live.** Switch the app to *Live*, then write to your page from a phone and comment on a post.

To change the app secret without losing a message, enter the new one beside the old one first: Oase accepts both.
"""

_DE = """\
Sie brauchen eine Facebook-Seite und ein Meta-Unternehmensportfolio, dem sie gehört. Ein Anschluss trägt hier beides:
Nachrichten (Messenger) und was auf der Seite geschieht (Beiträge, Kommentare, Erwähnungen, Empfehlungen).

1. **App.** Legen Sie unter [developers.facebook.com](https://developers.facebook.com/apps) in Ihrem Unternehmensportfolio
   eine App vom Typ *Business* an und fügen Sie die Produkte *Messenger* und *Webhooks* hinzu. Kopieren Sie unter
   *App-Einstellungen, Allgemeines* die **App-ID** und den **App-Geheimcode**.
2. **Seiten-ID.** Auf Ihrer Seite unter *Info, Seitentransparenz*: eine Reihe von etwa 15 Ziffern.
3. **Systembenutzer.** Legen Sie unter [Unternehmenseinstellungen, Nutzer,
   Systemnutzer](https://business.facebook.com/settings/system-users) einen Systembenutzer mit der Rolle *Admin* an. Weisen
   Sie ihm die App und die Seite zu, jeweils mit *voller Kontrolle*.
4. **Zugriffsschlüssel.** Erzeugen Sie für diesen Systembenutzer und Ihre App einen Schlüssel, Ablauf *nie*, mit genau diesen
   Berechtigungen: `pages_messaging`, `pages_manage_metadata`, `pages_show_list`, `pages_read_engagement`,
   `pages_read_user_content`, `pages_manage_engagement`. Geben Sie ihn im [Graph API
   Explorer](https://developers.facebook.com/tools/explorer) ein und fragen Sie `me/accounts` ab: Der `access_token` neben
   Ihrer Seite ist der **Seiten-Zugriffsschlüssel**. Er läuft nicht ab.
5. **Prüfen und speichern** Sie den Anschluss hier: Oase nennt Meta die Adresse des Webhooks und die Felder. (Von Hand: in der
   App unter *Webhooks*, Objekt *Page*, mit der Callback-URL und dem Bestätigungstoken dieser Seite.)
6. **Prüfung.** Beantragen Sie unter *App-Überprüfung* den erweiterten Zugriff auf die Berechtigungen oben, und die Funktion
   *Human Agent*, falls Menschen sieben Tage statt 24 Stunden antworten sollen. Bis Meta zugestimmt hat, werden nur Personen
   mit einer Rolle in der App gehört.
7. **Live.** Schalten Sie die App auf *Live*. Schreiben Sie dann von einem Telefon an Ihre Seite und kommentieren Sie einen
   Beitrag.

Um den App-Geheimcode ohne Verlust einer Nachricht zu wechseln, tragen Sie zuerst den neuen neben dem alten ein: Oase nimmt
beide an.
"""

GUIDE = Words(_EN, _DE)
