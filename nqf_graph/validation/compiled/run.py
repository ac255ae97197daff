"""Compiled shapes and how they are run on a store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rdflib import Graph

from nqf_graph.store.protocol import Rows, Term
from nqf_graph.validation.compiled.checks import Check, Result
from nqf_graph.validation.compiled.plan import Compiler
from nqf_graph.validation.compiled.targets import Subclasses
from nqf_graph.validation.compiled.text import CannotCompileError
from nqf_graph.validation.report import Report

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
        def ask(check: Check) -> tuple[Check, Rows]:
            nodes = None if focus is None else focus[check.shape]
            rows = select(check.query(nodes))
            return check, rows if nodes is None else check.of(nodes, rows)

        wanted = [check for check in self.checks if focus is None or focus.get(check.shape, ()) != ()]
        if workers < 2 or len(wanted) < 2:
            return [ask(check) for check in wanted]
        with ThreadPoolExecutor(max_workers=workers) as threads:
            return list(threads.map(ask, wanted))


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
