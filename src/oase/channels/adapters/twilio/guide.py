"""What to create at Twilio, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
1. **Account.** Sign up at [twilio.com](https://www.twilio.com/try-twilio) and upgrade the account; a trial account writes to
   verified numbers only. On the start page of the [Console](https://console.twilio.com), under *Account Info*, copy the
   **Account SID** and the **Auth Token**.
2. **Number.** *Phone Numbers, Manage, Buy a number*: choose one with the capability *SMS* (*MMS* too, if customers are to send
   pictures; in the USA, Canada and Australia only). German numbers need a *Regulatory Bundle* with proof of address. For
   several numbers create a *Messaging Service* and use its SID (MG…) here.
3. **Countries.** *Messaging, Settings, Geo permissions*: allow the countries that your customers are in. Numbers in the USA
   must be registered (*A2P 10DLC* or *toll-free verification*), or carriers drop the messages.
4. **Oase.** Enter everything here and save: Oase enters its webhook address at Twilio by itself. By hand: *Phone
   Numbers, Active numbers*, your number, *Messaging Configuration, A message comes in*: *Webhook*, the address shown here
   followed by `#rc=5&rp=5xx,ct,rt` (Twilio then comes again if Oase is away for a moment), *HTTP POST*. With a messaging
   service: *Integration, Send a webhook*.
5. Press *Test connection*, then write to your number from a phone.

To change the auth token without losing a message: create the *secondary* token at Twilio, enter it here as the newer one, and
*promote* it then. Oase accepts both.
"""

_DE = """\
1. **Konto.** Registrieren Sie sich bei [twilio.com](https://www.twilio.com/try-twilio) und werten Sie das Konto auf; ein
   Testkonto schreibt nur an bestätigte Nummern. Kopieren Sie auf der Startseite der [Console](https://console.twilio.com) unter
   *Account Info* die **Account SID** und das **Auth Token**.
2. **Nummer.** *Phone Numbers, Manage, Buy a number*: Wählen Sie eine mit der Fähigkeit *SMS* (auch *MMS*, wenn Kunden Bilder
   schicken sollen; nur in den USA, Kanada und Australien). Deutsche Nummern brauchen ein *Regulatory Bundle* mit
   Adressnachweis. Für mehrere Nummern legen Sie einen *Messaging Service* an und verwenden hier dessen SID (MG…).
3. **Länder.** *Messaging, Settings, Geo permissions*: Erlauben Sie die Länder, in denen Ihre Kunden sind. Nummern in den USA
   müssen registriert sein (*A2P 10DLC* oder *Toll-free verification*), sonst verwerfen die Netze die Nachrichten.
4. **Oase.** Tragen Sie hier alles ein und speichern Sie: Oase trägt seine Webhook-Adresse selbst bei Twilio ein.
   Von Hand: *Phone Numbers, Active numbers*, Ihre Nummer, *Messaging Configuration, A message comes in*: *Webhook*, die hier
   gezeigte Adresse, dahinter `#rc=5&rp=5xx,ct,rt` (dann kommt Twilio wieder, wenn Oase einen Augenblick weg ist), *HTTP POST*.
   Mit einem Messaging Service: *Integration, Send a webhook*.
5. Drücken Sie auf *Verbindung prüfen* und schreiben Sie dann von einem Telefon an Ihre Nummer.

Um das Auth-Token ohne Verlust einer Nachricht zu wechseln: Erzeugen Sie bei Twilio das *Secondary* Token, tragen Sie es hier
als das neuere ein und befördern Sie es dann (*Promote*). Oase nimmt beide an.
"""

GUIDE = Words(_EN, _DE)
