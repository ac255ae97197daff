"""The comparison report over HTTP: a page, JSON, JSON-LD, Markdown or PDF of the framework beside another one."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from nqf_graph.api.context import VARY, Published, format_of, strict_language_of
from nqf_graph.errors import BadParameter
from nqf_graph.formats import HTML, PDF
from nqf_graph.report import build, offered, write
from nqf_graph.report.html import style_hash
from nqf_graph.terms import LANGUAGES
from nqf_graph.web.addresses import local

ADDRESS = "/api/v1/report"
_KNOWN = ("with", "framework", "lang", "as_of", "_mediatype")
_POLICY = "default-src 'none'; style-src '{}'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
_PARAMETERS = [
    {
        "name": "with",
        "in": "query",
        "required": True,
        "description": "The framework to compare with: its code, id, prefixed name or IRI; or one of its editions",
        "schema": {"type": "string"},
        "example": "eqf",
    },
    {
        "name": "framework",
        "in": "query",
        "description": "The framework that is reported on; the catalogue's main framework if left out",
        "schema": {"type": "string"},
    },
    {
        "name": "lang",
        "in": "query",
        "description": "Language of the report",
        "schema": {"type": "string", "enum": list(LANGUAGES)},
    },
    {
        "name": "as_of",
        "in": "query",
        "description": "Day of the report; the day on which the graph was last changed if left out",
        "schema": {"type": "string", "format": "date"},
    },
    {
        "name": "_mediatype",
        "in": "query",
        "description": "Media type or suffix (html, json, jsonld, md, pdf), in place of Accept",
        "schema": {"type": "string"},
    },
]

router = APIRouter(tags=["Comparison"])


@router.head(ADDRESS, include_in_schema=False)
@router.get(
    ADDRESS,
    summary="The comparison report",
    operation_id="comparison_report",
    openapi_extra={"parameters": _PARAMETERS},
    responses={
        400: {"description": "Unusable parameter"},
        404: {"description": "No such framework"},
        406: {"description": "No such format; PDF needs an optional part of the installation"},
    },
)
def comparison_report(request: Request, publication: Published) -> Response:
    """The framework beside another one: findings with their evidence and queries, levels, open questions, sources."""
    form = format_of(request, offered())
    language = strict_language_of(request)
    given = {name: value for name, value in request.query_params.items() if value}
    if unknown := sorted(given.keys() - set(_KNOWN)):
        raise BadParameter(unknown[0], "no such parameter", _KNOWN)
    report = build(
        publication, given.get("with", ""), framework=given.get("framework"), language=language,
        as_of=given.get("as_of"),
    )  # fmt: skip
    asked = {name: given[name] for name in ("with", "framework", "as_of") if name in given}
    languages = {tag: _address(asked | {"lang": tag, "_mediatype": HTML.suffix}) for tag in LANGUAGES}
    formats = {
        other.suffix.upper(): _address(asked | {"lang": language, "_mediatype": other.suffix})
        for other in offered()
        if other is not HTML
    }
    base = publication.settings.base
    body = write(report, form, link=lambda iri: local(iri, base) or iri, formats=formats, languages=languages)
    headers = VARY | {"Content-Language": language}
    headers["Link"] = ", ".join(f'<{address}>; rel="alternate"; title="{name}"' for name, address in formats.items())
    if form is HTML:
        headers["Content-Security-Policy"] = _POLICY.format(style_hash())
    if form is PDF:
        name = f"comparison-{publication.asker.shorten(report.comparison.reference.iri).rpartition('/')[2]}"
        headers["Content-Disposition"] = f'inline; filename="{name}-{language}-{report.comparison.as_of}.pdf"'
    return Response(body, headers=headers, media_type=form.content_type)


def _address(parameters: dict[str, str]) -> str:
    return f"{ADDRESS}?{urlencode(parameters, safe='/:')}"
