"""What to create at Meta, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need a professional Instagram account (*Business* or *Creator*) that is linked to a Facebook page, and a Meta business
portfolio that owns both. One account here carries direct messages, comments and mentions.

1. **App.** At [developers.facebook.com](https://developers.facebook.com/apps) create an app of the type *Business* in your
   business portfolio and add the products *Messenger* (with *Instagram settings*), *Instagram* and *Webhooks*. Under *App
   settings, Basic* copy the **app ID** and the **app secret**. The app that carries your page may carry Instagram as well.
2. **IDs.** In the page's settings, *Linked accounts*, link the Instagram account. The **page ID** is on the page under
   *About, Page transparency*. In the [Graph API Explorer](https://developers.facebook.com/tools/explorer) ask for
   `<page ID>?fields=instagram_business_account`: that is the **ID of the Instagram account**.
3. **In the Instagram app:** *Settings, Messages and story replies, Message controls, Connected tools*: **allow access to
   messages**. Without it no direct message arrives.
4. **Access token.** Under [Business settings, Users, System users](https://business.facebook.com/settings/system-users)
   create a system user with the role *Admin*, assign it the app, the page and the Instagram account with *full control*, and
   generate a token, expiry *never*, with exactly these permissions: `instagram_basic`, `instagram_manage_messages`,
   `instagram_manage_comments`, `pages_messaging`, `pages_manage_metadata`, `pages_show_list`, `pages_read_engagement`. In the
   Graph API Explorer enter it and ask for `me/accounts`: the `access_token` beside your page is the **page access token**.
5. **Test and save** the account here: Oase tells Meta the webhook's address. If Meta does not take it from here, enter it by
   hand: in the app under *Webhooks*, object *Instagram*, with the callback URL and the verify token of this page and the fields
   `messages`, `message_reactions`, `message_edit`, `messaging_postbacks`, `messaging_seen`, `messaging_referral`,
   `messaging_handover`, `standby`, `comments`, `live_comments`, `mentions`.
6. **Review.** In *App review* ask for advanced access to the permissions above, and for the feature *Human Agent* if people
   shall answer for seven days instead of 24 hours. Until Meta has agreed, only people with a role in the app are heard.
7. **Live.** Switch the app to *Live*, then write to your account from another one and comment on a post.

To change the app secret without losing a message, enter the new one beside the old one first: Oase accepts both.
"""

_DE = """\
Sie brauchen ein professionelles Instagram-Konto (*Business* oder *Creator*), das mit einer Facebook-Seite verknüpft ist, und
ein Meta-Unternehmensportfolio, dem beides gehört. Ein Anschluss trägt hier Direktnachrichten, Kommentare und Erwähnungen.

1. **App.** Legen Sie unter [developers.facebook.com](https://developers.facebook.com/apps) in Ihrem Unternehmensportfolio
   eine App vom Typ *Business* an und fügen Sie die Produkte *Messenger* (mit *Instagram-Einstellungen*), *Instagram* und
   *Webhooks* hinzu. Kopieren Sie unter *App-Einstellungen, Allgemeines* die **App-ID** und den **App-Geheimcode**. Die App
   Ihrer Seite darf auch Instagram tragen.
2. **IDs.** Verknüpfen Sie in den Einstellungen der Seite unter *Verknüpfte Konten* das Instagram-Konto. Die **Seiten-ID**
   steht auf der Seite unter *Info, Seitentransparenz*. Fragen Sie im [Graph API
   Explorer](https://developers.facebook.com/tools/explorer) `<Seiten-ID>?fields=instagram_business_account` ab: Das ist die
   **ID des Instagram-Kontos**.
3. **In der Instagram-App:** *Einstellungen, Nachrichten und Story-Antworten, Nachrichteneinstellungen, Verbundene Tools*:
   **Zugriff auf Nachrichten erlauben**. Sonst kommt keine Direktnachricht an.
4. **Zugriffsschlüssel.** Legen Sie unter [Unternehmenseinstellungen, Nutzer,
   Systemnutzer](https://business.facebook.com/settings/system-users) einen Systembenutzer mit der Rolle *Admin* an, weisen
   Sie ihm App, Seite und Instagram-Konto mit *voller Kontrolle* zu und erzeugen Sie einen Schlüssel, Ablauf *nie*, mit genau
   diesen Berechtigungen: `instagram_basic`, `instagram_manage_messages`, `instagram_manage_comments`, `pages_messaging`,
   `pages_manage_metadata`, `pages_show_list`, `pages_read_engagement`. Geben Sie ihn im Graph API Explorer ein und fragen Sie
   `me/accounts` ab: Der `access_token` neben Ihrer Seite ist der **Seiten-Zugriffsschlüssel**.
5. **Prüfen und speichern** Sie den Anschluss hier: Oase nennt Meta die Adresse des Webhooks. Nimmt Meta sie von hier nicht an,
   tragen Sie sie von Hand ein: in der App unter *Webhooks*, Objekt *Instagram*, mit der Callback-URL und dem
   Bestätigungstoken dieser Seite und den Feldern `messages`, `message_reactions`, `message_edit`, `messaging_postbacks`,
   `messaging_seen`, `messaging_referral`, `messaging_handover`, `standby`, `comments`, `live_comments`, `mentions`.
6. **Prüfung.** Beantragen Sie unter *App-Überprüfung* den erweiterten Zugriff auf die Berechtigungen oben, und die Funktion
   *Human Agent*, falls Menschen sieben Tage statt 24 Stunden antworten sollen. Bis Meta zugestimmt hat, werden nur Personen
   mit einer Rolle in der App gehört.
7. **Live.** Schalten Sie die App auf *Live*. Schreiben Sie Ihrem Konto dann von einem anderen aus und kommentieren Sie einen
   Beitrag.

Um den App-Geheimcode ohne Verlust einer Nachricht zu wechseln, tragen Sie zuerst den neuen neben dem alten ein: Oase nimmt
beide an.
"""

GUIDE = Words(_EN, _DE)
