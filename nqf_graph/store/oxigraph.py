"""The embedded store: Oxigraph, on disk or in memory."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.errors import CannotLoad, QuerySyntax, StoreInUse
from nqf_graph.formats import BOOLEANS, GRAPHS_AND_DATASETS, ROWS, Format, to_bytes
from nqf_graph.store.guard import names_its_dataset, refuse_remote_calls
from nqf_graph.store.protocol import STORE_DECIDES, Change, DatasetClause, Rows
from nqf_graph.terms import SCHEMA

_STATE_GRAPH = NamedNode("urn:nqf:state")
_CHECKSUM = SCHEMA["sha256"]
_PLACE = re.compile(r"error at (\d+):(\d+): ")


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
        return Rows(columns, tuple(tuple(solution[column] for column in columns) for solution in self._outcome))

    def close(self) -> None:
        """Let go of the engine's result, which must not be dropped by another thread (say, with a traceback)."""
        self._outcome = None


class OxigraphStore:
    """A `Store` in this process.  `folder` None keeps it in memory.

    The default graph of every query is the union of all named graphs.  Oxigraph 0.5 does not de-duplicate such
    a union, so loading keeps each triple in one graph only (a test notices when that is no longer needed).
    """

    def __init__(self, folder: Path | None = None, *, read_only: bool = False) -> None:
        try:
            if folder is None:
                self._store = ox.Store()
            elif read_only:
                self._store = ox.Store.read_only(str(folder))
            else:
                folder.mkdir(parents=True, exist_ok=True)
                self._store = ox.Store(str(folder))
        except (OSError, RuntimeError) as error:
            if "lock" in str(error).lower():
                raise StoreInUse(str(folder)) from error
            raise CannotLoad(str(folder), f"expected a data folder of this version ({error})") from error
        self._state_id = self._read_state_id()

    def query(self, text: str, dataset: DatasetClause = STORE_DECIDES) -> OxigraphResult:
        """Answer any SPARQL 1.1 query that stays within this store."""
        refuse_remote_calls(text)
        try:
            if dataset:
                return OxigraphResult(
                    self._store.query(
                        text,
                        default_graph=[NamedNode(iri) for iri in dataset.default_graphs],
                        named_graphs=[NamedNode(iri) for iri in dataset.named_graphs],
                    )
                )
            # Oxigraph lets the union flag win over FROM in the text, so it is set only for texts without FROM.
            return OxigraphResult(self._store.query(text, use_default_graph_as_union=not names_its_dataset(text)))
        except SyntaxError as error:
            raise syntax_error(error) from error

    def select(self, text: str) -> Rows:
        """Answer a SELECT query."""
        rows = OxigraphResult(self._store.query(text, use_default_graph_as_union=True)).rows()
        assert rows is not None, "not a SELECT query"
        return rows

    def construct(self, text: str) -> list[Triple]:
        """Answer a CONSTRUCT or DESCRIBE query; each triple once."""
        triples = self._store.query(text, use_default_graph_as_union=True)
        assert isinstance(triples, ox.QueryTriples)
        return list(dict.fromkeys(triples))

    def ask(self, text: str) -> bool:
        """Answer an ASK query."""
        return bool(self._store.query(text, use_default_graph_as_union=True))

    def apply(self, change: Change) -> None:
        """Make the next state in one transaction; an error or a kill leaves the present one."""
        if not change:
            return
        steps = [f"DROP SILENT GRAPH <{graph}>" for graph in (*change.drop, *change.replace)]
        for graph in (*change.drop, *change.replace):
            steps.append(f"DELETE WHERE {{ GRAPH {_STATE_GRAPH} {{ <{graph}> {_CHECKSUM} ?old }} }}")
        for graph, triples in change.replace.items():
            text = to_bytes(triples, ox.RdfFormat.N_TRIPLES).decode()
            steps.append(f"INSERT DATA {{ GRAPH <{graph}> {{\n{text}}} }}")
            steps.append(
                f'INSERT DATA {{ GRAPH {_STATE_GRAPH} {{ <{graph}> {_CHECKSUM} "{change.checksums[graph]}" }} }}'
            )
        self._store.update(" ;\n".join(steps))
        self._store.flush()
        self._state_id = self._read_state_id()

    def snapshot(self, folder: Path) -> None:
        """Make `folder` (which must not exist) a copy of the present state, by hard links: no data are copied."""
        self._store.backup(str(folder))

    def triples(self, graph: str) -> list[Triple]:
        """Which triples does the named graph hold?"""
        return [quad.triple for quad in self._store.quads_for_pattern(None, None, None, NamedNode(graph))]

    def graphs(self) -> dict[str, str]:
        """Which graphs were loaded by the catalogue?  Graph IRI → checksum of the files it came from."""
        quads = self._store.quads_for_pattern(None, _CHECKSUM, None, _STATE_GRAPH)
        return {
            quad.subject.value: quad.object.value
            for quad in quads
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
        }

    def dump(self, form: Format) -> bytes:
        """Everything, in one of GRAPHS_AND_DATASETS; formats without named graphs get the union of all graphs."""
        assert isinstance(form.engine, ox.RdfFormat)
        quads = [quad for quad in self._store if quad.graph_name != _STATE_GRAPH]
        if form.engine.supports_datasets and form.engine != ox.RdfFormat.JSON_LD:
            return to_bytes(quads, form.engine)
        return to_bytes([quad.triple for quad in quads], form.engine)

    @property
    def state_id(self) -> str:
        """The name of the present state, a hash over the checksums of its graphs."""
        return self._state_id

    def _read_state_id(self) -> str:
        lines = sorted(f"{graph} {checksum}" for graph, checksum in self.graphs().items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def syntax_error(error: SyntaxError) -> QuerySyntax:
    """Oxigraph's message as ours: the place as numbers, what was expected as text."""
    message = error.msg
    if place := _PLACE.match(message):
        return QuerySyntax(message[place.end() :], int(place[1]), int(place[2]))
    return QuerySyntax(message, error.lineno, error.offset)
