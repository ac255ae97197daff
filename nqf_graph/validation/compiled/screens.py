"""Questions that several checks share: which targets may violate any of them at all?

Most data are right.  One query that walks over the targets once, and asks of each whether one of several checks
would find anything, costs less than each of them walking; the few nodes it names are then checked one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass

from nqf_graph.validation.compiled.checks import Check
from nqf_graph.validation.compiled.paths import pattern, words
from nqf_graph.validation.compiled.sets import Count
from nqf_graph.validation.compiled.text import Names, disjunction

_WORTH_COUNTING = 3


@dataclass(frozen=True)
class Screen:
    """A query for all ?this that may violate one of `checks`; no other target does."""

    query: str
    checks: tuple[Check, ...]


def screens(checks: Iterable[Check]) -> Iterator[Screen | Check]:
    """The same checks, those that share their targets (and what they count) behind a screen."""
    names = Names("s")
    left = list(checks)
    for group in _groups(left, _counted):
        if len(group) >= _WORTH_COUNTING:
            left = [check for check in left if check not in group]
            yield Screen(_counting(group, names), tuple(group))
    for group in _groups(left, _walking):
        if len(group) > 1:
            left = [check for check in left if check not in group]
            anything = disjunction(check.violation.condition for check in group)
            yield Screen(f"SELECT ?this {{ {group[0].targets.listing} FILTER({anything}) }}", tuple(group))
    yield from left


def _groups(checks: Iterable[Check], kind: Callable[[Check], Hashable]) -> list[list[Check]]:
    found: dict[Hashable, list[Check]] = {}
    for check in checks:
        if (key := kind(check)) is not None and not check.steps:
            found.setdefault(key, []).append(check)
    return list(found.values())


def _walking(check: Check) -> Hashable:
    """Checks that walk over their targets and test each."""
    return None if check.violation.pattern else check.targets.listing


def _counted(check: Check) -> Hashable:
    """Checks that count values of one path.  A value counted twice hides no excess, but could hide a second lack."""
    count = check.violation.count
    if count is None or (count.least is not None and count.least > 1):
        return None
    return check.targets.listing, words(count.path)


def _counting(group: list[Check], names: Names) -> str:
    value = names.fresh()
    counts = [check.violation.count for check in group if check.violation.count]
    values = pattern(counts[0].path, "?this", value, names)
    suspect = disjunction(_out_of_bounds(count, value) for count in counts)
    walk = f"{group[0].targets.listing} LATERAL {{ OPTIONAL {{ {values} }} }}"
    return f"SELECT ?this {{ {walk} }} GROUP BY ?this HAVING({suspect})"


def _out_of_bounds(count: Count, value: str) -> str:
    passes = f"BOUND({value})" if count.test is None else f"COALESCE({count.test(value)}, false)"
    number = f"SUM(IF({passes}, 1, 0))"
    return f"{number} < {count.least}" if count.least is not None else f"{number} > {count.most}"
