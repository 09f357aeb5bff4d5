"""SMS and MMS by Twilio's Programmable Messaging API, and by providers that speak the same.

in:  `signature` -> `reading` -> a message, or a receipt with its error in words (`errors`)
out: `writing` -> one call -> `replies` -> outcome; the address for status callbacks carries our id, so a lost answer is resolved
and: `files` (MMS), `checking` (test of the account, telling Twilio our webhook's address), `wire` (addresses, sign-in)
"""

from oase.channels.adapters.twilio.adapter import Twilio

__all__ = ["Twilio", "adapter"]

adapter = Twilio()
