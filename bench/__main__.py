"""`python -m bench [names]`: runs the benches one after the other, prints a table and writes docs/performance.md.

Each bench is a program of its own (`python -m bench.<name>`), so that none inherits another one's memory or caches; lines that begin
with `#json` are its figures. With names, only those are run, and the others' figures stay as they are. Routing writes tables of its own.
"""

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.routing.tables import blocks
from oase.kernel.clock import SystemClock

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
BENCHES = {
    "accept": "signed WhatsApp post of 1.2 KB -> durable -> 200; one server process, 64 connections; reach 5,000/s, p99 < 40 ms",
    "intake": "journal -> message in its conversation; one worker, WhatsApp texts; reach 3,000/s",
    "mail_intake": "raw mail -> message in its conversation; two workers; reach 300/s, every reply joined, no character lost",
    "webchat": "message into an open conversation; 16 clients; reach 2,000/s, p99 < 20 ms; 10,000 visitors' streams",
    "api": "new conversation over the API; 16 clients; reach 800/s",
    "live": "commit -> event at 500/s, p50 < 20 ms, p99 < 60 ms; 10,000 agents' streams served within 300 ms, < 40 kB each",
    "outgoing": "ten lanes to a provider that answers in 5 ms; reach 500/s, each lane's limit kept",
    "inbox": "inbox page of 50 rows among 200,000 conversations; 8 clients; reach 200/s, p50 < 30 ms, p99 < 80 ms",
    "search": "search among 10,000 and 200,000 conversations; reach p95 < 15 and 50 ms",
    "routing": "a team's week on a virtual clock: per cent answered within the customer's own deadline, by scenario, load and rule",
    "routing.speed": "one decision of routing, 500 agents, 10,000 waiting; processor time; reach p99 < 50 µs, rebuilt < 500 ms",
    "routing.database": "a leader with its database, 500 agents, 10,000 waiting; reach restored < 2 s, one decision < 5 ms",
    "response_times": "public response times, packed; one process on one core, 64 connections; reach 2,000/s",
    "hours": "working time added and measured a year across, holidays and closures included; processor time; reach < 50 µs",
    "memory": "everything, database included, after 5,000 messages; reach < 190 MiB",
}
_FIGURE = re.compile(r"^#json (.*)$", re.MULTILINE)
_KEPT = re.compile(r"^<!-- ([\w.]+) (.*) -->$", re.MULTILINE)


def run(name: str) -> list[dict[str, Any]]:
    """One bench's figures; what it says goes on to the screen."""
    print(f"\n== {name}: {BENCHES[name]}", flush=True)
    done = subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    print(_FIGURE.sub("", done.stdout).strip(), flush=True)
    if done.returncode:
        return [{"bench": name, "failed": f"exit code {done.returncode}"}]
    return [json.loads(line) for line in _FIGURE.findall(done.stdout)] or [{"bench": name, "said": done.stdout.strip()[-600:]}]


def known() -> dict[str, list[dict[str, Any]]]:
    """The figures that stand on the page now."""
    return {name: json.loads(figures) for name, figures in _KEPT.findall(_page())}


def _page() -> str:
    return PAGE.read_text() if PAGE.exists() else ""


def machine() -> str:
    """What it ran on."""
    cpu = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "?"
    )
    return f"{os.cpu_count()} cores ({cpu}), {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _shown(value: Any) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else str(value).replace("|", "/").replace("\n", " ")


def page(figures: dict[str, list[dict[str, Any]]]) -> str:
    """The page: a table for people, those that routing wrote, the figures for the next run."""
    lines = [
        "# Speed",
        "",
        "Written by `python -m bench` (`make bench`). `limit` is measured in the same run: the same work without what Oase adds;",
        "`ratio` is our share of it. `load` is the machine's load average at the end: figures of a busy machine say little.",
        "",
        f"Machine: {machine()}.",
        "",
        "| bench | what | when | figures |",
        "|---|---|---|---|",
    ]
    for name, what in BENCHES.items():
        for one in figures.get(name, []):
            facts = " · ".join(f"{key} {_shown(value)}" for key, value in one.items() if key not in ("bench", "when"))
            lines.append(f"| {one.get('bench', name)} | {what} | {one.get('when', '')} | {facts} |")
    lines += ["", *blocks(_page()).values()]
    lines += [f"<!-- {name} {json.dumps(found)} -->" for name, found in figures.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Runs what was asked for."""
    names = sys.argv[1:] or list(BENCHES)
    if unknown := [name for name in names if name not in BENCHES]:
        sys.exit(f"There is no bench {unknown[0]}. There are: {', '.join(BENCHES)}.")
    figures = known()
    for name in names:
        when, found = f"{SystemClock().now():%Y-%m-%d}", run(name)
        if name == "routing":
            continue
        figures[name] = [{**one, "when": when} for one in found]
        PAGE.write_text(page(figures))
    print(f"\nWritten to {PAGE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
