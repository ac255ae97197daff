"""Notices that a client has gone while its answer is being made."""

from __future__ import annotations

import asyncio
from types import TracebackType

from starlette.types import Receive

_SECONDS_BEFORE_WATCHING = 0.2


class ClientLeft(Exception):
    """The client has closed the connection; nobody waits for an answer."""


class WhileClientWaits:
    """Cancels the body of a `with` when the client goes away, and raises ClientLeft.

    The watch begins a little later: most answers are there before.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._task = asyncio.current_task()
        self._watch: asyncio.Task[None] | None = None
        self._has_left = False

    def __enter__(self) -> WhileClientWaits:
        self._timer = asyncio.get_running_loop().call_later(_SECONDS_BEFORE_WATCHING, self._begin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if self._has_left and isinstance(error, asyncio.CancelledError) and self._task is not None:
            self._task.uncancel()
            raise ClientLeft from None

    def _begin(self) -> None:
        self._watch = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        if self._task is not None:
            self._task.cancel()
