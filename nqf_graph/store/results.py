"""A query's result as Oxigraph gives it."""

from __future__ import annotations

import pyoxigraph as ox

from nqf_graph.formats import BOOLEANS, GRAPHS_AND_DATASETS, ROWS, Format
from nqf_graph.store.protocol import Rows


class OxigraphResult:
    """A result as Oxigraph gives it, written by Oxigraph (in Rust: four times as fast as row by row in Python)."""

    def __init__(self, outcome: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> None:
        self._outcome: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples | None = outcome
        self.formats = {
            ox.QuerySolutions: ROWS,
            ox.QueryBoolean: BOOLEANS,
            ox.QueryTriples: GRAPHS_AND_DATASETS,
        }[type(outcome)]

    def write(self, form: Format) -> bytes:
        """The whole result in `form`, one of `self.formats`."""
        if isinstance(self._outcome, ox.QueryTriples):
            assert isinstance(form.engine, ox.RdfFormat)
            return self._outcome.serialize(format=form.engine) or b""
        assert self._outcome is not None and isinstance(form.engine, ox.QueryResultsFormat)
        return self._outcome.serialize(format=form.engine) or b""

    def rows(self) -> Rows | None:
        """The solutions, or None when the query was not a SELECT."""
        if not isinstance(self._outcome, ox.QuerySolutions):
            return None
        columns = tuple(variable.value for variable in self._outcome.variables)
        return Rows(columns, tuple(map(tuple, self._outcome)))

    def close(self) -> None:
        """Let go of the engine's result, which must not be dropped by another thread (say, with a traceback)."""
        self._outcome = None
