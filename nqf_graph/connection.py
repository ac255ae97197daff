"""HTTP connections that do not wait for ever: for a request that never ends, or for a reader that has stopped."""

from __future__ import annotations

import asyncio
import json

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_ADDRESS = 60_000
"""In bytes; the parser of addresses counts to 65,535."""
_LONGEST_HEAD = 4_000_000
_PROGRESS = 65_536  # bytes of a body that buy it more time

_TOO_LONG = json.dumps(
    {
        "type": "https://w3id.org/nqf/problems#too-large",
        "title": "The request is too large",
        "status": 413,
        "detail": f"the address has more than {LONGEST_ADDRESS} bytes; send the query by POST",
        "limit": LONGEST_ADDRESS,
    }
).encode()
_REFUSAL = (
    b"HTTP/1.1 413 Content Too Large\r\ncontent-type: application/problem+json\r\naccess-control-allow-origin: *\r\n"
    b"connection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(_TOO_LONG), _TOO_LONG)
)


class _HeadWithBody:
    """A transport that sends the head of an answer together with its body: one packet, one wake-up of the client."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._head: bytes | None = None
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """Send `data`; the first part waits for the second, or until the program has nothing else to do."""
        if self._head is None:
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(self._head + data)
            self._head = b""
            self.write = self._transport.write  # type: ignore[method-assign]

    def close(self) -> None:
        """Send what waits, and close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head:
            self._transport.write(self._head)
            self._head = b""


class Connection(HttpToolsProtocol):
    """A connection whose client has `seconds` to send a request, more for a long body, or to take some of an answer."""

    seconds = 20.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected: its first request is awaited."""
        super().connection_made(transport)
        self._head = self._progress = 0
        self._stall: asyncio.TimerHandle | None = None
        self._request: asyncio.TimerHandle | None = self._later()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._stop(self._request)
        self._stop(self._stall)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A part of a request has come."""
        if self._request is None:
            self._request = self._later()
        self._head += len(data)
        if self._head > _LONGEST_HEAD:
            self.transport.abort()
        elif not self.transport.is_closing():
            super().data_received(data)

    def on_headers_complete(self) -> None:
        """The head of a request is complete; the length of its body is for the application to limit."""
        self._head = -(1 << 62)
        if len(self.url) > LONGEST_ADDRESS:
            self.transport.write(_REFUSAL)
            self.transport.close()
        else:
            super().on_headers_complete()
            self.cycle.transport = _HeadWithBody(self.transport, self.loop)  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        """A part of a body has come."""
        if self.transport.is_closing():
            return
        self._progress += len(body)
        if self._progress >= _PROGRESS:
            self._progress = 0
            self._stop(self._request)
            self._request = self._later()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is complete."""
        self._head = self._progress = 0
        self._stop(self._request)
        self._request = None
        if not self.transport.is_closing():
            super().on_message_complete()

    def pause_writing(self) -> None:
        """The client takes its answer more slowly than it is made."""
        super().pause_writing()
        self._stall = self._later()

    def resume_writing(self) -> None:
        """The client has taken some of its answer."""
        self._stop(self._stall)
        super().resume_writing()

    def _later(self) -> asyncio.TimerHandle:
        return self.loop.call_later(self.seconds, self.transport.abort)

    @staticmethod
    def _stop(clock: asyncio.TimerHandle | None) -> None:
        if clock is not None:
            clock.cancel()
