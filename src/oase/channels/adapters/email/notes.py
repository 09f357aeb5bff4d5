"""What is noted beside a mail's bytes on its way into the journal, as headers of the delivery (the journal keeps `x-oase-*`)."""

from typing import Final

FOLDER: Final = "x-oase-folder"
UIDVALIDITY: Final = "x-oase-uidvalidity"
UID: Final = "x-oase-uid"
ARRIVED: Final = "x-oase-arrived"  # INTERNALDATE, as RFC 5322 writes dates
WHOLE_SIZE: Final = "x-oase-whole-size"  # bytes; only the beginning was fetched
UNREADABLE: Final = "x-oase-unreadable"  # the server's words: it cannot give out this mail
ENVELOPE_FROM: Final = "x-oase-envelope-from"
ENVELOPE_TO: Final = "x-oase-envelope-to"  # several, with commas
