"""The quality file: what an adapter does well, what it still lacks, what does not apply to its channel.

`quality.toml` beside the adapter holds one line for each rule: `recordings = "done"`, `journey = "todo: …"`, `receipts = "exempt: …"`.
"""

import inspect
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from oase.channels.contract import Adapter
from oase.channels.testing.case import Case

RULES: Mapping[str, str] = {
    "guide": "The set-up page says step by step what to create at the provider, with the exact names, in English and German.",
    "test-connection": "*Test connection* finds wrong and missing settings, credentials and permissions, and says them in words.",
    "genuine": "Deliveries are checked to come from the provider; a secret can be changed without losing one.",
    "recordings": "Each kind of event that the provider publishes has a recording.",
    "files-in": "Files of customers arrive, with their names and types; links that expire are asked for anew.",
    "files-out": "Files go to customers in the kinds and sizes that the provider allows.",
    "receipts": "What became of a message is known: sent, delivered, read, failed.",
    "errors-in-words": "The provider's error codes are told in plain words, in English and German.",
    "limits": "Lengths, sizes, types, windows and rates are the provider's, with the page they are from.",
    "throttled": "Where the provider says *slow down*, nothing is lost and it is asked again when it said so.",
    "credentials": "Revoked, expired and withdrawn credentials stop the account, keep its queue, and are told; an end is known ahead.",
    "independent": "A client or server that others wrote was at the other end in the tests.",
    "described": "The provider's machine-readable description stands between adapter and simulator in the tests.",
    "journey": "A customer writes, an agent answers, the customer sees it: with a picture, a receipt and an error.",
    "bad-days": "Deliveries three times and in reverse, replies that break off, 200 with an error inside: each seen in a test.",
    "handbook": "A page of the handbook tells the person who connects it what to do and what to know.",
}
_STATE = re.compile(r"done|(todo|exempt): \S.{8,}")


def quality_of(adapter: Adapter) -> Mapping[str, str]:
    """The lines of an adapter's quality file; empty if it has none. Raises tomllib.TOMLDecodeError."""
    file = Path(inspect.getfile(type(adapter))).parent / "quality.toml"
    return dict(tomllib.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


class QualityChecks(Case):
    """The quality file is complete; whether its lines are true, the tests that they speak of show."""

    def test_the_quality_file_has_a_line_for_each_rule(self) -> None:
        found = quality_of(self.adapter)
        assert not (missing := sorted(RULES.keys() - found.keys())), f"quality.toml says nothing of: {missing}"
        assert not (unknown := sorted(found.keys() - RULES.keys())), f"quality.toml has lines that are no rules: {unknown}"
        bad = {rule: state for rule, state in found.items() if not _STATE.fullmatch(str(state))}
        assert not bad, f"Neither done, nor todo or exempt with a reason: {bad}"
