"""The way without processes: for a store that is a service itself, or a system that cannot confine a process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from typing import Protocol

from nqf_graph.errors import QuerySyntax
from nqf_graph.formats import N_TRIPLES, ROWS
from nqf_graph.isolation.answer import Answer, WrongKind
from nqf_graph.isolation.wire import Job, tsv
from nqf_graph.store import DatasetClause, Result, Rows, Store


class Reading(Protocol):
    """What answers jobs; it is opened before the first and closed after the last."""

    async def open(self) -> None:
        """Get ready."""

    async def close(self) -> None:
        """Let go."""

    def pin(self) -> str:
        """The `folder` of jobs that shall all be answered from the present state."""

    async def ask(self, job: Job, client: str = "") -> Answer:
        """The answer to `job`."""


class Direct:
    """Asks a store in a thread of this process.  The store itself has to keep queries within limits."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def open(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    def pin(self) -> str:
        """The store's present state is the only one."""
        return ""

    async def ask(self, job: Job, client: str = "") -> Answer:
        """The answer to `job`.  Raises what the store raises, and WrongKind."""
        return await asyncio.to_thread(self._answer, job)

    def _answer(self, job: Job) -> Answer:
        with closing(self._query(job)) as result:
            kind = _kind(result)
            suffix = {"rows": job.rows, "boolean": job.boolean, "graph": job.graph}[kind]
            if suffix is None:
                raise WrongKind(kind)
            if job.preview is not None and kind != "boolean":
                return _preview(result, job.preview)
            form = next(form for form in (*result.formats, *ROWS) if form.suffix == suffix)
            return Answer(kind, suffix, result.write(form))

    def _query(self, job: Job) -> Result:
        """The result; the base stands in a line before the query."""
        text = f"BASE <{job.base}>\n{job.text}" if job.base else job.text
        try:
            return self._store.query(text, DatasetClause(job.default_graphs, job.named_graphs))
        except QuerySyntax as error:
            line = error.line and error.line - bool(job.base)
            raise QuerySyntax(error.reason, line, error.column) from error


class Following:
    """Asks `reading` once the snapshot that it reads has caught up with a store elsewhere, which takes a while."""

    def __init__(self, reading: Reading, catch_up: Callable[[], object]) -> None:
        self._reading, self._catch_up = reading, catch_up

    async def open(self) -> None:
        """Open what is asked, with a snapshot to read."""
        await asyncio.to_thread(self._catch_up)
        await self._reading.open()

    async def close(self) -> None:
        """Close what is asked."""
        await self._reading.close()

    def pin(self) -> str:
        """The `folder` of jobs that shall all be answered from the present state."""
        return self._reading.pin()

    async def ask(self, job: Job, client: str = "") -> Answer:
        """The answer to `job`, from the present state.  Raises what `reading` and the store raise."""
        await asyncio.to_thread(self._catch_up)
        return await self._reading.ask(job, client)


def _kind(result: Result) -> str:
    if N_TRIPLES in result.formats:
        return "graph"
    return "rows" if set(ROWS) <= set(result.formats) else "boolean"


def _preview(result: Result, most: int) -> Answer:
    rows = result.rows()
    if rows is None:
        lines = result.write(N_TRIPLES).splitlines()
        return Answer("graph", N_TRIPLES.suffix, b"\n".join([*lines[:most], b""]), is_cut=len(lines) > most)
    first = Rows(rows.columns, rows.rows[:most])
    return Answer(
        "rows", "tsv", tsv((f"?{name}" for name in first.columns), first.rows).encode(), is_cut=len(rows.rows) > most
    )
