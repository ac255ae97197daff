"""The query operation of the SPARQL 1.1 Protocol: what was asked, however it was sent, and in which formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import NamedNode
from starlette.requests import Request
from starlette.types import Scope

from nqf_graph.api.access import read_body
from nqf_graph.api.encoding import FORM, QUERY, media_type_of, pairs_of, text_of
from nqf_graph.errors import BadParameter, NotAcceptable, TooLarge, UnsupportedFormat
from nqf_graph.formats import BOOLEANS, CSV, GRAPHS, GRAPHS_AND_DATASETS, HTML, ROWS, TSV, Format, choose, named
from nqf_graph.store import DatasetClause

_GRAPHS_OF_REQUEST = ("default-graph-uri", "named-graph-uri")
_OF_UPDATES = ("update", "using-graph-uri", "using-named-graph-uri")
_KINDS = {
    "rows": ROWS,
    "boolean": (*BOOLEANS, CSV, TSV),  # the last two for clients that ask for no other
    "graph": GRAPHS_AND_DATASETS,
}


@dataclass(frozen=True)
class Wanted:
    """The format in which a caller takes each kind of result, None if none; or a page for people."""

    formats: dict[str, Format | None]
    is_page: bool
    accept: str

    def refuse(self, kind: str) -> NotAcceptable:
        """The error for a result of a `kind` in which nothing is acceptable."""
        return NotAcceptable(self.accept, [form.media_type for form in _KINDS[kind]])


@dataclass(frozen=True)
class QueryRequest:
    """A query operation; `text` is None when there is no query."""

    text: str | None
    dataset: DatasetClause
    wanted: Wanted


async def read_request(scope: Scope, request: Request, limit: int) -> QueryRequest:
    """The operation that a GET, HEAD or POST asks for.

    Raises TooLarge before a text of more than `limit` bytes is looked at, BadParameter for two queries, an update
    or a graph that is no IRI, UnsupportedFormat for a body that is neither a form nor a query.
    """
    query_string: bytes = scope["query_string"]
    if len(query_string) > 3 * limit:  # percent-encoding makes three bytes of one
        raise TooLarge(len(query_string), limit)
    pairs = pairs_of(query_string.decode("latin-1"), "query")
    mediatype = next((value for name, value in pairs if name == "_mediatype"), None)
    if scope["method"] == "POST":
        pairs = await _posted(request, pairs, limit)
    text, dataset = _operation(pairs)
    if text is not None and len(text) * 4 > limit and (size := len(text.encode())) > limit:
        raise TooLarge(size, limit)
    accept = ", ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"accept")
    return QueryRequest(text, dataset, wanted(accept, mediatype))


async def _posted(request: Request, pairs: list[tuple[str, str]], limit: int) -> list[tuple[str, str]]:
    media_type = media_type_of(request)
    if media_type not in (FORM, QUERY):
        raise UnsupportedFormat(media_type, (QUERY, FORM))
    text = text_of(await read_body(request, 3 * limit if media_type == FORM else limit), "query")
    posted = pairs_of(text, "query") if media_type == FORM else [*pairs, ("query", text)]
    if not any(name == "query" for name, _ in posted):
        _operation(posted)  # raises for an update
        raise BadParameter("query", "is required")
    return posted


def _operation(pairs: list[tuple[str, str]]) -> tuple[str | None, DatasetClause]:
    queries: list[str] = []
    graphs: dict[str, list[str]] = {name: [] for name in _GRAPHS_OF_REQUEST}
    for name, value in pairs:
        if name == "query":
            queries.append(value)
        elif name in graphs:
            _check_iri(name, value)
            graphs[name].append(value)
        elif name in _OF_UPDATES:
            raise BadParameter(name, "this endpoint is read-only; it takes a query")
    if len(queries) > 1:
        raise BadParameter("query", f"expected one query, found {len(queries)}")
    default, named_graphs = (tuple(graphs[name]) for name in _GRAPHS_OF_REQUEST)
    return (queries[0] if queries else None), DatasetClause(default, named_graphs)


def _check_iri(name: str, iri: str) -> None:
    try:
        NamedNode(iri)
    except ValueError as error:
        raise BadParameter(name, f"expected an absolute IRI, found {iri!r}") from error


@lru_cache(maxsize=256)
def wanted(accept: str, mediatype: str | None) -> Wanted:
    """What a caller with this `Accept` header (or `_mediatype=`, which wins) takes.

    Raises NotAcceptable for one that takes no kind of result.
    """
    asked = mediatype.replace(" ", "+") if mediatype else ""  # a blank was a plus sign that nobody escaped
    if asked:
        is_page = asked in (HTML.media_type, HTML.suffix)
        formats = {kind: _named(asked, offers) for kind, offers in _KINDS.items()}
    else:
        is_page = "text/html" in accept and choose(accept, (ROWS[0], *GRAPHS, HTML)) is HTML
        formats = {kind: _chosen(accept, offers) for kind, offers in _KINDS.items()}
    if not is_page and not any(formats.values()):
        raise NotAcceptable(asked or accept, [form.media_type for form in (*ROWS, *GRAPHS_AND_DATASETS, HTML)])
    return Wanted(formats, is_page, asked or accept)


def _chosen(accept: str, offers: Sequence[Format]) -> Format | None:
    try:
        return choose(accept, offers)
    except NotAcceptable:
        return None


def _named(name: str, offers: Sequence[Format]) -> Format | None:
    try:
        return named(name, offers)
    except NotAcceptable:
        return None
