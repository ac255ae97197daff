"""Comparison over REST and as pages: two frameworks, a programme beside a standard, an alignment explained."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request, Response

from nqf_graph.api.context import VARY, Published, format_of, number_of, strict_language_of
from nqf_graph.api.paging import page_links
from nqf_graph.compare.coverage import coverage as covered
from nqf_graph.compare.explanation import explain as explained
from nqf_graph.compare.frameworks import compare as compared
from nqf_graph.compare.listing import CHOICES, list_alignments
from nqf_graph.compare.records import COMPARISON, COVERAGE, as_csv, of_comparison, of_coverage
from nqf_graph.errors import BadParameter
from nqf_graph.formats import CSV, HTML, JSON
from nqf_graph.publication import Publication
from nqf_graph.web.comparing import page

router = APIRouter(tags=["Comparison"])

_SHARED = frozenset({"lang", "_mediatype"})
_PAGE = 1000
_LANGUAGE = {
    "name": "lang", "in": "query", "description": "Language of names and sentences",
    "schema": {"type": "string", "enum": ["ky", "ru", "en"]},
}  # fmt: skip
_WRONG: dict[int | str, dict[str, Any]] = {
    400: {"description": "Unusable parameter"},
    404: {"description": "No such thing; says what exists"},
}


def _parameter(name: str, description: str, example: str, *, required: bool = False) -> dict[str, Any]:
    schema = {"type": "string"}
    return {
        "name": name, "in": "query", "required": required, "description": description, "schema": schema,
        "example": example,
    }  # fmt: skip


def _openapi(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": [*parameters, _LANGUAGE]}


@router.get(
    "/api/v1/compare",
    summary="Two frameworks, level by level",
    responses=_WRONG,
    openapi_extra=_openapi(
        _parameter("with", "The framework compared with", "eqf", required=True),
        _parameter("framework", "The framework; without it, the one that is published here", "nqf"),
        _parameter("as_of", "As of this day", "2026-01-01"),
    ),
)
@router.head("/api/v1/compare", include_in_schema=False)
def compare(request: Request, publication: Published) -> Response:
    """Where each level of a framework stands in another one: alignments, evidence, descriptors, what is not known."""
    given = _given(request, {"framework", "with", "as_of"})
    form, language = format_of(request, (JSON, CSV, HTML)), strict_language_of(request)
    if "with" not in given:
        if form is HTML:
            return _page(request, publication, "compare", language, given=given)
        raise BadParameter("with", "is required: the framework compared with, for example eqf")
    found = compared(publication, given.get("framework"), given["with"], language=language, as_of=given.get("as_of"))
    if form is HTML:
        return _page(request, publication, "compare", language, comparison=found, given=given)
    if form is CSV:
        return _csv(as_csv(of_comparison(found), COMPARISON), language)
    return _json(found.as_dict(), language)


@router.get(
    "/api/v1/coverage",
    summary="What a programme covers of a standard, and of ESCO behind it",
    responses=_WRONG,
    openapi_extra=_openapi(
        _parameter("programme", "The programme", "programme/illustrative-pedagogy-6", required=True),
        _parameter("standard", "The standard; without it, each that the programme is based on", "standard/cook/1"),
    ),
)
@router.head("/api/v1/coverage", include_in_schema=False)
def coverage(request: Request, publication: Published) -> Response:
    """Which competences of the standard the outcomes develop, which are missing or too high, what is taught besides."""
    given = _given(request, {"programme", "standard"})
    form, language = format_of(request, (JSON, CSV, HTML)), strict_language_of(request)
    if "programme" not in given:
        if form is HTML:
            return _page(request, publication, "coverage", language, given=given)
        raise BadParameter("programme", "is required, for example programme/illustrative-pedagogy-6")
    found = covered(publication, given["programme"], given.get("standard"), language=language)
    if form is HTML:
        return _page(request, publication, "coverage", language, coverage=found, given=given)
    if form is CSV:
        return _csv(as_csv(of_coverage(found), COVERAGE), language)
    return _json(found.as_dict(), language)


@router.get(
    "/api/v1/alignments",
    summary="All alignments",
    responses=_WRONG,
    openapi_extra=_openapi(
        _parameter("subject", "The thing that is aligned", "level/2020/6"),
        _parameter("object", "What it is aligned with", "level/eqf-2017/6"),
        *(_parameter(name, f"One of {', '.join(words)}", next(iter(words))) for name, words in CHOICES.items()),
        _parameter("limit", "Alignments of a page", "100"),
        _parameter("offset", "Alignments to pass over", "0"),
    ),
)
@router.head("/api/v1/alignments", include_in_schema=False)
def alignments(request: Request, publication: Published) -> Response:
    """What is aligned with what, by which relation, of which kind, and how far each has come in review."""
    given = _given(request, {"subject", "object", *CHOICES, "limit", "offset"})
    form, language = format_of(request, (JSON, HTML)), strict_language_of(request)
    limit, offset = number_of(request, "limit", _PAGE, 1), number_of(request, "offset", 0, 0)
    choices = {name: given.get(name, "") for name in CHOICES}
    found = list_alignments(
        publication, language=language, subject=given.get("subject", ""), object_=given.get("object", ""), **choices
    )
    shown = found[offset : offset + limit]
    links = page_links(request, len(found), limit, offset)
    if form is HTML:
        return _page(request, publication, "alignments", language, links, alignments=shown, total=len(found))
    document = {
        "language": language, "state": publication.state_id, "total": len(found),
        "alignments": [entry.as_dict() for entry in shown],
    }  # fmt: skip
    return _json(document, language, links)


@router.get(
    "/api/v1/alignments/explain",
    summary="How two things stand to one another, and why not exactly",
    responses=_WRONG,
    openapi_extra=_openapi(
        _parameter("subject", "One thing", "level/2020/7a", required=True),
        _parameter("object", "The other", "level/eqf-2017/7", required=True),
    ),
)
@router.head("/api/v1/alignments/explain", include_in_schema=False)
def explain(request: Request, publication: Published) -> Response:
    """Who aligns the two, when and why; descriptors side by side; rules; evidence for and against; why not exact."""
    given = _given(request, {"subject", "object"})
    form, language = format_of(request, (JSON, HTML)), strict_language_of(request)
    missing = [name for name in ("subject", "object") if name not in given]
    if missing:
        if form is HTML:
            return _page(request, publication, "explain", language, given=given)
        raise BadParameter(missing[0], "is required, for example level/2020/7a")
    found = explained(publication, given["subject"], given["object"], language=language)
    if form is HTML:
        return _page(request, publication, "explain", language, explanation=found, given=given)
    return _json(found.as_dict(), language)


def _given(request: Request, known: set[str]) -> dict[str, str]:
    """The parameters of the request.  Raises BadParameter for an unknown one."""
    unknown = sorted(set(request.query_params) - known - _SHARED)
    if unknown:
        raise BadParameter(unknown[0], "no such parameter", tuple(sorted(known)))
    return {name: value for name, value in request.query_params.items() if name in known and value}


def _json(document: dict[str, Any], language: str, more: dict[str, str] | None = None) -> Response:
    body = json.dumps(document, ensure_ascii=False)
    return Response(body, headers=VARY | {"Content-Language": language} | (more or {}), media_type=JSON.media_type)


def _csv(text: str, language: str) -> Response:
    return Response(text, headers=VARY | {"Content-Language": language}, media_type=CSV.content_type)


def _page(
    request: Request,
    publication: Publication,
    name: str,
    language: str,
    more: dict[str, str] | None = None,
    **values: Any,
) -> Response:
    address = str(request.url.replace(scheme="", netloc="")) if request.url.query else request.url.path
    text = page(publication, name, language, address, values)
    headers = VARY | {"Content-Language": language} | (more or {})
    return Response(text, headers=headers, media_type=HTML.content_type)
