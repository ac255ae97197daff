"""The embedded store: Oxigraph, on disk or in memory."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import NamedNode, Quad, Triple

from nqf_graph.errors import CannotLoad, StoreInUse
from nqf_graph.formats import Format, to_bytes
from nqf_graph.guard import names_its_dataset, refuse_remote_calls, syntax_error
from nqf_graph.store.delta import Delta, Follow, Recorder, nothing_follows, rewriting
from nqf_graph.store.exchange import Content, Contents, Exchange, fill, imported, remember
from nqf_graph.store.marks import CHECKSUM, EDITED, HEAD, IMPORTED, Mark, marks_of, next_head, state_id
from nqf_graph.store.places import Places, remove
from nqf_graph.store.protocol import STORE_DECIDES, Change, DatasetClause, Rows
from nqf_graph.store.results import OxigraphResult
from nqf_graph.store.scratch import Scratch
from nqf_graph.store.statements import create, delete, drop, insert

_MANY = 50_000  # statements


class OxigraphStore:
    """A `Store` in this process.  `folder` None keeps it in memory.

    The default graph of every query is the union of all named graphs.  Oxigraph 0.5 does not de-duplicate such
    a union, so loading keeps each triple in one graph only (a test notices when that is no longer needed).
    """

    def __init__(self, folder: Path | None = None, *, read_only: bool = False) -> None:
        places = None if folder is None or read_only else Places(folder)
        try:
            if places is not None:
                self._store = _open(places)
            else:
                self._store = ox.Store() if folder is None else ox.Store.read_only(str(folder))
        except (OSError, RuntimeError) as error:
            if "lock" in str(error).lower():
                raise StoreInUse(str(folder)) from error
            raise CannotLoad(str(folder), f"expected a data folder of this version ({error})") from error
        self._settle(places)

    @classmethod
    def around(cls, store: ox.Store) -> OxigraphStore:
        """A store that answers from an engine's store that is already open."""
        made = cls.__new__(cls)
        made._store = store
        made._settle(None)
        return made

    def _settle(self, places: Places | None) -> None:
        self._places = places
        self._state_id = self._read_state_id()
        self._write_lock = threading.Lock()  # from the beginning of a write to its end
        self._change_lock = threading.Lock()  # while the files change
        self._scratch = Scratch(self._store, places.scratch() if places else None)

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
        if sum(map(len, change.replace.values())) > _MANY:
            marks = {mark for mark in marks_of(self._store) if mark.graph not in touched}
            marks |= {Mark(CHECKSUM, change.checksums[graph], graph) for graph in change.replace}
            contents = {graph: Content(triples) for graph, triples in change.replace.items()}
            with self._write_lock, self._beside(contents, touched, frozenset(marks)) as made:
                self._take_over(made)
            return
        steps = [f"DROP SILENT GRAPH <{graph}>" for graph in touched]
        steps += [drop(mark.name) for mark in marks_of(self._store) if mark.graph in touched]
        for graph, triples in change.replace.items():
            text = to_bytes(triples, ox.RdfFormat.N_TRIPLES).decode()
            steps.append(f"INSERT DATA {{ GRAPH <{graph}> {{\n{text}}} }}")
            steps.append(create(Mark(CHECKSUM, change.checksums[graph], graph).name))
        self._transact(steps)
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
        steps += [drop(mark.name) for mark in marks_of(self._store) if mark.kind == HEAD]
        steps.append(create(Mark(HEAD, head).name))
        steps += [create(Mark(EDITED, graph=graph).name) for graph in recorded.graphs]
        self._transact(steps)
        recorder.keep()
        if delta.has_blank_nodes:
            self._scratch.discard()  # the engine gave blank nodes other names there than here

    @contextmanager
    def exchanging(self, contents: Contents) -> Iterator[Exchange]:
        """The state with these contents in place of what the graphs hold, beside the present one, for one writer.

        It becomes the next state by `accept`; without that, leaving drops it.
        """
        with self._write_lock:
            marks = imported(marks_of(self._store), contents)
            with self._beside(contents, tuple(contents), marks) as made:
                yield made

    def accept(self, made: Exchange, record: Iterable[Quad] = (), follow: Follow = nothing_follows) -> None:
        """Make `made` (of `exchanging`) the next state, with `record` and what `follow` does to it, in one step."""
        recorder = Recorder(made.made)
        recorder.add(record)
        follow(recorder, made.made, made.state)
        self._take_over(made)

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

    def imported_graphs(self) -> dict[str, str]:
        """Which graphs has an import made?  Graph IRI → hash of the statements that it brought."""
        return {mark.graph: mark.value for mark in marks_of(self._store) if mark.kind == IMPORTED}

    def _transact(self, steps: list[str]) -> None:
        with self._change_lock:
            self._store.update(" ;\n".join(steps))
            self._store.flush()
            self._state_id = self._read_state_id()

    @contextmanager
    def _beside(self, contents: Contents, left: Sequence[str], marks: frozenset[Mark]) -> Iterator[Exchange]:
        """A store with `contents` and all of this one but the graphs `left` out; it goes if it is not taken."""
        folder = self._places.free() if self._places else None
        store = ox.Store(str(folder)) if folder else ox.Store()
        try:
            yield Exchange(store, folder, contents, fill(store, self._store, contents, left), marks)
        finally:
            if folder is not None and self._store is not store:
                shutil.rmtree(folder, ignore_errors=True)

    def _take_over(self, made: Exchange) -> None:
        """Let a finished state take the place of the present one."""
        remember(made.made, made.marks)
        made.made.flush()
        with self._change_lock:
            gone = self._places.present() if self._places else None
            if self._places is not None and made.folder is not None:
                self._places.switch(made.folder)
            self._scratch.remove()
            self._store, self._state_id = made.made, made.state
            self._scratch = Scratch(self._store, self._places.scratch() if self._places else None)
        if gone is not None:
            remove(gone)

    def _head_after(self, delta: Delta) -> str:
        return next_head(self._head(), delta.digest)

    def _head(self) -> str:
        return next((mark.value for mark in marks_of(self._store) if mark.kind == HEAD), "")

    def snapshot(self, folder: Path) -> str:
        """Make `folder` (which must not exist) a copy of the present state, and say which state that is.

        On disk it is made by hard links, so at once.
        """
        with self._change_lock:  # the engine cannot copy files that are being written
            if self._places is not None:
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


def _open(places: Places) -> ox.Store:
    """The store in the present folder; another process may have put a new one there before this one got hold of it."""
    while True:
        folder = places.present()
        folder.mkdir(parents=True, exist_ok=True)
        store = ox.Store(str(folder))
        if places.present() == folder:
            places.tidy()
            return store


def _steps(delta: Delta, after: ox.Store) -> list[str]:
    """The operations that bring a store to `after`."""
    graphs, removed, added = rewriting(delta, after)
    steps = [drop(graph) for graph in graphs]
    steps += [delete(removed)] if removed else []
    return steps + ([insert(added)] if added else [])
