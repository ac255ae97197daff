"""The vocabulary and the rules, negotiated: /ontology, /shapes, /rules."""

from __future__ import annotations

import json
from dataclasses import asdict

from fastapi import APIRouter, Request, Response
from pyoxigraph import Literal, NamedNode

from nqf_graph.api.context import VARY, Published, format_of, language_of
from nqf_graph.errors import NotFound
from nqf_graph.formats import GRAPHS, HTML, JSON, Format, named, write_graph
from nqf_graph.publication import Publication
from nqf_graph.terms import NQF
from nqf_graph.web.pages import render

router = APIRouter(tags=["Vocabulary and rules"])


@router.get("/ontology", summary="The vocabulary")
@router.head("/ontology", include_in_schema=False)
def ontology(request: Request, publication: Published) -> Response:
    """All modules of the ontology in one graph, or the list of its terms as a page."""
    form = format_of(request, (*GRAPHS, HTML))
    if form is not HTML:
        return _graph(publication, "ontology", form)
    language = language_of(request)
    terms = [
        {
            "id": row["term"].value.removeprefix(NQF.iri),
            "label": row["label"].value,
            "definition": row["definition"].value,
        }
        for row in publication.store.select(publication.system("terms", lang=str(Literal(language))))
        if isinstance(row["term"], NamedNode)
        and isinstance(row["label"], Literal)
        and isinstance(row["definition"], Literal)
    ]
    page = render("ontology", language, "/ontology", terms=terms, formats=GRAPHS)
    return Response(page, headers=VARY | {"Content-Language": language}, media_type=HTML.content_type)


@router.get("/shapes", summary="The rules as SHACL shapes")
@router.head("/shapes", include_in_schema=False)
def shapes(request: Request, publication: Published) -> Response:
    """All shapes in one graph; people are shown the register."""
    form = format_of(request, (*GRAPHS, HTML))
    return _rules_page(request, publication) if form is HTML else _graph(publication, "shapes", form)


@router.get("/{name}.{suffix}", summary="The vocabulary or the rules as a file", include_in_schema=False)
@router.head("/{name}.{suffix}", include_in_schema=False)
def as_file(name: str, suffix: str, publication: Published) -> Response:
    """`/ontology.ttl`, `/shapes.jsonld` and so on."""
    if name not in ("ontology", "shapes"):
        raise NotFound("document", f"{name}.{suffix}", ("ontology.ttl", "shapes.ttl"))
    return _graph(publication, name, named(suffix, GRAPHS))


@router.get("/rules", summary="The rule register")
@router.head("/rules", include_in_schema=False)
def rules(request: Request, publication: Published) -> Response:
    """Number, title, severity, basis and owner of every rule."""
    if format_of(request, (JSON, HTML)) is HTML:
        return _rules_page(request, publication)
    listed = [asdict(rule) for rule in publication.rules.values()]
    body = json.dumps({"rules": listed, "total": len(listed)}, ensure_ascii=False)
    return Response(body, headers=VARY, media_type=JSON.media_type)


def _rules_page(request: Request, publication: Publication) -> Response:
    language = language_of(request)
    page = render("rules", language, "/rules", rules=publication.rules)
    return Response(page, headers=VARY | {"Content-Language": language}, media_type=HTML.content_type)


def _graph(publication: Publication, name: str, form: Format) -> Response:
    triples = publication.store.construct(publication.system(name))
    return Response(write_graph(triples, form, publication.prefixes), headers=VARY, media_type=form.content_type)
