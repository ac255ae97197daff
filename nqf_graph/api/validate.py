"""/validate: what is wrong with these data, before they are sent?  Nothing is stored."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from nqf_graph.api.access import read_body
from nqf_graph.api.context import VARY, Published, format_of, language_of
from nqf_graph.api.encoding import media_type_of, text_of
from nqf_graph.errors import UnsupportedFormat
from nqf_graph.formats import CSV, GRAPHS, HTML, JSON, Format, write_graph
from nqf_graph.publication import Publication
from nqf_graph.validation import Report
from nqf_graph.validation.w3c import as_csv, as_triples
from nqf_graph.web.pages import render
from nqf_graph.writes import Request as Write

router = APIRouter(tags=["Validation"])

_READABLE = tuple(form.media_type for form in GRAPHS)
_OFFERS = (JSON, *GRAPHS, CSV, HTML)


@router.post("/validate", summary="Check data against the rules; nothing is stored")
async def validate(request: Request, publication: Published) -> Response:
    """The findings that the data in the body would bring to the published data.

    JSON, the W3C report in every RDF format, CSV or HTML, by `Accept`.  The status is 200 whether the data conform
    or not: the report is what was asked for.  It shows the first findings of each rule and counts them all.
    """
    form = format_of(request, _OFFERS)
    media_type = media_type_of(request)
    if media_type not in _READABLE:
        raise UnsupportedFormat(media_type, _READABLE)
    text = text_of(await read_body(request, publication.settings.max_body_bytes), "body")
    asked = Write("check", text, media_type=media_type)
    outcome = await run_in_threadpool(publication.write, asked, "anonymous", dry_run=True)
    whole = Report.of(outcome.findings)
    report = whole.first()
    language = language_of(request)
    headers = VARY | {"Content-Language": language, "X-Total-Count": str(len(whole.findings))}
    if form is JSON:
        findings = [finding.as_dict() | {"message": finding.message(language)} for finding in report.findings]
        document = {"conforms": whole.conforms, "violations": len(whole.violations), "counts": whole.counts()}
        body: str | bytes = json.dumps(document | {"findings": findings}, ensure_ascii=False)
    else:
        body = _written(request, publication, report, form)
    return Response(body, headers=headers, media_type=form.content_type)


def _written(request: Request, publication: Publication, report: Report, form: Format) -> str | bytes:
    if form is CSV:
        return as_csv(report)
    if form is HTML:
        return render("report", language_of(request), request.url.path, report=report)
    return write_graph(as_triples(report), form, publication.prefixes)
