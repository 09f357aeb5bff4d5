"""What to create at Bluesky, step by step: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
You need the Bluesky account of your company, best with your own domain as its handle (*Settings, Account, Handle*).

1. **App password.** In Bluesky: *Settings, Privacy and security, App passwords, Add app password*. Give it a name, tick **Allow access
   to your direct messages**, and copy it: it is shown only once.
2. Enter the **handle** without @ and the app password here.
3. In Bluesky: *Settings, Privacy and security, Chat settings*: **Allow new messages from everyone**. Otherwise customers cannot write to
   you first.
4. Press *Test connection*.

Good to know:
- Oase asks every 20 seconds; no webhook address is needed.
- Direct messages on Bluesky carry text only: files go as links. Posts carry up to four pictures.
- Posts cannot be edited there. Oase looks every five minutes whether one of the last 25 mentions was deleted.
- An app password can be taken back at any time in the same place; then the account waits with *needs sign-in*.
"""

_DE = """\
Sie brauchen das Bluesky-Konto Ihrer Firma, am besten mit Ihrer eigenen Domain als Handle (*Einstellungen, Konto, Handle*).

1. **App-Passwort.** In Bluesky: *Einstellungen, Privatsphäre und Sicherheit, App-Passwörter, App-Passwort hinzufügen*. Geben Sie ihm
   einen Namen, wählen Sie **Zugriff auf Direktnachrichten erlauben**, und kopieren Sie es: es wird nur einmal gezeigt.
2. Tragen Sie das **Handle** ohne @ und das App-Passwort hier ein.
3. In Bluesky: *Einstellungen, Privatsphäre und Sicherheit, Chat-Einstellungen*: **Neue Nachrichten von allen erlauben**. Sonst können
   Kunden Ihnen nicht als Erste schreiben.
4. Drücken Sie *Verbindung prüfen*.

Gut zu wissen:
- Oase fragt alle 20 Sekunden; eine Webhook-Adresse ist nicht nötig.
- Direktnachrichten enthalten auf Bluesky nur Text: Dateien gehen als Links. Beiträge fassen bis zu vier Bilder.
- Beiträge kann man dort nicht bearbeiten. Oase sieht alle fünf Minuten nach, ob eine der letzten 25 Erwähnungen gelöscht wurde.
- Ein App-Passwort lässt sich jederzeit am selben Ort zurücknehmen; dann wartet der Anschluss mit *Anmeldung nötig*.
"""

GUIDE = Words(_EN, _DE)
