"""One compiled constraint: the query that finds its violations, and what its rows mean."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib import Literal as RdflibLiteral
from rdflib import URIRef
from rdflib.term import Node

from nqf_graph.store.protocol import Rows, Term
from nqf_graph.validation.compiled.sets import Violation
from nqf_graph.validation.compiled.targets import Targets
from nqf_graph.validation.compiled.text import chain
from nqf_graph.validation.report import Finding

_STRINGS = ("http://www.w3.org/2001/XMLSchema#string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")


@dataclass(frozen=True)
class Result:
    """One validation result as SHACL defines it; `path` is a node of the data or the words of a path."""

    focus: Term
    path: str | None
    value: Term | None
    component: Node
    shape: Node
    constraint: Node | None
    severity: Node


@dataclass(frozen=True)
class Check:
    """One constraint component on one target shape.

    `shape` is the IRI of the shape whose targets count, `source` the shape that has the constraint and `constraint`
    the node of a SPARQL constraint.  `steps` lead from the targets to the focus nodes of `source`.
    """

    shape: str
    targets: Targets
    steps: str
    source: Node
    component: Node
    constraint: Node | None
    violation: Violation
    severity: Node
    path: str | None
    value_is_focus: bool
    rule: str
    messages: Mapping[str, str] = field(default_factory=dict)

    def query(self, focus: Collection[Term] | None = None) -> str:
        """The SELECT query of all violations; with `focus`, of the violations of those targets only.

        `focus` are candidates: only those that are targets of the shape count.  Of each row, ?this is the focus node
        of the result.
        """
        violation = self.violation
        condition = f" FILTER({violation.condition})" if violation.condition else ""
        if focus is None and violation.listing and not self.steps:
            return f"{self._head} {{ {chain(f'{{ {violation.listing} }}', f'FILTER({self.targets.test})')} }}"
        nodes = self.targets.listing if focus is None else self._listing(focus)
        if self.steps:
            nodes = chain(f"{{ SELECT (?this AS ?_root) {{ {nodes} }} }}", self.steps)
        return f"{self._head} {{ {chain(nodes, violation.pattern)}{condition} }}"

    def _listing(self, focus: Collection[Term]) -> str:
        """The given nodes that are targets.  Blank nodes cannot be named in a query: all of them are asked about."""
        named = " ".join(sorted(str(node) for node in focus if not isinstance(node, BlankNode)))
        given = f"{{ VALUES ?this {{ {named} }} FILTER({self.targets.test}) }}"
        if any(isinstance(node, BlankNode) for node in focus):
            return f"{given} UNION {{ {self.targets.listing} FILTER(isBlank(?this)) }}"
        return given

    @property
    def _head(self) -> str:
        violation = self.violation
        wanted = ["?this", violation.value, violation.path, *violation.others, "?_root" if self.steps else None]
        return f"{violation.prologue}SELECT DISTINCT {' '.join(dict.fromkeys(each for each in wanted if each))}"

    def of(self, focus: Collection[Term], rows: Rows) -> Rows:
        """The rows about `focus`, where the query had to ask about more (see `_listing`)."""
        if not any(isinstance(node, BlankNode) for node in focus):
            return rows
        column = rows.columns.index("_root" if self.steps else "this")
        wanted = set(focus)
        return Rows(rows.columns, tuple(row for row in rows.rows if row[column] in wanted))

    def results(self, rows: Rows) -> Iterator[Result]:
        """The results that the rows of the query stand for."""
        value, path = ((name or " ")[1:] for name in (self.violation.value, self.violation.path))
        for row in rows:
            focus, found, way = row["this"], row.get(value), row.get(path)
            assert focus is not None
            if found is None and self.value_is_focus:
                found = focus
            told = self.path if way is None else _text(way)
            yield Result(focus, told, found, self.component, self.source, self.constraint, self.severity)

    def findings(self, rows: Rows) -> Iterator[Finding]:
        """The same in terms of our rules."""
        for result in self.results(rows):
            focus, value = _text(result.focus), None if result.value is None else _text(result.value)
            yield Finding(
                rule=self.rule,
                severity=str(self.severity).rpartition("#")[2],
                focus=focus,
                path=result.path,
                value=value,
                shape=str(self.constraint or self.source),
                messages=self._messages({"this": focus, "value": value or "", "path": result.path or ""}),
            )

    def _messages(self, values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        told = dict(self.messages)
        if not any("{" in text for text in told.values()):
            return tuple(told.items())
        for name, value in values.items():
            for mark in "?$":
                told = {tag: text.replace(f"{{{mark}{name}}}", value) for tag, text in told.items()}
        return tuple(told.items())


def _text(node: Term) -> str:
    """A node as the report tells it; numbers and dates in the spelling that pySHACL's library gives them."""
    if isinstance(node, Literal):
        if node.language:
            return f'"{node.value}"@{node.language}'
        if node.datatype.value not in _STRINGS:
            return str(RdflibLiteral(node.value, datatype=URIRef(node.datatype.value)))
    return node.value if isinstance(node, NamedNode | BlankNode | Literal) else str(node)
