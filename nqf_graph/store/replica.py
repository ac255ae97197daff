"""A copy in this process of what an engine elsewhere keeps, brought in line graph by graph when the marks differ."""

from __future__ import annotations

import threading

import pyoxigraph as ox

from nqf_graph.errors import EndpointLimit
from nqf_graph.store import statements
from nqf_graph.store.book import Book
from nqf_graph.store.delta import in_graph
from nqf_graph.store.engine import Engine
from nqf_graph.store.marks import EDITED, Mark, marks_of
from nqf_graph.store.oxigraph import OxigraphStore


class Moved(Exception):
    """Somebody wrote while the copy was made: what was fetched may belong to two states."""


class Replica:
    """The copy, made when it is first needed; `most` is how many statements are worth one."""

    def __init__(self, engine: Engine, most: int) -> None:
        self._engine, self._most = engine, most
        self._lock = threading.Lock()
        self._book, self._copy = Book(), ox.Store()
        self._store: OxigraphStore | None = None

    def at(self, book: Book) -> OxigraphStore:
        """The copy as of the state with these marks.

        Raises EndpointLimit for more statements than are copied, Moved when that is not the state any more.
        """
        with self._lock:
            if self._store is None:
                self._check_size(book)
                copy, known = ox.Store(), Book()
            else:
                copy, known = self._copy, self._book
            if self._store is None or book != known:
                self._follow(copy, known, book)
                self._copy, self._book, self._store = copy, book, OxigraphStore.around(copy)
            return self._store

    def moved(self, book: Book) -> None:
        """What was written through the copy has become the state with these marks."""
        self._book = book

    def forget(self) -> None:
        """The copy may not be what the engine has: the next one who needs it makes a new one."""
        with self._lock:
            self._store = None

    def _check_size(self, book: Book) -> None:
        size = self._engine.count(book.graphs) if book.graphs else 0
        if size > self._most:
            raise EndpointLimit(
                f"this needs a copy of all {size:,} statements in this process, and at most {self._most:,} are copied "
                "(NQF_ENDPOINT_COPY)"
            )

    def _follow(self, copy: ox.Store, known: Book, book: Book) -> None:
        """Fetch the graphs whose marks differ from the known ones, and put them in place together."""
        changed = sorted(graph for graph in known.graphs | book.graphs if known.of_graph(graph) != book.of_graph(graph))
        steps = [statements.drop(graph) for graph in changed if known.marks]
        for graph in changed:
            quads = in_graph(self._engine.triples(graph), graph) if graph in book.graphs else []
            if not known.marks:
                copy.extend(quads)  # nobody reads it yet
            elif quads:
                steps.append(statements.insert(quads))
        found = self._engine.ledger()
        if found.is_loose or found.book != book:
            raise Moved
        steps += [statements.drop(mark.name) for mark in marks_of(copy)]
        kept = {Mark(EDITED, graph=mark.graph) if mark.kind == EDITED else mark for mark in book.marks}
        steps += [statements.create(mark.name) for mark in kept]
        copy.update(" ;\n".join(steps))
