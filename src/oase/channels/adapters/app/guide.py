"""How a company's app speaks to Oase: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
**The ready-made app.** Open `/app/ACCOUNT/` below this Oase's address on a phone and choose *Add to home screen*. Link to it from your
site, your mails, your invoices. Nothing else is to be done.

**Your own app.** It speaks to `/app/ACCOUNT/v1/…`; the whole description is at `/app/v1/openapi.json` (OpenAPI).

1. `POST session` gives a token, which goes along as `Authorization: Bearer …`. Without a user it is an anonymous customer.
2. Who is signed in, your server says with a JWT (HS256, the secret below): `sub` and `exp`, also `name`, `email`, `phone`. The app sends it
   as `user`; what was said before stays with the customer.
3. `POST messages` (with an `id` of your own: repeated is harmless), `GET messages`, `POST files`, `POST typing`, `POST read`,
   `GET unread`, and `GET stream` (server-sent events).
4. `PUT devices` registers a phone for push messages: a token of Firebase Cloud Messaging, or a subscription of Web Push. For
   Firebase create a project, *Project settings, Service accounts, Generate new private key*, and paste the file here. For iPhones upload
   your APNs key in Firebase, *Cloud Messaging*: Firebase passes on to Apple.
"""

_DE = """\
**Die fertige App.** Öffnen Sie `/app/ANSCHLUSS/` unter der Adresse dieser Oase auf einem Telefon und wählen Sie *Zum Startbildschirm*.
Verlinken Sie sie auf Ihrer Seite, in Mails, auf Rechnungen. Mehr ist nicht zu tun.

**Ihre eigene App.** Sie spricht mit `/app/ANSCHLUSS/v1/…`; die ganze Beschreibung liegt unter `/app/v1/openapi.json` (OpenAPI).

1. `POST session` gibt ein Token, das als `Authorization: Bearer …` mitgeht. Ohne Benutzer ist es ein anonymer Kunde.
2. Wer angemeldet ist, sagt Ihr Server mit einem JWT (HS256, das Geheimnis unten): `sub` und `exp`, auch `name`, `email`, `phone`. Die
   App schickt es als `user`; was vorher gesagt wurde, bleibt beim Kunden.
3. `POST messages` (mit einer eigenen `id`: Wiederholen schadet nicht), `GET messages`, `POST files`, `POST typing`, `POST read`,
   `GET unread` und `GET stream` (Server-sent Events).
4. `PUT devices` meldet ein Telefon für Push-Nachrichten an: ein Token von Firebase Cloud Messaging oder ein Abonnement von Web Push. Für
   Firebase legen Sie ein Projekt an, *Projekteinstellungen, Dienstkonten, Neuen privaten Schlüssel generieren*, und fügen die Datei
   hier ein. Für iPhones laden Sie Ihren APNs-Schlüssel in Firebase unter *Cloud Messaging* hoch: Firebase reicht an Apple weiter.
"""

GUIDE = Words(_EN, _DE)
