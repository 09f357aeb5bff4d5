"""Contact form: a hosted page and its embedded twin become conversations that are answered by mail.

page (web/portal) --signed JSON--> journal --> verify, parse --Received from a mail address--> the core
"""

from oase.channels.adapters.form.adapter import ContactForm

adapter = ContactForm()

__all__ = ["adapter"]
