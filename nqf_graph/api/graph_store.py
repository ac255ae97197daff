"""The SPARQL 1.1 Graph Store HTTP Protocol: graphs named by `?graph=` and `?default` of /data, or by their own address.

A graph below the base (`…/graph/my-college`) answers at its own address, /graph/my-college.
"""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Response
from fastapi import Request as HttpRequest
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from nqf_graph.api.access import caller, read_body
from nqf_graph.api.committing import commit
from nqf_graph.api.context import VARY, Published, format_of
from nqf_graph.api.documents import named_graph_page
from nqf_graph.api.encoding import MULTIPART, media_type_of, parts_of, text_of
from nqf_graph.errors import BadParameter, NotFound, UnsupportedFormat
from nqf_graph.formats import GRAPHS, GRAPHS_AND_DATASETS, HTML, write_graph
from nqf_graph.publication import Publication
from nqf_graph.writes import Request
from nqf_graph.writes.payload import READABLE, Document, merge

router = APIRouter(tags=["Writing"])


@router.get("/data", summary="Graph Store Protocol: a graph, or everything")
@router.head("/data", include_in_schema=False)
@router.get("/graph/{path:path}", summary="Graph Store Protocol: a graph at its own address")
@router.head("/graph/{path:path}", include_in_schema=False)
def read_graph(request: HttpRequest, publication: Published) -> Response:
    """The triples of a graph; without `?graph=…` and `?default`, all graphs.

    `?default` is the graph that stands for the default graph; where none does, the union of all graphs.
    """
    graph = _graph(request, publication)
    headers = VARY | {"ETag": f'"{publication.store.state_id}"'}
    if graph is None:
        form = format_of(request, GRAPHS_AND_DATASETS)
        return Response(publication.store.dump(form), headers=headers, media_type=form.content_type)
    if graph != publication.policy.default_graph:  # which is always there, if only empty
        _existing(publication, graph)
    form = format_of(request, (*GRAPHS, HTML))
    if form is HTML:
        return named_graph_page(request, publication, NamedNode(graph))
    body = write_graph(publication.store.triples(graph), form, publication.prefixes)
    return Response(body, headers=headers, media_type=form.content_type)


@router.put("/data", summary="Graph Store Protocol: replace a graph")
@router.post("/data", summary="Graph Store Protocol: add to a graph, or make a new one")
@router.delete("/data", summary="Graph Store Protocol: empty a graph")
@router.put("/graph/{path:path}", summary="Graph Store Protocol: replace a graph at its own address")
@router.post("/graph/{path:path}", summary="Graph Store Protocol: add to a graph at its own address")
@router.delete("/graph/{path:path}", summary="Graph Store Protocol: empty a graph at its own address")
async def write_graph_content(request: HttpRequest, publication: Published) -> Response:
    """Replace, add to or empty a graph.  POST that names none makes one, whose IRI `Location` says."""
    key = caller(request, publication, "submit")
    action = request.method.lower()
    graph = _graph(request, publication)
    made = graph is None and action == "post" and "default" not in request.query_params
    if made:
        graph = f"{publication.settings.base}/graph/{secrets.token_hex(8)}"
    if graph is None:
        stands = "no named graph stands for the default graph here (the operator may set NQF_DEFAULT_GRAPH)"
        raise BadParameter("graph", f"expected ?graph=<IRI>: {stands}")
    if action == "delete":
        if graph != publication.policy.default_graph:
            _existing(publication, graph)
        asked = Request("delete", graph=graph)
    else:
        document = await _document(request, publication)
        asked = Request(action, document.text, graph, document.media_type)
    response = await run_in_threadpool(commit, request, publication, key, asked)
    if made and response.status_code == 201:
        response.headers["Location"] = graph
    return response


async def _document(request: HttpRequest, publication: Publication) -> Document:
    """The data in the body; the parts of a form are merged."""
    media_type = media_type_of(request)
    if media_type not in (*READABLE, MULTIPART):
        raise UnsupportedFormat(media_type, (*READABLE, MULTIPART))
    body = await read_body(request, publication.settings.max_body_bytes)
    if media_type != MULTIPART:
        return Document(text_of(body, "body"), media_type)
    parts = parts_of(request.headers["content-type"], body)
    documents = [Document(text_of(part.content, part.name), part.media_type, part.name) for part in parts]
    return await run_in_threadpool(merge, documents, publication.policy.things)


def _graph(request: HttpRequest, publication: Publication) -> str | None:
    """The graph a request is about; None for the whole store, and for a default graph that no graph stands for."""
    if "path" in request.path_params:
        return _absolute(f"{publication.settings.base}/graph/{request.path_params['path']}")
    graphs = request.query_params.getlist("graph")
    if len(graphs) + ("default" in request.query_params) > 1:
        raise BadParameter("graph", "expected either ?graph=<IRI> or ?default")
    if graphs:
        return _absolute(graphs[0])
    return publication.policy.default_graph if "default" in request.query_params else None


def _absolute(iri: str) -> str:
    try:
        return NamedNode(iri).value
    except ValueError as error:
        raise BadParameter("graph", f"expected an absolute IRI, found {iri!r}") from error


def _existing(publication: Publication, graph: str) -> None:
    if graph not in (names := publication.store.names()):
        raise NotFound("graph", graph, names)
