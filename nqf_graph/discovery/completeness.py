"""What has to be said of a node of a class: who lacks it is left out, with whatever only hangs on it.

Shape languages say that a graph is wrong; here what is wrong is taken away until the rest is right, and each thing
that went is listed with what it lacks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.terms import RDF

_TYPE = RDF["type"]


@dataclass(frozen=True)
class Demand:
    """A property that a node must have `least` times, and at most once if it `is_single` (texts: once a language)."""

    property: str
    least: int
    is_single: bool


@dataclass(frozen=True)
class Gap:
    """A node of a class that lacks properties, or has several values where one may be; and values it lost."""

    node: str
    kind: str
    missing: tuple[str, ...]
    several: tuple[str, ...]
    lost: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The gap for JSON."""
        return {
            "node": self.node,
            "class": self.kind,
            "missing": list(self.missing),
            "several": list(self.several),
            "valuesLeftOut": list(self.lost),
        }


def complete(
    triples: Iterable[Triple], demands: Mapping[str, tuple[Demand, ...]], things: Collection[str]
) -> tuple[list[Triple], list[Gap]]:
    """Which statements stay when every node has what its class demands, and which nodes had to go?

    A value that is a node must be described (have a class) in the statements, else it does not count.  With a node
    goes what nothing else leads to, but for `things`, which stand for themselves.
    """
    said = _Statements(triples, things)
    found: list[Gap] = []
    while True:
        said.drop_dangling()
        offenders = gaps(said.all(), demands, said.lost)
        if not offenders:
            return said.all(), sorted(found, key=lambda gap: (gap.node, gap.kind))
        found += offenders
        for gap in offenders:
            said.remove(gap.node)


def gaps(
    triples: Iterable[Triple], demands: Mapping[str, tuple[Demand, ...]], lost: Mapping[str, set[str]] | None = None
) -> list[Gap]:
    """Which nodes do not have what their class demands?"""
    found = []
    for node, own in sorted(_by_subject(triples).items()):
        numbers = _numbers(own)
        for kind in sorted(value for triple in own if (value := _class(triple))):
            of_kind = demands.get(kind, ())
            missing = tuple(each.property for each in of_kind if numbers[each.property] < each.least)
            several = tuple(each.property for each in of_kind if each.is_single and numbers[each.property] > 1)
            if missing or several:
                found.append(Gap(node, kind, missing, several, tuple(sorted((lost or {}).get(node, ())))))
    return found


class _Statements:
    """Statements by subject, from which nodes can be taken away."""

    def __init__(self, triples: Iterable[Triple], things: Collection[str]) -> None:
        self._said = _by_subject(triples)
        self._leading = Counter(value for own in self._said.values() for triple in own if (value := _target(triple)))
        self._stands = set(things)
        self.lost: dict[str, set[str]] = {}
        """Values that were taken away, by the node that had them."""

    def all(self) -> list[Triple]:
        """The statements that are left."""
        return [triple for own in self._said.values() for triple in own]

    def drop_dangling(self) -> None:
        """Take away nodes without a class, and the statements that lead to such."""
        described = {node for node, own in self._said.items() if any(map(_class, own))}
        for node in self._said.keys() - described:
            self.remove(node)
        for node, own in self._said.items():
            dangling = [triple for triple in own if (value := _target(triple)) and value not in described]
            for triple in dangling:
                own.remove(triple)
                self._leading[str(_target(triple))] -= 1
                self.lost.setdefault(node, set()).add(str(_target(triple)))

    def remove(self, node: str) -> None:
        """Take away a node, then what only it led to."""
        waiting = [node]
        while waiting:
            for triple in self._said.pop(waiting.pop(), ()):
                value = _target(triple)
                if value is not None:
                    self._leading[value] -= 1
                    if not self._leading[value] and value not in self._stands:
                        waiting.append(value)


def _by_subject(triples: Iterable[Triple]) -> dict[str, list[Triple]]:
    said: dict[str, list[Triple]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode):
            said.setdefault(triple.subject.value, []).append(triple)
    return said


def _numbers(own: Iterable[Triple]) -> Counter[str]:
    """How often a node has each property; a text in several languages is one value."""
    found: Counter[str] = Counter()
    tags: Counter[tuple[str, str]] = Counter()
    for triple in own:
        name = triple.predicate.value
        if isinstance(triple.object, Literal) and triple.object.language:
            tags[name, triple.object.language] += 1
            found[name] = max(found[name], tags[name, triple.object.language])
        else:
            found[name] += 1
    return found


def _class(triple: Triple) -> str | None:
    """The class that a statement gives, if it gives one."""
    return triple.object.value if triple.predicate == _TYPE and isinstance(triple.object, NamedNode) else None


def _target(triple: Triple) -> str | None:
    """The node that a statement leads to, if it is one that has to be described."""
    return triple.object.value if triple.predicate != _TYPE and isinstance(triple.object, NamedNode) else None
