"""How much one query may ask of other endpoints, and how much of that is left."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from nqf_graph.errors import QueryRefused


@dataclass(frozen=True)
class Limits:
    """What all SERVICE parts of one query may need together; `seconds` is for a single request."""

    batch: int = 100
    """Solutions sent with one request."""
    requests: int = 50
    rows: int = 10_000
    bytes: int = 10_000_000
    seconds: float = 10


class Budget:
    """What is left of `limits` for a query that must be done at `deadline`, a time of the monotonic clock."""

    def __init__(self, limits: Limits, deadline: float) -> None:
        self.batch, self.deadline = limits.batch, deadline
        self.requests, self.rows, self.bytes = limits.requests, limits.rows, limits.bytes
        self._limits = limits

    @property
    def bindings(self) -> int:
        """How many solutions can still be sent?"""
        return self.requests * self.batch

    def until(self) -> float:
        """When must a request that starts now be answered?"""
        return min(self.deadline, monotonic() + self._limits.seconds)

    def take_request(self) -> None:
        """A request is about to be sent.  Raises QueryRefused when there were too many."""
        if self.requests == 0:
            raise QueryRefused(f"the SERVICE parts need more than {self._limits.requests} requests")
        self.requests -= 1

    def take_answer(self, size: int, rows: int) -> None:
        """An answer of `size` bytes has come.  Raises QueryRefused when there were too many rows."""
        if rows > self.rows:
            raise QueryRefused(
                f"the SERVICE parts give more than {self._limits.rows:,} rows, so none is used: narrow them down"
            )
        self.rows -= rows
        self.bytes -= size
