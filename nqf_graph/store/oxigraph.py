"""The embedded store: Oxigraph, on disk or in memory."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import NamedNode, Quad, Triple

from nqf_graph.errors import CannotLoad, StoreInUse
from nqf_graph.formats import BOOLEANS, GRAPHS_AND_DATASETS, ROWS, Format, to_bytes
from nqf_graph.guard import names_its_dataset, refuse_remote_calls, syntax_error
from nqf_graph.store.delta import Delta, Follow, Recorder, nothing_follows, rewriting
from nqf_graph.store.marks import CHECKSUM, EDITED, HEAD, Mark, marks_of, next_head, state_id
from nqf_graph.store.protocol import STORE_DECIDES, Change, DatasetClause, Rows
from nqf_graph.store.statements import create, delete, drop, insert

_MANY = 50_000  # statements


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
        self._settle(folder)

    @classmethod
    def around(cls, store: ox.Store) -> OxigraphStore:
        """A store that answers from an engine's store that is already open."""
        made = cls.__new__(cls)
        made._store = store
        made._settle(None)
        return made

    def _settle(self, folder: Path | None) -> None:
        self._is_on_disk = folder is not None
        self._state_id = self._read_state_id()
        self._write_lock = threading.Lock()  # from the beginning of a write to its end
        self._change_lock = threading.Lock()  # while the files change
        self._scratch = _Scratch(self._store, folder and folder.with_name(f"{folder.name}-scratch"))

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
        touched = (*change.drop, *change.replace)
        steps = [f"DROP SILENT GRAPH <{graph}>" for graph in touched]
        steps += [_forget(mark) for mark in marks_of(self._store) if mark.graph in touched]
        for graph, triples in change.replace.items():
            text = to_bytes(triples, ox.RdfFormat.N_TRIPLES).decode()
            steps.append(f"INSERT DATA {{ GRAPH <{graph}> {{\n{text}}} }}")
            steps.append(_remember(Mark(CHECKSUM, change.checksums[graph], graph)))
        self._transact(steps)
        if self._is_on_disk and sum(map(len, change.replace.values())) > _MANY:
            self._store.optimize()  # a few seconds now, a third less for every query
        self._scratch.discard()

    @contextmanager
    def writing(self) -> Iterator[Recorder]:
        """A recorder on a scratch copy of the present state, for one writer at a time.

        What is recorded reaches the store by `commit`, all of it or nothing; without it, leaving takes it back.
        """
        with self._write_lock:
            recorder = Recorder(self._scratch.open())
            try:
                yield recorder
            finally:
                recorder.revert()

    def before(self) -> OxigraphStore:
        """The present state: this store, until a commit."""
        return self

    def state_after(self, delta: Delta) -> str:
        """The name of the state that committing `delta` would make."""
        return state_id(self.graphs(), self._head_after(delta))

    def commit(self, recorder: Recorder, record: Iterable[Quad] = (), follow: Follow = nothing_follows) -> None:
        """Make what `recorder` (of `writing`) recorded the next state, in one transaction.

        `record` and what `follow` does to the scratch store come with it; the name of the state is not theirs.
        """
        recorded = recorder.delta()
        if not recorded:
            return
        head = self._head_after(recorded)
        recorder.add(record)
        follow(recorder, self._store, state_id(self.graphs(), head))
        delta = recorder.delta()
        steps = _steps(delta, recorder.scratch)
        steps += [_forget(mark) for mark in marks_of(self._store) if mark.kind == HEAD]
        steps.append(_remember(Mark(HEAD, head)))
        steps += [_remember(Mark(EDITED, graph=graph)) for graph in recorded.graphs]
        self._transact(steps)
        recorder.keep()
        if delta.has_blank_nodes:
            self._scratch.discard()  # the engine gave blank nodes other names there than here

    def restate(self, follow: Follow) -> None:
        """Bring what follows from the present state (see `commit`) in line with it, in one transaction."""
        with self.writing() as recorder:
            follow(recorder, self._store, self._state_id)
            if delta := recorder.delta():
                self._transact(_steps(delta, recorder.scratch))
                recorder.keep()

    def statements(self) -> tuple[str, Iterator[Quad]]:
        """The name of the present state and all that it states; what is written while one reads does not show."""
        with self._write_lock:
            return self._state_id, iter(self._store)

    def edited_graphs(self) -> set[str]:
        """Which graphs has a commit changed since their file was loaded?"""
        return {mark.graph for mark in marks_of(self._store) if mark.kind == EDITED}

    def _transact(self, steps: list[str]) -> None:
        with self._change_lock:
            self._store.update(" ;\n".join(steps))
            self._store.flush()
            self._state_id = self._read_state_id()

    def _head_after(self, delta: Delta) -> str:
        return next_head(self._head(), delta.digest)

    def _head(self) -> str:
        return next((mark.value for mark in marks_of(self._store) if mark.kind == HEAD), "")

    def snapshot(self, folder: Path) -> str:
        """Make `folder` (which must not exist) a copy of the present state, and say which state that is.

        On disk it is made by hard links, so at once.
        """
        with self._change_lock:  # the engine cannot copy files that are being written
            if self._is_on_disk:
                self._store.backup(str(folder))
            else:
                copy = ox.Store(str(folder))
                copy.bulk_extend(self._store)
                for mark in marks_of(self._store):
                    copy.add_graph(NamedNode(mark.name))
                copy.flush()
            return self._state_id

    def triples(self, graph: str) -> list[Triple]:
        """Which triples does the named graph hold?"""
        return [quad.triple for quad in self._store.quads_for_pattern(None, None, None, NamedNode(graph))]

    def graphs(self) -> dict[str, str]:
        """Which graphs were loaded by the catalogue?  Graph IRI → checksum of the files it came from."""
        return {mark.graph: mark.value for mark in marks_of(self._store) if mark.kind == CHECKSUM}

    def dump(self, form: Format) -> bytes:
        """Everything, in one of GRAPHS_AND_DATASETS; formats without named graphs get the union of all graphs."""
        assert isinstance(form.engine, ox.RdfFormat)
        quads = list(self._store)
        if form.engine.supports_datasets and form.engine != ox.RdfFormat.JSON_LD:
            return to_bytes(quads, form.engine)
        return to_bytes([quad.triple for quad in quads], form.engine)

    def names(self) -> list[str]:
        """Which named graphs are there, of the catalogue or written since?"""
        graphs = [graph for graph in self._store.named_graphs() if isinstance(graph, NamedNode)]
        filled = (graph for graph in graphs if next(self._store.quads_for_pattern(None, None, None, graph), None))
        return sorted(graph.value for graph in filled)

    @property
    def state_id(self) -> str:
        """The name of the present state, a hash over the checksums of its graphs."""
        return self._state_id

    def _read_state_id(self) -> str:
        return state_id(self.graphs(), self._head())


class _Scratch:
    """A second store with the same content, where a write is tried; made when first needed, kept in step."""

    def __init__(self, store: ox.Store, folder: Path | None) -> None:
        self._main, self._folder = store, folder
        self._copy: ox.Store | None = None

    def open(self) -> ox.Store:
        """The copy; on disk it is made by hard links, in memory statement by statement."""
        if self._copy is None:
            if self._folder is None:
                self._copy = ox.Store()
                self._copy.extend(self._main)
            else:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._main.backup(str(self._folder))
                self._copy = ox.Store(str(self._folder))
        return self._copy

    def discard(self) -> None:
        """Forget the copy: the next writer makes a new one."""
        self._copy = None


def _remember(mark: Mark) -> str:
    return create(mark.name)


def _forget(mark: Mark) -> str:
    return drop(mark.name)


def _steps(delta: Delta, after: ox.Store) -> list[str]:
    """The operations that bring a store to `after`."""
    graphs, removed, added = rewriting(delta, after)
    steps = [drop(graph) for graph in graphs]
    steps += [delete(removed)] if removed else []
    return steps + ([insert(added)] if added else [])
