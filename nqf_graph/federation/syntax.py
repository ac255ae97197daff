"""The parts of a query that matter for SERVICE: its groups, their elements, and where each stands in the text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Element:
    """One element of a group: `kind` is its keyword, or TRIPLES, or UNION (also of one group)."""

    kind: str
    start: int
    end: int = 0
    stop: int = 0
    """`end`, or after the dot that may follow."""
    variables: list[str] = field(default_factory=list)
    """Those in triples, of a VALUES block; the one that BIND sets; that of GRAPH."""
    reads: list[str] = field(default_factory=list)
    """Those in the expression of FILTER or BIND."""
    groups: list[Group] = field(default_factory=list)
    """Its group, the branches of a union, or the groups of EXISTS in its expression."""
    name: str = ""
    """What follows GRAPH or SERVICE."""
    inner_start: int = 0
    """Where that name, or the rows of VALUES, begin."""
    is_silent: bool = False
    has_undef: bool = False


@dataclass
class Select:
    """A query form or subquery; `variables` None for `*`."""

    variables: list[str] | None = None
    where: Group | None = None
    others: list[Group] = field(default_factory=list)
    """The groups of EXISTS outside the pattern: in the projection, HAVING, ORDER BY."""
    values: Element | None = None


@dataclass
class Group:
    """What stands between `start` and `end`, braces included: elements or a subquery."""

    start: int
    end: int = 0
    elements: list[Element] = field(default_factory=list)
    select: Select | None = None


@dataclass
class Query:
    """A query in parts; `prologue` and `dataset` are text."""

    text: str
    prologue: str
    prefixes: dict[str, str]
    base: str
    dataset: str
    form: Select
