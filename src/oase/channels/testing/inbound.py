"""Checks of what comes in: recordings and their events, what they show, and that repetitions are recognised."""

import json
import re
from collections.abc import Callable, Iterable, Mapping

import pytest
from msgspec.structs import replace

from oase.channels.contract import (
    Broken,
    Capability,
    Deleted,
    Edited,
    Event,
    Malformed,
    Reacted,
    Receipt,
    Received,
    SaidElsewhere,
    Unknown,
)
from oase.channels.testing.case import Case
from oase.channels.testing.recordings import Dialogue, RecordedReply, Recording
from oase.channels.testing.snapshots import plain, same


def _content(rule: Callable[[Received], bool]) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, Received) and rule(event)


def _kind(*kinds: str, mime: str = "-") -> Callable[[Event], bool]:
    return _content(
        lambda event: event.content.kind in kinds or any(media.type.startswith(mime) for media in event.content.media)
    )


_DOCUMENT = re.compile(r"(?!image/|audio/|video/|text/html)")

SHOWN: Mapping[Capability, Callable[[Event], bool]] = {
    Capability.TEXT: _content(lambda event: bool(event.content.text) and event.content.kind == "text"),
    Capability.HTML: _content(lambda event: bool(event.content.html)),
    Capability.SUBJECT: _content(lambda event: bool(event.content.subject)),
    Capability.COPY: _content(lambda event: bool(event.others)),
    Capability.IMAGE: _kind("image", mime="image/"),
    Capability.AUDIO: _kind("audio", mime="audio/"),
    Capability.VOICE: _kind("voice"),
    Capability.VIDEO: _kind("video", mime="video/"),
    Capability.DOCUMENT: _content(
        lambda event: event.content.kind == "document" or any(_DOCUMENT.match(media.type) for media in event.content.media)
    ),
    Capability.STICKER: _kind("sticker"),
    Capability.LOCATION: _kind("location"),
    Capability.CONTACTS: _kind("contacts"),
    Capability.BUTTONS: _kind("choice"),
    Capability.LIST: _kind("choice"),
    Capability.REPLY: _content(lambda event: bool(event.reply_to)),
    Capability.REACTION: lambda event: isinstance(event, Reacted),
    Capability.EDIT: lambda event: isinstance(event, Edited),
    Capability.DELETE: lambda event: isinstance(event, Deleted),
    Capability.RECEIPTS: lambda event: isinstance(event, Receipt),
    Capability.ELSEWHERE: lambda event: isinstance(event, SaidElsewhere),
}
"""By which event a recording shows that a capability arrives. TEMPLATE, TYPING and MARK_READ are outgoing only."""


