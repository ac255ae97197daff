"""What a store remembers about its graphs, beside what they state.

A mark is the name of an empty graph, `urn:nqf:{kind}:{value}:{graph}`: it is committed with the data, and no query
finds a statement that nobody published.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

CHECKSUM = "checksum"
"""The hash of the files that a graph was loaded from."""
HEAD = "head"
"""The digest of the chain of commits."""
EDITED = "edited"
"""A commit has changed the graph since it was loaded."""
IMPORTED = "imported"
"""An import has made the graph, with the hash of its statements; the catalogue's file of it, if any, is not loaded."""

_NAME = re.compile(rf"urn:nqf:(?P<kind>{CHECKSUM}|{HEAD}|{EDITED}|{IMPORTED}):(?P<value>[^:]*):(?P<graph>.*)")


@dataclass(frozen=True)
class Mark:
    """A mark of `kind` with its value, and the graph that it is of (empty: the store as a whole)."""

    kind: str
    value: str = ""
    graph: str = ""

    @property
    def name(self) -> str:
        """The name of the empty graph that sets the mark."""
        return f"urn:nqf:{self.kind}:{self.value}:{self.graph}"


def mark_of(name: str) -> Mark | None:
    """The mark that a name sets, None for any other name."""
    found = _NAME.fullmatch(name)
    return Mark(found["kind"], found["value"], found["graph"]) if found else None


def marks_of(store: ox.Store) -> Iterator[Mark]:
    """Which marks does a store have?"""
    for name in store.named_graphs():
        if isinstance(name, ox.NamedNode) and (mark := mark_of(name.value)):
            yield mark


def state_id(graphs: Mapping[str, str], head: str) -> str:
    """The name of a state: a hash over the checksums of its graphs and the chain of commits since."""
    lines = sorted(f"{graph} {checksum}" for graph, checksum in graphs.items())
    return hashlib.sha256("\n".join([*lines, head]).encode()).hexdigest()[:16]


def next_head(head: str, digest: str) -> str:
    """The end of the chain of commits after one whose delta has this digest."""
    return hashlib.sha256(f"{head} {digest}".encode()).hexdigest()
