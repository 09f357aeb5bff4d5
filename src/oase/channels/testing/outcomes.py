"""Checks of replies: whatever the provider answers has a meaning, and a message is never taken for sent that was not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oase.channels.contract import (
    Accepted,
    Again,
    Call,
    CannotSay,
    NoReply,
    Outcome,
    Refused,
    Reply,
    Unclear,
)
from oase.channels.testing.case import Case
from oase.channels.testing.hostile import mutated, quickly
from oase.channels.testing.snapshots import plain, same

_UNREADABLE = (b"", b"<html><body>Bad Gateway</body></html>", b'{"mess', b"null", b"[]", b'"ok"', b"{}", b"\xff\xfe", b"0")


class OutcomeChecks(Case):
    """`interpret`."""

    def test_recorded_replies_mean_the_expected_outcomes(self) -> None:
        for recorded in self.replies:
            outbound = self.sayings[recorded.to]
            call = self.adapter.render(outbound, self.account)[recorded.call]
            outcome = plain(self.adapter.interpret(call, recorded.reply()))
            assert same(outcome, recorded.expected), f"{recorded.name} means something else than it says:\n{outcome}"

    def test_recorded_replies_show_every_outcome(self) -> None:
        self._needs_replies()
        shown = {recorded.expected.get("type") for recorded in self.replies}
        missing = {"accepted", "again", "refused", "unclear"} - shown
        if self.adapter.manifest.safe_to_repeat:
            missing.discard("unclear")
        assert not missing, f"No recorded reply shows: {sorted(missing)}"
        signed_out = any(recorded.expected.get("sign_in") for recorded in self.replies)
        assert signed_out == self.has_credentials, "Recorded replies must show that the provider refuses our credentials, if any."
        if self.adapter.manifest.wire == "http" and not self.adapter.manifest.by_status:
            hidden = any(
                (recorded.status or 0) == 200 and recorded.expected.get("type") != "accepted" for recorded in self.replies
            )
            assert hidden, "No recorded reply shows an error behind HTTP status 200."

    def test_no_reply_means_again_if_nothing_was_sent_and_unclear_if_it_may_have_arrived(self) -> None:
        self._needs_replies()
        call = self._message()
        assert isinstance(self._outcome(call, NoReply(sent=False, why="The name was not found.")), Again)
        lost = self._outcome(call, NoReply(sent=True, why="The connection broke."))
        assert isinstance(lost, Again if self.adapter.manifest.safe_to_repeat else Unclear), f"A lost reply means {lost}."

    def test_every_http_status_is_classified_without_words_of_the_provider(self) -> None:
        self._needs_http()
        call = self._message()
        for body in _UNREADABLE:
            for status, allowed in _ALLOWED.items():
                outcome = self._outcome(call, Reply(status=status, body=body))
                assert isinstance(outcome, allowed), f"HTTP {status} with {body!r} means {outcome}."
            for status in (401, 403):
                outcome = self._outcome(call, Reply(status=status, body=body))
                assert isinstance(outcome, Refused), f"HTTP {status} means {outcome}."
                assert outcome.sign_in == self.has_credentials, (
                    f"HTTP {status} with {body!r} must ask for new credentials, if any."
                )

    def test_a_success_that_cannot_be_read_is_not_taken_for_sent(self) -> None:
        self._needs_http()
        if self.adapter.manifest.by_status:
            pytest.skip("On this channel the status alone says that a message was taken.")
        for body in _UNREADABLE:
            outcome = self._outcome(self._message(), Reply(status=200, body=body))
            assert isinstance(outcome, Unclear | Refused), f"HTTP 200 with {body!r} means {outcome}."

    def test_any_reply_has_a_meaning(self) -> None:
        self._needs_replies()
        bodies = [recorded.reply() for recorded in self.replies]
        known = [reply.body for reply in bodies if isinstance(reply, Reply)] or [b"{}"]
        calls = self._calls()

        @quickly(self.examples)
        @given(
            st.sampled_from(calls),
            st.integers(0, 999),
            st.one_of(st.binary(max_size=200), mutated(known)),
            st.dictionaries(st.sampled_from(["retry-after", "content-type"]), st.text(max_size=30)),
        )
        def check(call: Call, status: int, body: bytes, headers: dict[str, str]) -> None:
            outcome = self._outcome(call, Reply(status=status, body=body, headers=headers))
            if isinstance(outcome, Again):
                assert 0 <= outcome.after.total_seconds() <= 86_400, f"{outcome} waits too long."

        check()

    def _needs_replies(self) -> None:
        if self.adapter.manifest.wire == "local":
            pytest.skip("What this channel says stays in our own house: there is no reply.")
        self._needs_speech()

    def _needs_http(self) -> None:
        if self.adapter.manifest.wire != "http":
            pytest.skip("The wire of this channel is not HTTP.")
        self._needs_speech()

    def _needs_speech(self) -> None:
        if not self.speaks:
            pytest.skip("This channel only takes in.")

    def _message(self) -> Call:
        return self.adapter.render(self.main_text, self.account)[-1]

    def _calls(self) -> list[Call]:
        calls: list[Call] = []
        for outbound in self.sayings.values():
            try:
                calls += self.adapter.render(outbound, self.account)
            except CannotSay:
                continue
        return calls

    def _outcome(self, call: Call, reply: Reply | NoReply) -> Outcome:
        outcome = self.adapter.interpret(call, reply)
        assert isinstance(outcome, Accepted | Again | Refused | Unclear), f"{reply} means {outcome!r}, which is no outcome."
        if not isinstance(outcome, Accepted):
            assert outcome.why.strip(), f"{reply} has no reason for people: {outcome!r}"
        assert not self.leaked(outcome), "An outcome shows a secret."
        return outcome


_ALLOWED: dict[int, tuple[type, ...]] = {
    302: (Refused, Unclear, Again),
    400: (Refused,),
    404: (Refused,),
    413: (Refused,),
    429: (Again,),
    500: (Again, Unclear),
    502: (Again, Unclear),
    503: (Again, Unclear),
    504: (Again, Unclear),
}
