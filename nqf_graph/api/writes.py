"""Writing over HTTP: SPARQL Update at /update, the Graph Store Protocol at /data, submissions for review.

All go one way: stage → validate → commit, or 422 with what is wrong; a rejected write is kept for correction.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response
from fastapi import Request as HttpRequest
from pyoxigraph import RdfFormat
from starlette.concurrency import run_in_threadpool

from nqf_graph.api.access import caller, read_body
from nqf_graph.api.context import VARY, Published, format_of
from nqf_graph.api.encoding import FORM, UPDATE, media_type_of, pairs_of, text_of
from nqf_graph.errors import BadParameter, DataInvalid, Forbidden, NotFound, UnsupportedFormat
from nqf_graph.formats import GRAPHS, GRAPHS_AND_DATASETS, JSON, write_graph
from nqf_graph.publication import Publication
from nqf_graph.store import DatasetClause
from nqf_graph.validation import Report
from nqf_graph.writes import Key, Outcome, Request, Submission
from nqf_graph.writes.submissions import PENDING, PUBLISHED, REJECTED

router = APIRouter(tags=["Writing"])

_READABLE = tuple(form.media_type for form in GRAPHS)


@router.post("/update", summary="SPARQL 1.1 Update, through the gate of the rules")
async def update(request: HttpRequest, publication: Published) -> Response:
    """Run an update (form or direct).  `?dry_run=true` says what it would do; `If-Match` guards the state."""
    key = caller(request, publication, "submit")
    media_type = media_type_of(request)
    if media_type not in (FORM, UPDATE):
        raise UnsupportedFormat(media_type, (UPDATE, FORM))
    text = text_of(await read_body(request, publication.settings.max_body_bytes), "update")
    pairs = pairs_of(text, "update") if media_type == FORM else pairs_of(request.url.query, "update")
    updates = [value for name, value in pairs if name == "update"] if media_type == FORM else [text]
    if len(updates) != 1:
        raise BadParameter("update", f"expected one update, found {len(updates)}")
    dataset = DatasetClause(
        tuple(value for name, value in pairs if name == "using-graph-uri"),
        tuple(value for name, value in pairs if name == "using-named-graph-uri"),
    )
    return await run_in_threadpool(_write, request, publication, key, Request("update", updates[0], dataset=dataset))


@router.get("/data", summary="Graph Store Protocol: a named graph, or all of them as one")
@router.head("/data", include_in_schema=False)
def read_graph(request: HttpRequest, publication: Published) -> Response:
    """The triples of `?graph=…`, or of the union with `?default`."""
    graph = _graph(request)
    if graph is None:
        form = format_of(request, GRAPHS_AND_DATASETS)
        return Response(publication.store.dump(form), headers=_headers(publication), media_type=form.content_type)
    if graph not in publication.store.names():
        raise NotFound("graph", graph, publication.store.names())
    form = format_of(request, GRAPHS)
    body = write_graph(publication.store.triples(graph), form, publication.prefixes)
    return Response(body, headers=_headers(publication), media_type=form.content_type)


@router.put("/data", summary="Graph Store Protocol: replace a named graph")
@router.post("/data", summary="Graph Store Protocol: add to a named graph")
@router.delete("/data", summary="Graph Store Protocol: empty a named graph")
async def write_data(request: HttpRequest, publication: Published) -> Response:
    """Replace, add to or empty the graph `?graph=…`."""
    key = caller(request, publication, "submit")
    graph = _graph(request)
    if graph is None:
        raise BadParameter("graph", "expected ?graph=<IRI>: every statement lives in a named graph")
    action = request.method.lower()
    if action == "delete":
        if graph not in publication.store.names():
            raise NotFound("graph", graph, publication.store.names())
        asked = Request("delete", graph=graph)
    else:
        media_type = media_type_of(request)
        if media_type not in _READABLE or RdfFormat.from_media_type(media_type) is None:
            raise UnsupportedFormat(media_type, _READABLE)
        text = text_of(await read_body(request, publication.settings.max_body_bytes), "body")
        asked = Request(action, text, graph, media_type)
    return await run_in_threadpool(_write, request, publication, key, asked)


@router.get("/submissions/{id}", summary="A submission: its status and what is wrong with it")
def read_submission(id: str, request: HttpRequest, publication: Published) -> Response:
    """A submission, for its owner and for those who publish."""
    submission = _own(request, publication, id)
    return Response(json.dumps(asdict(submission), ensure_ascii=False), media_type=JSON.media_type)


@router.post("/submissions/{id}", summary="Publish a pending submission")
def publish_submission(id: str, request: HttpRequest, publication: Published) -> Response:
    """Check a submission against the present state again, and commit it in its owner's name."""
    caller(request, publication, "publish")
    submission = publication.submissions.get(id)
    if submission.status == PUBLISHED:
        raise BadParameter("id", "this submission has been published")
    given = dict(submission.request)
    asked = Request(**given | {"dataset": DatasetClause(*(tuple(graphs) for graphs in given["dataset"].values()))})
    outcome = publication.write(asked, submission.owner)
    publication.submissions.settle(submission, outcome.next_state)
    return _done(outcome, 200)


