"""Writes docs/handbook/features.md: what each channel carries, from the manifests, with the proof of each cell.

    manifest ── declares ──▶ cell ── proof ──▶ recording (what comes in) · snapshot (what goes out) · test (proofs.toml)
    not declared ──▶ what the core does instead (`oase.channels.degrade`)

Run by hand after a change of a channel: `python tools/feature_matrix.py`. A test holds the page to the manifests.
"""

import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.channels.test_contract import suite_of  # noqa: E402

from oase.channels.contract import Adapter, CannotSay, Capability, Manifest, Say  # noqa: E402
from oase.channels.degrade import degrade  # noqa: E402
from oase.channels.registry import all_adapters  # noqa: E402
from oase.channels.testing import ChannelSuite  # noqa: E402
from oase.channels.testing.inbound import SHOWN  # noqa: E402

PAGE = ROOT / "docs/handbook/features.md"
CHANNELS = ROOT / "tests/channels"
YES, INSTEAD, NO = "●", "○", "–"
SAID = ("text", "html", "subject", "copy", "image", "voice", "audio", "video", "document", "sticker", "location", "contacts", "buttons",
        "list", "template", "reply", "reaction", "typing", "mark_read")  # fmt: skip
HEARD = ("text", "html", "subject", "copy", "image", "voice", "audio", "video", "document", "sticker", "location", "contacts", "buttons",
         "reply", "reaction", "edit", "delete", "receipts", "elsewhere")  # fmt: skip
WORDS = {
    "html": "formatted", "copy": "cc", "contacts": "contact card", "mark_read": "read sign", "reply": "answer to one", "list": "long list",
    "edit": "edited", "delete": "taken back", "elsewhere": "said elsewhere", "voice": "voice message", "subject": "subject",
}  # fmt: skip
HEAD = """\
# What each channel carries

Written by `tools/feature_matrix.py` from the channels' manifests; do not edit. ● links to its proof: a recording of what arrives, a
snapshot of what is sent, or a test. ○ means that Oase says it otherwise there, so that nothing is lost: a file as a link, buttons as a
numbered list, a place or a contact card as text, formatted text as plain text, a subject as the first line. – means that the channel
does not have it.
"""


class Proofs:
    """Where the truth of a channel's cells can be seen. Raises LookupError for a cell without a proof."""

    def __init__(self, channel: str, adapter: Adapter) -> None:
        self.case: ChannelSuite = suite_of(channel, adapter)()
        self._folder = CHANNELS / channel
        file = self._folder / "proofs.toml"
        self._named: Mapping[str, str] = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
        self._events = [(one.name, self.case.events(self.case.signed(one))) for one in self.case.readable]

    def heard(self, capability: Capability, public: bool) -> str:
        """A recording that shows it arriving."""
        rule = SHOWN.get(capability)
        for name, events in self._events if rule else ():
            here = [one for one in events if public == (getattr(one, "thread", None) is not None) or not hasattr(one, "thread")]
            if rule is not None and any(map(rule, here)):
                return self._link(self._folder / "recordings" / f"{name}.json")
        return self._test(f"in-{capability.value}")

    def said(self, name: str) -> str:
        """A snapshot, or a test, that shows it going out."""
        snapshot = self._folder / "snapshots" / f"{name}.json"
        return self._link(snapshot) if snapshot.exists() else self._test(name)

    def _test(self, name: str) -> str:
        named = self._named.get(name)
        if named is None:
            raise LookupError(
                f"{self._folder.name}: nothing shows {name!r}. Add a recording, a snapshot, or a line in proofs.toml."
            )
        file, _, test = named.partition("::")
        if f"def {test}(" not in (ROOT / file).read_text("utf-8"):
            raise LookupError(f"{self._folder.name}: proofs.toml names {named}, which does not exist.")
        return self._link(ROOT / file)

    @staticmethod
    def _link(file: Path) -> str:
        return f"[{YES}](../../{file.relative_to(ROOT).as_posix()})"


