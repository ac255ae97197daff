"""The rules, compiled once for a class hierarchy: whole graphs and changes are checked on the store itself.

Shapes that the compiler cannot express go to pySHACL, the reference; `fallback` says which and why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, parse
from rdflib import Graph

from nqf_graph.errors import CannotLoad
from nqf_graph.store import Change, OxigraphStore, Rows, Store, Term
from nqf_graph.store.delta import Delta
from nqf_graph.validation.engine import as_graph
from nqf_graph.validation.engine import validate as validate_by_reference
from nqf_graph.validation.report import Finding, Report

if TYPE_CHECKING:
    from nqf_graph.validation.compiled import CompiledShapes
    from nqf_graph.validation.incremental import ChangeReport, Incremental

Select = Callable[[str], Rows]


@dataclass(frozen=True)
class RuleBook:
    """A shapes graph, ready to check data of one class hierarchy."""

    shapes: Graph
    compiled: CompiledShapes
    subclasses: dict[str, frozenset[str]]

    @classmethod
    def of(cls, shapes: Graph, select: Select) -> RuleBook:
        """The rule book of `shapes` for the data (and the class hierarchy) that `select` asks.

        Raises CannotLoad for a shape that no engine here can evaluate.
        """
        # The compiler needs rdflib's SPARQL parser, which takes longer to load than most commands run.
        from nqf_graph.validation.compiled import compile_shapes, read_subclasses  # noqa: PLC0415

        subclasses = read_subclasses(select)
        compiled = compile_shapes(shapes, subclasses)
        for left in compiled.fallback:
            if not left.supported:
                raise CannotLoad("shapes", f"expected shapes that can be evaluated: {left.shape} {left.reason}")
        return cls(shapes, compiled, subclasses)

    @cached_property
    def fallback(self) -> dict[str, str]:
        """The shapes that pySHACL checks, each with the reason why."""
        return {left.shape: left.reason for left in self.compiled.fallback}

    @cached_property
    def incremental(self) -> Incremental:
        """What validating changes needs, made when the first change comes."""
        from nqf_graph.validation.footprint import Footprint  # noqa: PLC0415 - see `of`
        from nqf_graph.validation.incremental import Incremental  # noqa: PLC0415

        return Incremental.of(self.shapes, self.compiled, Footprint.of(self.shapes, self.subclasses))

    def check(self, data: Store, focus: Collection[Term] | None = None) -> Report:
        """Which rules do the data break, all of them or only the records of `focus`?"""
        shapes = None if focus is None else {check.shape: focus for check in self.compiled.checks}
        found = self.compiled.validate(data.select, shapes).findings
        return Report.of((*found, *self._by_reference(data, self.fallback, focus)))

    def check_change(
        self, previous: Report, delta: Delta, before: Store, after: Store, *, new_day: bool = True
    ) -> ChangeReport:
        """Which findings are there after a change?  The cost follows the change; see `Incremental`."""

        def reference(shapes: Collection[str]) -> Report:
            return Report(tuple(self._by_reference(after, shapes, None)))

        return self.incremental.validate_change(
            previous,
            [quad.triple for quad in delta.added],
            [quad.triple for quad in delta.removed],
            before.select,
            after.select,
            new_day=new_day,
            reference=reference,
        )

    def _by_reference(
        self, data: Store, shapes: Collection[str], focus: Collection[Term] | None
    ) -> tuple[Finding, ...]:
        if not shapes:
            return ()
        triples = (triple for name in data.names() for triple in data.triples(name))
        report = validate_by_reference(as_graph(triples), self.shapes)
        reporters = self.incremental.reporters
        nodes = None if focus is None else {getattr(node, "value", str(node)) for node in focus}
        return tuple(
            finding
            for finding in report.findings
            if reporters.get(finding.shape, frozenset()) & set(shapes) and (nodes is None or finding.focus in nodes)
        )


def validate(graph: Graph | Store, shapes: Graph, focus: Collection[Term] | None = None) -> Report:
    """Which rules of `shapes` does `graph` break, all of it or only its records of `focus`?

    `graph` is a store or an rdflib graph and must contain the class hierarchy that targets follow.  The findings
    are those that pySHACL gives; what cannot be compiled is left to it.
    """
    store = graph if not isinstance(graph, Graph) else _store_of(graph)
    return RuleBook.of(shapes, store.select).check(store, focus)


def _store_of(graph: Graph) -> OxigraphStore:
    text = graph.serialize(format="nt", encoding="utf-8")
    made = OxigraphStore()
    name = "urn:nqf:given"
    made.apply(Change({name: [q.triple for q in parse(text, format=RdfFormat.N_TRIPLES)]}, checksums={name: ""}))
    return made