def _write(request: HttpRequest, publication: Publication, key: Key, asked: Request) -> Response:
    """Write with a key that may publish; hand in for review with one that may only submit."""
    dry_run = request.query_params.get("dry_run", "false").lower() in ("true", "1", "")
    if_match = request.headers.get("if-match", "").strip().strip('"') or None
    may_publish = _may_publish(key)
    existed = asked.graph in publication.store.names()
    try:
        outcome = publication.write(asked, key.owner, dry_run=dry_run or not may_publish, if_match=if_match)
        if not dry_run and not may_publish:
            return _handed_in(publication, key, asked, outcome)
    except DataInvalid as error:
        error.submission = publication.submissions.keep(
            key.owner, REJECTED, asdict(asked), error.findings, publication.store.state_id
        ).id
        raise
    if dry_run:
        return _done(outcome, 200)
    created = asked.action in ("put", "post") and not existed
    return _done(outcome, 201 if created else 200)


def _handed_in(publication: Publication, key: Key, asked: Request, outcome: Outcome) -> Response:
    """Keep a write for review; one that breaks a rule is rejected by `_write`."""
    report = Report.of(outcome.findings)
    report.refuse_violations()
    findings = tuple(finding.as_dict() for finding in report.first().findings)
    kept = publication.submissions.keep(key.owner, PENDING, asdict(asked), findings, publication.store.state_id)
    body = json.dumps({"submission": kept.id, "status": PENDING, "added": outcome.added, "removed": outcome.removed})
    return Response(body, 202, {"Location": f"/submissions/{kept.id}"}, JSON.media_type)


def _done(outcome: Outcome, status: int) -> Response:
    report = Report.of(outcome.findings)
    document: dict[str, Any] = {
        "state": outcome.state,
        "nextState": outcome.next_state,
        "added": outcome.added,
        "removed": outcome.removed,
        "counts": report.counts(),
        "findings": [finding.as_dict() for finding in report.first().findings],
    }
    headers = {"ETag": f'"{outcome.next_state}"'}
    return Response(json.dumps(document, ensure_ascii=False), status, headers, JSON.media_type)


def _own(request: HttpRequest, publication: Publication, id: str) -> Submission:
    key = caller(request, publication, "read")
    submission = publication.submissions.get(id)
    if submission.owner != key.owner and not _may_publish(key):
        raise Forbidden(f"submission {id} belongs to another owner")
    return submission


def _may_publish(key: Key) -> bool:
    return "publish" in key.scopes


def _graph(request: HttpRequest) -> str | None:
    """The graph a request is about: `?graph=IRI`, or None for `?default`."""
    graphs = request.query_params.getlist("graph")
    if len(graphs) + ("default" in request.query_params) != 1:
        raise BadParameter("graph", "expected either ?graph=<IRI> or ?default")
    return graphs[0] if graphs else None


def _headers(publication: Publication) -> dict[str, str]:
    return VARY | {"ETag": f'"{publication.store.state_id}"'}
