"""/sparql: the SPARQL 1.1 Protocol, read-only; its service description; the query form for people.

An ASGI application of its own, because it answers thousands of small queries a second.
"""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from nqf_graph.api.context import format_of, language_of
from nqf_graph.api.federating import Federating
from nqf_graph.api.leaving import ClientLeft, WhileClientWaits
from nqf_graph.api.problems import problem_of, respond, unforeseen
from nqf_graph.api.protocol import QueryRequest, read_request
from nqf_graph.api.service_description import service_description
from nqf_graph.errors import MethodNotAllowed, NqfError
from nqf_graph.formats import GRAPHS_AND_DATASETS, HTML, N_TRIPLES, RESULTS_JSON, ROWS, TSV, write_graph
from nqf_graph.isolation.answer import Answer, WrongKind
from nqf_graph.isolation.direct import Reading
from nqf_graph.isolation.wire import Job
from nqf_graph.publication import Publication
from nqf_graph.store.results import OxigraphResult
from nqf_graph.web.pages import render
from nqf_graph.web.tables import plain_table

_log = logging.getLogger("nqf_graph.sparql")
_METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_VARY = (b"vary", b"Accept, Accept-Language")
_CHANGING = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)
"""Functions that give something else each time: what they give is not kept."""
_CONTENT_TYPES = {form.suffix: form.content_type.encode() for form in (*ROWS, *GRAPHS_AND_DATASETS)}
_ROWS_OF_A_PAGE = 1000


class SparqlEndpoint:
    """Answers queries by `reading`."""

    def __init__(self, publication: Publication, reading: Reading) -> None:
        self._publication, self._reading = publication, reading
        self._base = f"{publication.settings.base}/id/"
        self._federating = Federating(publication.settings, reading)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request to /sparql."""
        try:
            if scope["method"] not in _METHODS:
                raise MethodNotAllowed(scope["method"], _METHODS)
            if scope["method"] == "OPTIONS":
                await Response(status_code=204, headers={"Allow": ", ".join(_METHODS)})(scope, receive, send)
                return
            asked = await read_request(scope, Request(scope, receive), self._publication.settings.max_query_bytes)
            if asked.text is None:
                await (await asyncio.to_thread(self._describe, Request(scope)))(scope, receive, send)
            elif asked.wanted.is_page:
                await (await self._page(Request(scope), asked))(scope, receive, send)
            else:
                await self._answer(scope, receive, send, asked)
        except NqfError as error:
            await respond(Request(scope), error)(scope, receive, send)
        except ClientLeft:
            return
        except ClientDisconnect:
            raise
        except Exception as error:
            await unforeseen(Request(scope), error)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, asked: QueryRequest) -> None:
        """Send the result, in pieces if it is large.  A result that cannot be finished ends without its end."""
        with WhileClientWaits(receive):
            answer = await self._ask(scope, asked)
        headers = [(b"content-type", _CONTENT_TYPES[answer.form]), _VARY]
        if asked.text and _CHANGING.search(asked.text):
            headers.append((b"cache-control", b"no-store"))
        if answer.whole is not None:
            headers.append((b"content-length", str(len(answer.whole)).encode()))
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": answer.whole})
            return
        assert answer.pieces is not None
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            with WhileClientWaits(receive):
                async for piece in answer.pieces:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except NqfError as error:
            _log.warning("a result was cut off, and its connection with it: %s", error)
        finally:
            answer.abandon()

    async def _ask(self, scope: Scope, asked: QueryRequest, preview: int | None = None) -> Answer:
        assert asked.text is not None
        client = scope["client"][0] if scope["client"] else ""
        formats = {kind: form.suffix if form else None for kind, form in asked.wanted.formats.items()}
        if preview is not None:
            formats = {"rows": TSV.suffix, "boolean": RESULTS_JSON.suffix, "graph": N_TRIPLES.suffix}
        graphs = asked.dataset
        job = Job(
            "", asked.text, graphs.default_graphs, graphs.named_graphs, **formats, preview=preview, base=self._base
        )
        try:
            return await self._reading.ask(await self._federating.resolve(job, client), client)
        except WrongKind as error:
            raise asked.wanted.refuse(error.kind) from None

    async def _page(self, request: Request, asked: QueryRequest) -> Response:
        """The query form with the beginning of the result below it."""
        assert asked.text is not None
        try:
            answer = await self._ask(request.scope, asked, _ROWS_OF_A_PAGE)
        except NqfError as error:
            problem = problem_of(error)
            return _form(request, asked.text, problem["status"], problem=problem["detail"])
        assert answer.whole is not None
        if answer.kind != "rows":
            return _form(request, asked.text, text=answer.whole.decode(), is_cut=answer.is_cut)
        solutions = parse_query_results(answer.whole, format=QueryResultsFormat.TSV)
        assert isinstance(solutions, QuerySolutions)
        rows = OxigraphResult(solutions).rows()
        assert rows is not None
        cells = plain_table(rows, self._publication.settings.base)
        return _form(request, asked.text, columns=rows.columns, rows=cells, is_cut=answer.is_cut)

    def _describe(self, request: Request) -> Response:
        form = format_of(request, (*GRAPHS_AND_DATASETS, HTML))
        if form is HTML:
            return _form(request, self._publication.system("example"))
        endpoint = str(request.url.replace(query=""))
        body = write_graph(service_description(endpoint, self._publication), form, self._publication.prefixes)
        return Response(body, headers={"Vary": "Accept, Accept-Language"}, media_type=form.content_type)


def _form(request: Request, query: str, status: int = 200, **values: Any) -> Response:
    language = language_of(request)
    shown = {"problem": "", "columns": (), "rows": (), "text": "", "is_cut": False} | values
    page = render("sparql", language, "/sparql", query=query, **shown)
    headers = {"Vary": "Accept, Accept-Language", "Content-Language": language}
    return Response(page, status, headers, HTML.content_type)


def _parameter(name: str, about: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": about, "schema": {"type": "string"}}


_ANSWERS = {
    "200": {"description": "The result; without a query, the service description or the query form"},
    "400": {"description": "The query does not parse: line and column"},
    "403": {"description": "The query is not allowed here"},
    "406": {"description": "No acceptable format"},
    "413": {"description": "The query or its result is too large"},
    "429": {"description": "Too many requests"},
    "503": {"description": "The query was ended at its limit, or too many are running"},
}
_QUERY = _parameter("query", "SPARQL 1.1 Query")
_DATASET = [
    _parameter("default-graph-uri", "A graph of the default graph; may be repeated"),
    _parameter("named-graph-uri", "A named graph; may be repeated"),
    _parameter("_mediatype", "The wanted format, instead of an Accept header"),
]
OPENAPI: dict[str, Any] = {
    "get": {
        "tags": ["SPARQL"], "summary": "SPARQL 1.1 query (GET), service description, query form",
        "operationId": "sparql_get", "parameters": [_QUERY, *_DATASET], "responses": _ANSWERS,
    },
    "post": {
        "tags": ["SPARQL"], "summary": "SPARQL 1.1 query (POST, form or direct)", "operationId": "sparql_post",
        "parameters": _DATASET, "responses": _ANSWERS,
        "requestBody": {"content": {
            "application/sparql-query": {"schema": {"type": "string"}},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}}},
            },
        }},
    },
}  # fmt: skip
"""The OpenAPI entry of the address."""
