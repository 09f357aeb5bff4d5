"""An XMPP server of our own with the company's account; its customers write from it and from other servers.

customer's phone ── message ──▶ `platform` ── stanza ──▶ `server` ── archive, sessions ──▶ Oase (a client on a loopback port)
Oase ── message ──▶ `server` ── `platform` ──▶ phone ── receipt, marker ──▶ back the same way
"""

from oase.sandbox.xmpp.platform import Xmpp

__all__ = ["Xmpp"]
