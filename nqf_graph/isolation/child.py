"""The reading process: answers one query after the other from a snapshot, without network, in bounded memory.

It may die at any query (its owner kills it at the time limit, the system when it wants too much memory); that is
what it is for.  It imports little, so that a new one is ready at once.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO, cast

import pyoxigraph as ox

from nqf_graph.errors import QueryRefused, QuerySyntax
from nqf_graph.guard import names_its_dataset, refuse_remote_calls, syntax_error
from nqf_graph.isolation.confine import cut_network, die_with_parent, limit_memory, memory_in_use
from nqf_graph.isolation.counting import RowCounter
from nqf_graph.isolation.wire import ANSWER, CHUNK, END, ERROR, MORE, START, Frames, Job, frame, read_job, tsv

Send = Callable[[bytes], None]
_KINDS = {ox.QuerySolutions: "rows", ox.QueryBoolean: "boolean", ox.QueryTriples: "graph"}
_JOBS_BETWEEN_LOOKS = 64
_WORN_OUT = 3 / 4  # of the memory limit: a process that still holds so much after a query is replaced


class _OverLimit(Exception):
    """The result has more rows or bytes than allowed; the message is the name of the limit."""


class _Sink:
    """Where the engine writes a result: passes it on in chunks, and counts."""

    def __init__(self, send: Send, head: bytes, counter: RowCounter | None, limits: Limits) -> None:
        self._send, self._head, self._counter, self._limits = send, head, counter, limits
        self._chunk = bytearray()
        self._written = 0
        self.started = False

    def write(self, data: bytes) -> int:
        """Take `data`; raises _OverLimit."""
        self._chunk += data
        if len(self._chunk) >= CHUNK:
            self._pass_on()
        return len(data)

    def flush(self) -> None:
        """The engine asks for it at the end; `finish` does it."""

    def _pass_on(self) -> None:
        self._count()
        self._send(frame(MORE, bytes(self._chunk)) if self.started else frame(START, self._head + self._chunk))
        self.started = True
        self._chunk.clear()

    def _count(self) -> None:
        self._written += len(self._chunk)
        if self._written > self._limits.bytes:
            raise _OverLimit("bytes")
        is_small = not self.started and len(self._chunk) < self._limits.rows  # a row has more bytes than one
        if self._counter and not is_small and self._counter.feed(bytes(self._chunk)) > self._limits.rows:
            raise _OverLimit("rows")

    def finish(self) -> None:
        """Send what is left: the whole answer, if nothing went before."""
        self._count()
        if self.started:
            self._send(frame(MORE, bytes(self._chunk)) + frame(END, b""))
        else:
            self._send(frame(ANSWER, self._head + self._chunk))


class Limits:
    """How much one query may use: bytes of memory, rows and bytes of its result."""

    def __init__(self, memory: int, rows: int, size: int) -> None:
        self.memory, self.rows, self.bytes = memory, rows, size


class Reader:
    """Answers jobs from the snapshot each names."""

    def __init__(self, send: Send, limits: Limits) -> None:
        self._send, self._limits = send, limits
        self._folder = ""
        self._store: ox.Store | None = None

    def answer(self, job: Job) -> None:
        """Send the answer of `job`, or what is wrong with it."""
        try:
            if job.folder != self._folder:
                self._store, self._folder = ox.Store.read_only(job.folder), job.folder
        except OSError:
            self._say({"error": "stale"})
            return
        try:
            refuse_remote_calls(job.text)
            self._write(job, self._run(job))
        except SyntaxError as error:
            found = syntax_error(error)
            self._say({"error": "syntax", "reason": found.reason, "line": found.line, "column": found.column})
        except QuerySyntax as error:
            self._say({"error": "syntax", "reason": error.reason, "line": error.line, "column": error.column})
        except QueryRefused as error:
            self._say({"error": "refused", "reason": str(error)})
        except _OverLimit as error:
            self._say({"error": "limit", "limit": str(error)})
        except MemoryError:
            self._say({"error": "limit", "limit": "memory"})
        except (OSError, RuntimeError, ValueError) as error:
            self._say({"error": "failed", "reason": str(error)})

    def _run(self, job: Job) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        assert self._store is not None
        base = job.base or None
        if job.default_graphs or job.named_graphs:
            return self._store.query(
                job.text,
                base_iri=base,
                default_graph=[ox.NamedNode(iri) for iri in job.default_graphs],
                named_graphs=[ox.NamedNode(iri) for iri in job.named_graphs],
            )
        # Oxigraph lets the union flag win over FROM in the text, so it is set only for texts without FROM.
        return self._store.query(job.text, base_iri=base, use_default_graph_as_union=not names_its_dataset(job.text))

    def _write(self, job: Job, result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> None:
        kind = _KINDS[type(result)]
        suffix: str | None = getattr(job, kind)
        if suffix is None:
            self._say({"error": "unacceptable", "kind": kind})
            return
        if job.preview is not None and not isinstance(result, ox.QueryBoolean):
            self._preview(kind, result, job.preview)
            return
        head = f"{kind} {suffix}\n".encode()
        sink = _Sink(self._send, head, RowCounter.of(suffix) if kind == "rows" else None, self._limits)
        output = cast(IO[bytes], sink)  # the engine only writes
        if isinstance(result, ox.QueryTriples):
            result.serialize(output, format=ox.RdfFormat.from_extension(suffix))
        else:
            result.serialize(output, format=ox.QueryResultsFormat.from_extension(suffix))
        sink.finish()

    def _preview(self, kind: str, result: ox.QuerySolutions | ox.QueryTriples, most: int) -> None:
        """The first rows as TSV or triples as N-Triples, and whether there are more."""
        if isinstance(result, ox.QuerySolutions):
            text = tsv(result.variables, islice(result, most))
        else:
            text = "\n".join(f"{triple} ." for triple in islice(result, most)) + "\n"
        more = next(iter(result), None) is not None
        head = f"{kind} {'tsv' if kind == 'rows' else 'nt'} {'more' if more else 'all'}\n"
        self._send(frame(ANSWER, (head + text).encode()))

    def _say(self, error: dict[str, object]) -> None:
        self._send(frame(ERROR, json.dumps(error).encode()))


def _jobs(channel: socket.socket) -> Iterator[Job]:
    frames = Frames()
    while data := channel.recv(CHUNK):
        for _, content in frames.feed(data):
            yield read_job(content)


def main() -> None:
    """Serve jobs from the socket given as file descriptor until its other end is closed."""
    descriptor, *given = sys.argv[1:]
    limits = Limits(*map(int, given))
    os.nice(5)  # those who wait for a page or a ping come first
    cut_network()
    limit_memory(limits.memory)
    die_with_parent()
    channel = socket.socket(fileno=int(descriptor))
    reader = Reader(channel.sendall, limits)
    channel.sendall(frame(ANSWER, b"ready"))
    for number, job in enumerate(_jobs(channel)):
        reader.answer(job)
        if number % _JOBS_BETWEEN_LOOKS == 0 and memory_in_use() > limits.memory * _WORN_OUT:
            break
    os._exit(0)  # at once: taking the engine down in order can fail, which would look like a query's fault


if __name__ == "__main__":
    main()
