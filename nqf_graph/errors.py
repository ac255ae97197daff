"""What can go wrong, as one tree.  The core raises these; only `api/problems.py` knows status codes.

NqfError
├── CannotLoad              a file of the catalogue cannot be read: where, and what was expected
│   └── DataSyntax          data of a request that do not parse
├── StoreInUse              another process writes to the data folder
├── DataInvalid             the data break a rule; carries the findings
├── NotFound                no such thing; says what exists
├── Gone                    it was published once and taken away; says when, and what it was called
├── BadParameter            a value that cannot be used; says what would be
├── NotAcceptable           none of the offered formats is acceptable
├── MethodNotAllowed        an address that does not answer the method
├── UnsupportedFormat       data came in a format that is not read
├── TooLarge                a request text above its limit
├── WritesOff               no key is configured, so nothing is written over HTTP
├── Unauthorized            no key, or one that is not known
├── Forbidden               a key that may not do this
├── PreconditionFailed      the state is no longer the one the caller knows
├── EndpointFailed          the engine that keeps the data does not answer as it should
│   └── EndpointTimeout     it does not answer in time
├── EndpointLimit           what cannot be done with the engine that keeps the data
├── Busy                    all processes that answer queries are busy
├── TooManyRequests         a client asked more often than it may
├── QuerySyntax             SPARQL that does not parse: line, column, what was expected
├── QueryLimit              a query that needs more time, memory, rows or bytes than it may
├── QueryFailed             a query that the engine could not evaluate
├── ServiceFailed           another SPARQL endpoint did not answer properly
└── QueryRefused            SPARQL that parses and is not allowed here
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class NqfError(Exception):
    """Anything this project raises on purpose; `str(error)` is a sentence for people."""


class CannotLoad(NqfError):
    """A file cannot be read: `file`, `line` and `column` (from 1, None when unknown), and `expected`."""

    def __init__(self, file: str, expected: str, line: int | None = None, column: int | None = None) -> None:
        self.file, self.line, self.column, self.expected = file, line, column, expected
        place = ":".join(str(part) for part in (file, line, column) if part is not None)
        super().__init__(f"{place}: {expected}")


class DataSyntax(CannotLoad):
    """Data of a request do not parse as the media type they came in."""


class StoreInUse(NqfError):
    """The data folder `folder`, or the endpoint where the data are, is open for writing in another process."""

    def __init__(
        self, folder: str, reason: str = "another process is using this data folder (is the service already running?)"
    ) -> None:
        self.folder = folder
        super().__init__(f"{folder}: {reason}")


class DataInvalid(NqfError):
    """The data break rules, so they are not published.

    `findings` are the first ones of each rule, as `Finding.as_dict` writes them; `counts` says how many there are.
    """

    def __init__(self, findings: Sequence[Mapping[str, Any]], counts: Mapping[str, int]) -> None:
        self.findings, self.counts = tuple(findings), dict(counts)
        self.submission = ""
        """The id under which a write was kept for correction, if it was."""
        broken = ", ".join(f"{rule} {count}×" for rule, count in sorted(self.counts.items()))
        super().__init__(f"rules are broken ({broken}); nothing was published")


class NotFound(NqfError):
    """No `kind` is called `name`; `existing` lists what there is (possibly shortened)."""

    def __init__(self, kind: str, name: str, existing: Sequence[str] = ()) -> None:
        self.kind, self.name, self.existing = kind, name, tuple(existing)
        hint = f"; there is: {', '.join(self.existing)}" if self.existing else ""
        super().__init__(f"no {kind} {name!r}{hint}")


class Gone(NqfError):
    """The thing `name` was published and taken away: `names` by language, `moment`, `commit`, what `replaced_by` it."""

    def __init__(
        self, name: str, names: Mapping[str, str], moment: str, commit: str, replaced_by: Sequence[str] = ()
    ) -> None:
        self.name, self.names, self.moment, self.commit = name, dict(names), moment, commit
        self.replaced_by = tuple(replaced_by)
        called = f" ({next(iter(self.names.values()))})" if self.names else ""
        when = f" on {moment}" if moment else ""
        instead = f"; replaced by {', '.join(self.replaced_by)}" if self.replaced_by else ""
        super().__init__(f"{name!r}{called} was published and taken away{when} by {commit}{instead}")


class BadParameter(NqfError):
    """The value of parameter `name` cannot be used; `expected` says what would be, `existing` which names exist."""

    def __init__(self, name: str, expected: str, existing: Sequence[str] = ()) -> None:
        self.name, self.expected, self.existing = name, expected, tuple(existing)
        hint = f"; there is: {', '.join(self.existing)}" if self.existing else ""
        super().__init__(f"parameter {name!r}: {expected}{hint}")


class NotAcceptable(NqfError):
    """None of `offered` media types is acceptable to the caller."""

    def __init__(self, accept: str, offered: Sequence[str]) -> None:
        self.accept, self.offered = accept, tuple(offered)
        super().__init__(f"nothing on offer is acceptable for {accept!r}; offered: {', '.join(self.offered)}")


class MethodNotAllowed(NqfError):
    """The address answers `allowed` methods, not `method`."""

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        self.method, self.allowed = method, tuple(allowed)
        super().__init__(f"{method} is not answered here; answered are {', '.join(self.allowed)}")


class UnsupportedFormat(NqfError):
    """Data came as `given`, which is not read here; `readable` lists what is."""

    def __init__(self, given: str, readable: Sequence[str]) -> None:
        self.given, self.readable = given, tuple(readable)
        super().__init__(f"{given or 'no media type'} is not read here; readable: {', '.join(self.readable)}")


class TooLarge(NqfError):
    """A text of `size` bytes where at most `limit` are read."""

    def __init__(self, size: int, limit: int) -> None:
        self.size, self.limit = size, limit
        super().__init__(f"the text has {size} bytes; at most {limit} are read")


class QuerySyntax(NqfError):
    """SPARQL that does not parse; `line` and `column` count from 1 and are None when unknown."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        self.reason, self.line, self.column = message, line, column
        place = "" if line is None else f"line {line}, column {column}: "
        super().__init__(place + message)


