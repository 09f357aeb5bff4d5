"""Sends scripts and style sheets without what only their readers need: comments on lines of their own, and indentation.

The files are written so that nothing else has to be understood: no text of a program spans lines.
"""

import re
from typing import Final

_COMMENT: Final = re.compile(r"^[ \t]*(?:/\*.*?\*/[ \t]*|//[^\n]*)$\n?", re.MULTILINE | re.DOTALL)


def lean(text: str) -> str:
    """The same program, shorter."""
    lines = (line.strip() for line in _COMMENT.sub("", text).splitlines())
    return "\n".join(line for line in lines if line) + "\n"
