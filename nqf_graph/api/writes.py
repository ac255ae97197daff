"""Writing over HTTP: SPARQL Update at /update, submissions for review, and beside them the Graph Store Protocol.

All go one way: stage → validate → commit, or 422 with what is wrong; a rejected write is kept for correction.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from fastapi import APIRouter, Response
from fastapi import Request as HttpRequest
from starlette.concurrency import run_in_threadpool

from nqf_graph.api import graph_store
from nqf_graph.api.access import caller, read_body
from nqf_graph.api.committing import account, commit, may_publish
from nqf_graph.api.context import Published
from nqf_graph.api.encoding import FORM, UPDATE, media_type_of, pairs_of, text_of
from nqf_graph.errors import BadParameter, Forbidden, UnsupportedFormat
from nqf_graph.formats import JSON
from nqf_graph.publication import Publication
from nqf_graph.store import DatasetClause
from nqf_graph.writes import Request, Submission
from nqf_graph.writes.submissions import PUBLISHED

router = APIRouter(tags=["Writing"])
router.include_router(graph_store.router)


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
    return await run_in_threadpool(commit, request, publication, key, Request("update", updates[0], dataset=dataset))


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
    return account(outcome, 200)


def _own(request: HttpRequest, publication: Publication, id: str) -> Submission:
    key = caller(request, publication, "read")
    submission = publication.submissions.get(id)
    if submission.owner != key.owner and not may_publish(key):
        raise Forbidden(f"submission {id} belongs to another owner")
    return submission
