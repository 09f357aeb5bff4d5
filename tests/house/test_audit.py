"""Every act of people and programs is in the audit log: read off the slices' actions, each of which writes an entry or is excused."""

import ast
from collections.abc import Iterator

from .rules import SOURCE

Function = ast.AsyncFunctionDef | ast.FunctionDef

ACTIONS = (
    "staff/actions", "conversations/actions", "people/actions.py", "channels/accounts.py", "kernel/webhooks/actions.py",
    "people/erasure.py", "kernel/retention.py", "desk/hours/actions.py", "desk/hours/sources.py", "desk/hours/published.py",
    "people/consents.py", "desk/automations/actions.py",
)  # fmt: skip
_WORDS = "what was said is its own record: who, when, to whom; it is never changed"
_SYSTEM = "done by time or by a provider, not by somebody"
EXCUSED = {
    "say": _WORDS, "say_automatically": _WORDS, "note": _WORDS, "react": _WORDS, "said_elsewhere": _WORDS,
    "record": "the slice whose act it is writes it down",
    "wake_snoozed": _SYSTEM, "look_again": _SYSTEM, "set_due": _SYSTEM, "clean_up": _SYSTEM,
    "set_account_state": _SYSTEM, "set_needs_sign_in": _SYSTEM,
    "keep_draft": "one's own draft", "mark_read": "what one has read oneself", "forget_read": "what one has read oneself",
    "change_preferences": "how one likes one's own pages",
    "start_second_factor": "nothing is changed until it is confirmed",
    "keep_renewed": _SYSTEM, "keep_ticked": "by the person; when, where and which words stand in the row", "open_quietly": _WORDS,
    "tell_webhooks": "whoever tells them writes down why: a rule its run",
    "keep_secret": "by the provider; the page that renews one by hand writes it down",
    "keep_check": "what the provider said of the account, at most times to nobody", "keep_told": "as keep_check",
    "open_session": "whoever opens it knows how, and writes it down",
    "count": "counted failures; the sign-in after them says how many", "succeeded": "as count",
    "merge_persons": "people.merge_into writes it down", "unmerge_persons": "people.take_apart writes it down",
}  # fmt: skip
READS = {
    "fate_of", "find_rule", "find_webhook", "find_snippet", "open_link", "check_rank", "check_own_password", "require_version",
    "preview", "rehearse", "consents_of", "find_consent", "stands", "taken_back",
    "erasures", "published_calendar", "due", "word_of_sign_in",
}  # fmt: skip


def silent() -> set[str]:
    """The acts of all slices that write nothing."""
    found: set[str] = set()
    for place in ACTIONS:
        root = SOURCE / "oase" / place
        paths = sorted(root.rglob("*.py")) if root.is_dir() else [root]
        found.update(unwritten([one for path in paths for one in functions(path.read_text())]))
    return found


def functions(source: str) -> Iterator[Function]:
    """The functions of a module, not those of its classes."""
    for node in ast.parse(source).body:
        if isinstance(node, Function):
            yield node


def called(function: ast.AST) -> set[str]:
    """The names that a function calls."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in calls}


def unwritten(found: list[Function]) -> list[str]:
    """Of the functions of a slice, the public acts that lead to no entry, by themselves or through one of their neighbours."""
    writing = {"audit"}
    while more := {one.name for one in found if called(one) & writing} - writing:
        writing |= more
    acts = [one for one in found if isinstance(one, ast.AsyncFunctionDef) and not one.name.startswith("_")]
    return [one.name for one in acts if one.name not in writing | READS]


def test_every_act_is_written_down_or_says_why_not() -> None:
    assert silent() - set(EXCUSED) == set()


def test_whoever_is_excused_still_needs_it() -> None:
    assert set(EXCUSED) - silent() == set()


def test_the_rule_finds_an_act_that_writes_nothing() -> None:
    source = "async def paint(work):\n    await work.run('')\n\nasync def carve(work):\n    work.audit('stone.carved')\n"
    assert unwritten(list(functions(source))) == ["paint"]
