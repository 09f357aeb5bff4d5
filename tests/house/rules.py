"""The house rules that can be read off the source: each is a function that gives what it finds, as `line: what`.

`EXCEPTIONS` is the one place where a file is excused from a rule, with the reason; a reason that is no longer needed is an error.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[2] / "src"
LONGEST_FILE: Final = 450
Rule = Callable[[ast.Module, str], list[str]]

EXCEPTIONS: Final[dict[str, dict[str, str]]] = {
    "commits": {
        "oase/kernel/db.py": "The unit of work: the one place that commits.",
        "oase/main/backup.py": "A backup reads one snapshot, a restore writes one: on a connection of its own, over all workspaces.",
        "oase/main/migrate.py": "Migrations are Alembic's transactions.",
    },
    "lost_cancellations": {},
    "clocks": {
        "oase/kernel/clock.py": "The clock itself.",
        "oase/kernel/ids.py": "UUIDv7 carries the machine's time; nothing is decided by it.",
        "oase/main/cli/maintain.py": "The name of a backup's file shows the time on the administrator's own wall.",
        "oase/main/backup.py": "The moment at which a backup was made is the machine's, and decides nothing.",
    },
    "network_inside_work": {},
    "html_in_fstrings": {
        "oase/channels/families/mime/bodies.py": "Plain text shown as HTML; escaped, and cleaned by nh3 afterwards.",
        "oase/channels/families/mime/compose.py": "Writes mails, which have no templates; every value is escaped.",
        "oase/channels/families/mime/content.py": "Broken mark-up made readable for the parser; never shown.",
        "oase/sandbox/whatsapp/answers.py": "A gateway's error page as providers send it; holds a number only.",
    },
    "foreign_modules": {},
    "missing_docstrings": {},
}

PUBLISHED: Final = (
    "oase.channels.contract", "oase.channels.degrade", "oase.channels.families", "oase.channels.registry", "oase.conversations.conditions",
)  # fmt: skip
"""Packages inside a slice that are front doors of their own: the contract and its helpers are for third parties, too; conditions are
the language in which views and rules ask."""
_DESK: Final = re.compile(r"oase\.desk\.[a-z]+")
"""The parts of the desk are small slices: each is used through its own root, and the desk's root need not know them all."""

_CLOCKS: Final = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "datetime.datetime.now", "datetime.date.today",
}  # fmt: skip
_OUTSIDE: Final = re.compile(r"\b_?(outside|blobs|smtp|session|perform|deliver|read_blob|fetch_blob|getaddrinfo)\b")
_TAG: Final = re.compile(
    r"</?(a|b|i|p|br|h[1-6]|em|strong|div|span|pre|img|svg|html|body|head|ul|ol|li|t[rdh]|table|form|input|button"
    r"|script|style|blockquote|option|select|label|meta|link)[\s>/]"
)


def commits(tree: ast.Module, _: str) -> list[str]:
    """Nobody commits but the unit of work: neither by a method nor by a statement."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            found.append(f"{node.lineno}: {ast.unparse(node)}")
        if isinstance(node, ast.Call):
            for argument in node.args[:1]:
                value = argument.value if isinstance(argument, ast.Constant) else ""
                text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
                if text.strip().rstrip(";").upper() in ("COMMIT", "END", "COMMIT WORK"):
                    found.append(f"{node.lineno}: {ast.unparse(node)}")
    return found


def clocks(tree: ast.Module, _: str) -> list[str]:
    """Time comes from `kernel.clock`. (Steady clocks for spans are free: `time.monotonic`, `loop.time`.)"""
    return [
        f"{node.lineno}: {ast.unparse(node.func)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _CLOCKS
    ]


def network_inside_work(tree: ast.Module, _: str) -> list[str]:
    """No call to the outside while a transaction is open: the outside may take half a minute, the locks with it."""
    found = []
    for block in ast.walk(tree):
        if isinstance(block, ast.AsyncWith) and any(_opens_work(item.context_expr) for item in block.items):
            for node in (inner for statement in block.body for inner in ast.walk(statement)):
                if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
                    called = ast.unparse(node.value.func)
                    if _OUTSIDE.search(called):
                        found.append(f"{node.lineno}: {called}")
    return found


def _opens_work(expression: ast.expr) -> bool:
    called = expression.func if isinstance(expression, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in ("work", "everywhere")


def html_in_fstrings(tree: ast.Module, _: str) -> list[str]:
    """HTML is made by templates, which escape; an f-string does not."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and any(isinstance(part, ast.FormattedValue) for part in node.values):
            fixed = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            if _TAG.search(fixed) and ">" in fixed:
                found.append(f"{node.lineno}: {ast.unparse(node)[:80]}")
    return found


def foreign_modules(tree: ast.Module, path: str) -> list[str]:
    """A slice is used through its package root. The kernel is open; `main`, which wires, may open every door."""
    own = path.split("/")[1]
    if own == "main":
        return []
    return [
        f"{line}: {module}"
        for line, module in _imports(tree)
        if module.startswith("oase.")
        and module.count(".") > 1
        and module.split(".")[1] not in (own, "kernel")
        and not module.startswith(PUBLISHED)
        and not _DESK.fullmatch(module)
    ]


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)


def missing_docstrings(tree: ast.Module, _: str) -> list[str]:
    """Every module, public class and public function says what it is for. Tests say so by their names, properties by theirs."""
    found = [] if not tree.body or ast.get_docstring(tree) else ["1: the module"]
    return found + [f"{node.lineno}: {node.name}" for node in _public(tree.body) if not ast.get_docstring(node)]


def _public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith(("_", "test_")):
            if not any(ast.unparse(one) in ("property", "overload") for one in node.decorator_list):
                yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body)


def lost_cancellations(tree: ast.Module, _: str) -> list[str]:
    """`asyncio.wait_for` can lose a cancellation in Python 3.11: `asyncio.timeout`, or `kernel.waiting`, cannot."""
    return [
        f"{node.lineno}: wait_for"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "wait_for" and ast.unparse(node.value) == "asyncio"
    ]


RULES: Final[dict[str, Rule]] = {
    "commits": commits,
    "lost_cancellations": lost_cancellations,
    "clocks": clocks,
    "network_inside_work": network_inside_work,
    "html_in_fstrings": html_in_fstrings,
    "foreign_modules": foreign_modules,
    "missing_docstrings": missing_docstrings,
}


def sources() -> Iterator[tuple[str, str]]:
    """Every source file: its path below `src`, and its text."""
    for path in sorted((SOURCE / "oase").rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), path.read_text()
