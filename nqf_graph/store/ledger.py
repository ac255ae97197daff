"""The state graph at an endpoint: what the store there remembers, and who is writing to it.

Each publication has one, named by its base, so several can share an engine without seeing each other.

A writer puts its claim there before it changes anything and removes it with the last step.  A claim that says
`loose` stands while the data are between two states; its writer renews it, and when it has grown old another process
goes on from what the claim holds.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad

from nqf_graph.store.book import Book
from nqf_graph.store.protocol import Rows
from nqf_graph.store.statements import delete, everything_in, forget, insert
from nqf_graph.terms import SCHEMA

_CLAIM = "urn:nqf:claim:"
_SINCE = SCHEMA["dateModified"]
_REST = SCHEMA["text"]
_LOOSE = SCHEMA["status"]

_HOST = quote(socket.gethostname(), safe="")
_LIFE = uuid.uuid4().hex

Select = Callable[[str], Rows]


@dataclass(frozen=True)
class Claim:
    """Somebody's claim to write: when it was last renewed, and the updates that would complete it if it broke off."""

    name: str
    since: datetime
    is_loose: bool = False
    rest: tuple[str, ...] = ()

    @classmethod
    def new(cls, rest: Iterable[str] = (), *, is_loose: bool = False) -> Claim:
        """A claim of this process."""
        name = f"{_CLAIM}{_HOST}:{os.getpid()}:{_LIFE}:{uuid.uuid4().hex}"
        return cls(name, datetime.now(UTC), is_loose, tuple(rest))

    def is_old(self, seconds: float) -> bool:
        """Has its writer given no sign for so long, or does its process on this machine not live any more?"""
        host, process, life, _ = self.name.removeprefix(_CLAIM).split(":")
        if host == _HOST and not _lives(int(process), life):
            return True
        return (datetime.now(UTC) - self.since).total_seconds() > seconds

    def statements(self, graph: str) -> list[Quad]:
        """The claim as statements of the state graph."""
        node = NamedNode(self.name)
        stated = [(_SINCE, self.since.isoformat())]
        stated += [(_LOOSE, "loose")] if self.is_loose else []
        stated += [(_REST, json.dumps(self.rest))] if self.rest else []
        return [Quad(node, about, Literal(value), NamedNode(graph)) for about, value in stated]


@dataclass(frozen=True)
class Ledger:
    """The whole state graph at one time."""

    book: Book
    claims: tuple[Claim, ...]

    @classmethod
    def read(cls, select: Select, graph: str) -> Ledger:
        """What does the state graph at the endpoint say?"""
        found: dict[str, dict[str, str]] = {}
        for row in select(everything_in(graph)):
            about, what, value = row["subject"], row["property"], row["value"]
            if isinstance(about, NamedNode) and isinstance(what, NamedNode) and value is not None:
                found.setdefault(about.value, {})[what.value] = getattr(value, "value", "")
        claims = [_claim(name, stated) for name, stated in found.items() if name.startswith(_CLAIM)]
        return cls(Book.of(found), tuple(claims))

    @property
    def is_loose(self) -> bool:
        """Are the data between two states?"""
        return any(claim.is_loose for claim in self.claims)


@dataclass(frozen=True)
class Entries:
    """The updates that write to the state graph `graph`."""

    graph: str

    def claimed(self, claim: Claim) -> str:
        """Make a claim."""
        return insert(claim.statements(self.graph))

    def renewed(self, claim: Claim) -> tuple[Claim, str]:
        """The same claim with a sign of life, and the update that gives it."""
        later = replace(claim, since=datetime.now(UTC))
        old, new = set(claim.statements(self.graph)), set(later.statements(self.graph))
        return later, f"{insert(new - old)} ;\n{delete(old - new)}"

    def released(self, claim: Claim) -> str:
        """Take a claim back, whenever it was renewed."""
        return forget(claim.name, self.graph)

    def moved(self, before: Book, after: Book) -> list[str]:
        """Turn the marks of one state into those of another; the new ones come first."""
        old, new = before.statements(self.graph), after.statements(self.graph)
        steps = [(insert, new - old), (delete, old - new)]
        return [text(sorted(quads, key=str)) for text, quads in steps if quads]


def _claim(name: str, stated: dict[str, str]) -> Claim:
    since = datetime.fromisoformat(stated.get(_SINCE.value, "1970-01-01T00:00:00+00:00"))
    rest = json.loads(stated.get(_REST.value, "[]"))
    return Claim(name, since, _LOOSE.value in stated, tuple(rest))


def _lives(process: int, life: str) -> bool:
    """Does a process of this machine still run?  Its number may be taken by another one meanwhile."""
    if process == os.getpid() or sys.platform == "win32":
        return process != os.getpid() or life == _LIFE
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
