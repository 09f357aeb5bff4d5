"""What to create at Meta, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need a Meta business portfolio and a phone number that is not in use with the WhatsApp app.

1. **App.** At [developers.facebook.com](https://developers.facebook.com/apps) create an app of the type *Business* in your
   business portfolio and add the product *WhatsApp*. Under *App settings, Basic* copy the **app secret**.
2. **Number.** In the [WhatsApp Manager](https://business.facebook.com/wa/manage) create a WhatsApp Business account, add
   your number and confirm it by SMS or call. Copy the **phone number ID** and the **WhatsApp Business account ID**. Add a
   payment method.
3. **System user.** Under [Business settings, Users, System users](https://business.facebook.com/settings/system-users)
   create a system user with the role *Admin*. Assign it the app (*full control*) and the WhatsApp account (*full control*).
4. **Access token.** Generate a token for this system user and your app, expiry *never*, with exactly these permissions:
   `whatsapp_business_messaging` and `whatsapp_business_management`. Copy it at once; Meta shows it only this time.
5. **Webhook.** Enter everything here and save: this page then shows the webhook address and the verify token. In the app under
   *WhatsApp, Configuration* enter both as callback URL and verify token, and subscribe to these fields: `messages`,
   `message_template_status_update`, `message_template_quality_update`, `phone_number_quality_update`, `account_update`,
   `account_alerts`, `user_preferences`, `business_capability_update`, `security`; also `smb_message_echoes` if you use the number
   with the WhatsApp Business app too. Then, once, in the [Graph API Explorer](https://developers.facebook.com/tools/explorer)
   with the token of step 4: method `POST`, address `<WhatsApp Business account ID>/subscribed_apps`. Without it no message
   arrives.
6. **Live.** Switch the app to *Live*; in development mode Meta delivers test messages only.
7. Press *Test connection* here, then write to your number from a phone.

To change the app secret without losing a message, enter the new one beside the old one first: Oase accepts both.
"""

_DE = """\
Sie brauchen ein Meta-Unternehmensportfolio und eine Telefonnummer, die nicht in der WhatsApp-App benutzt wird.

1. **App.** Legen Sie unter [developers.facebook.com](https://developers.facebook.com/apps) in Ihrem Unternehmensportfolio
   eine App vom Typ *Business* an und fügen Sie das Produkt *WhatsApp* hinzu. Kopieren Sie unter *App-Einstellungen,
   Allgemeines* den **App-Geheimcode**.
2. **Nummer.** Legen Sie im [WhatsApp Manager](https://business.facebook.com/wa/manage) ein WhatsApp-Business-Konto an,
   fügen Sie Ihre Nummer hinzu und bestätigen Sie sie per SMS oder Anruf. Kopieren Sie die **Telefonnummer-ID** und die
   **WhatsApp-Business-Konto-ID**. Hinterlegen Sie eine Zahlungsmethode.
3. **Systembenutzer.** Legen Sie unter [Unternehmenseinstellungen, Nutzer,
   Systemnutzer](https://business.facebook.com/settings/system-users) einen Systembenutzer mit der Rolle *Admin* an. Weisen
   Sie ihm die App und das WhatsApp-Konto zu, jeweils mit *voller Kontrolle*.
4. **Zugriffsschlüssel.** Erzeugen Sie für diesen Systembenutzer und Ihre App einen Schlüssel, Ablauf *nie*, mit genau
   diesen Berechtigungen: `whatsapp_business_messaging` und `whatsapp_business_management`. Kopieren Sie ihn sofort; Meta
   zeigt ihn nur einmal.
5. **Webhook.** Tragen Sie hier alles ein und speichern Sie: Diese Seite zeigt dann die Webhook-Adresse und das
   Bestätigungstoken. Tragen Sie beides in der App unter *WhatsApp, Konfiguration* als Callback-URL und Bestätigungstoken ein,
   und abonnieren Sie diese Felder: `messages`, `message_template_status_update`, `message_template_quality_update`,
   `phone_number_quality_update`, `account_update`, `account_alerts`, `user_preferences`, `business_capability_update`,
   `security`; auch `smb_message_echoes`, wenn Sie die Nummer zusätzlich mit der App nutzen. Senden Sie danach einmal im [Graph
   API Explorer](https://developers.facebook.com/tools/explorer) mit dem Schlüssel aus Schritt 4: Methode `POST`, Adresse
   `<WhatsApp-Business-Konto-ID>/subscribed_apps`. Sonst kommt keine Nachricht an.
6. **Live.** Schalten Sie die App auf *Live*; im Entwicklungsmodus stellt Meta nur Testnachrichten zu.
7. Drücken Sie hier auf *Verbindung prüfen* und schreiben Sie dann von einem Telefon an Ihre Nummer.

Um den App-Geheimcode ohne Verlust einer Nachricht zu wechseln, tragen Sie zuerst den neuen neben dem alten ein: Oase nimmt
beide an.
"""

GUIDE = Words(_EN, _DE)