class QueryRefused(NqfError):
    """SPARQL that is well formed and not allowed on this endpoint."""


class QueryFailed(NqfError):
    """SPARQL that is well formed and allowed, and that the engine could not evaluate."""


class ServiceFailed(NqfError):
    """The SPARQL endpoint at `endpoint` (host and port), which a query asks by SERVICE, did not answer properly."""

    def __init__(self, endpoint: str, reason: str) -> None:
        self.endpoint = endpoint
        super().__init__(f"the endpoint at {endpoint} could not be asked: {reason}")


class QueryLimit(NqfError):
    """A query that needs more than it may: `limit` is seconds, memory, rows, bytes or depth, `value` how much."""

    def __init__(self, limit: str, value: float) -> None:
        self.limit, self.value = limit, value
        super().__init__(_LIMITS[limit].format(value=f"{value:,.0f}"))


_LIMITS = {
    "seconds": "the query was ended: it may run for {value} s",
    "memory": "the query was ended: it may use {value} bytes of memory",
    "rows": "the result has more than {value} rows, so none of it is sent; page by LIMIT and OFFSET, or take a dump",
    "bytes": "the result has more than {value} bytes, so none of it is sent; page by LIMIT and OFFSET, or take a dump",
    "depth": "the query was ended: it is nested too deeply",
}


class EndpointFailed(NqfError):
    """The engine elsewhere that keeps the data does not answer as it should, for `reason`, which names no address."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the engine behind this service does not answer as it should: {reason}")


class EndpointTimeout(EndpointFailed):
    """The engine elsewhere that keeps the data does not answer in time, or not with all of the result."""


class EndpointLimit(NqfError):
    """What cannot be done with the engine elsewhere that keeps the data; the message says why, and what can."""


class Busy(NqfError):
    """All processes that answer queries were busy for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__("too many queries are running; try again a little later")


class TooManyRequests(NqfError):
    """The client asked more often than it may; it may ask again in `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit, self.seconds = limit, seconds
        super().__init__(f"at most {limit} requests a minute are answered for one client")


class WritesOff(NqfError):
    """Writing over HTTP is off, because no keys are configured."""

    def __init__(self) -> None:
        super().__init__("writing is off: the operator has configured no keys (NQF_KEYS)")


class Unauthorized(NqfError):
    """The caller has shown no key, or one that is not known."""


class Forbidden(NqfError):
    """The caller's key may not do this."""


class PreconditionFailed(NqfError):
    """The caller expected the state `expected`, but it is `present` by now."""

    def __init__(self, expected: str, present: str) -> None:
        self.expected, self.present = expected, present
        super().__init__(f"the state is {present}, no longer {expected}: look again before you write")
