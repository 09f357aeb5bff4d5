"""Who somebody is on WhatsApp: a phone number, a business-scoped id (BSUID), or both, and the names they go by."""

from collections.abc import Sequence

from oase.channels.adapters.whatsapp import wire
from oase.channels.contract import Address


def phone(number: wire.Id | None) -> str:
    """A WhatsApp number as we write addresses: +49…; empty if there is none."""
    digits = "".join(character for character in str(number or "") if character in "0123456789")
    return f"+{digits}" if digits else ""


def address(number: wire.Id | None, user_id: wire.Id | None, contacts: Sequence[wire.Contact]) -> Address | None:
    """The person's address: their number, else their BSUID; None if the delivery gives neither."""
    contact = _contact(phone(number), str(user_id or ""), contacts)
    own, bsuid = phone(number), str(user_id or "")
    profile = None
    aliases: list[tuple[str, str]] = []
    if contact is not None:
        profile = contact.profile
        bsuid = bsuid or str(contact.user_id or "")
        listed = phone(contact.wa_id)
        own = own or listed
        aliases += [("phone", listed)] if listed else []
        aliases += [("bsuid", str(contact.parent_user_id))] if contact.parent_user_id else []
    aliases += [("bsuid", bsuid)] if bsuid else []
    if profile is not None and profile.username:
        aliases.append(("username", profile.username))
    value = own or bsuid
    if not value:
        return None
    others = tuple(dict.fromkeys(alias for alias in aliases if alias[1] != value))
    return Address(value=value, name=(profile.name or profile.username or "") if profile else "", aliases=others)


def _contact(number: str, user_id: str, contacts: Sequence[wire.Contact]) -> wire.Contact | None:
    for contact in contacts:
        if (number and phone(contact.wa_id) == number) or (user_id and str(contact.user_id or "") == user_id):
            return contact
    return contacts[0] if len(contacts) == 1 else None  # a number and a WhatsApp id may differ (Brazil, Mexico)
