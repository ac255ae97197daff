"""The SPARQL 1.1 Protocol at /sparql, read-only; its service description; the query form for people."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pyoxigraph import BlankNode, NamedNode, Triple
from starlette.concurrency import run_in_threadpool

from nqf_graph.api.access import read_body
from nqf_graph.api.context import VARY, Published, format_of, language_of
from nqf_graph.api.encoding import FORM, QUERY, media_type_of, pairs_of, text_of
from nqf_graph.api.problems import problem_of
from nqf_graph.errors import BadParameter, NqfError, TooLarge, UnsupportedFormat
from nqf_graph.formats import BOOLEANS, CSV, GRAPHS, GRAPHS_AND_DATASETS, HTML, ROWS, TSV, write_graph
from nqf_graph.publication import Publication
from nqf_graph.store import DatasetClause, Result
from nqf_graph.terms import RDF, SD
from nqf_graph.web.pages import render
from nqf_graph.web.tables import plain_table

router = APIRouter()

_PARAMETERS = ("query", "default-graph-uri", "named-graph-uri")


@dataclass(frozen=True)
class QueryRequest:
    """A query operation of the protocol, however it was sent; `text` None when there is no query."""

    text: str | None
    dataset: DatasetClause


@router.get("/sparql", summary="SPARQL 1.1 query (GET), service description, query form", tags=["SPARQL"])
@router.head("/sparql", include_in_schema=False)
async def sparql_get(request: Request, publication: Published) -> Response:
    """Answer `?query=…`; without a query, describe the service (RDF) or show the query form (HTML)."""
    _limit(len(request.url.query), 3 * publication.settings.max_query_bytes)
    asked = _from_pairs(pairs_of(request.url.query, "query"))
    if asked.text is None:
        return _without_query(request, publication)
    return await run_in_threadpool(_answer, request, publication, asked)


@router.post("/sparql", summary="SPARQL 1.1 query (POST, form or direct)", tags=["SPARQL"])
async def sparql_post(request: Request, publication: Published) -> Response:
    """Answer a query in the body, as a form or as `application/sparql-query`."""
    media_type = media_type_of(request)
    if media_type not in (FORM, QUERY):
        raise UnsupportedFormat(media_type, (QUERY, FORM))
    # three times the limit, as a form is percent-encoded
    text = text_of(await read_body(request, 3 * publication.settings.max_query_bytes), "query")
    if media_type == FORM:
        asked = _from_pairs(pairs_of(text, "query"))
    else:
        dataset = _from_pairs(pairs_of(request.url.query, "query")).dataset
        asked = QueryRequest(text, dataset)
    if asked.text is None:
        raise BadParameter("query", "is required")
    return await run_in_threadpool(_answer, request, publication, asked)


def _answer(request: Request, publication: Publication, asked: QueryRequest) -> Response:
    """Run the query and write its result in the format the caller wants."""
    assert asked.text is not None
    _limit(len(asked.text.encode()), publication.settings.max_query_bytes)
    wants_page = _prefers_html(request)
    try:
        with closing(publication.store.query(asked.text, asked.dataset)) as result:
            return _result_page(request, publication, asked.text, result) if wants_page else _written(request, result)
    except NqfError as error:
        if not wants_page:
            raise
        problem = problem_of(error)
        return _page(request, asked.text, problem["status"], problem=problem["detail"])


def _written(request: Request, result: Result) -> Response:
    """The result in the format the caller wants; a boolean also as CSV or TSV, for clients that ask for no other."""
    form = format_of(request, result.formats if result.formats is not BOOLEANS else (*BOOLEANS, CSV, TSV))
    return Response(result.write(form), headers=VARY, media_type=form.content_type)


def _result_page(request: Request, publication: Publication, text: str, result: Result) -> Response:
    if (rows := result.rows()) is not None:
        return _page(request, text, columns=rows.columns, rows=plain_table(rows, publication.settings.base))
    return _page(request, text, text=result.write(result.formats[0]).decode())


def _prefers_html(request: Request) -> bool:
    if "_mediatype" in request.query_params:
        return request.query_params["_mediatype"] in (HTML.media_type, HTML.suffix)
    return "text/html" in request.headers.get("accept", "") and format_of(request, (ROWS[0], *GRAPHS, HTML)) is HTML


def _without_query(request: Request, publication: Publication) -> Response:
    form = format_of(request, (*GRAPHS_AND_DATASETS, HTML))
    if form is HTML:
        return _page(request, publication.system("example"))
    endpoint = str(request.url.replace(query=""))
    return Response(
        write_graph(service_description(endpoint, publication), form, publication.prefixes),
        headers=VARY,
        media_type=form.content_type,
    )


def _page(request: Request, query: str, status: int = 200, **values: object) -> Response:
    language = language_of(request)
    shown = {"problem": "", "columns": (), "rows": (), "text": ""} | values
    page = render("sparql", language, "/sparql", query=query, **shown)
    return Response(page, status, VARY | {"Content-Language": language}, HTML.content_type)


def service_description(endpoint: str, publication: Publication) -> list[Triple]:
    """What the endpoint can do, in the SPARQL 1.1 Service Description vocabulary."""
    service = NamedNode(endpoint)
    dataset, default = BlankNode("dataset"), BlankNode("default")
    described = [
        Triple(service, RDF["type"], SD["Service"]),
        Triple(service, SD["endpoint"], service),
        Triple(service, SD["supportedLanguage"], SD["SPARQL11Query"]),
        Triple(service, SD["feature"], SD["UnionDefaultGraph"]),
        Triple(service, SD["defaultDataset"], dataset),
        Triple(dataset, RDF["type"], SD["Dataset"]),
        Triple(dataset, SD["defaultGraph"], default),
        Triple(default, RDF["type"], SD["Graph"]),
    ]
    formats = (*ROWS, *GRAPHS_AND_DATASETS)
    described += [Triple(service, SD["resultFormat"], NamedNode(form.iri)) for form in formats]
    for number, graph in enumerate(publication.store.names()):
        node = BlankNode(f"graph{number}")
        described += [
            Triple(dataset, SD["namedGraph"], node),
            Triple(node, RDF["type"], SD["NamedGraph"]),
            Triple(node, SD["name"], NamedNode(graph)),
        ]
    return described


def _from_pairs(pairs: list[tuple[str, str]]) -> QueryRequest:
    """The request that decoded parameters make.  Raises BadParameter for two queries, an update or no IRI."""
    values: dict[str, list[str]] = {name: [] for name in _PARAMETERS}
    for name, value in pairs:
        if name in values:
            values[name].append(value)
        elif name in ("update", "using-graph-uri", "using-named-graph-uri"):
            raise BadParameter(name, "this endpoint is read-only; it takes a query")
    if len(values["query"]) > 1:
        raise BadParameter("query", f"expected one query, found {len(values['query'])}")
    for name in _PARAMETERS[1:]:
        for iri in values[name]:
            _check_iri(name, iri)
    dataset = DatasetClause(tuple(values["default-graph-uri"]), tuple(values["named-graph-uri"]))
    return QueryRequest(values["query"][0] if values["query"] else None, dataset)


def _check_iri(name: str, iri: str) -> None:
    try:
        NamedNode(iri)
    except ValueError as error:
        raise BadParameter(name, f"expected an absolute IRI, found {iri!r}") from error


def _limit(size: int, limit: int) -> None:
    if size > limit:
        raise TooLarge(size, limit)
