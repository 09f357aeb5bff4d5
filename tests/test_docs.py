"""The documentation is true where a test can say so: no dead links, only commands, settings and accounts that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from oase.kernel.settings import Settings
from oase.main.cli import _COMMANDS
from oase.main.demo import PASSWORD, PEOPLE

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("changes/*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
TARGETS = re.compile(r"^([a-z]+(?: [a-z]+)*):", re.MULTILINE)


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _dead(page: Path) -> Iterator[str]:
    for link in LINK.findall(_prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in _anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_has_no_dead_links(page: Path) -> None:
    assert list(_dead(page)) == []


def test_a_dead_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n[gone](nowhere.md) [there](#here) [not there](#there) [web](https://example.com)\n```\n[code](x.md)\n```\n"
    )
    assert list(_dead(page)) == ["nowhere.md", "#there"]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_make_command_is_in_the_makefile(page: Path) -> None:
    targets = {name for names in TARGETS.findall((ROOT / "Makefile").read_text("utf-8")) for name in names.split()}
    named = re.findall(r"(?:`|^|&& )make ([a-z]+)\b", page.read_text("utf-8"), re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_of_oase_exists(page: Path) -> None:
    named = re.findall(r"(?:`|^|bin/|do )oase ([a-z]+)\b", page.read_text("utf-8"), re.MULTILINE)
    assert set(named) <= {name for name, _, _ in _COMMANDS}


@pytest.mark.parametrize("page", [page for page in PAGES if "handbook" in page.parts or page.parent == ROOT / "docs"], ids=_name)
def test_every_setting_exists(page: Path) -> None:
    named = {name.lower() for name in re.findall(r"\bOASE_([A-Z][A-Z_]+[A-Z])\b(?!…)", page.read_text("utf-8"))}
    outside = {"config", "fuzz_mails", "specs", "snapshots"}  # not settings: where the file lies, what tests are told
    assert named - outside <= set(Settings.__struct_fields__)


def test_the_readme_names_the_accounts_of_the_demonstration() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert [email for _, email, _ in PEOPLE if email not in text] == []
    assert PASSWORD in text


def test_the_index_lists_every_page_and_decision() -> None:
    folder = ROOT / "docs"
    listed = {(folder / link.partition("#")[0]).resolve() for link in LINK.findall((folder / "README.md").read_text("utf-8"))}
    assert [_name(page) for page in sorted(folder.rglob("*.md")) if page.name != "README.md" and page not in listed] == []
