"""Mapping sets over REST: a list, and each set as SSSOM at an address that does not change."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode

from nqf_graph.api.context import VARY, Published, format_of, strict_language_of
from nqf_graph.exchange import Summary, mapping_set, mapping_sets
from nqf_graph.exchange.files import FORMS, written
from nqf_graph.formats import HTML, JSON, Format
from nqf_graph.publication import Publication
from nqf_graph.terms import language_order
from nqf_graph.web.pages import render
from nqf_graph.web.tables import names_of

ROOT = "/api/v1/mappings"
router = APIRouter(tags=["Alignments"])


@router.get(ROOT, summary="Mapping sets: alignments as SSSOM")
@router.head(ROOT, include_in_schema=False)
def list_sets(request: Request, publication: Published) -> Response:
    """Each set with its title, licence, schemes, how many mappings it has, and where its files are."""
    language = strict_language_of(request)
    headers = VARY | {"Content-Language": language}
    sets = mapping_sets(publication)
    if format_of(request, (JSON, HTML)) is HTML:
        shown = [_shown(publication, summary, language) for summary in sets]
        page = render("mappings", language, ROOT, sets=shown, forms=[form.suffix for form in FORMS])
        return Response(page, headers=headers, media_type=HTML.content_type)
    listed = [_summary(summary, language) for summary in sets]
    document = {
        "mappingSets": listed,
        "total": len(listed),
        "language": language,
        "state": publication.store.state_id,
        "query": publication.system("mapping-sets"),
    }
    return Response(json.dumps(document, ensure_ascii=False), headers=headers, media_type=JSON.media_type)


@router.get(ROOT + "/{name:path}", summary="A mapping set as SSSOM/TSV or SSSOM/RDF")
@router.head(ROOT + "/{name:path}", include_in_schema=False)
def one_set(name: str, request: Request, publication: Published) -> Response:
    """All mappings of a set, also what has no match and what was rejected.

    The form is that of the suffix (`.sssom.tsv`, `.ttl`, `.jsonld`, `.nt`, `.rdf`, `.trig`), else of `_mediatype` or
    `Accept`.  The version of the set is the state of the graph.
    """
    form = next((offer for offer in FORMS if name.endswith(f".{offer.suffix}")), None)
    bare = name if form is None else name.removesuffix(f".{form.suffix}")
    chosen = form or format_of(request, FORMS)
    address = f"{ROOT}/{quote(bare, safe='/')}"
    body = written(mapping_set(publication, bare), chosen)
    links = [f'<{address}.{offer.suffix}>; rel="alternate"; type="{offer.media_type}"' for offer in FORMS]
    file = quote(bare.rpartition("/")[2]) + f".{chosen.suffix}"
    headers = VARY | {
        "Content-Location": f"{address}.{chosen.suffix}",
        "Content-Disposition": f'inline; filename="{file}"',
        "Link": ", ".join(links),
    }
    return Response(body, headers=headers, media_type=chosen.content_type)


def _summary(summary: Summary, language: str) -> dict[str, Any]:
    address = f"{ROOT}/{quote(summary.name, safe='/')}"
    return {
        "name": summary.name,
        "href": address,
        "graph": summary.graph,
        "title": _title(summary, language),
        "licence": summary.licence,
        "mappings": summary.mappings,
        "noMatch": summary.no_match,
        "rejected": summary.rejected,
        "schemes": [
            {"source": p.source or None, "target": p.target or None, "mappings": p.mappings, "noMatch": p.no_match}
            for p in summary.pairs
        ],
        "files": [_file(address, form) for form in FORMS],
    }


def _file(address: str, form: Format) -> dict[str, str]:
    return {"href": f"{address}.{form.suffix}", "mediaType": form.media_type}


def _title(summary: Summary, language: str) -> str:
    return next((summary.title[tag] for tag in language_order(language) if tag in summary.title), summary.name)


def _shown(publication: Publication, summary: Summary, language: str) -> dict[str, Any]:
    """A set as its page shows it: schemes by their names."""
    sides = {side for pair in summary.pairs for side in (pair.source, pair.target) if side}
    name = names_of(publication, [NamedNode(side) for side in sorted(sides)], language)
    pairs = [
        (
            *(name(NamedNode(side)) if side else None for side in (pair.source, pair.target)),
            pair.mappings,
            pair.no_match,
        )
        for pair in summary.pairs
    ]
    address = f"{ROOT}/{quote(summary.name, safe='/')}"
    return {"title": _title(summary, language), "address": address, "pairs": pairs, "licence": summary.licence}
