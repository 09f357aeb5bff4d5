"""The namespaces of what this server speaks, each with where it is described (https://xmpp.org, read 2026-11)."""

from typing import Final

STREAM: Final = "http://etherx.jabber.org/streams"  # RFC 6120, 4.8.1
CLIENT: Final = "jabber:client"  # RFC 6120, 4.8.2
STREAM_ERRORS: Final = "urn:ietf:params:xml:ns:xmpp-streams"  # RFC 6120, 4.9.2
STANZA_ERRORS: Final = "urn:ietf:params:xml:ns:xmpp-stanzas"  # RFC 6120, 8.3.2
SASL: Final = "urn:ietf:params:xml:ns:xmpp-sasl"  # RFC 6120, 6
BIND: Final = "urn:ietf:params:xml:ns:xmpp-bind"  # RFC 6120, 7
SESSION: Final = "urn:ietf:params:xml:ns:xmpp-session"  # RFC 3921, 3
ROSTER: Final = "jabber:iq:roster"  # RFC 6121, 2
INFO: Final = "http://jabber.org/protocol/disco#info"  # XEP-0030
ITEMS: Final = "http://jabber.org/protocol/disco#items"
FORM: Final = "jabber:x:data"  # XEP-0004
VCARD: Final = "vcard-temp"  # XEP-0054
RSM: Final = "http://jabber.org/protocol/rsm"  # XEP-0059
OOB: Final = "jabber:x:oob"  # XEP-0066
STATES: Final = "http://jabber.org/protocol/chatstates"  # XEP-0085
VERSION: Final = "jabber:iq:version"  # XEP-0092
NICK: Final = "http://jabber.org/protocol/nick"  # XEP-0172
RECEIPTS: Final = "urn:xmpp:receipts"  # XEP-0184
MANAGEMENT: Final = "urn:xmpp:sm:3"  # XEP-0198
PING: Final = "urn:xmpp:ping"  # XEP-0199
DELAY: Final = "urn:xmpp:delay"  # XEP-0203
CARBONS: Final = "urn:xmpp:carbons:2"  # XEP-0280
FORWARD: Final = "urn:xmpp:forward:0"  # XEP-0297
CORRECT: Final = "urn:xmpp:message-correct:0"  # XEP-0308
ARCHIVE: Final = "urn:xmpp:mam:2"  # XEP-0313
MARKERS: Final = "urn:xmpp:chat-markers:0"  # XEP-0333
HINTS: Final = "urn:xmpp:hints"  # XEP-0334
IDS: Final = "urn:xmpp:sid:0"  # XEP-0359
UPLOAD: Final = "urn:xmpp:http:upload:0"  # XEP-0363
RETRACT: Final = "urn:xmpp:message-retract:1"  # XEP-0424
FALLBACK: Final = "urn:xmpp:fallback:0"  # XEP-0428
REACTIONS: Final = "urn:xmpp:reactions:0"  # XEP-0444
REPLY: Final = "urn:xmpp:reply:0"  # XEP-0461
