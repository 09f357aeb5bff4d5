"""What customers send through our own server: from the widget on a page, from the company's own app.

session (families.visitor) --signs--> delivery (`wire`) --journal--> verify, parse (`deliveries`) --events--> the core
"""

from oase.channels.families.visiting.deliveries import Visiting
from oase.channels.families.visiting.wire import Chosen, Contact, Delivery, Identifies, Leaves, Message, Page, Seen, Writes

__all__ = ["Chosen", "Contact", "Delivery", "Identifies", "Leaves", "Message", "Page", "Seen", "Visiting", "Writes"]
