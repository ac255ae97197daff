"""What a reading process and its owner say to each other, over one socket.

The owner sends a job; the process answers with one ANSWER, or with START, any number of MORE and END, or with ERROR
(also in place of END).  A frame is its kind, the length of its content, its content.  Both are the same program on
the same interpreter, and the process believes its owner: so jobs are marshalled, which is ten times as fast as JSON.
"""

from __future__ import annotations

import marshal
import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

ANSWER, START, MORE, END, ERROR = b"A", b"S", b"M", b"E", b"X"
_HEAD = struct.Struct("<cI")
CHUNK = 1 << 16


class Job(NamedTuple):
    """A query to answer from the snapshot in `folder`.

    `rows`, `boolean` and `graph` are the suffixes of the formats in which a result of that kind is wanted, None
    where the caller takes none.  `preview` asks for the first so many rows or triples only.
    """

    folder: str
    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    rows: str | None = "srj"
    boolean: str | None = "srj"
    graph: str | None = "nt"
    preview: int | None = None
    base: str = ""
    """What relative IRIs of the query are relative to."""


def frame(kind: bytes, content: bytes) -> bytes:
    """A frame as it goes over the socket."""
    return _HEAD.pack(kind, len(content)) + content


def tsv(names: Iterable[object], rows: Iterable[Iterable[object | None]]) -> str:
    """Rows as SPARQL TSV; `names` with their question marks."""
    lines = ["\t".join(map(str, names))]
    lines += ["\t".join("" if term is None else str(term) for term in row) for row in rows]
    return "\n".join(lines) + "\n"


def write_job(job: Job) -> bytes:
    """A job as it goes over the socket."""
    return frame(b"Q", marshal.dumps(tuple(job)))


def read_job(content: bytes) -> Job:
    """The job of a frame's content."""
    return Job(*marshal.loads(content))


class Frames:
    """Puts what arrives in pieces together to frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The frames that are complete with `data`: kind and content."""
        if not self._buffer and len(data) >= _HEAD.size:  # mostly one whole frame comes at once
            kind, length = _HEAD.unpack_from(data)
            if len(data) == _HEAD.size + length:
                yield kind, data[_HEAD.size :]
                return
        self._buffer += data
        at = 0
        while len(self._buffer) - at >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._buffer, at)
            if len(self._buffer) - at - _HEAD.size < length:
                break
            start = at + _HEAD.size
            at = start + length
            yield kind, bytes(self._buffer[start:at])
        del self._buffer[:at]
