"""A bounded number of reading processes, and those who wait for one."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable

from nqf_graph.errors import Busy
from nqf_graph.isolation.answer import Answer
from nqf_graph.isolation.process import Limits, Process, Stale
from nqf_graph.isolation.wire import Job

_log = logging.getLogger("nqf_graph")
_RETRY_SECONDS = 1.0


class Pool:
    """Answers jobs, `size` at a time; a process that dies is replaced.

    At most `waiting` jobs wait, each for `patience` seconds; of those who wait, the client with the fewest queries
    under way is next.  One client never has the last free process, nor more than half of the line, so that others
    are not kept out.  `folder` tells which snapshot to read.
    """

    def __init__(self, size: int, waiting: int, patience: float, limits: Limits, folder: Callable[[], str]) -> None:
        self._size, self._most_waiting, self._patience = size, waiting, patience
        self._most_each, self._most_in_line_each = max(1, size - 1), max(1, waiting // 2)
        self._limits, self._folder = limits, folder
        self._all: set[Process] = set()
        self._idle: list[Process] = []
        self._clients: dict[Process, str] = {}  # who is served by which process
        self._served: Counter[str] = Counter()  # how many processes serve whom
        self._waiting: dict[str, deque[asyncio.Future[Process]]] = {}  # in the order of their coming, by client
        self._in_line = 0
        self._starting: set[asyncio.Task[None]] = set()
        self._is_open = False

    async def open(self) -> None:
        """Start the processes."""
        self._is_open = True
        await asyncio.gather(*(self._add() for _ in range(self._size)))

    async def close(self) -> None:
        """End the processes."""
        self._is_open = False
        await asyncio.gather(*self._starting)
        while self._all:
            for process in self._all:
                process.kill("seconds")
            await asyncio.sleep(0.005)

    @property
    def pids(self) -> list[int]:
        """The ids of the processes."""
        return [process.pid for process in self._all]

    def pin(self) -> str:
        """The `folder` of jobs that shall all be answered from the present state."""
        return self._folder()

    async def ask(self, job: Job, client: str = "") -> Answer:
        """The answer to `job`, once its first bytes are there; where it names no `folder`, from the present one.

        Cancelling it kills the query.  Raises Busy when no process is free in time, QueryLimit when the query needs
        more than it may, QuerySyntax, QueryRefused, QueryFailed or WrongKind for what is wrong with it.
        """
        for _ in range(3):
            is_free = self._idle and self._served[client] < self._most_each
            process = self._idle.pop() if is_free else await self._turn(client)
            self._clients[process] = client
            self._served[client] += 1
            try:
                return await process.ask(job if job.folder else job._replace(folder=self._folder()))
            except Stale:  # the state changed, or the process had to be replaced, in this very moment
                self._forget(process)
            except asyncio.CancelledError:
                process.kill("seconds")
                raise
        raise Busy(self._patience)

    async def _turn(self, client: str) -> Process:
        own = len(self._waiting.get(client, ()))
        if self._in_line >= self._most_waiting or own >= self._most_in_line_each:
            raise Busy(self._patience)
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[Process] = loop.create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        self._in_line += 1
        clock = loop.call_later(self._patience, self._refuse, turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._give(turn.result())  # its turn came in the moment it went away
            raise
        finally:
            clock.cancel()
            if turn in self._waiting.get(client, ()):
                self._leave_line(client, turn)

    def _refuse(self, turn: asyncio.Future[Process]) -> None:
        if not turn.done():
            turn.set_exception(Busy(self._patience))

    def _leave_line(self, client: str, turn: asyncio.Future[Process]) -> None:
        self._waiting[client].remove(turn)
        self._in_line -= 1
        if not self._waiting[client]:
            del self._waiting[client]

    def _forget(self, process: Process) -> None:
        """The process serves nobody."""
        client = self._clients.pop(process, None)
        if client is not None:
            self._served[client] -= 1
            if not self._served[client]:
                del self._served[client]

    def _done(self, process: Process) -> None:
        """A process has ended its job, or itself."""
        self._forget(process)
        if not process.is_gone:
            self._give(process)
            return
        self._all.discard(process)
        if process in self._idle:
            self._idle.remove(process)
        if self._is_open:
            task = asyncio.get_running_loop().create_task(self._add())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    def _give(self, process: Process) -> None:
        """Let the next one in line have the process."""
        while waiting := [client for client in self._waiting if self._served[client] < self._most_each]:
            client = min(waiting, key=self._served.__getitem__)
            turn = self._waiting[client][0]
            self._leave_line(client, turn)
            if not turn.done():  # else it has waited too long, or gone, in this very moment
                turn.set_result(process)
                return
        self._idle.append(process)

    async def _add(self) -> None:
        """Start one more process; try again as long as the system refuses."""
        while self._is_open:
            try:
                process = await Process.start(self._limits, self._done)
            except Exception:
                _log.exception("a reading process did not start")
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            self._all.add(process)
            self._give(process)
            return
