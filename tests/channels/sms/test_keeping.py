"""What a listener remembers: parts, and what the operator may send again; as JSON, across processes."""

import json
from datetime import UTC, datetime, timedelta

from oase.channels.adapters.sms import adapter
from oase.channels.adapters.sms.keeping import PATIENCE, Keeper
from oase.channels.contract import Account, Raw, Received
from oase.channels.families.smpp import Command, Number, Pdu, ShortMessage, write_message

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
ACCOUNT = Account(id="1", channel="sms")


def unit(text: bytes, sequence: int, header: bytes = b"", source: str = "491729925904") -> Pdu:
    message = ShortMessage(source=Number(source, 1, 1), text=header + text, esm_class=0x40 if header else 0)
    return Pdu(command=Command.DELIVER_SM, sequence=sequence, body=write_message(message))


def part(number: int, text: bytes, sequence: int, total: int = 3, reference: int = 42, source: str = "491729925904") -> Pdu:
    return unit(text, sequence, bytes((5, 0, 3, reference, total, number)), source)


def keeper(stored: Keeper | None = None, at: datetime = NOW) -> Keeper:
    ids = iter(range(1000, 2000)) if stored else iter(range(1000))
    return Keeper(json.loads(json.dumps(stored.state())) if stored else {}, at, lambda: next(ids))


def texts(raws: list[Raw]) -> list[str]:
    events = [event for raw in raws for event in adapter.parse(raw, ACCOUNT)]
    return [event.content.text for event in events if isinstance(event, Received)]


def test_parts_wait_for_each_other_across_processes() -> None:
    first = keeper()
    assert first.take(part(3, b"c", 1), NOW) == []
    assert first.take(part(1, b"a", 2), NOW) == []
    second = keeper(first)
    assert texts(second.take(part(2, b"b", 1), NOW)) == ["abc"]
    assert second.state()["parts"] == {}


def test_what_never_becomes_whole_is_told_with_its_gap_after_a_while() -> None:
    first = keeper()
    first.take(part(3, b"c", 1), NOW)
    assert first.next_due(NOW) == PATIENCE.total_seconds()
    assert first.due(NOW + PATIENCE - timedelta(seconds=1)) == []
    assert texts(first.due(NOW + PATIENCE)) == ["[…]c"]
    assert first.next_due(NOW) is None


def test_another_message_under_the_same_reference_ends_the_first() -> None:
    first = keeper()
    first.take(part(1, b"old", 1), NOW)
    assert texts(first.take(part(1, b"new ", 2), NOW)) == ["old[…]"]
    first.take(part(2, b"and ", 3), NOW)
    assert texts(first.take(part(3, b"whole", 4), NOW)) == ["new and whole"]


def test_parts_of_two_senders_are_not_mixed() -> None:
    first = keeper()
    first.take(part(1, b"a", 1, total=2), NOW)
    first.take(part(1, b"x", 2, total=2, source="491713920001"), NOW)
    assert texts(first.take(part(2, b"y", 3, total=2, source="491713920001"), NOW)) == ["xy"]
    assert texts(first.take(part(2, b"b", 4, total=2), NOW)) == ["ab"]


def test_the_same_part_twice_is_one() -> None:
    first = keeper()
    first.take(part(1, b"a", 1, total=2), NOW)
    assert first.take(part(1, b"a", 9, total=2), NOW) == []
    assert texts(first.take(part(2, b"b", 10, total=2), NOW)) == ["ab"]


def test_the_same_unit_again_in_one_session_is_known() -> None:
    first = keeper()
    assert len(first.take(unit(b"Ja", 5), NOW)) == 1
    assert first.take(unit(b"Ja", 5), NOW) == []
    assert len(first.take(unit(b"Ja", 6), NOW)) == 1


def test_what_was_not_answered_for_certain_is_known_in_the_next_session_and_once_only() -> None:
    first = keeper()
    first.take(unit(b"Ja", 5), NOW)
    second = keeper(first)
    assert second.take(unit(b"Ja", 1), NOW) == []
    assert len(second.take(unit(b"Ja", 2), NOW)) == 1


def test_what_was_answered_for_certain_is_new_in_the_next_session() -> None:
    first = keeper()
    first.take(unit(b"Ja", 5), NOW)
    assert first.confirm(1)
    assert len(keeper(first).take(unit(b"Ja", 1), NOW)) == 1


def test_long_after_a_break_the_same_words_are_new() -> None:
    first = keeper()
    first.take(unit(b"Ja", 5), NOW)
    assert len(keeper(first).take(unit(b"Ja", 1), NOW + timedelta(minutes=3))) == 1


def test_what_we_were_slow_to_answer_may_come_again_meanwhile() -> None:
    first = keeper()
    assert len(first.take(unit(b"Ja", 5), NOW, 12.0)) == 1
    assert first.take(unit(b"Ja", 6), NOW, 2.0) == []
    assert len(first.take(unit(b"Ja", 7), NOW, 0.1)) == 1


def test_too_many_unfinished_messages_do_not_pile_up() -> None:
    first = keeper()
    ready = [raw for number in range(520) for raw in first.take(part(1, b"a", number, source=str(number)), NOW)]
    assert len(ready) == 20
    assert len(first.state()["parts"]) == 500
