"""What to get from the operator, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
For companies with an SMPP access of a mobile operator or an aggregator. Without one, *SMS (Twilio)* is quicker.

1. **Access.** Ask the operator for *SMPP 3.4* with **two binds** (one receiver, one transmitter), delivery receipts, and a number that
   receives (*MO*, two-way). You get: server, port, **system ID**, **password**, sometimes a *system type*.
2. **Our address.** Most operators let in known IP addresses only: tell them the one that Oase goes out by.
3. **Encryption.** Ask for TLS, or a VPN: plain SMPP carries password and messages readable.
4. Enter everything here, press *Test connection*: Oase binds once to send and once to receive, and says what the operator dislikes.
5. Write to your number from a phone, with *ä ö ü ß € @ { }* and an emoji, and answer with the same. If letters are wrong, change the
   default alphabet; if messages stay *sent* although they arrive, change the ids of messages.
"""

_DE = """\
Für Firmen mit einem SMPP-Zugang eines Mobilfunkbetreibers oder Aggregators. Ohne einen geht es mit *SMS (Twilio)* schneller.

1. **Zugang.** Bitten Sie den Betreiber um *SMPP 3.4* mit **zwei Bindungen** (ein Receiver, ein Transmitter), Zustellquittungen und
   einer Nummer, die empfängt (*MO*, zwei Wege). Sie bekommen: Server, Port, **System-ID**, **Passwort**, manchmal einen *System-Typ*.
2. **Unsere Adresse.** Die meisten Betreiber lassen nur bekannte IP-Adressen ein: Nennen Sie die, über die Oase nach außen geht.
3. **Verschlüsselung.** Bitten Sie um TLS oder ein VPN: Blankes SMPP trägt Passwort und Nachrichten lesbar.
4. Tragen Sie hier alles ein und drücken Sie auf *Verbindung prüfen*: Oase bindet einmal zum Senden und einmal zum Empfangen und sagt,
   was dem Betreiber nicht gefällt.
5. Schreiben Sie von einem Telefon an Ihre Nummer, mit *ä ö ü ß € @ { }* und einem Emoji, und antworten Sie mit demselben. Sind
   Zeichen falsch, ändern Sie das Standardalphabet; bleiben Nachrichten *gesendet*, obwohl sie ankommen, die Kennungen der Nachrichten.
"""

GUIDE = Words(_EN, _DE)
