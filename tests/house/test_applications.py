"""Applications inside the program leave to the program what is the program's."""

import ast
from pathlib import Path

import oase

SOURCES = Path(oase.__file__).parent


def test_no_application_takes_the_logs_over() -> None:
    """Litestar's default would: its lines come in another form, and with their secrets."""
    found = [
        (path.relative_to(SOURCES), call.lineno, {one.arg: ast.unparse(one.value) for one in call.keywords}.get("logging_config"))
        for path in SOURCES.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Litestar"
    ]
    assert len(found) >= 4
    assert [one for one in found if one[2] != "None"] == []
