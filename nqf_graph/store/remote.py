"""The store behind a SPARQL 1.1 endpoint: any engine that speaks the protocol, one machine or a cluster.

A standard engine answers queries itself.  One that is known to answer wrongly keeps the data, and queries are
answered from a copy in this process.  Writes are tried and checked on the copy; their net effect goes to the engine.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import Quad, Triple

from nqf_graph.errors import EndpointLimit, NqfError, StoreInUse
from nqf_graph.formats import Format
from nqf_graph.settings import Settings
from nqf_graph.store.book import Book
from nqf_graph.store.delta import Delta, Follow, Recorder, nothing_follows, rewriting
from nqf_graph.store.dialects import DIALECTS, recognise
from nqf_graph.store.endpoint import Addresses, Endpoint
from nqf_graph.store.engine import Engine
from nqf_graph.store.exchange import Contents, Exchange, imported
from nqf_graph.store.ledger import Ledger
from nqf_graph.store.marks import next_head
from nqf_graph.store.oxigraph import OxigraphStore
from nqf_graph.store.protocol import STORE_DECIDES, Change, DatasetClause, Result, Rows, Store
from nqf_graph.store.replica import Moved, Replica
from nqf_graph.store.transfer import Transfer, Work
from nqf_graph.store.view import View

_log = logging.getLogger("nqf_graph.endpoint")
_FRESH = 2.0  # seconds for which the state is not asked for again
_SETTLING = 10.0  # seconds to wait for somebody else's write
_TRIES = 5
_PATIENCE = 3  # times the time limit of a request, after which a silent writer is taken for dead


class RemoteStore:
    """A `WritableStore` at an endpoint."""

    def __init__(self, engine: Engine, most_copied: int, patience: float) -> None:
        self._engine = engine
        self._replica = Replica(engine, most_copied)
        self._transfer = Transfer(engine, patience)
        self._settling = min(patience, _SETTLING)
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        self._book: Book | None = None
        self._read_at = 0.0
        self._held: Book | None = None
        self._view: View | None = None

    @classmethod
    def open(cls, settings: Settings) -> RemoteStore:
        """The store at the endpoint of the settings.  Raises EndpointFailed when the engine does not answer."""
        endpoint = Endpoint(Addresses.of(settings))
        dialect = DIALECTS.get(settings.endpoint_dialect) or recognise(endpoint)
        engine = Engine(endpoint, dialect, f"urn:nqf:state:{settings.base}")
        return cls(engine, settings.endpoint_copy, _PATIENCE * settings.endpoint_timeout)

    @property
    def answers_itself(self) -> bool:
        """Whether queries go to the engine, and not to a copy in this process."""
        return self._engine.dialect.answers

    def look_again(self) -> None:
        """Take nothing for granted that was read before: somebody else has written."""
        self._know(None)

    def recover(self) -> None:
        """Complete or take back what a writer left half-done.  Raises StoreInUse while it may still be at it."""
        self._transfer.go_on()

    def query(self, text: str, dataset: DatasetClause = STORE_DECIDES) -> Result:
        """Answer any SPARQL 1.1 query on the graphs of ours."""
        return self._reader().query(text, dataset)

    def select(self, text: str) -> Rows:
        """Answer a SELECT query."""
        return self._reader().select(text)

    def construct(self, text: str) -> list[Triple]:
        """Answer a CONSTRUCT or DESCRIBE query; each triple once."""
        return self._reader().construct(text)

    def ask(self, text: str) -> bool:
        """Answer an ASK query."""
        return self._reader().ask(text)

    def triples(self, graph: str) -> list[Triple]:
        """Which triples does the named graph hold?"""
        return self._reader().triples(graph)

    def names(self) -> list[str]:
        """Which named graphs of ours are there?"""
        return self._reader().names()

    def dump(self, form: Format) -> bytes:
        """Everything, in one of GRAPHS_AND_DATASETS."""
        return self._reader().dump(form)

    def graphs(self) -> dict[str, str]:
        """Which graphs were loaded by the catalogue?  Graph IRI → checksum of the files it came from."""
        return self._present().checksums

    def edited_graphs(self) -> set[str]:
        """Which graphs has a commit changed since their file was loaded?"""
        return set(self._present().edited)

    def imported_graphs(self) -> dict[str, str]:
        """Which graphs has an import made?  Graph IRI → hash of the statements that it brought."""
        return self._present().imported

    @property
    def state_id(self) -> str:
        """The name of the present state, asked for again when it is more than two seconds old."""
        return self._present().state_id

    def apply(self, change: Change) -> None:
        """Replace and drop graphs, all or nothing; see `Transfer.load`."""
        if not change:
            return
        with self._holding() as before:
            after = before.after_change(change)
            self._transfer.load(change.replace, change.drop, before, after)
            self._know(after)

    @contextmanager
    def writing(self) -> Iterator[Recorder]:
        """A recorder on a copy of the present state, for one writer at a time in this process."""
        with self._holding(), self._copy().writing() as recorder:
            yield recorder

    def before(self) -> Store:
        """The present state, as the copy has it: what a write is compared with."""
        return self._copy()

    def state_after(self, delta: Delta) -> str:
        """The name of the state that committing `delta` would make."""
        before = self._present()
        return before.after_edit((), "", next_head(before.head, delta.digest)).state_id

    def commit(self, recorder: Recorder, record: Iterable[Quad] = (), follow: Follow = nothing_follows) -> None:
        """Make what `recorder` recorded the next state, there and in the copy; see `OxigraphStore.commit`."""
        recorded = recorder.delta()
        book = self._present()
        head = next_head(book.head, recorded.digest)
        self._write(lambda copy, push: copy.commit(recorder, record, push), follow, head)

    @contextmanager
    def exchanging(self, contents: Contents) -> Iterator[Exchange]:
        """The state with these contents in place of what the graphs hold, in this process, for one writer."""
        with self._holding() as book, self._copy().exchanging(contents) as made:
            yield replace(made, marks=imported(book.marks, contents))

    def accept(self, made: Exchange, record: Iterable[Quad] = (), follow: Follow = nothing_follows) -> None:
        """Make `made` (of `exchanging`) the next state, there and in the copy; see `OxigraphStore.accept`."""

        def send(work: Work, before: Book, after: Book, present: ox.Store) -> None:
            self._transfer.exchange(made.contents, work, before, after, present)

        def copy(store: OxigraphStore, push: Follow) -> None:
            store.accept(made, record, push)

        self._write(copy, follow, None, Book(made.marks), send)
        self._replica.forget()

    def restate(self, follow: Follow) -> None:
        """Bring what follows from the present state in line with it; see `OxigraphStore.restate`.

        It is left out, with a warning, where the data are too much to copy.
        """
        with self._holding():
            try:
                self._copy()
            except EndpointLimit as error:
                _log.warning("what follows from the state is not written to the endpoint: %s", error)
                return
            self._write(lambda copy, push: copy.restate(push), follow, None)

    def statements(self) -> tuple[str, Iterator[Quad]]:
        """The name of the present state and all that it states."""
        return self._copy().statements()

    def snapshot(self, folder: Path) -> str:
        """Make `folder` (which must not exist) a copy of the present state, as the embedded store opens it."""
        return self._copy().snapshot(folder)

    def _write(
        self,
        run: Callable[[OxigraphStore, Follow], None],
        follow: Follow,
        head: str | None,
        onto: Book | None = None,
        send: Callable[[Work, Book, Book, ox.Store], None] | None = None,
    ) -> None:
        """Let the copy write, and do the same to the engine before the copy settles it.

        `onto` are the marks that the change adds its own to, if these are not the present ones.
        """
        before = self._present()
        after = before

        def push(recorder: Recorder, present: ox.Store, state: str) -> None:
            nonlocal after
            follow(recorder, present, state)
            delta = recorder.delta()
            if delta or onto:
                after = (onto or before).after_edit(delta.graphs, delta.digest, head)
                (send or self._transfer.commit)(Work(*rewriting(delta, recorder.scratch)), before, after, present)

        try:
            run(self._copy(), push)
        except NqfError:
            self._know(None)  # the copy is what it was, and the marks will tell whether the engine is
            raise
        except BaseException:
            self._replica.forget()
            self._know(None)
            raise
        self._replica.moved(after)
        self._know(after)

    @contextmanager
    def _holding(self) -> Iterator[Book]:
        """The present state, which does not move in this process while it is written to."""
        with self._writing:
            book = self._held = self._present(at_once=True)
            try:
                yield book
            finally:
                self._held = None

    def _reader(self) -> View | OxigraphStore:
        if not self.answers_itself:
            return self._copy()
        book, view = self._present(), self._view
        if view is None or view.book != book:
            self._view = view = View(self._engine, book)
        return view

    def _copy(self) -> OxigraphStore:
        """The present state as a copy in this process.  Raises StoreInUse when others write all the time."""
        for _ in range(_TRIES):
            try:
                return self._replica.at(self._present())
            except Moved:
                if self._held is not None:
                    break
                self._know(None)
        raise StoreInUse("endpoint", "another process is writing to the endpoint; try again")

    def _present(self, *, at_once: bool = False) -> Book:
        """The marks of the present state.  Raises StoreInUse when somebody has it between two states for long."""
        if self._held is not None:
            return self._held
        with self._reading:
            is_fresh = time.monotonic() - self._read_at < _FRESH and not at_once
            if self._book is None or not is_fresh:
                self._book = self._settled().book
                self._read_at = time.monotonic()
            return self._book

    def _settled(self) -> Ledger:
        until = time.monotonic() + self._settling
        while (found := self._engine.ledger()).is_loose:
            if time.monotonic() > until:
                raise StoreInUse("endpoint", "a write is under way there, or was broken off (start the service again)")
            time.sleep(0.1)
        return found

    def _know(self, book: Book | None) -> None:
        with self._reading:
            self._book, self._read_at = book, time.monotonic()
            self._held = self._held and book
