"""Keeps what a process has answered until the client has taken it: a little in memory, the rest in a file.

So a slow client holds up no process, and a large result needs no memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from tempfile import TemporaryFile
from typing import IO

IN_MEMORY = 1 << 20
_READ = 1 << 18


class Spool:
    """A queue of bytes with one writer and one reader on the same event loop."""

    def __init__(self, on_abandon: Callable[[], None]) -> None:
        self._on_abandon = on_abandon
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._file: IO[bytes] | None = None
        self._read = self._written = 0
        self._error: Exception | None = None
        self._ended = False
        self._news = asyncio.Event()

    @property
    def in_memory(self) -> int:
        """How many bytes wait in memory."""
        return self._size

    def put(self, chunk: bytes) -> None:
        """Add `chunk` at the end."""
        if self._file is None and self._size + len(chunk) <= IN_MEMORY:
            self._chunks.append(chunk)
            self._size += len(chunk)
        else:
            if self._file is None:
                self._file = TemporaryFile()  # noqa: SIM115 - open until it is read
                self._read = self._written = 0
            self._file.seek(self._written)
            self._written += self._file.write(chunk)
        self._news.set()

    def end(self, error: Exception | None = None) -> None:
        """Nothing more comes; with `error`, what came is not the whole."""
        self._ended, self._error = True, error
        self._news.set()

    def abandon(self) -> None:
        """The reader has gone: if something was still to come, say so to the writer."""
        if not self._ended:
            self._on_abandon()
        self._drop_file()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Everything that was put, in order.  Raises the error that ended it, as soon as that is known."""
        while True:
            if self._error is not None:
                raise self._error
            if (chunk := self._next()) is not None:
                yield chunk
            elif self._ended:
                return
            else:
                self._news.clear()
                await self._news.wait()

    def _next(self) -> bytes | None:
        if self._chunks:
            chunk = self._chunks.popleft()
            self._size -= len(chunk)
            return chunk
        if self._file is None:
            return None
        self._file.seek(self._read)
        chunk = self._file.read(min(_READ, self._written - self._read))
        self._read += len(chunk)
        if self._read == self._written:
            self._drop_file()
        return chunk

    def _drop_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
