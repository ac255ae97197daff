"""One SPARQL Protocol request to another endpoint, over a connection to an address that was checked.

No redirect, no proxy, no cookie, no compression, no credentials; what a server sends is read up to a size, and
everything together must be done at a moment, however slowly the server drips.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Thread, Timer
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from nqf_graph import __version__
from nqf_graph.errors import QueryRefused, ServiceFailed
from nqf_graph.federation.allowlist import Endpoint
from nqf_graph.formats import JSON, RESULTS_JSON

Address = tuple[Any, ...]
"""A socket address: numeric host, port and, for IPv6, two more."""
Lookup = Callable[[str, int], Sequence[tuple[int, int, int, str, Address]]]
_READABLE = (RESULTS_JSON.media_type, JSON.media_type)
# Virtuoso answers 200 with part of the rows and says so in these alone.
_PARTIAL = ("X-SQL-State", "X-SPARQL-MaxRows")


def _lookup(host: str, port: int) -> Sequence[tuple[int, int, int, str, Address]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class Client:
    """Asks endpoints.  `lookup` finds the addresses of a host, `tls` says whose certificates are trusted."""

    def __init__(self, lookup: Lookup = _lookup, tls: ssl.SSLContext | None = None) -> None:
        self._lookup, self._given_tls = lookup, tls

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._given_tls or ssl.create_default_context()

    def ask(self, endpoint: Endpoint, query: str, most_bytes: int, until: float) -> bytes:
        """The endpoint's answer to a SELECT query, as SPARQL results JSON.

        `until` is a time of the monotonic clock.  Raises QueryRefused where the host is at an address that is not
        allowed or the answer has more than `most_bytes`, ServiceFailed where the endpoint does not answer properly.
        """
        addresses = self._addresses(endpoint, until)
        connection = _Connection(endpoint, addresses, self._tls if endpoint.scheme == "https" else None, until)
        end = Timer(max(0.0, until - monotonic()), connection.cut)
        end.daemon = True
        end.start()
        try:
            connection.request("POST", endpoint.path, urlencode({"query": query}), _headers(endpoint))
            with connection.getresponse() as response:
                answer = _read(endpoint, response, most_bytes)
            if monotonic() >= until:
                raise TimeoutError  # what was read may have been cut
            return answer
        except (OSError, HTTPException) as error:
            raise ServiceFailed(endpoint.authority, _reason(error, until)) from error
        finally:
            end.cancel()
            connection.close()

    def _addresses(self, endpoint: Endpoint, until: float) -> list[tuple[int, Address]]:
        """Where the host is, looked up once; each of its addresses must be allowed."""
        found: list[tuple[int, Address]] = []

        def look() -> None:
            try:
                entries = self._lookup(endpoint.host, endpoint.port)
            except (OSError, UnicodeError):
                return
            found.extend((family, address) for family, _, _, _, address in entries)

        thread = Thread(target=look, daemon=True)  # the system's resolver knows no time limit
        thread.start()
        thread.join(max(0.0, until - monotonic()))
        addresses = found.copy()
        if not addresses:
            raise ServiceFailed(endpoint.authority, "its host name was not found")
        if not all(endpoint.may_be_at(str(address[0])) for _, address in addresses):
            raise QueryRefused(f"SERVICE to {endpoint.authority} is not allowed here: it is at a private address")
        return addresses


class _Connection(HTTPConnection):
    """A connection to one of the addresses, with the endpoint's name in the certificate."""

    def __init__(
        self, endpoint: Endpoint, addresses: list[tuple[int, Address]], tls: ssl.SSLContext | None, until: float
    ) -> None:
        super().__init__(endpoint.host, endpoint.port)
        self._addresses, self._tls, self._until = addresses, tls, until
        self._wire: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the first address that answers."""
        failure = OSError("no address")
        for left, (family, address) in zip(range(len(self._addresses), 0, -1), self._addresses, strict=True):
            self._wire = socket.socket(family, socket.SOCK_STREAM)
            self._wire.settimeout(max(0.001, (self._until - monotonic()) / left))  # one that is silent leaves time
            try:
                self._wire.connect(address)
            except OSError as error:
                failure = error
                self._wire.close()
                continue
            self._wire.settimeout(max(0.001, self._until - monotonic()))
            if self._tls is not None:
                self._wire = self._tls.wrap_socket(self._wire, server_hostname=self.host)
            self.sock = self._wire
            return
        raise failure

    def cut(self) -> None:
        """Time is up: end whatever waits for the other side."""
        if self._wire is not None:
            with suppress(OSError):  # it was not connected, or is closed already
                socket.socket.shutdown(self._wire, socket.SHUT_RDWR)


def _reason(error: OSError | HTTPException, until: float) -> str:
    if monotonic() >= until:
        return "it did not answer in time"
    if isinstance(error, HTTPException):  # whose text would be what the other side said
        return "what it answered is not HTTP"
    return f"the connection failed ({error})"


def _headers(endpoint: Endpoint) -> dict[str, str]:
    return {
        "Host": endpoint.authority,
        "Accept": f"{RESULTS_JSON.media_type}, {JSON.media_type};q=0.5",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": f"nqf-graph/{__version__}",
    }


def _read(endpoint: Endpoint, response: HTTPResponse, most_bytes: int) -> bytes:
    """The body of a good answer; everything else is an error."""

    def failed(reason: str) -> ServiceFailed:
        return ServiceFailed(endpoint.authority, reason)

    if response.status in range(300, 400):
        raise failed(f"it redirects (status {response.status}), which is not followed")
    if response.status != 200:
        raise failed(f"it answered with status {response.status}")
    if (media_type := response.headers.get_content_type()) not in _READABLE:
        raise failed(f"it answered with {media_type} instead of {RESULTS_JSON.media_type}")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise failed("it compressed its answer, which was not asked for")
    if any(header in response.headers for header in _PARTIAL):
        raise failed("it gave only part of the answer")
    body = response.read(most_bytes + 1)
    if len(body) > most_bytes:
        raise QueryRefused(f"the answer of {endpoint.authority} is too large, so none of it is used: narrow it down")
    return body