def incoming(manifest: Manifest, proofs: Proofs, capability: Capability) -> str:
    """The cell of something that customers send."""
    declared = manifest.incoming or manifest.capabilities
    if capability is Capability.BUTTONS:
        return proofs.heard(capability, False) if declared & {Capability.BUTTONS, Capability.LIST} else NO
    return proofs.heard(capability, False) if capability in declared else NO


def outgoing(manifest: Manifest, proofs: Proofs, capability: Capability) -> str:
    """The cell of something that the company says to one person."""
    if capability in manifest.capabilities:
        return proofs.said(capability.value)
    return INSTEAD if Capability.TEXT in manifest.capabilities and instead(manifest, proofs, capability) else NO


def instead(manifest: Manifest, proofs: Proofs, capability: Capability) -> bool:
    """Whether the core says it in another way."""
    if capability is Capability.COPY or capability is Capability.REPLY:
        return False
    try:
        parts = degrade(proofs.case.specimens[capability], manifest, lambda _: "https://support.example.com/d/1")
    except CannotSay:
        return False
    return any(isinstance(one, Say) for one in parts)


def public_in(manifest: Manifest, proofs: Proofs, capability: Capability) -> str:
    """The cell of something that people say in public."""
    assert manifest.public is not None
    return proofs.heard(capability, True) if capability in manifest.public.incoming else NO


def table(columns: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [f"| channel | {' | '.join(WORDS.get(one, one) for one in columns)} |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]
    return "\n".join(lines)


Cell = Callable[[Manifest, Proofs, Capability], str]


def rows(channels: Mapping[str, tuple[Manifest, Proofs]], columns: Sequence[str], cell: Cell) -> dict[str, list[str]]:
    """One row for each channel."""
    found = {}
    for manifest, proofs in channels.values():
        found[manifest.name.en] = [cell(manifest, proofs, Capability(one)) for one in columns]
    return found


def in_public(channels: Mapping[str, tuple[Manifest, Proofs]]) -> str:
    """What can be done in public, place by place."""
    acts = ("like", "hide", "delete")
    columns = ("text", "image", "video", "reply", "reaction", "edit", "delete")
    lines: dict[str, list[str]] = {}
    for manifest, proofs in channels.values():
        public = manifest.public
        if public is None:
            continue
        heard = [public_in(manifest, proofs, Capability(one)) for one in columns]
        answer = [proofs.said(f"public-{one}") if Capability(one) in public.capabilities else NO for one in ("text", "image")]
        done = [proofs.said(f"act-{one}") if one in public.acts else NO for one in acts]
        private = proofs.said("private-reply") if public.private_reply else NO
        lines[f"{public.name.en}"] = [*heard, *answer, *done, private]
    heads = ("text", "image", "video", "comment on a comment", "reaction", "edited", "taken back", "we answer", "with a picture", "we like",
             "we hide", "we delete", "we answer in private")  # fmt: skip
    return table(heads, lines)


def limits(channels: Mapping[str, tuple[Manifest, Proofs]]) -> str:
    """Lengths, windows and sizes."""
    lines = {}
    for manifest, _ in channels.values():
        if Capability.TEXT not in manifest.capabilities:
            continue
        held = manifest.limits
        window = f"{held.reply_window.total_seconds() / 3600:g} h" if held.reply_window else "open"
        largest = max((rule.size_bytes for rule in held.files.values()), default=0)
        size = f"{largest / 1024 / 1024:.3g} MiB" if largest else NO
        lines[manifest.name.en] = [f"{held.text_length:,}", str(held.attachments_per_message) if largest else NO, size, window]
    return table(("characters", "files in a message", "largest file", "we may answer for"), lines)


def page() -> str:
    """The whole page."""
    channels = {name: (one.manifest, Proofs(name, one)) for name, one in all_adapters().items()}
    return (
        "\n\n".join(
            [
                HEAD.rstrip(),
                "## What customers send us",
                table(HEARD, rows(channels, HEARD, incoming)),
                "## What we say to one person",
                table(SAID, rows(channels, SAID, outgoing)),
                "## In public",
                in_public(channels),
                "## Limits",
                limits(channels),
            ]
        )
        + "\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"Written: {PAGE.relative_to(ROOT)}\n")
