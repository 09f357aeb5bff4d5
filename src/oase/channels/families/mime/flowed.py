"""format=flowed (RFC 3676): lines that end with a blank go on in the next one, within the same depth of quotation."""


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Paragraphs on one line each, quote marks kept. `delete_space` is the parameter DelSp=yes."""
    out: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:]
        if content.startswith(" "):
            content = content[1:]  # space-stuffing
        if content == "-- " or (content == "--" and not line.endswith(" ")):
            out.append(">" * depth + (" " if depth else "") + content)
            open_depth = None
            continue
        if open_depth == depth:
            out[-1] += content
        else:
            out.append(">" * depth + (" " if depth and content else "") + content)
        open_depth = None
        if content.endswith(" ") and content.strip():
            open_depth = depth
            if delete_space:
                out[-1] = out[-1][:-1]
    return "\n".join(line.rstrip() if line != "-- " and not line.endswith("> -- ") else line for line in out)
