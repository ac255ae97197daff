"""Compiled shapes and how they are run on a store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import BlankNode
from rdflib import Graph

from nqf_graph.store.protocol import Rows, Term
from nqf_graph.validation.compiled.checks import Check, Result
from nqf_graph.validation.compiled.plan import Compiler
from nqf_graph.validation.compiled.screens import Screen, screens
from nqf_graph.validation.compiled.targets import Subclasses
from nqf_graph.validation.compiled.text import CannotCompileError
from nqf_graph.validation.report import Report

_FEW = 1000  # nodes named in one query; with more, asking about all targets is cheaper

Select = Callable[[str], Rows]
Focus = Mapping[str, Collection[Term] | None]


@dataclass(frozen=True)
class Fallback:
    """A shape with targets that could not be compiled, and why.

    It goes to pySHACL as a whole.  `supported` is False when pySHACL cannot evaluate it either, or must refuse it.
    """

    shape: str
    reason: str
    supported: bool


@dataclass(frozen=True)
class CompiledShapes:
    """The checks of a shapes graph, and the shapes that are left to pySHACL."""

    checks: tuple[Check, ...]
    fallback: tuple[Fallback, ...]

    def validate(self, select: Select, focus: Focus | None = None, workers: int = 2) -> Report:
        """Which findings do the compiled shapes have about the data that `select` asks?

        With `focus`, only those shapes are run, on those nodes; None instead of nodes means on all its targets.  The
        fallback is not part of it.  `select` is called from `workers` threads at a time; Oxigraph works in parallel.
        """
        asked = self._ask(select, focus, workers)
        return Report.of(finding for check, rows in asked for finding in check.findings(rows))

    def results(self, select: Select, focus: Focus | None = None, workers: int = 2) -> list[Result]:
        """The same as SHACL's validation results, equal ones repeated."""
        return [result for check, rows in self._ask(select, focus, workers) for result in check.results(rows)]

    def _ask(self, select: Select, focus: Focus | None, workers: int) -> list[tuple[Check, Rows]]:
        def ask(part: Check | Screen) -> list[tuple[Check, Rows]]:
            if isinstance(part, Check):
                nodes = None if focus is None else focus[part.shape]
                return [_ask(select, part, nodes)]
            suspects = {row["this"] for row in select(part.query) if row["this"] is not None}
            few = len(suspects) <= _FEW and not any(isinstance(node, BlankNode) for node in suspects)
            return [_ask(select, check, suspects if few else None) for check in part.checks if suspects]

        wanted: Sequence[Check | Screen] = self.plan
        if focus is not None:
            wanted = [check for check in self.checks if focus.get(check.shape, ()) != ()]
        if workers < 2 or len(wanted) < 2:
            return [each for part in wanted for each in ask(part)]
        with ThreadPoolExecutor(max_workers=workers) as threads:
            return [each for part in threads.map(ask, wanted) for each in part]

    @cached_property
    def plan(self) -> tuple[Check | Screen, ...]:
        """What a full run asks, the dearest first: screens for checks that share their targets, and the others."""
        return tuple(screens(self.checks))


def _ask(select: Select, check: Check, nodes: Collection[Term] | None) -> tuple[Check, Rows]:
    rows = select(check.query(nodes))
    return check, rows if nodes is None else check.of(nodes, rows)


def compile_shapes(shapes: Graph, subclasses: Subclasses) -> CompiledShapes:
    """How are the shapes checked by queries?  `subclasses` as `read_subclasses` gives them, for the data to check."""
    checks: list[Check] = []
    fallback: list[Fallback] = []
    compiler = Compiler(shapes, subclasses)
    for shape in compiler.roots():
        try:
            checks += compiler.checks(shape)
        except CannotCompileError as error:
            fallback.append(Fallback(str(shape), error.reason, error.supported))
    return CompiledShapes(tuple(checks), tuple(fallback))