class InboundChecks(Case):
    """Deliveries to events."""

    def test_every_file_says_where_it_is_from(self) -> None:
        files: list[Recording | RecordedReply | Dialogue] = [*self.deliveries, *self.replies, *self.dialogues]
        bad = [
            file.name
            for file in files
            if not (file.about.strip() and file.source.where.strip() and re.fullmatch(r"20\d\d-\d\d-\d\d", file.source.date))
        ]
        assert self.deliveries, f"There is no recording in {self.recordings}."
        assert not bad, f"These do not say what they are, where they are from and of which day: {bad}"

    def test_recordings_mean_the_expected_events(self) -> None:
        for recording in self.readable:
            events = plain(self.events(self.signed(recording)))
            assert same(events, recording.expected), f"{recording.name} means other events than it says:\n{_json(events)}"

    def test_what_cannot_be_read_is_malformed_for_the_recorded_reason(self) -> None:
        for recording in self.deliveries:
            if not recording.malformed:
                continue
            try:
                events = plain(self.events(self.signed(recording)))
            except Malformed as error:
                assert str(error) == recording.malformed, f"{recording.name}: {error}"
            else:
                raise AssertionError(f"{recording.name} is read, although nothing can be read of it:\n{_json(events)}")

    def test_declared_incoming_capabilities_are_shown_and_shown_ones_declared(self) -> None:
        manifest = self.adapter.manifest
        events = [
            event
            for recording in self.readable
            for event in self.events(self.signed(recording))
            if manifest.public is None or getattr(event, "thread", None) is None
        ]
        declared = (manifest.incoming or manifest.capabilities).intersection(SHOWN)
        shown = {capability for capability, rule in SHOWN.items() if any(map(rule, events))}
        unshown = sorted(declared - shown)
        assert not unshown, f"Declared as incoming, but no recording shows it: {unshown}"
        if manifest.incoming:
            extra = shown - declared - (manifest.public.incoming if manifest.public else frozenset())
            if declared & {Capability.BUTTONS, Capability.LIST}:
                extra -= {Capability.BUTTONS, Capability.LIST}
            assert not extra, f"Recordings show what the manifest does not declare as incoming: {sorted(extra)}"

    def test_a_repeated_delivery_gives_the_same_ids(self) -> None:
        for recording in self.readable:
            raw = self.signed(recording)
            later = replace(raw, received_at=raw.received_at.replace(year=2027), headers={**raw.headers, "x-retry": "1"})
            assert _ids(self.events(raw)) == _ids(self.events(later)), f"{recording.name}: other ids when delivered again"
            assert self.adapter.dedup_key(raw) == self.adapter.dedup_key(later), (
                f"{recording.name}: another key when delivered again"
            )

    def test_different_messages_have_different_ids(self) -> None:
        seen: dict[str, str] = {}
        for recording in self.readable:
            said = [
                event for event in self.events(self.signed(recording)) if isinstance(event, Received | SaidElsewhere | Unknown)
            ]
            ids = [event.external_id for event in said]
            assert all(ids), f"{recording.name}: a message without an external id"
            assert len(set(ids)) == len(ids), f"{recording.name}: two messages with the same external id"
            for event in said if recording.source.kind != "documentation" else ():  # pages reuse the ids of their examples
                text = repr(event)
                assert seen.setdefault(event.external_id, text) == text, (
                    f"{recording.name}: the id of another recording's message"
                )

    def test_what_our_side_said_elsewhere_names_whom_it_went_to(self) -> None:
        for recording in self.readable:
            for event in self.events(self.signed(recording)):
                if isinstance(event, SaidElsewhere):
                    reached = event.thread.external_id if event.to is None and event.thread else event.to and event.to.value
                    assert reached, f"{recording.name}: said elsewhere, but to nobody"
                    assert event.content.kind == "placeholder" or event.content.text or event.content.media, (
                        f"{recording.name}: said elsewhere, but nothing"
                    )

    def test_different_deliveries_have_different_keys(self) -> None:
        keys: dict[bytes, bytes] = {}
        for recording in self.readable:
            raw = self.signed(recording)
            key = self.adapter.dedup_key(raw)
            if key is not None:
                assert key, f"{recording.name}: an empty key makes all deliveries one"
                assert keys.setdefault(key, raw.body) == raw.body, f"{recording.name}: the key of another delivery"

    def test_the_key_of_each_delivery_is_the_recorded_one(self) -> None:
        for recording in self.deliveries:
            if recording.forged:
                continue
            key = self.adapter.dedup_key(self.signed(recording))
            shown = None if key is None else key.decode() if key.isascii() else key.hex()
            assert shown == recording.key, f"{recording.name}: the key is {shown!r}, recorded is {recording.key!r}"

    def test_each_delivery_is_acknowledged_as_recorded(self) -> None:
        for recording in self.deliveries:
            answer = self.adapter.acknowledge(self.signed(recording), self.account)
            shown = None if answer is None else plain(answer)
            assert shown == recording.acknowledged, f"{recording.name} is acknowledged with {shown}"

    def test_one_bad_item_leaves_its_neighbours_alone(self) -> None:
        mixed = [recording for recording in self.readable if any(one.get("type") == "broken" for one in recording.expected)]
        if not mixed:
            pytest.skip("No recording of this channel carries several items of which one is broken.")
        for recording in mixed:
            events = self.events(self.signed(recording))
            broken = [event for event in events if isinstance(event, Broken)]
            assert len(events) > len(broken), f"{recording.name}: the neighbours of a broken item are gone"
            assert all(event.place and event.why for event in broken), f"{recording.name}: a broken item without place or reason"


def _ids(events: Iterable[Event]) -> list[str]:
    return [getattr(event, "external_id", "") for event in events]


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)
