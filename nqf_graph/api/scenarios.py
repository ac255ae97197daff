"""Gaps, pathways and what-if over REST and as pages."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from nqf_graph.api.access import caller, read_body
from nqf_graph.api.answers import WRONG, csv_of, given_of, json_of, openapi, page_of, parameter
from nqf_graph.api.context import Published, format_of, strict_language_of
from nqf_graph.api.encoding import FORM, UPDATE, media_type_of, pairs_of, text_of
from nqf_graph.compare.gaps import GAPS
from nqf_graph.compare.gaps import gaps as gaps_of
from nqf_graph.compare.pathways import PATHWAYS
from nqf_graph.compare.pathways import pathways as ways
from nqf_graph.compare.records import as_csv
from nqf_graph.compare.what_if import what_if as tried
from nqf_graph.errors import BadParameter, UnsupportedFormat
from nqf_graph.formats import CSV, HTML, JSON
from nqf_graph.store.patches import PATCH
from nqf_graph.store.update_syntax import only_states_data
from nqf_graph.writes import Request as Write
from nqf_graph.writes.payload import READABLE

router = APIRouter(tags=["Comparison"])
_CHANGES = (*READABLE, UPDATE, PATCH)


@router.get(
    "/api/v1/gaps",
    summary="What stands alone: standards, tasks, occupations and levels without what should go with them",
    responses=WRONG,
    openapi_extra=openapi(
        parameter("sector", "Only what belongs to this sector", "sector/construction"),
        parameter("as_of", "As of this day", "2026-01-01"),
    ),
)
@router.head("/api/v1/gaps", include_in_schema=False)
def gaps(request: Request, publication: Published) -> Response:
    """Standards that no programme reaches, tasks that no outcome covers, occupations and levels without a standard …"""
    given = given_of(request, {"sector", "as_of"})
    form, language = format_of(request, (JSON, CSV, HTML)), strict_language_of(request)
    found = gaps_of(publication, sector=given.get("sector"), language=language, as_of=given.get("as_of"))
    if form is HTML:
        return page_of(request, publication, "gaps", language, gaps=found, given=given)
    if form is CSV:
        return csv_of(as_csv(found.as_records(), GAPS), language)
    return json_of(found.as_dict(), language)


@router.get(
    "/api/v1/pathways",
    summary="How one gets from a qualification, level or position to another",
    responses=WRONG,
    openapi_extra=openapi(
        parameter("from", "Qualification type, qualification, level or position", "level/2020/4", required=True),
        parameter("to", "Where to", "level/2020/6", required=True),
        parameter("as_of", "As of this day", "2026-01-01"),
    ),
)
@router.head("/api/v1/pathways", include_in_schema=False)
def pathways(request: Request, publication: Published) -> Response:
    """The shortest ways by programmes, recognition or positions, with entry, level and credits; or how far one gets."""
    given = given_of(request, {"from", "to", "as_of"})
    form, language = format_of(request, (JSON, CSV, HTML)), strict_language_of(request)
    missing = [name for name in ("from", "to") if name not in given]
    if missing:
        if form is HTML:
            return page_of(request, publication, "pathways", language, given=given)
        raise BadParameter(missing[0], "is required: a qualification, qualification type, level or position")
    found = ways(publication, given["from"], given["to"], language=language, as_of=given.get("as_of"))
    if form is HTML:
        return page_of(request, publication, "pathways", language, pathways=found, given=given)
    if form is CSV:
        return csv_of(as_csv(found.as_records(), PATHWAYS), language)
    return json_of(found.as_dict(), language)


@router.get("/api/v1/what-if", include_in_schema=False)
@router.head("/api/v1/what-if", include_in_schema=False)
def ask_what_if(request: Request, publication: Published) -> Response:
    """The page where a change can be written down and tried."""
    format_of(request, (HTML,))
    return page_of(request, publication, "what-if", strict_language_of(request))


@router.post(
    "/api/v1/what-if",
    summary="What a change would bring; nothing is stored",
    responses=WRONG,
    openapi_extra=openapi()
    | {
        "requestBody": {
            "required": True,
            "content": {media_type: {"schema": {"type": "string"}} for media_type in _CHANGES},
        }
    },
)
async def what_if(request: Request, publication: Published) -> Response:
    """New findings and those that would vanish; alignments, rows of comparisons and programmes that would change.

    The body is data that would be added, a SPARQL Update or an RDF Patch.  An update that asks or clears (anything but
    INSERT DATA and DELETE DATA) needs a key, as at /update.
    """
    form, language = format_of(request, (JSON, HTML)), strict_language_of(request)
    media_type = media_type_of(request)
    text = text_of(await read_body(request, publication.settings.max_body_bytes), "body")
    if media_type == FORM:
        fields = dict(pairs_of(text, "body"))
        media_type, text = fields.get("kind", ""), fields.get("change", "")
    if media_type not in _CHANGES:
        raise UnsupportedFormat(media_type, _CHANGES)
    if media_type == UPDATE and not only_states_data(text):
        caller(request, publication, "submit")
    found = await run_in_threadpool(tried, publication, change_of(text, media_type), language=language)
    headers = {"Cache-Control": "no-store"}
    if form is HTML:
        given = {"change": text, "kind": media_type}
        return page_of(request, publication, "what-if", language, headers, what_if=found, given=given)
    return json_of(found.as_dict(), language, headers)


def change_of(text: str, media_type: str) -> Write:
    """A change as it is tried: an update, a patch, or data that would be added."""
    action = {UPDATE: "update", PATCH: "patch"}.get(media_type, "check")
    return Write(action, text, media_type=media_type)
