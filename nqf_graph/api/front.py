"""What every answer has in common, around the application: limits, entity tags, kept answers, headers for browsers."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import blake2b

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nqf_graph.api.cache import Cache, Headers, Kept
from nqf_graph.api.clients import RateLimit
from nqf_graph.api.problems import respond
from nqf_graph.errors import NqfError, TooManyRequests
from nqf_graph.publication import Publication

_EVERY_ANSWER: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Content-Disposition, Content-Language, Content-Location, Content-Profile, ETag, Link, Location, "
        b"Memento-Datetime, Repr-Digest, Retry-After, X-Total-Count",
    ),
]
_PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, DELETE, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"Accept, Accept-Datetime, Accept-Language, Accept-Profile, Authorization, Content-Type, If-Match, "
        b"If-None-Match",
    ),
    (b"access-control-max-age", b"86400"),
]
_CHOOSING = (b"accept", b"accept-language", b"accept-profile", b"accept-datetime", b"host")
"""The request headers that an answer may depend on."""
_IN_304 = (
    b"cache-control", b"content-language", b"content-location", b"content-profile", b"etag", b"link",
    b"memento-datetime", b"vary",
)  # fmt: skip
_BY_DAY = ("/api/", "/doc/", "/resource")
"""Addresses whose answers depend on the date: what is in force, what is overdue."""
_UNLIMITED = ("/health", "/ready")


class Front:
    """The outermost layer.  `sparql` answers /sparql; everything else goes to `app`."""

    def __init__(self, app: ASGIApp, sparql: ASGIApp, publication: Publication) -> None:
        self._app, self._sparql, self._publication = app, sparql, publication
        settings = publication.settings
        self._cache = Cache(settings.cache_bytes)
        self._rate = RateLimit(settings.rate_limit, settings.rate_exempt)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        try:
            if path not in _UNLIMITED:
                self._rate.take(scope["client"][0] if scope["client"] else "")
        except TooManyRequests as error:
            await respond(Request(scope), error)(scope, receive, _with_headers(send))
            return
        headers = _joined(scope["headers"])
        inner = self._sparql if path == "/sparql" else self._app
        with suppress(ClientDisconnect):  # in the middle of sending a body: nobody waits for an answer
            await self._pass_on(scope, receive, send, inner, headers)

    async def _pass_on(
        self, scope: Scope, receive: Receive, send: Send, inner: ASGIApp, headers: dict[bytes, bytes]
    ) -> None:
        method = scope["method"]
        if method in ("GET", "HEAD") and b"authorization" not in headers:
            await self._read(scope, receive, send, inner, headers)
        elif method == "OPTIONS" and b"access-control-request-method" in headers:
            await _send(send, 204, _PREFLIGHT + _EVERY_ANSWER, b"")
        else:
            await inner(scope, receive, _with_headers(send))

    async def _read(
        self, scope: Scope, receive: Receive, send: Send, inner: ASGIApp, headers: dict[bytes, bytes]
    ) -> None:
        """Answer from what is kept, or ask `inner` and keep its answer if it may be kept."""
        try:
            state = await self._state()
        except NqfError as error:
            unable = self._app if scope["path"] in _UNLIMITED else respond(Request(scope), error)
            await unable(scope, receive, _with_headers(send))
            return
        key = (state, _today(), scope["path"], scope["query_string"], *map(headers.get, _CHOOSING))
        known = headers.get(b"if-none-match")
        kept = self._cache.get(key)
        if kept is None:
            taker = _Taker(send, state, scope, known, self._cache.largest)
            await inner(scope, receive, taker.send)
            if taker.kept is not None:
                self._cache.put(key, taker.kept)
        elif known is not None and _matches(known, kept.tag):
            await _send(send, 304, _only(kept.headers, _IN_304), b"")
        else:
            await _send(send, 200, kept.headers, b"" if scope["method"] == "HEAD" else kept.body)

    async def _state(self) -> str:
        """The state that readers see; another engine has to be asked for it, now and then."""
        if self._publication.is_remote:
            return await asyncio.to_thread(lambda publication: publication.state_id, self._publication)
        return self._publication.state_id


class _Taker:
    """Takes an answer on its way to the client: tags it, or turns it into 304, and keeps a copy if it is small."""

    def __init__(self, send: Send, state: str, scope: Scope, known: bytes | None, largest: int) -> None:
        self._send, self._state, self._scope, self._known, self._largest = send, state, scope, known, largest
        self._headers: Headers = []
        self._tag = b""
        self._body = bytearray()
        self._is_kept = self._is_unchanged = False
        self.kept: Kept | None = None

    async def send(self, message: Message) -> None:
        """Pass on a part of the answer."""
        if message["type"] == "http.response.start":
            message = self._start(message)
        elif message["type"] == "http.response.body":
            self._keep(message)
            if self._is_unchanged:
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    def _start(self, message: Message) -> Message:
        headers = _completed(message["headers"])
        named = dict(headers)
        if message["status"] == 200 and b"vary" in named and b"etag" not in named and b"cache-control" not in named:
            self._tag = self._tag_of(named)
            headers += [(b"etag", self._tag), (b"cache-control", b"public, no-cache")]
            self._is_kept = self._scope["method"] == "GET"
            if self._known is not None and _matches(self._known, self._tag):
                self._is_unchanged = True
                return {**message, "status": 304, "headers": _only(headers, _IN_304)}
        self._headers = headers
        return {**message, "headers": headers}

    def _tag_of(self, named: dict[bytes, bytes]) -> bytes:
        """One tag for each state and each way an address can be answered; what counts days is new each day."""
        day = _today() if self._scope["path"].startswith(_BY_DAY) else ""
        told = (named.get(name, b"") for name in (b"content-type", b"content-language", b"content-profile"))
        ways = blake2b(b"\0".join((*told, day.encode())), digest_size=4).hexdigest()
        return f'"{self._state}-{ways}"'.encode()

    def _keep(self, message: Message) -> None:
        if not self._is_kept or self._is_unchanged:
            return
        self._body += message.get("body", b"")
        if len(self._body) > self._largest:
            self._is_kept = False
            self._body.clear()
        elif not message.get("more_body"):
            self.kept = Kept(self._headers, self._tag, bytes(self._body))


def _joined(headers: Headers) -> dict[bytes, bytes]:
    """Headers by name; one that came several times is a list."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found[name] = found[name] + b", " + value if name in found else value
    return found


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = _completed(message["headers"])
        await send(message)

    return send_with_headers


def _completed(headers: Headers) -> Headers:
    """The headers of an answer with those that every answer has, except where it has its own."""
    own = {name for name, _ in headers}
    return [*headers, *(header for header in _EVERY_ANSWER if header[0] not in own)]


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _matches(known: bytes, tag: bytes) -> bool:
    """Does an If-None-Match header name the tag (RFC 9110: weak comparison)?"""
    return known.strip() == b"*" or tag in (part.strip().removeprefix(b"W/") for part in known.split(b","))


def _only(headers: Headers, names: tuple[bytes, ...]) -> Headers:
    return [(name, value) for name, value in headers if name in names] + _EVERY_ANSWER


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
