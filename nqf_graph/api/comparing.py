"""Comparison over REST and as pages: two frameworks, a programme beside a standard, an alignment explained."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from nqf_graph.api.answers import WRONG, csv_of, given_of, json_of, openapi, page_of, parameter
from nqf_graph.api.context import Published, format_of, number_of, strict_language_of
from nqf_graph.api.paging import pages
from nqf_graph.compare.coverage import coverage as covered
from nqf_graph.compare.explanation import explain as explained
from nqf_graph.compare.frameworks import compare as compared
from nqf_graph.compare.listing import CHOICES, list_alignments
from nqf_graph.compare.records import COMPARISON, COVERAGE, as_csv, of_comparison, of_coverage
from nqf_graph.errors import BadParameter
from nqf_graph.formats import CSV, HTML, JSON

router = APIRouter(tags=["Comparison"])

_PAGE = 1000


@router.get(
    "/api/v1/compare",
    summary="Two frameworks, level by level",
    responses=WRONG,
    openapi_extra=openapi(
        parameter("with", "The framework compared with", "eqf", required=True),
        parameter("framework", "The framework; without it, the one that is published here", "nqf"),
        parameter("as_of", "As of this day", "2026-01-01"),
    ),
)
@router.head("/api/v1/compare", include_in_schema=False)
def compare(request: Request, publication: Published) -> Response:
    """Where each level of a framework stands in another one: alignments, evidence, descriptors, what is not known."""
    given = given_of(request, {"framework", "with", "as_of"})
    form, language = format_of(request, (JSON, CSV, HTML)), strict_language_of(request)
    if "with" not in given:
        if form is HTML:
            return page_of(request, publication, "compare", language, given=given)
        raise BadParameter("with", "is required: the framework compared with, for example eqf")
    found = compared(publication, given.get("framework"), given["with"], language=language, as_of=given.get("as_of"))
    if form is HTML:
        return page_of(request, publication, "compare", language, comparison=found, given=given)
    if form is CSV:
        return csv_of(as_csv(of_comparison(found), COMPARISON), language)
    return json_of(found.as_dict(), language)


@router.get(
    "/api/v1/coverage",
    summary="What a programme covers of a standard, and of ESCO behind it",
    responses=WRONG,
    openapi_extra=openapi(
        parameter("programme", "The programme", "programme/illustrative-pedagogy-6", required=True),
        parameter("standard", "The standard; without it, each that the programme is based on", "standard/cook/1"),
    ),
)
@router.head("/api/v1/coverage", include_in_schema=False)
def coverage(request: Request, publication: Published) -> Response:
    """Which competences of the standard the outcomes develop, which are missing or too high, what is taught besides."""
    given = given_of(request, {"programme", "standard"})
    form, language = format_of(request, (JSON, CSV, HTML)), strict_language_of(request)
    if "programme" not in given:
        if form is HTML:
            return page_of(request, publication, "coverage", language, given=given)
        raise BadParameter("programme", "is required, for example programme/illustrative-pedagogy-6")
    found = covered(publication, given["programme"], given.get("standard"), language=language)
    if form is HTML:
        return page_of(request, publication, "coverage", language, coverage=found, given=given)
    if form is CSV:
        return csv_of(as_csv(of_coverage(found), COVERAGE), language)
    return json_of(found.as_dict(), language)


@router.get(
    "/api/v1/alignments",
    summary="All alignments",
    responses=WRONG,
    openapi_extra=openapi(
        parameter("subject", "The thing that is aligned", "level/2020/6"),
        parameter("object", "What it is aligned with", "level/eqf-2017/6"),
        *(parameter(name, f"One of {', '.join(words)}", next(iter(words))) for name, words in CHOICES.items()),
        parameter("limit", "Alignments of a page", "100"),
        parameter("offset", "Alignments to pass over", "0"),
    ),
)
@router.head("/api/v1/alignments", include_in_schema=False)
def alignments(request: Request, publication: Published) -> Response:
    """What is aligned with what, by which relation, of which kind, and how far each has come in review."""
    given = given_of(request, {"subject", "object", *CHOICES, "limit", "offset"})
    form, language = format_of(request, (JSON, HTML)), strict_language_of(request)
    limit, offset = number_of(request, "limit", _PAGE, 1), number_of(request, "offset", 0, 0)
    choices = {name: given.get(name, "") for name in CHOICES}
    found = list_alignments(
        publication, language=language, subject=given.get("subject", ""), object_=given.get("object", ""), **choices
    )
    shown = found[offset : offset + limit]
    around = pages(request, len(found), limit, offset)
    if form is HTML:
        return page_of(request, publication, "alignments", language, around.headers, alignments=shown, around=around)
    document = {
        "language": language, "state": publication.state_id, "total": len(found),
        "alignments": [entry.as_dict() for entry in shown],
    }  # fmt: skip
    return json_of(document, language, around.headers)


@router.get(
    "/api/v1/alignments/explain",
    summary="How two things stand to one another, and why not exactly",
    responses=WRONG,
    openapi_extra=openapi(
        parameter("subject", "One thing", "level/2020/7a", required=True),
        parameter("object", "The other", "level/eqf-2017/7", required=True),
    ),
)
@router.head("/api/v1/alignments/explain", include_in_schema=False)
def explain(request: Request, publication: Published) -> Response:
    """Who aligns the two, when and why; descriptors side by side; rules; evidence for and against; why not exact."""
    given = given_of(request, {"subject", "object"})
    form, language = format_of(request, (JSON, HTML)), strict_language_of(request)
    missing = [name for name in ("subject", "object") if name not in given]
    if missing:
        if form is HTML:
            return page_of(request, publication, "explain", language, given=given)
        raise BadParameter(missing[0], "is required, for example level/2020/7a")
    found = explained(publication, given["subject"], given["object"], language=language)
    if form is HTML:
        return page_of(request, publication, "explain", language, explanation=found, given=given)
    return json_of(found.as_dict(), language)
