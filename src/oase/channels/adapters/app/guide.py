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
4. `PUT devices` registers a phone for push messages: a subscription of Web Push (`webpush`), a token of Firebase Cloud Messaging
   (`fcm`), or a device token of Apple's push service (`apns`).

**Push messages through Firebase**, for Android and iOS. In the *Firebase console* create a project, then *Project settings, Service
accounts, Generate new private key*, and paste the file here. For iPhones upload your APNs key in Firebase as well, *Cloud Messaging*.

**Push messages to iPhones without Firebase.** At *developer.apple.com*, *Certificates, Identifiers & Profiles*:

1. *Identifiers*: your app's identifier with the capability *Push Notifications*. Its *Bundle ID* goes in here.
2. *Keys, +*: a name, *Apple Push Notifications service (APNs)*, environment *Sandbox & Production*; *Register, Download*. The file
   `AuthKey_….p8` can be loaded only once. Its whole content and the *Key ID* go in here.
3. *Membership details*: the *Team ID* goes in here.
4. The app gives what `didRegisterForRemoteNotificationsWithDeviceToken` gets, in hexadecimal, to `PUT devices`.

An app that runs from Xcode has tokens of Apple's development environment: give it an account of its own with that address.
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
4. `PUT devices` meldet ein Telefon für Push-Nachrichten an: ein Abonnement von Web Push (`webpush`), ein Token von Firebase Cloud
   Messaging (`fcm`) oder ein Gerätetoken von Apples Push-Dienst (`apns`).

**Push-Nachrichten über Firebase**, für Android und iOS. Legen Sie in der *Firebase-Konsole* ein Projekt an, dann *Projekteinstellungen,
Dienstkonten, Neuen privaten Schlüssel generieren*, und fügen Sie die Datei hier ein. Für iPhones laden Sie außerdem Ihren APNs-Schlüssel
in Firebase unter *Cloud Messaging* hoch.

**Push-Nachrichten an iPhones ohne Firebase.** Bei *developer.apple.com*, *Certificates, Identifiers & Profiles*:

1. *Identifiers*: die Kennung Ihrer App mit der Fähigkeit *Push Notifications*. Ihre *Bundle ID* gehört hierher.
2. *Keys, +*: ein Name, *Apple Push Notifications service (APNs)*, Umgebung *Sandbox & Production*; *Register, Download*. Die Datei
   `AuthKey_….p8` lässt sich nur einmal laden. Ihr ganzer Inhalt und die *Key ID* gehören hierher.
3. *Membership details*: die *Team ID* gehört hierher.
4. Die App gibt, was `didRegisterForRemoteNotificationsWithDeviceToken` bekommt, hexadezimal an `PUT devices`.

Eine App, die aus Xcode läuft, hat Token von Apples Entwicklungsumgebung: Geben Sie ihr einen eigenen Anschluss mit deren Adresse.
"""

GUIDE = Words(_EN, _DE)
