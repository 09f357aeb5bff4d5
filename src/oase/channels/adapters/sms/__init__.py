"""SMS by SMPP 3.4: straight to a mobile operator or an aggregator, over connections that we keep.

in:  `listening` (`session`) -> units -> `keeping` (parts wait for each other, durably) -> journal -> answered -> `reading` -> events
out: `writing` -> the units of one message -> `submitting` (`session`) -> `replies` -> outcome
and: `configuration` (what the settings mean), `checking` (binding once, in words)
"""

from oase.channels.adapters.sms.adapter import Sms

__all__ = ["Sms", "adapter"]

adapter = Sms()
