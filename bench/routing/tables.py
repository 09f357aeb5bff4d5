"""The tables of docs/performance.md: each is what one run found, and stands between marks, so that only a run replaces it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bench.routing.desks import MUTATIONS, OURS
from bench.routing.goals import GAINS, GOALS, QUOTES, QUOTES_OF_A_CHANNEL, doubtful, missed, quoted
from bench.routing.measure import Week, gain, share
from bench.routing.rivals import RIVALS
from bench.routing.scenario import Scenario

GROUPS: Final = ("all", "live", "phone", "chat", "messenger", "mail", "scarce language", "follow-up", "wanted at once")
_BLOCK: Final = re.compile(r"<!-- table: routing (\w+) -->\n.*?<!-- /table -->\n", re.DOTALL)

Found = Mapping[float, Mapping[str, Sequence[Week]]]
"""Weeks by load and rule."""


def blocks(page: str) -> dict[str, str]:
    """The tables that stand on a page, with their marks, by name."""
    return {found[1]: found[0] for found in _BLOCK.finditer(page)}


def block(name: str, lines: Iterator[str]) -> str:
    """A table with its marks."""
    return "\n".join([f"<!-- table: routing {name} -->", *lines, "<!-- /table -->"]) + "\n"


def written(page: str, found: str) -> str:
    """A page on which a table stands in its place, or, if it is new, at the end of those that there are."""
    (name,) = blocks(found)
    there = blocks(page)
    if name in there:
        return page.replace(there[name], found)
    head, mark, figures = page.partition("\n<!-- ")
    if there:
        last = list(there.values())[-1]
        return page.replace(last, last + found)
    return f"{head}\n{found}{mark}{figures}"


def base(lived: Scenario, found: Found, ran: str) -> Iterator[str]:
    """The base world: each load with the goals, then what was said of waiting, then broken rules."""
    yield from ["", "## Routing: a team's week on a virtual clock", ""]
    yield f"`python -m bench.routing --scenario base`: {lived.says}. Per cent answered within the customer's own deadline,"
    yield f"with 95 % intervals of the weeks' mean; gains are points of all, paired by week. {ran}"
    for load, rules in found.items():
        yield from _load(load, rules)
    yield from _said(found)
    yield from _mutations(found)
    yield ""


def worlds(all_: Sequence[tuple[Scenario, Found]], ran: str) -> Iterator[str]:
    """The other worlds: a row for each rule, and what was said of waiting."""
    yield from ["", "## Routing in other worlds", ""]
    yield f"`python -m bench.routing --scenario others`, at 95 % load. {ran}"
    yield from ["", *_head("world", "rule", "all", "live", "mail", "wanted at once", "we gain", "quotes kept", "when busy")]
    for lived, found in all_:
        for rules in found.values():
            for rule, weeks in rules.items():
                groups = [_share(weeks, group) for group in ("all", "live", "mail", "wanted at once")]
                said = [_share(weeks, group) if rule == OURS else "" for group in QUOTES]
                gained = "" if rule == OURS else _plus(*gain(rules[OURS], weeks))
                yield _row(lived.name if rule == OURS else "", rule, *groups, gained, *said)
    yield ""
    for lived, found in all_:
        unkept = ", ".join(doubtful([week for rules in found.values() for week in rules[OURS]]))
        yield f"- **{lived.name}**: {lived.says}" + (f"; missed: {unkept}" if unkept else "")
    yield ""


def _load(load: float, rules: Mapping[str, Sequence[Week]]) -> Iterator[str]:
    yield from ["", f"### {load:.0%} load", "", *_head("rule", *GROUPS, "we gain", "wanted")]
    for rule in (OURS, *RIVALS):
        weeks, wanted = rules[rule], GAINS[load].get(rule)
        gained = "" if rule == OURS else _plus(*gain(rules[OURS], weeks))
        name = f"**{rule}**" if rule == OURS else rule
        yield _row(name, *(_share(weeks, group) for group in GROUPS), gained, "" if wanted is None else f"{wanted:.1f}")
    yield _row("*goal*", *(f"{GOALS[load][group]:.1f}" if group in GOALS[load] else "" for group in GROUPS), "", "")
    unreached = missed(load, rules[OURS], {name: rules[name] for name in RIVALS})
    yield from ["", f"Missed: {', '.join(unreached) or 'nothing'}."]


def _said(found: Found) -> Iterator[str]:
    channels = quoted([week for rules in found.values() for week in rules[OURS]])
    yield from ["", "### Expected wait: of the quotes for nine of ten, per cent that were kept", ""]
    yield from _head("load", *QUOTES, *channels)
    for load, rules in found.items():
        yield _row(f"{load:.0%}", *(_share(rules[OURS], group) for group in (*QUOTES, *channels)))
    limits = [f"{least:.0f} to {most:.0f}" for least, most in QUOTES.values()]
    yield _row("*goal*", *limits, *(f"{QUOTES_OF_A_CHANNEL:.0f}" for _ in channels))


def _mutations(found: Found) -> Iterator[str]:
    yield from ["", "### Broken rules, and the goals that each misses beside those that ours misses in the same weeks", ""]
    yield from _head("rule", "load", "weeks", "missed")
    for name in MUTATIONS:
        for load, rules in found.items():
            yield _row(name, f"{load:.0%}", str(len(rules[name])), ", ".join(caught(load, rules, name)) or "nothing")


def caught(load: float, rules: Mapping[str, Sequence[Week]], name: str) -> list[str]:
    """The goals that a broken rule misses and ours reaches in the same weeks."""
    weeks = rules[name]
    ours = missed(load, rules[OURS][: len(weeks)])
    return [one for one in missed(load, weeks) if one not in ours]


def _share(weeks: Sequence[Week], group: str) -> str:
    if not any(one.get(group, (0, 0))[1] for one in weeks):
        return ""
    value, half = share(weeks, group)
    return f"{value:.2f} ± {half:.2f}"


def _plus(value: float, half: float) -> str:
    return f"{value:+.2f} ± {half:.2f}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _head(*cells: str) -> tuple[str, str]:
    return _row(*cells), "|" + "---|" * len(cells)
