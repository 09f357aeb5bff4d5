"""What to create at Slack, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need a Slack workspace in which you may install apps. For customers of other companies you need Slack Connect (a paid plan).

1. **App.** At [api.slack.com/apps](https://api.slack.com/apps) choose *Create New App, From scratch*, name it as customers shall see it.
2. **Scopes.** *OAuth & Permissions, Bot Token Scopes*: `chat:write`, `im:history`, `im:write`, `channels:read`, `channels:history`,
   `groups:read`, `groups:history`, `users:read`, `users:read.email`, `files:read`, `files:write`, `reactions:read`, `reactions:write`.
3. **Install.** *Install to Workspace*; copy the **Bot User OAuth Token** (`xoxb-…`). Under *Basic Information* copy the **signing secret**.
   Save both here.
4. **Events.** *Event Subscriptions*, switch on, enter the webhook address that Oase shows; Slack checks it at once. *Subscribe to bot
   events*: `message.im`, `message.channels`, `message.groups`, `reaction_added`, `reaction_removed`, `channel_shared`, `channel_unshared`,
   `shared_channel_invite_accepted`, `tokens_revoked`, `app_uninstalled`. If Slack asks to reinstall the app, do so.
5. **Buttons.** *Interactivity & Shortcuts*, switch on, enter the same address.
6. **Direct messages.** *App Home*: switch on *Messages Tab* and *Allow users to send messages*.
7. **Channels.** Invite the app into each channel that you share with a customer: `/invite @name`.
8. Press *Test connection*, then write to the app.
"""

_DE = """\
Sie brauchen einen Slack-Workspace, in dem Sie Apps installieren dürfen. Für Kunden anderer Firmen brauchen Sie Slack Connect (einen
bezahlten Tarif).

1. **App.** Wählen Sie unter [api.slack.com/apps](https://api.slack.com/apps) *Create New App, From scratch* und geben Sie ihr den Namen,
   den Kunden sehen sollen.
2. **Berechtigungen.** *OAuth & Permissions, Bot Token Scopes*: `chat:write`, `im:history`, `im:write`, `channels:read`,
   `channels:history`, `groups:read`, `groups:history`, `users:read`, `users:read.email`, `files:read`, `files:write`, `reactions:read`,
   `reactions:write`.
3. **Installieren.** *Install to Workspace*; kopieren Sie den **Bot User OAuth Token** (`xoxb-…`). Kopieren Sie unter *Basic Information*
   das **Signing Secret**. Speichern Sie beides hier.
4. **Ereignisse.** *Event Subscriptions* einschalten und die Webhook-Adresse eintragen, die Oase zeigt; Slack prüft sie sofort.
   *Subscribe to bot events*: `message.im`, `message.channels`, `message.groups`, `reaction_added`, `reaction_removed`, `channel_shared`,
   `channel_unshared`, `shared_channel_invite_accepted`, `tokens_revoked`, `app_uninstalled`. Verlangt Slack, die App neu zu
   installieren, tun Sie es.
5. **Schaltflächen.** *Interactivity & Shortcuts* einschalten und dieselbe Adresse eintragen.
6. **Direktnachrichten.** *App Home*: *Messages Tab* und *Allow users to send messages* einschalten.
7. **Kanäle.** Laden Sie die App in jeden Kanal ein, den Sie mit einem Kunden teilen: `/invite @name`.
8. Drücken Sie *Verbindung prüfen* und schreiben Sie dann an die App.
"""

GUIDE = Words(_EN, _DE)
