"""Checks of what goes out: every kind renders to its snapshot or is refused in words; nothing changes from run to run."""

from collections.abc import Sequence

import pytest

from oase.channels.contract import Call, CannotSay, Capability, Outbound, Say
from oase.channels.testing.case import Case
from oase.channels.testing.snapshots import compare, plain

_OF_THE_ENVELOPE = frozenset({Capability.HTML, Capability.SUBJECT, Capability.COPY, Capability.REPLY})
_NEVER_OUT = frozenset({Capability.EDIT, Capability.DELETE, Capability.RECEIPTS})


class OutboundChecks(Case):
    """`render`; channels that our own pages show step aside by their manifest."""

    def test_every_declared_capability_renders_to_its_snapshot(self) -> None:
        self._needs_rendering()
        wrong = []
        for capability in sorted(self.adapter.manifest.capabilities - _NEVER_OUT):
            fitted = self.fitted(self.specimens[capability])
            assert fitted == [self.specimens[capability]], f"{capability}: the manifest's own limits do not let it through."
            calls = [call for one in fitted for call in self._render(one)]
            wrong.append(compare(self.snapshots, capability.value, plain(calls)))
        problems = [one for one in wrong if one]
        assert not problems, "\n".join(problems)

    def test_what_is_declared_makes_a_difference(self) -> None:
        self._needs_rendering()
        declared = self.adapter.manifest.capabilities - _NEVER_OUT - {Capability.TEXT}
        text = plain(self._render(self.specimens[Capability.TEXT])) if declared else None
        for capability in declared:
            shown = plain(self._render(self.specimens[capability]))
            assert shown != text, f"{capability} is declared, but what is sent is the same as without it."

    def test_what_is_not_declared_is_refused_in_words(self) -> None:
        self._needs_rendering()
        for capability, outbound in self.specimens.items():
            if capability in self.adapter.manifest.capabilities | _OF_THE_ENVELOPE or self._goes_as_a_file(outbound):
                continue
            try:
                self.adapter.render(outbound, self.account)
            except CannotSay as error:
                assert str(error).strip(), f"{capability} is refused without a sentence."
                assert error.capability, f"{capability} is refused without saying what is missing."
            else:
                raise AssertionError(f"{capability} is not declared, but it is rendered.")

    def test_whatever_the_core_hands_over_can_be_rendered(self) -> None:
        self._needs_rendering()
        if Capability.TEXT not in self.adapter.manifest.capabilities:
            pytest.skip("This channel says nothing to one person alone.")
        for capability, outbound in self.specimens.items():
            try:
                fitted = self.fitted(outbound)
            except CannotSay:
                continue
            for one in fitted:
                assert self._render(one), f"{capability}, degraded, renders to no call."

    def test_a_text_as_long_as_the_limit_goes_in_one_piece(self) -> None:
        self._needs_rendering()
        if not self.speaks:
            pytest.skip("This channel only takes in.")
        text = self.main_text
        assert isinstance(text, Say)
        limits = self.adapter.manifest.side(bool(text.envelope.thread)).limits
        length = min(limits.text_length, 100_000)
        whole = Say(envelope=text.envelope, text="ä" * (length // 2) if limits.text_bytes else "ä" * length)
        assert len(self.fitted(whole)) == 1
        assert self._render(whole)

    def test_rendering_is_deterministic_and_shows_no_secret(self) -> None:
        self._needs_rendering()
        for capability, outbound in self.sayings.items():
            try:
                calls, again = self.adapter.render(outbound, self.account), self.adapter.render(outbound, self.account)
            except CannotSay as error:
                assert not self.leaked(error), f"{capability}: the refusal shows a secret."
                continue
            assert plain(list(calls)) == plain(list(again)), f"{capability} renders differently the second time."
            leaked = self.leaked(*calls)
            assert not leaked, f"{capability}: the secret {leaked} can be read in the calls."

    def _goes_as_a_file(self, outbound: Outbound) -> bool:
        """Whether a file of a kind that is not declared goes as one of a kind that is (a mail carries any file)."""
        limits = self.adapter.manifest.limits
        files = outbound.files if isinstance(outbound, Say) else ()
        return bool(files) and all(limits.carrier(file.type, len(file.content)) is not None for file in files)

    def _needs_rendering(self) -> None:
        if self.adapter.manifest.wire == "local":
            pytest.skip("Our own pages show what this channel says; nothing is rendered.")

    def _render(self, outbound: Outbound) -> Sequence[Call]:
        return self.adapter.render(outbound, self.account)
