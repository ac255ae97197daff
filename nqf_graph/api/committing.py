"""A write over HTTP, whatever it was asked by: commit it, keep it for review, or say what is wrong."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from fastapi import Request as HttpRequest
from fastapi import Response

from nqf_graph.errors import DataInvalid
from nqf_graph.formats import JSON
from nqf_graph.publication import Publication
from nqf_graph.validation import Report
from nqf_graph.writes import Key, Outcome, Request
from nqf_graph.writes.submissions import PENDING, REJECTED


def commit(request: HttpRequest, publication: Publication, key: Key, asked: Request) -> Response:
    """Write with a key that may publish; hand in for review with one that may only submit.

    `?dry_run=true` says what the write would do, `If-Match` guards the state.  201 where it made a graph.  What
    breaks a rule is kept for correction; DataInvalid is raised again and names the submission.
    """
    dry_run = request.query_params.get("dry_run", "false").lower() in ("true", "1", "")
    if_match = request.headers.get("if-match", "").strip().strip('"') or None
    publishes = may_publish(key)
    existed = asked.graph in publication.store.names()
    try:
        outcome = publication.write(asked, key.owner, dry_run=dry_run or not publishes, if_match=if_match)
        if not dry_run and not publishes:
            return _handed_in(publication, key, asked, outcome)
    except DataInvalid as error:
        error.submission = publication.submissions.keep(
            key.owner, REJECTED, asdict(asked), error.findings, publication.store.state_id
        ).id
        raise
    created = asked.action in ("put", "post") and not existed and outcome.added > 0
    return account(outcome, 201 if created and not dry_run else 200)


def may_publish(key: Key) -> bool:
    """Whether the key's writes are published without review."""
    return "publish" in key.scopes


def account(outcome: Outcome, status: int) -> Response:
    """The response that says what a write did, or would do; its ETag is the state afterwards."""
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


def _handed_in(publication: Publication, key: Key, asked: Request, outcome: Outcome) -> Response:
    """Keep a write for review; one that breaks a rule is rejected by `commit`."""
    report = Report.of(outcome.findings)
    report.refuse_violations()
    findings = tuple(finding.as_dict() for finding in report.first().findings)
    kept = publication.submissions.keep(key.owner, PENDING, asdict(asked), findings, publication.store.state_id)
    body = json.dumps({"submission": kept.id, "status": PENDING, "added": outcome.added, "removed": outcome.removed})
    return Response(body, 202, {"Location": f"/submissions/{kept.id}"}, JSON.media_type)
