"""Whole graphs exchanged for others: the next state is made beside the present one, for a change of many statements.

A transaction of the engine costs some 80 µs a statement on disk, in each direction; its loader a quarter of it, into
files of their own.  So what stays is copied into a new store by the loader, what is new is added in the same way, and
the new store takes the place of the old one in one step.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import NamedNode, RdfFormat, Triple

from nqf_graph.formats import to_bytes
from nqf_graph.store import statements
from nqf_graph.store.marks import CHECKSUM, HEAD, IMPORTED, Mark, mark_of, next_head, state_id


@dataclass(frozen=True)
class Content:
    """The statements that a graph is to hold."""

    triples: Sequence[Triple]

    @cached_property
    def lines(self) -> bytes:
        """The statements as N-Triples."""
        return to_bytes(self.triples, RdfFormat.N_TRIPLES)

    @cached_property
    def digest(self) -> str:
        """A hash of the statements; their order does not matter."""
        return hashlib.sha256(b"\n".join(sorted(self.lines.splitlines()))).hexdigest()


Contents = Mapping[str, Content]
"""Graph IRI → what it is to hold."""


@dataclass(frozen=True)
class Exchange:
    """A state beside the present one: `made` holds it, in `folder` (None: in memory), `contents` are its new graphs."""

    made: ox.Store
    folder: Path | None
    contents: Contents
    removed: int
    """How many statements the graphs of `contents` held before."""
    marks: frozenset[Mark]
    """What the store will remember."""

    @property
    def state(self) -> str:
        """The name of the state."""
        return state_of(self.marks)

    @property
    def added(self) -> int:
        """How many statements the graphs of `contents` hold."""
        return sum(len(content.triples) for content in self.contents.values())


def imported(marks: Iterable[Mark], contents: Contents) -> frozenset[Mark]:
    """What a store remembers once graphs came from elsewhere than from the catalogue's files."""
    digests = {graph: content.digest for graph, content in contents.items()}
    known = list(marks)
    head = next((mark.value for mark in known if mark.kind == HEAD), "")
    kept = {mark for mark in known if mark.kind != HEAD and mark.graph not in contents}
    kept |= {Mark(IMPORTED, digest, graph) for graph, digest in digests.items()}
    told = "\n".join(f"{graph} {digest}" for graph, digest in sorted(digests.items()))
    return frozenset(kept | {Mark(HEAD, next_head(head, hashlib.sha256(told.encode()).hexdigest()))})


def state_of(marks: Iterable[Mark]) -> str:
    """The name of the state with these marks."""
    known = list(marks)
    head = next((mark.value for mark in known if mark.kind == HEAD), "")
    return state_id({mark.graph: mark.value for mark in known if mark.kind == CHECKSUM}, head)


def fill(made: ox.Store, present: ox.Store, contents: Contents, left: Collection[str]) -> int:
    """Load what `present` holds into `made`, but the graphs `left` out, and `contents`; how much was left out?

    Blank nodes keep their identity across graphs, and get other names.
    """
    kept = bytearray()
    number = 0
    for name in present.named_graphs():
        if not isinstance(name, NamedNode) or mark_of(name.value):
            continue
        if name.value in left:
            number += _size(present, name)
        else:
            kept += _quads(present.dump(format=RdfFormat.N_TRIPLES, from_graph=name) or b"", name)
    made.bulk_load(bytes(kept), format=RdfFormat.N_QUADS, lenient=True)
    for graph, content in contents.items():
        made.bulk_load(content.lines, format=RdfFormat.N_TRIPLES, to_graph=NamedNode(graph), lenient=True)
    return number


def remember(made: ox.Store, marks: Iterable[Mark]) -> None:
    """Set the marks of a store that has none."""
    for mark in marks:
        made.add_graph(NamedNode(mark.name))


def _quads(lines: bytes, graph: NamedNode) -> bytes:
    """The statements of a graph as N-Quads: no text has a full stop before a line break, for it is escaped there."""
    return lines.replace(b" .\n", f" {graph} .\n".encode())


def _size(store: ox.Store, graph: NamedNode) -> int:
    """How many statements does a graph hold?"""
    rows = store.query(statements.COUNT, default_graph=[graph])
    assert isinstance(rows, ox.QuerySolutions)
    found = next(rows)["count"]
    assert isinstance(found, ox.Literal)
    return int(found.value)
