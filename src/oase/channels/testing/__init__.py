"""The contract suite: holds an adapter to the channel contract. For our own adapters and for those of third parties.

    # tests/test_my_channel.py of your package; needs pytest and hypothesis
    class TestMyChannel(ChannelSuite):
        adapter = my_adapter
        recordings = Path(__file__).parent / "recordings"

        def sign(self, raw: Raw, secrets: Mapping[str, Secret]) -> Raw:   # only for channels with a signature
            ...

Beside `recordings/` lie `replies/`, `dialogues/`, `snapshots/` and `account.json`; `docs/handbook/channels.md` has the formats.
`OASE_SNAPSHOTS=write` writes snapshots that are missing or have changed; read them before you commit them.

This package imports pytest and hypothesis; `oase.channels` does not import it.
"""

from oase.channels.testing.case import Case
from oase.channels.testing.recordings import Dialogue, RecordedReply, Recording, Source
from oase.channels.testing.suite import ChannelSuite

__all__ = ["Case", "ChannelSuite", "Dialogue", "RecordedReply", "Recording", "Source"]
