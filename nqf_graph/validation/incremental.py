"""Validation of a change: only the records that it can concern are checked again; all other findings stay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import NamedNode, Triple
from rdflib import SH, Graph, Literal
from rdflib.term import Node

from nqf_graph.store import Term
from nqf_graph.validation.compiled import CompiledShapes
from nqf_graph.validation.footprint import ALL, Footprint, Records
from nqf_graph.validation.report import Finding, Report
from nqf_graph.validation.walks import Select

Reference = Callable[[Collection[str]], Report]
"""All findings of the given shapes on the state after the change, by pySHACL."""


@dataclass(frozen=True)
class ChangeReport:
    """The report of the state after a change, and which shapes had to run in full for it, each with the reason."""

    report: Report
    full: Mapping[str, str]
    checked: int
    """How many pairs of shape and record were checked, those of the shapes that ran in full left out."""


@dataclass(frozen=True)
class Incremental:
    """Everything about the shapes that does not depend on the data, made once."""

    compiled: CompiledShapes
    footprint: Footprint
    reporters: Mapping[str, frozenset[str]]
    """Shape or constraint that a finding names → the target shapes that may have found it."""
    distant: frozenset[str]
    """Target shapes that also find faults of other nodes than their targets (a sh:property below a sh:property)."""

    @classmethod
    def of(cls, shapes: Graph, compiled: CompiledShapes, footprint: Footprint) -> Incremental:
        """What is needed to validate changes; `compiled` and `footprint` are of the same `shapes`."""
        reporters: dict[str, set[str]] = {}
        distant = set()
        nodes = {str(node): node for node in shapes.subjects()}
        for root in footprint.targets:
            for reporter, depth in _reporters(shapes, nodes[root], 0):
                reporters.setdefault(str(reporter), set()).add(root)
                if depth:
                    distant.add(root)
        return cls(compiled, footprint, {name: frozenset(by) for name, by in reporters.items()}, frozenset(distant))

    def validate_change(  # noqa: PLR0913 - a change has two sides and two states
        self,
        previous: Report,
        added: Iterable[Triple],
        removed: Iterable[Triple],
        before: Select,
        after: Select,
        *,
        new_day: bool = True,
        reference: Reference | None = None,
    ) -> ChangeReport:
        """Which findings are there after a change?  The same as a validation of the whole state after it gives.

        `previous` is the whole report of the state before; `before` and `after` answer SELECT queries on the two
        states.  `new_day` False: `previous` was made on the present day.  A change of the class hierarchy needs
        shapes compiled for the hierarchy after it.  Raises ValueError when `previous` is of other shapes, or when
        shapes are left to pySHACL and there is no `reference`.
        """
        affected = self._together(self.footprint.affected(added, removed, before, after, new_day=new_day))
        full = {shape: reason for shape, records in affected.items() if (reason := self._why_in_full(shape, records))}
        focus: dict[str, Collection[Term] | None] = {
            shape: None if shape in full or records is ALL else records for shape, records in affected.items()
        }
        names = {
            shape: None if nodes is None else {node.value for node in nodes if isinstance(node, NamedNode)}
            for shape, nodes in focus.items()
        }
        found = [finding for finding in previous.findings if not self._is_checked_again(finding, names)]
        found += self.compiled.validate(after, focus, workers=1).findings
        if left := sorted(self._left & focus.keys()):
            if reference is None:
                raise ValueError(f"pySHACL has to check {', '.join(left)}")
            found += reference(left).findings
        checked = sum(len(nodes) for nodes in focus.values() if nodes is not None)
        return ChangeReport(Report.of(found), full, checked)

    @cached_property
    def _left(self) -> frozenset[str]:
        return frozenset(fallback.shape for fallback in self.compiled.fallback)

    @cached_property
    def _sharing(self) -> tuple[frozenset[str], ...]:
        """Target shapes that may report the same finding: if one is checked again, all are."""
        return tuple({roots for roots in self.reporters.values() if len(roots) > 1})

    def _together(self, affected: dict[str, Records]) -> dict[str, Records]:
        """The same records for shapes whose findings cannot be told apart."""
        grown = True
        while grown:
            grown = False
            for roots in self._sharing:
                sets = [affected.get(root, set()) for root in roots]
                union: Records = ALL if ALL in sets else set().union(*(each for each in sets if each is not ALL))
                if union and any(each != union for each in sets):
                    affected |= dict.fromkeys(roots, union)
                    grown = True
        return affected

    def _why_in_full(self, shape: str, records: Records) -> str:
        """Why a shape has to run on all its targets; "" if it need not."""
        if reason := self.footprint.full.get(shape):
            return reason
        if shape in self._left:
            return "not compiled"
        if shape in self.distant:
            return "it finds faults of other nodes than its targets"
        if records is ALL and shape in self.footprint.daily:
            return "it compares with the present day"
        if records is ALL or not all(isinstance(record, NamedNode) for record in records):
            return "the change concerns more records than are worth following, or one that a query cannot name"
        return ""

    def _is_checked_again(self, finding: Finding, names: Mapping[str, set[str] | None]) -> bool:
        roots = self.reporters.get(finding.shape)
        if roots is None:
            raise ValueError(f"the previous report is of other shapes: {finding.shape}")
        for root in roots & names.keys():
            nodes = names[root]
            if nodes is None or finding.focus in nodes:
                return True
        return False


def _reporters(shapes: Graph, shape: Node, depth: int) -> Iterator[tuple[Node, int]]:
    """The shapes and constraints whose results reach the report, and how many paths of other shapes lie before them."""
    if (shape, SH.deactivated, Literal(True)) in shapes or depth > 50:
        return
    yield shape, depth
    for constraint in shapes.objects(shape, SH.sparql):
        yield constraint, depth
    for inner in shapes.objects(shape, SH.property):
        yield from _reporters(shapes, inner, depth + ((shape, SH.path, None) in shapes))
