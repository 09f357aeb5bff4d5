"""What an answer says, as it is kept and shown. Pure."""

import msgspec

from oase.channels.contract import Content
from oase.conversations.types import Answer, ContactCard


def content_of(answer: Answer) -> Content:
    """What an answer says, as it is kept and shown: readable as text, with the data that its kind needs more."""
    if answer.template:
        return Content(text=answer.template.preview)
    if answer.place:
        place = answer.place
        where = f"{place.latitude:.6f}, {place.longitude:.6f}"
        text = "\n".join(line for line in (place.name, place.address, where) if line)
        return Content(kind="location", text=text, data=msgspec.structs.asdict(place))
    if answer.cards:
        return Content(
            kind="contacts", text="\n".join(map(_card, answer.cards)), data={"contacts": msgspec.to_builtins(answer.cards)}
        )
    return Content(text=answer.text, kind="text" if answer.text else "document")


def _card(card: ContactCard) -> str:
    return " · ".join(part for part in (card.name, card.organisation, *card.phones, *card.emails) if part)
