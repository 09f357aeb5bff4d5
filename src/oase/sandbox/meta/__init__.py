"""Facebook (Messenger and page) and Instagram, as Meta's Graph API shows them. Written from Meta's pages; each file names its own."""

from oase.sandbox.meta.facebook import Facebook
from oase.sandbox.meta.instagram import Instagram

__all__ = ["Facebook", "Instagram"]
