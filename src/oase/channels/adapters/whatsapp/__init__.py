"""WhatsApp by Meta's Cloud API, Graph v23.

in:  verify (signature) -> `reading` (-> `content`, `people`, `receipts`, `notices`) -> events
out: `writing` -> calls -> `replies` (with `errors`) -> outcomes
and: `files` (download), `checking` (test of the account), `templates` (their list)
"""

from oase.channels.adapters.whatsapp.adapter import WhatsApp

__all__ = ["WhatsApp", "adapter"]

adapter = WhatsApp()
