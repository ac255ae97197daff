"""The owner's end of one reading process: starts it, hands it a job, takes its frames, kills it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any, cast

from nqf_graph.errors import QueryFailed, QueryLimit, QueryRefused, QuerySyntax
from nqf_graph.isolation.answer import Answer, WrongKind
from nqf_graph.isolation.spool import Spool
from nqf_graph.isolation.wire import ANSWER, END, ERROR, MORE, START, Frames, Job, write_job

_log = logging.getLogger("nqf_graph.isolation")
_KEPT_VARIABLES = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "TMPDIR", "VIRTUAL_ENV")
_VARIABLES = {"MALLOC_ARENA_MAX": "2"}  # else the allocator reserves address space for every thread
_DEATHS: dict[int, str] = {
    signal.SIGABRT: "memory",
    signal.SIGSEGV: "depth",
    signal.SIGBUS: "memory",
}


class Stale(Exception):
    """The process could not answer, but another one can: its snapshot is gone, or it had to be replaced."""


@dataclass(frozen=True)
class Limits:
    """What one query may use: seconds of time, bytes of memory, rows and bytes of its result."""

    seconds: float
    memory: int
    rows: int
    bytes: int

    def of(self, name: str) -> float:
        """The value of the limit called `name`; the depth of nesting is limited by the stack only."""
        return float(getattr(self, name, 0))


class Process(asyncio.Protocol):
    """One reading process.  It has at most one job; `done` is called when it is free for another, or gone."""

    def __init__(self, limits: Limits, done: Callable[[Process], None]) -> None:
        self._limits, self._done = limits, done
        self._frames = Frames()
        self._answer: asyncio.Future[Answer] | None = None
        self._pieces: Spool | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._reason: str | None = None
        self._transport: asyncio.Transport | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._process: subprocess.Popen[bytes] | None = None
        self._last_words: IO[bytes] = TemporaryFile()  # noqa: SIM115 - open as long as the process lives
        self.is_gone = False

    @classmethod
    async def start(cls, limits: Limits, done: Callable[[Process], None]) -> Process:
        """A process that is ready for its first job."""
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        made = cls(limits, done)
        with theirs:
            try:
                made._process = await loop.run_in_executor(None, _spawn, theirs.fileno(), limits, made._last_words)
            except BaseException:
                ours.close()
                made._last_words.close()
                raise
        await loop.create_connection(lambda: made, sock=ours)
        await made._ready
        return made

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process is not None
        return self._process.pid

    def ask(self, job: Job) -> asyncio.Future[Answer]:
        """Hand over `job`; the future gives its answer once the first bytes of it are there."""
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        if self.is_gone:
            self._answer.set_exception(Stale())
            return self._answer
        self._clock = loop.call_later(self._limits.seconds, self.kill, "seconds")
        assert self._transport is not None
        self._transport.write(write_job(job))
        return self._answer

    def kill(self, reason: str) -> None:
        """End the process, whatever it does; its job fails with the limit called `reason`."""
        self._reason = self._reason or reason
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket to the process is open."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Something arrived from the process."""
        for kind, content in self._frames.feed(data):
            if not self._ready.done():
                self._ready.set_result(None)
            elif kind in (ANSWER, START):
                self._begin(kind, content)
            elif kind == MORE and self._pieces is not None:
                self._pieces.put(content)
            elif kind == END:
                self._settle(None)
            elif kind == ERROR:
                self._settle(self._error(json.loads(content)))

    def connection_lost(self, exc: Exception | None) -> None:
        """The process is gone: killed, fallen over a limit, or worn out."""
        self.is_gone = True
        error = self._cause_of_death()
        self._last_words.close()
        if self._ready.done():
            self._settle(error)
        else:
            self._ready.set_exception(error)

    def _begin(self, kind: bytes, content: bytes) -> None:
        head, _, body = content.partition(b"\n")
        result, form, *rest = head.decode().split(" ")
        if kind == ANSWER:
            answer = Answer(result, form, body, is_cut=rest == ["more"])
        else:
            self._pieces = Spool(on_abandon=lambda: self.kill("seconds"))
            self._pieces.put(body)
            answer = Answer(result, form, None, self._pieces)
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)
        if kind == ANSWER:
            self._settle(None)

    def _settle(self, error: Exception | None) -> None:
        """The job is over, well or not."""
        if self._clock is not None:
            self._clock.cancel()
        if self._answer is not None and not self._answer.done() and error is not None:
            self._answer.set_exception(error)
        if self._pieces is not None:
            self._pieces.end(error)
        self._answer = self._pieces = self._clock = None
        self._done(self)

    def _error(self, found: dict[str, Any]) -> Exception:
        match found["error"]:
            case "syntax":
                return QuerySyntax(found["reason"], found["line"], found["column"])
            case "refused":
                return QueryRefused(found["reason"])
            case "limit":
                return QueryLimit(found["limit"], self._limits.of(found["limit"]))
            case "unacceptable":
                return WrongKind(found["kind"])
            case "stale":
                return Stale()
        return QueryFailed(found["reason"])

    def _cause_of_death(self) -> Exception:
        assert self._process is not None
        status = self._process.wait()
        if self._reason:
            return QueryLimit(self._reason, self._limits.of(self._reason))
        if status in (0, -signal.SIGKILL):  # worn out; or killed by the system, perhaps before it got the job
            return Stale()
        self._last_words.seek(0)
        _log.warning("a reading process ended (%d): %s", status, self._last_words.read(500).decode(errors="replace"))
        if limit := _DEATHS.get(-status):
            return QueryLimit(limit, self._limits.of(limit))
        return QueryFailed(f"the process that read the data ended unforeseen ({status})")


def _spawn(descriptor: int, limits: Limits, last_words: IO[bytes]) -> subprocess.Popen[bytes]:
    arguments = (descriptor, limits.memory, limits.rows, limits.bytes)
    return subprocess.Popen(
        [sys.executable, "-m", "nqf_graph.isolation.child", *map(str, arguments)],
        pass_fds=[descriptor],
        env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | _VARIABLES,
        stdin=subprocess.DEVNULL,
        stderr=last_words,
    )
