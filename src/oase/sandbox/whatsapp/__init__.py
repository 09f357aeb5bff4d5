"""A stateful simulator of the WhatsApp Cloud API, written from Meta's published description only.

Sources: the OpenAPI description "WhatsApp Business Messaging" for Graph v23.0 and the pages below
developers.facebook.com/documentation/business-messaging/whatsapp as of August 2026; each file names its own.
"""

from oase.sandbox.whatsapp.types import Customer, Number, Refused, WhatsAppSettings
from oase.sandbox.whatsapp.world import WhatsApp

__all__ = ["Customer", "Number", "Refused", "WhatsApp", "WhatsAppSettings"]
