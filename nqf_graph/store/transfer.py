"""A change on its way to an engine elsewhere: all of it or nothing, also where the engine knows no transactions.

An engine that takes back a request that fails half-way gets everything in one.  Any other gets it in portions, under
a loose claim: until the last portion has arrived this is no state; what goes wrong is put right from what was there
before, and what broke off with its process is completed by the next one.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import pyoxigraph as ox
from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from nqf_graph.errors import EndpointFailed, EndpointLimit, NqfError, StoreInUse
from nqf_graph.formats import to_bytes
from nqf_graph.store import statements
from nqf_graph.store.book import Book
from nqf_graph.store.delta import graph_of, in_graph
from nqf_graph.store.engine import Engine
from nqf_graph.store.exchange import Contents
from nqf_graph.store.ledger import Claim, Entries

_log = logging.getLogger("nqf_graph.endpoint")
_IN_ONE_REQUEST = 200_000  # statements
_SIGN_OF_LIFE = 20.0  # seconds
_STAGED = "urn:nqf:staged:"
_Step = Callable[[], None]


@dataclass(frozen=True)
class Work:
    """Graphs to drop, then statements to remove, then statements to add."""

    drop: tuple[str, ...] = ()
    removed: Sequence[Quad] = ()
    added: Sequence[Quad] = ()

    @property
    def graphs(self) -> frozenset[str]:
        """The named graphs that it touches."""
        return frozenset(self.drop) | {graph_of(quad) for quad in (*self.removed, *self.added)}


class Transfer:
    """Carries changes to an engine.  A claim of others counts until it has been silent for `patience` seconds."""

    def __init__(self, engine: Engine, patience: float) -> None:
        self._engine, self._entries, self._patience = engine, Entries(engine.state_graph), patience
        self._undoes: bool | None = None
        self._left: set[str] = set()

    def load(self, contents: Mapping[str, Sequence[Triple]], drop: Iterable[str], before: Book, after: Book) -> None:
        """Replace graphs.  A load that breaks off has lost its marks, so the next start loads these graphs again.

        Raises EndpointLimit for a statement that the engine would not keep, EndpointFailed when the graphs do not
        hold afterwards what was sent, StoreInUse when the state is no longer `before` or somebody else writes.
        """
        touched = (*drop, *contents)
        quads = {graph: _as_kept(triples, graph) for graph, triples in contents.items()}
        added = [quad for graph in quads.values() for quad in graph]
        self._engine.dialect.refuse(added)
        unmarked = before.without(touched)
        if len(added) <= _IN_ONE_REQUEST and not self._engine.endpoint.takes_graphs and self._undoes_failures():
            with self._claim(Claim.new(), before) as claim:
                texts = [*map(statements.drop, touched), *self._engine.texts((), added)]
                self._all_or_nothing([*texts, *self._entries.moved(before, after)], claim, after)
                try:
                    self._verify(contents)
                except EndpointFailed:
                    self._one_by_one(self._entries.moved(after, unmarked))
                    raise
            return
        with self._claim(Claim.new(is_loose=True), before) as claim:
            self._one_by_one(self._entries.moved(before, unmarked))
            self._keep_alive(claim, self._load_steps(quads, touched))
            self._verify(contents)
            self._one_by_one([*self._entries.moved(unmarked, after), self._entries.released(claim)])

    def commit(self, work: Work, before: Book, after: Book, present: ox.Store) -> None:
        """Carry out a small change; `present` holds what is there before it.  Raises as `load` does."""
        self._engine.dialect.refuse(work.added)
        texts = [*map(statements.drop, work.drop), *self._engine.texts(work.removed, work.added)]
        marks = self._entries.moved(before, after)
        for graph in sorted(work.graphs - before.graphs):
            if self._engine.holds(graph):
                raise EndpointLimit(f"the engine already keeps a graph {graph}, which is not of this publication")
        check = partial(self._count, work, present)
        self._carry_out(texts, marks, before, after, check=check, graphs=work.graphs, present=present)

    def exchange(self, contents: Contents, work: Work, before: Book, after: Book, present: ox.Store) -> None:
        """Put `contents` in place of what these graphs hold, together with a small change.  Raises as `load` does.

        The contents are laid down in graphs beside the data first, which no query of ours names.
        """
        staged = {graph: f"{_STAGED}{graph}" for graph in contents}
        quads = {staged[graph]: _as_kept(content.triples, staged[graph]) for graph, content in contents.items()}
        self._engine.dialect.refuse([*work.added, *(quad for graph in quads.values() for quad in graph)])
        texts = [text for graph in contents for text in statements.take_over(staged[graph], graph)]
        texts += [*map(statements.drop, work.drop), *self._engine.texts(work.removed, work.added)]
        marks = self._entries.moved(before, after)
        sizes = {graph: len(quads[staged[graph]]) for graph in contents}
        try:
            with self._claim(Claim.new(), before) as claim:
                self._keep_alive(claim, self._load_steps(quads, quads))
                self._verify({staged[graph]: content.triples for graph, content in contents.items()})
                self._together([self._entries.released(claim)])
            check = partial(self._have_sizes, sizes)
            touched = work.graphs | contents.keys()
            self._carry_out(texts, marks, before, after, check=check, graphs=touched, present=present)
        finally:
            self._one_by_one(map(statements.drop, quads))

    def _carry_out(  # noqa: PLR0913 - how to do it, to check it, and to take it back
        self,
        texts: Sequence[str],
        marks: Sequence[str],
        before: Book,
        after: Book,
        *,
        check: _Step,
        graphs: Iterable[str],
        present: ox.Store,
    ) -> None:
        """Run the updates, all or nothing; where the engine does not undo failures, under a claim that completes it."""
        if self._undoes_failures():
            with self._claim(Claim.new(), before) as claim:
                self._all_or_nothing([*texts, *marks], claim, after)
            return
        with self._claim(Claim.new([*texts, *marks], is_loose=True), before) as claim:
            try:
                self._keep_alive(claim, (partial(self._engine.endpoint.update, text) for text in texts))
                check()
            except NqfError as error:
                self._restore(graphs, present, error)
                raise
            try:
                self._one_by_one([*marks, self._entries.released(claim)])
            except NqfError as error:
                raise _HalfDone(error) from error

    def go_on(self) -> None:
        """Complete what another process left half-done.  Raises StoreInUse while that process may still be at it."""
        for claim in self._engine.ledger().claims:
            if claim.name in self._left or claim.is_old(self._patience):
                _log.warning("a write to the endpoint was broken off; it is completed or taken back now")
                self._one_by_one([*claim.rest, self._entries.released(claim)])
            elif claim.is_loose:
                raise _in_use()

    @contextmanager
    def _claim(self, claim: Claim, before: Book) -> Iterator[Claim]:
        """Hold the claim, and give it back if something fails; one that cannot be given back waits for `go_on`."""
        self.go_on()
        self._together([self._entries.claimed(claim)])
        try:
            found = self._engine.ledger()
            if found.book != before or len(found.claims) != 1:
                raise _in_use()
            yield claim
        except _HalfDone as half:
            self._left.add(claim.name)
            raise half.error from half
        except BaseException:
            try:
                self._together([self._entries.released(claim)])
            except NqfError:
                self._left.add(claim.name)
                _log.warning("a claim on the endpoint could not be given back")
            raise

    def _load_steps(self, quads: Mapping[str, Sequence[Quad]], touched: Iterable[str]) -> Iterator[_Step]:
        endpoint = self._engine.endpoint
        for graph in touched:
            added = quads.get(graph, ())
            if added and endpoint.takes_graphs:
                body = to_bytes((quad.triple for quad in added), ox.RdfFormat.N_TRIPLES)
                yield partial(endpoint.put, graph, body)
            else:
                for text in (statements.drop(graph), *self._engine.texts((), added)):
                    yield partial(endpoint.update, text)

    def _keep_alive(self, claim: Claim, steps: Iterable[_Step]) -> None:
        """Take the steps, with a sign of life from time to time."""
        last = time.monotonic()
        for step in steps:
            step()
            if time.monotonic() - last > _SIGN_OF_LIFE:
                claim, text = self._entries.renewed(claim)
                self._together([text])
                last = time.monotonic()

    def _all_or_nothing(self, texts: Iterable[str], claim: Claim, after: Book) -> None:
        """Send everything in one request.  If that fails on the way back, look whether it was done."""
        try:
            self._together([*texts, self._entries.released(claim)])
        except EndpointFailed:
            if self._engine.ledger().book != after:
                raise

    def _together(self, texts: Iterable[str]) -> None:
        self._engine.endpoint.update(" ;\n".join(texts))

    def _one_by_one(self, texts: Iterable[str]) -> None:
        for text in texts:
            self._engine.endpoint.update(text)

    def _restore(self, graphs: Iterable[str], present: ox.Store, failure: NqfError) -> None:
        """Make graphs what they were.  Raises _HalfDone when that fails, too."""
        try:
            for graph in graphs:
                quads = list(present.quads_for_pattern(None, None, None, NamedNode(graph)))
                self._one_by_one([statements.drop(graph), *self._engine.texts((), quads)])
        except NqfError:
            _log.warning("a write to the endpoint failed half-way and could not be taken back yet")
            raise _HalfDone(failure) from failure

    def _verify(self, contents: Mapping[str, Sequence[Triple]]) -> None:
        """Do the graphs hold what was sent?  Blank nodes count by how many statements speak of them."""
        for graph, triples in contents.items():
            sent, held = _outline(triples), _outline(self._engine.triples(graph))
            if sent != held:
                lost = next(iter((sent - held) or (held - sent)))
                _log.warning("%s: %d sent, %d held, different in %s", graph, sent.total(), held.total(), lost)
                raise _not_held(graph)

    def _count(self, work: Work, present: ox.Store) -> None:
        """Do the graphs that a commit changed hold as many statements as they should?"""
        for graph in work.graphs:
            node = NamedNode(graph)
            there = 0 if graph in work.drop else len(list(present.quads_for_pattern(None, None, None, node)))
            added, removed = (sum(quad.graph_name == node for quad in quads) for quads in (work.added, work.removed))
            if (held := self._engine.count([graph])) != there + added - removed:
                _log.warning("%s: %d statements held, %d expected", graph, held, there + added - removed)
                raise _not_held(graph)

    def _have_sizes(self, sizes: Mapping[str, int]) -> None:
        """Do these graphs hold as many statements as they should?"""
        for graph, size in sizes.items():
            if (held := self._engine.count([graph])) != size:
                _log.warning("%s: %d statements held, %d expected", graph, held, size)
                raise _not_held(graph)

    def _undoes_failures(self) -> bool:
        """Does the engine take back a request that fails half-way?  Found out once, by one that must fail."""
        if self._undoes is None:
            failed = not self._engine.endpoint.takes(statements.PROBE)
            self._undoes = failed and not self._engine.holds(statements.PROBE_GRAPH)
            if not self._undoes:
                self._together([statements.drop(statements.PROBE_GRAPH)])
        return self._undoes


class _HalfDone(Exception):
    """A change failed half-way, by `error`, and could not be taken back."""

    def __init__(self, error: NqfError) -> None:
        super().__init__(str(error))
        self.error = error


def _outline(triples: Iterable[Triple]) -> Counter[str]:
    """The statements as the embedded store writes them, blank nodes without names."""
    quads = _as_kept(triples, "urn:nqf:outline")
    return Counter(" ".join("_:" if isinstance(t, BlankNode) else str(t) for t in quad.triple) for quad in quads)


def _as_kept(triples: Iterable[Triple], graph: str) -> list[Quad]:
    """Statements as the embedded store keeps them (1.50 is 1.5 there), so that both hold the same."""
    store = ox.Store()
    store.extend(in_graph(triples, graph))
    return list(store)


def _not_held(graph: str) -> EndpointFailed:
    return EndpointFailed(f"it does not hold what was sent for {graph}")


def _in_use() -> StoreInUse:
    return StoreInUse("endpoint", "another process is writing to the endpoint, or has just done so; try again")
