"""The page of what each channel carries is what the manifests say, and each of its cells has a proof."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_feature_matrix_is_generated_from_the_manifests_and_their_proofs() -> None:
    written = runpy.run_path(str(ROOT / "tools/feature_matrix.py"))["page"]()
    assert (ROOT / "docs/handbook/features.md").read_text("utf-8") == written, "Run python tools/feature_matrix.py."
