"""Checks of the public side: what is said before everybody, acts on what others said, the way from there into private."""

from collections.abc import Sequence
from typing import get_args

import pytest

from oase.channels.contract import Act, Call, CannotSay, Capability, Event, Outbound, Public, Received
from oase.channels.testing.case import Case
from oase.channels.testing.inbound import SHOWN
from oase.channels.testing.snapshots import compare, plain

_CHANGES = frozenset({Capability.EDIT, Capability.DELETE, Capability.REACTION, Capability.RECEIPTS, Capability.ELSEWHERE})
_NEVER_OUT = frozenset({Capability.EDIT, Capability.DELETE, Capability.RECEIPTS})


class PublicChecks(Case):
    """Channels without a public side step aside."""

    def test_what_people_say_in_public_is_shown_and_declared(self) -> None:
        public = self._public()
        events = [event for recording in self.readable for event in self.events(self.signed(recording))]
        said = [event for event in events if getattr(event, "thread", None) is not None]
        shown = {one for one, rule in SHOWN.items() if any(map(rule, events if one in _CHANGES else said))}
        unshown = sorted(public.incoming.intersection(SHOWN) - shown)
        assert not unshown, f"Declared as incoming in public, but no recording shows it: {unshown}"
        extra = sorted({one for one, rule in SHOWN.items() if any(map(rule, said))} - public.incoming)
        assert not extra, f"Recordings show in public what the manifest does not declare: {extra}"

    def test_each_thread_has_an_id_and_leads_to_its_place(self) -> None:
        self._public()
        for recording in self.readable:
            for event in self.events(self.signed(recording)):
                thread = getattr(event, "thread", None)
                if thread is None:
                    continue
                assert thread.external_id, f"{recording.name}: a thread without an id"
                assert _is_link(thread.link) and _is_link(_link(event)), f"{recording.name}: a link that leads nowhere"

    def test_public_answers_and_acts_render_to_their_snapshots(self) -> None:
        public = self._public()
        wrong = []
        for capability in sorted(public.capabilities - _NEVER_OUT):
            fitted = self.fitted(self.public_specimens[capability])
            assert fitted == [self.public_specimens[capability]], f"{capability}: the public limits do not let it through."
            calls = [call for one in fitted for call in self._rendered(one)]
            wrong.append(compare(self.snapshots, f"public-{capability.value}", plain(calls)))
        for act in sorted(public.acts):
            wrong.append(compare(self.snapshots, f"act-{act}", plain(list(self._rendered(self.sayings[f"act-{act}"])))))
        if public.private_reply:
            wrong.append(compare(self.snapshots, "private-reply", plain(list(self._rendered(self.sayings["private-reply"])))))
        problems = [one for one in wrong if one]
        assert not problems, "\n".join(problems)

    def test_what_is_not_declared_is_refused_in_public_as_well(self) -> None:
        public = self._public()
        refused = [f"act-{act}" for act in get_args(Act) if act not in public.acts]
        refused += [] if public.private_reply else ["private-reply"]
        for name in refused:
            with pytest.raises(CannotSay):
                self.adapter.render(self.sayings[name], self.account)

    def test_whatever_is_said_in_public_can_be_rendered(self) -> None:
        if Capability.TEXT not in self._public().capabilities:
            pytest.skip("Nobody answers in public on this channel.")
        for capability, outbound in self.public_specimens.items():
            try:
                fitted = self.fitted(outbound)
            except CannotSay:
                continue
            for one in fitted:
                assert self._rendered(one), f"{capability}, degraded, renders to no call in public."

    def test_what_is_said_in_public_differs_from_what_is_said_to_one(self) -> None:
        if Capability.TEXT not in self._public().capabilities or Capability.TEXT not in self.adapter.manifest.capabilities:
            pytest.skip("This channel has one of the two sides only.")
        alone = plain(list(self._rendered(self.specimens[Capability.TEXT])))
        assert plain(list(self._rendered(self.public_specimens[Capability.TEXT]))) != alone

    def _public(self) -> Public:
        public = self.adapter.manifest.public
        if public is None:
            pytest.skip("This channel has no public side.")
        return public

    def _rendered(self, outbound: Outbound) -> Sequence[Call]:
        return self.adapter.render(outbound, self.account)


def _is_link(link: str) -> bool:
    return not link or link.startswith(("https://", "http://"))


def _link(event: Event) -> str:
    return event.link if isinstance(event, Received) else ""
