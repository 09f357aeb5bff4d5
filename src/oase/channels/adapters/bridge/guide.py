"""How to connect a connector of one's own: shown beside the account's form."""

from oase.channels.contract import Words

_EN = """\
For a service that Oase does not know: a small program in any language stands between, the *connector*. The handbook's page *Bridge* has
the protocol, an example in Node, and the command that tests a connector.

1. Enter the address here at which Oase will reach the connector over HTTPS, and save.
2. Copy the **shared secret** that Oase now shows into the connector, and run it.
3. Press *Connect again*: the connector says who it is and what it can carry, and learns where its events go.
"""

_DE = """\
Für einen Dienst, den Oase nicht kennt: Dazwischen steht ein kleines Programm in einer beliebigen Sprache, der *Konnektor*. Die Seite
*Bridge* des Handbuchs hat das Protokoll, ein Beispiel in Node und den Befehl, der einen Konnektor prüft.

1. Tragen Sie hier die Adresse ein, unter der Oase den Konnektor über HTTPS erreichen wird, und speichern Sie.
2. Kopieren Sie das **gemeinsame Geheimnis**, das Oase nun zeigt, in den Konnektor, und starten Sie ihn.
3. Drücken Sie auf *Neu verbinden*: Der Konnektor sagt, wer er ist und was er trägt, und erfährt, wohin seine Ereignisse gehen.
"""

GUIDE = Words(_EN, _DE)
