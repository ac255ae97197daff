"""What the rest of the project may ask of a store.  One compliance suite runs against every implementation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from nqf_graph.formats import Format
from nqf_graph.store.delta import Delta, Follow, Recorder
from nqf_graph.store.exchange import Contents, Exchange

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True)
class Rows:
    """The solutions of a SELECT query: one tuple a row, a cell is None where a variable is unbound."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    def __iter__(self) -> Iterator[dict[str, Term | None]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


def text_of(term: Term | None) -> str:
    """An IRI or a literal as text; empty where unbound."""
    return term.value if isinstance(term, NamedNode | Literal) else "" if term is None else str(term)


@dataclass(frozen=True)
class DatasetClause:
    """The `default-graph-uri` and `named-graph-uri` of a request; they win over FROM in the text."""

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.default_graphs or self.named_graphs)


STORE_DECIDES = DatasetClause()
"""No graph was named: FROM in the text counts, else the union of all graphs."""


@dataclass(frozen=True)
class Change:
    """What a commit does: graphs to replace by new triples, graphs to drop, and the checksums to remember."""

    replace: Mapping[str, Sequence[Triple]] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    checksums: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.replace or self.drop)


class Result(Protocol):
    """A query's result before it is written: what kind it is, and its bytes in one of the formats of that kind."""

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats it can be written in, the preferred one first."""

    def write(self, form: Format) -> bytes:
        """The whole result in `form`; a result is read once, by `write` or by `rows`."""

    def rows(self) -> Rows | None:
        """The solutions, or None when the query was not a SELECT."""

    def close(self) -> None:
        """Let go of the engine's result, on the thread that asked."""


class Store(Protocol):
    """A set of named graphs whose union is the default graph."""

    def query(self, text: str, dataset: DatasetClause = ...) -> Result:
        """Answer any SPARQL 1.1 query.  Raises QuerySyntax or QueryRefused."""

    def select(self, text: str) -> Rows:
        """Answer a SELECT query."""

    def construct(self, text: str) -> list[Triple]:
        """Answer a CONSTRUCT or DESCRIBE query; each triple once."""

    def ask(self, text: str) -> bool:
        """Answer an ASK query."""

    def apply(self, change: Change) -> None:
        """Make the next state, or keep this one if anything fails: all of `change` or nothing."""

    def triples(self, graph: str) -> list[Triple]:
        """Which triples does the named graph hold?"""

    def graphs(self) -> dict[str, str]:
        """Which graphs were loaded by the catalogue?  Graph IRI → checksum of the files it came from."""

    def names(self) -> list[str]:
        """Which named graphs are there, of the catalogue or written since?"""

    def dump(self, form: Format) -> bytes:
        """Everything that is published, in one of GRAPHS_AND_DATASETS."""

    @property
    def state_id(self) -> str:
        """The name of the present state; two stores with equal content have equal names."""


class WritableStore(Store, Protocol):
    """A store that is written to through the gate."""

    def writing(self) -> AbstractContextManager[Recorder]:
        """A recorder on a scratch copy of the present state, for one writer at a time; leaving takes it back."""

    def before(self) -> Store:
        """The present state, near at hand: what a write is compared with."""

    def state_after(self, delta: Delta) -> str:
        """The name of the state that committing `delta` would make."""

    def commit(self, recorder: Recorder, record: Iterable[Quad] = ..., follow: Follow = ...) -> None:
        """Make what `recorder` (of `writing`) recorded the next state, with `record` and what follows from it."""

    def exchanging(self, contents: Contents) -> AbstractContextManager[Exchange]:
        """The state with these contents in place of what the graphs hold, beside the present one, for one writer."""

    def accept(self, made: Exchange, record: Iterable[Quad] = ..., follow: Follow = ...) -> None:
        """Make `made` (of `exchanging`) the next state, with `record` and what follows from it, all or nothing."""

    def restate(self, follow: Follow) -> None:
        """Bring what follows from the present state in line with it."""

    def statements(self) -> tuple[str, Iterator[Quad]]:
        """The name of the present state and all that it states."""

    def edited_graphs(self) -> set[str]:
        """Which graphs has a commit changed since their file was loaded?"""

    def imported_graphs(self) -> dict[str, str]:
        """Which graphs has an import made?  Graph IRI → hash of the statements that it brought."""

    def snapshot(self, folder: Path) -> str:
        """Make `folder` (which must not exist) a copy of the present state, and say which state that is."""
