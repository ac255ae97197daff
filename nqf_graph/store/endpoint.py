"""The conversation with a SPARQL endpoint, over SPARQLWrapper: what went wrong is told without addresses or keys.

Of the library, the requests of the protocol are used.  It would also guess the kind of a text by regular
expressions, which a comment can mislead, and give its credentials to the opener of the whole process; here the
kind is known, and each request has an opener of its own.
"""

from __future__ import annotations

import logging
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse, IncompleteRead
from typing import IO, Any
from urllib.parse import urlencode

from SPARQLWrapper import BASIC, DIGEST, POST, POSTDIRECTLY, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from nqf_graph.errors import CannotLoad, EndpointFailed, EndpointTimeout, QueryFailed, QueryLimit
from nqf_graph.settings import Settings
from nqf_graph.store.protocol import STORE_DECIDES, DatasetClause

_log = logging.getLogger("nqf_graph.endpoint")
_AGENT = "nqf-graph"
_TRIES = 3
_PAUSE = 0.2  # seconds before the second try, twice as long before the third
_BUSY = (429, 502, 503)  # worth another try
_CHUNK = 1 << 16
ROWS_ACCEPTED = "application/sparql-results+json"
GRAPH_ACCEPTED = "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5"
_N_TRIPLES = "application/n-triples"
# No handler of redirects: credentials and changes go to the address that was configured, nowhere else.
_HANDLERS: tuple[type[urllib.request.BaseHandler], ...] = (
    urllib.request.ProxyHandler,
    urllib.request.HTTPHandler,
    urllib.request.HTTPSHandler,
    urllib.request.HTTPDefaultErrorHandler,
    urllib.request.HTTPErrorProcessor,
)


@dataclass(frozen=True)
class Addresses:
    """Where an engine is asked, changed, and (None: only by updates) filled; whom it takes us for, how long it has."""

    query: str
    update: str
    data: str | None = None
    user: str | None = None
    password: str | None = None
    seconds: float = 60
    most: int = 500_000_000
    """Bytes of the longest answer that is read."""

    @classmethod
    def of(cls, settings: Settings) -> Addresses:
        """The addresses of the settings.  Raises CannotLoad for a file of the password that cannot be read."""
        assert settings.endpoint is not None
        return cls(
            settings.endpoint,
            settings.endpoint_update or settings.endpoint,
            settings.endpoint_data,
            settings.endpoint_user,
            _secret(settings),
            settings.endpoint_timeout,
            settings.query_bytes,
        )


@dataclass(frozen=True)
class Reply:
    """A whole answer: its media type, its bytes."""

    media_type: str
    body: bytes


