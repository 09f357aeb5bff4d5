"""E-mail: mailboxes by IMAP, Oase's own SMTP/LMTP receiver, SMTP submission.

IMAP --listening, mailbox--> Raw      SMTP/LMTP --receiver--> Raw      Raw --inbound--> events
Say --outbound--> mail --submission--> the provider's server --outcome--> accepted, again, refused, unclear
"""

from oase.channels.adapters.email.adapter import Email
from oase.channels.adapters.email.addresses import may_answer_automatically
from oase.channels.adapters.email.receiver import MailReceiver

adapter = Email()

__all__ = ["Email", "MailReceiver", "adapter", "may_answer_automatically"]
