"""XMPP: our account on a server, to which customers of any server write.

in:  `listening` (a session, the archive) -> one delivery per stanza -> `reading` -> events
out: `writing` -> messages as data -> `sending` over a session -> `replies` -> outcomes
and: `files` (download), `checking` (test of the account), `session` (signing in, waiting for the server)
"""

from oase.channels.adapters.xmpp.adapter import Xmpp

__all__ = ["Xmpp", "adapter"]

adapter = Xmpp()
