"""How to connect a connector of one's own: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
For a service that Oase does not know: a small program in any language stands between, the *connector*. The handbook's page *Bridge* has
the protocol, an example in Node, and the command that tests a connector.

1. Run the connector where Oase reaches it over HTTPS, and enter its address here.
2. Save. Copy the **shared secret** that Oase shows into the connector.
3. Press *Test connection*: the connector says who it is and what it can carry, and learns where its events go.
"""

_DE = """\
Für einen Dienst, den Oase nicht kennt: Dazwischen steht ein kleines Programm in einer beliebigen Sprache, der *Konnektor*. Die Seite
*Bridge* des Handbuchs hat das Protokoll, ein Beispiel in Node und den Befehl, der einen Konnektor prüft.

1. Lassen Sie den Konnektor laufen, wo Oase ihn über HTTPS erreicht, und tragen Sie hier seine Adresse ein.
2. Speichern Sie. Kopieren Sie das **gemeinsame Geheimnis**, das Oase zeigt, in den Konnektor.
3. Drücken Sie auf *Verbindung prüfen*: Der Konnektor sagt, wer er ist und was er trägt, und erfährt, wohin seine Ereignisse gehen.
"""

GUIDE = Words(_EN, _DE)
