"""From what is to be said to the units of a message."""

import hashlib
from datetime import timedelta
from typing import Final

from oase.channels.adapters.sms.configuration import outgoing, recipient
from oase.channels.contract import Account, Call, CannotSay, Manifest, Moderate, Outbound, React, Say
from oase.channels.families.smpp import Command, Pdu, ShortMessage, split, write_message
from oase.kernel.i18n import message

_FINAL_RECEIPT: Final = 0x01
_PATIENCE: Final = timedelta(seconds=30)


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Call:
    """The call, with all units of the message in its body; raises CannotSay for everything but text."""
    if not isinstance(outbound, Say):
        missing = outbound.act if isinstance(outbound, Moderate) else "reaction" if isinstance(outbound, React) else "text"
        raise CannotSay(missing, message("An SMS carries text only."))
    if outbound.files or outbound.choices:
        raise CannotSay("files" if outbound.files else "choices", message("An SMS carries text only."))
    if not outbound.text.strip():
        raise CannotSay("text", message("An SMS cannot be empty."))
    if len(outbound.text) > manifest.limits.text_length:
        longest = manifest.limits.text_length
        raise CannotSay("text_length", message("An SMS carries %(n)s characters at most.", n=longest))
    units = _units(outbound, account)
    return Call(
        method="SUBMIT",
        url="smpp:",
        body=b"".join(unit.encoded() for unit in units),
        timeout=_PATIENCE,
        options={"id": outbound.envelope.id, "units": len(units)},
    )


def _units(say: Say, account: Account) -> list[Pdu]:
    """One unit for each part. A receipt is asked for with the last: its id stands for the whole message."""
    how = outgoing(account)
    reference = int.from_bytes(hashlib.blake2b(say.envelope.id.encode(), digest_size=2).digest())
    parts = split(say.text, how.style, reference, how.alphabet)
    return [
        Pdu(
            command=Command.SUBMIT_SM,
            body=write_message(
                ShortMessage(
                    source=how.source,
                    destination=recipient(say.envelope.to),
                    text=part.text,
                    coding=part.coding,
                    esm_class=part.esm_class,
                    service_type=how.service_type,
                    validity=how.validity,
                    receipt=_FINAL_RECEIPT if how.receipts and number == len(parts) else 0,
                    parameters=part.parameters,
                )
            ),
        )
        for number, part in enumerate(parts, 1)
    ]