class Endpoint:
    """Asks and changes an engine elsewhere.  Failures are EndpointFailed, EndpointTimeout, QueryFailed, QueryLimit."""

    def __init__(self, addresses: Addresses) -> None:
        self._at = addresses
        self._schemes: dict[str, str] = {}

    @property
    def takes_graphs(self) -> bool:
        """Whether whole graphs can be put by the Graph Store Protocol."""
        return self._at.data is not None

    def ask(self, text: str, kind: str, dataset: DatasetClause = STORE_DECIDES) -> Reply:
        """The answer to a query of `kind` SELECT, ASK, CONSTRUCT or DESCRIBE.

        A reading request may be sent again when the connection fails, never when it takes too long.
        """
        for attempt in range(1, _TRIES + 1):
            try:
                return self._exchange(self._question(text, kind, dataset), self._at.query)
            except _Passing as error:
                if attempt == _TRIES:
                    raise EndpointFailed(str(error)) from error
                time.sleep(_PAUSE * attempt)
        raise AssertionError("unreachable")

    def update(self, text: str) -> None:
        """Run an update, once: whether a failed one was done is for the caller to find out."""
        asked = _Request(self._at, "INSERT")
        asked.setQuery(text)
        if "?" not in self._at.update:  # the library appends one
            asked.setRequestMethod(POSTDIRECTLY)
        self._once(asked, self._at.update)

    def takes(self, text: str) -> bool:
        """Run an update that the engine may well refuse: did it succeed?"""
        asked = _Request(self._at, "INSERT")
        asked.setQuery(text)
        try:
            self._exchange(asked, self._at.update, logging.DEBUG)
        except EndpointTimeout:
            raise
        except (EndpointFailed, QueryFailed):
            return False
        except _Passing as error:
            raise EndpointFailed(str(error)) from error
        return True

    def put(self, graph: str, triples: bytes) -> None:
        """Make N-Triples the whole content of a graph, by the Graph Store Protocol."""
        assert self._at.data is not None
        mark = "&" if "?" in self._at.data else "?"
        address = f"{self._at.data}{mark}{urlencode({'graph': graph})}"
        headers = {"Content-Type": _N_TRIPLES, "Accept": "*/*", "User-Agent": _AGENT}
        self._once(urllib.request.Request(address, triples, headers, method="PUT"), self._at.data)

    def _question(self, text: str, kind: str, dataset: DatasetClause) -> _Request:
        asked = _Request(self._at, kind)
        asked.setQuery(text)
        asked.addCustomHttpHeader("Accept", ROWS_ACCEPTED if kind in ("SELECT", "ASK") else GRAPH_ACCEPTED)
        for graph in dataset.default_graphs:
            asked.addParameter("default-graph-uri", graph)
        for graph in dataset.named_graphs:
            asked.addParameter("named-graph-uri", graph)
        return asked

    def _once(self, asked: _Request | urllib.request.Request, address: str) -> None:
        try:
            self._exchange(asked, address)
        except _Passing as error:
            raise EndpointFailed(str(error)) from error
        except QueryFailed as error:
            raise EndpointFailed("it did not take a change") from error

    def _exchange(self, asked: _Request | urllib.request.Request, address: str, level: int = logging.WARNING) -> Reply:
        """Send a request and read the answer; with credentials once the endpoint has said how it wants them."""
        until = time.monotonic() + self._at.seconds
        try:
            try:
                return self._read(self._send(asked, address), until)
            except urllib.error.HTTPError as error:
                scheme = _scheme_wanted(error)
                if not scheme or self._at.user is None or address in self._schemes:
                    raise
                error.close()
                self._schemes[address] = scheme
                return self._read(self._send(asked, address), until)
        except urllib.error.HTTPError as error:
            raise self._refusal(error, address, level) from error
        except TimeoutError as error:
            raise self._late(address) from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self._late(address) from error
            _log.warning("no answer from %s: %s", address, error.reason)
            raise _Passing("it cannot be reached") from error
        except IncompleteRead as error:
            _log.warning("%s ended its answer before its end", address)
            raise _Passing("its answer broke off") from error
        except (HTTPException, OSError) as error:
            _log.warning("no answer from %s: %r", address, error)
            raise _Passing("the connection failed") from error
        except SPARQLWrapperException as error:
            raise EndpointFailed("its address cannot be used") from error

    def _send(self, asked: _Request | urllib.request.Request, address: str) -> HTTPResponse:
        scheme = self._schemes.get(address, "")
        request = asked.as_request(scheme) if isinstance(asked, _Request) else asked
        if scheme == BASIC and not request.has_header("Authorization"):
            known = _Request(self._at, "INSERT").as_request(scheme)
            request.add_header("Authorization", known.headers["Authorization"])
        opener = urllib.request.OpenerDirector()
        for handler in _HANDLERS:
            opener.add_handler(handler())
        if scheme == DIGEST:
            passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            passwords.add_password(None, request.full_url, self._at.user or "", self._at.password or "")
            opener.add_handler(_Digest(passwords))
        response: HTTPResponse = opener.open(request, timeout=self._at.seconds)
        return response

    def _read(self, response: HTTPResponse, until: float) -> Reply:
        with response:
            if "X-SPARQL-MaxRows" in response.headers:
                raise EndpointFailed("it cuts results at a number of rows of its own, so none of this one is used")
            if response.headers.get("X-SQL-State"):
                raise EndpointTimeout("it gave only a part of the result, at a time limit of its own")
            body = bytearray()
            while chunk := response.read(_CHUNK):
                body += chunk
                if len(body) > self._at.most:
                    raise QueryLimit("bytes", self._at.most)
                if time.monotonic() > until:
                    raise TimeoutError
            if response.length:  # the library does not mind an answer that is shorter than announced
                raise IncompleteRead(bytes(body), response.length)
            return Reply(response.headers.get_content_type(), bytes(body))

    def _refusal(self, error: urllib.error.HTTPError, address: str, level: int) -> Exception:
        if error.fp is not None:
            with error:
                words = error.read(500).decode("utf-8", "replace")
                _log.log(level, "%s answered with status %d: %s", address, error.code, words)
        if error.code == 400:
            return QueryFailed("the engine behind this service did not take the query")
        if error.code in (401, 403):
            return EndpointFailed("it does not accept our credentials")
        if error.code in _BUSY:
            return _Passing(f"it is not ready (status {error.code})")
        if error.code in (408, 504):
            return self._late(address)
        if error.code in range(300, 400):
            return EndpointFailed("it has moved to another address, which is not followed")
        return EndpointFailed(f"it answered with status {error.code}")

    def _late(self, address: str) -> EndpointTimeout:
        _log.warning("%s did not answer within %g s", address, self._at.seconds)
        return EndpointTimeout(f"it did not answer within {self._at.seconds:g} s")


class _Passing(Exception):
    """A failure that may be over at the next try; the message is a reason."""


class _Request(SPARQLWrapper):
    """A request as SPARQLWrapper makes it, of a kind that is known."""

    def __init__(self, addresses: Addresses, kind: str) -> None:
        self._kind, self._addresses = kind, addresses
        super().__init__(addresses.query, addresses.update, agent=_AGENT)
        self.setMethod(POST)
        self.setOnlyConneg(True)

    def _parseQueryType(self, query: str) -> str:
        return self._kind

    def as_request(self, scheme: str) -> urllib.request.Request:
        """The HTTP request, with credentials if `scheme` is BASIC."""
        if scheme == BASIC:
            self.setHTTPAuth(BASIC)
            self.setCredentials(self._addresses.user, self._addresses.password)
        request: urllib.request.Request = self._createRequest()
        return request


class _Digest(urllib.request.HTTPDigestAuthHandler):
    """Answers one challenge; credentials that are refused are not sent again."""

    def http_error_401(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        """Ask again with an answer to the challenge, unless that was done."""
        if req.has_header("Authorization"):
            return None
        with fp:
            return super().http_error_401(req, fp, code, msg, headers)


def _secret(settings: Settings) -> str | None:
    file = settings.endpoint_password_file
    if file is None:
        return settings.endpoint_password.get_secret_value() if settings.endpoint_password else None
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotLoad(str(file), "expected the password for the endpoint in this file") from error


def _scheme_wanted(error: urllib.error.HTTPError) -> str:
    """Which kind of credentials does an answer of 401 ask for?  BASIC, DIGEST, or "" for none that we can give."""
    if error.code != 401:
        return ""
    wanted = " ".join(error.headers.get_all("WWW-Authenticate", [])).lower()
    return DIGEST if "digest" in wanted else BASIC if "basic" in wanted else ""
