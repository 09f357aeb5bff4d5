"""All checks together, and that the pure functions are pure."""

import pytest
from msgspec.structs import replace

from oase.channels.contract import CannotSay, Forged, NoReply, Reply
from oase.channels.testing.dialogues import DialogueChecks
from oase.channels.testing.hostile import HostileChecks
from oase.channels.testing.inbound import InboundChecks
from oase.channels.testing.manifests import ManifestChecks
from oase.channels.testing.outbound import OutboundChecks
from oase.channels.testing.outcomes import OutcomeChecks
from oase.channels.testing.public import PublicChecks
from oase.channels.testing.purity import purely
from oase.channels.testing.quality import QualityChecks
from oase.channels.testing.signatures import SignatureChecks


class ChannelSuite(
    ManifestChecks,
    QualityChecks,
    InboundChecks,
    SignatureChecks,
    OutboundChecks,
    PublicChecks,
    OutcomeChecks,
    DialogueChecks,
    HostileChecks,
):
    """Every check of the channel contract."""

    def test_reading_uses_no_network_no_files_and_no_clock(self) -> None:
        for recording in self.readable:
            raw = self.signed(recording)
            purely(self.adapter.parse, raw, self.account)
            purely(self.adapter.dedup_key, raw)
            purely(self.adapter.greet, raw, self.account)
            purely(self.adapter.acknowledge, raw, self.account)
            for one in (raw, replace(raw, headers={})):
                try:
                    purely(self.adapter.verify, one, self.account)
                except (Forged, NotImplementedError):
                    continue

    def test_writing_uses_no_network_no_files_and_no_clock(self) -> None:
        if self.adapter.manifest.wire == "local":
            pytest.skip("Our own pages show what this channel says; nothing is rendered.")
        for outbound in self.sayings.values():
            try:
                calls = purely(self.adapter.render, outbound, self.account)
            except CannotSay:
                continue
            for call in calls:
                for reply in (Reply(status=200, body=b"{}"), Reply(status=500), NoReply(sent=True, why="?")):
                    purely(self.adapter.interpret, call, reply)

    def test_an_invitation_opens_a_dialogue_and_brings_its_code(self) -> None:
        if not self.adapter.manifest.invites:
            pytest.skip("This channel has no addresses that open a dialogue.")
        link = purely(self.adapter.invite, self.account, "k7f2m9xq", "Weiter mit Code k7f2m9xq")
        assert link.startswith("https://"), f"The invitation leads to {link!r}."
        assert "k7f2m9xq" in link, "The invitation loses its code."

    def test_the_account_and_its_secrets_are_masked(self) -> None:
        assert not any(text in repr(self.account) for text in self.texts())
