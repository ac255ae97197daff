"""The vocabulary and the rules, negotiated: /ontology and its modules, /shapes, /rules, and the JSON-LD context."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.api import problem_types
from nqf_graph.api.context import VARY, Published, format_of, language_of
from nqf_graph.api.links import Link, header_of
from nqf_graph.api.variants import Place, split_suffix
from nqf_graph.errors import NotAcceptable
from nqf_graph.formats import GRAPHS, HTML, JSON, JSON_LD, Format, named, write_graph
from nqf_graph.publication import Publication
from nqf_graph.terms import NQF, PROJECT, SHAPES
from nqf_graph.web.addresses import node_at
from nqf_graph.web.context import context_of
from nqf_graph.web.pages import render

router = APIRouter(tags=["Vocabulary and rules"])
router.include_router(problem_types.router)

_OFFERS = (*GRAPHS, HTML)
_ROOT = PROJECT.iri.rstrip("/")
_ONTOLOGY = PROJECT["ontology"]


@router.get("/ontology", summary="The vocabulary")
@router.head("/ontology", include_in_schema=False)
def ontology(request: Request, publication: Published) -> Response:
    """All modules of the ontology in one graph, or the list of its terms as a page."""
    return _ontology(request, publication, format_of(request, _OFFERS), _WHOLE)


@router.get("/ontology.{suffix}", include_in_schema=False)
@router.head("/ontology.{suffix}", include_in_schema=False)
def ontology_file(suffix: str, request: Request, publication: Published) -> Response:
    """`/ontology.ttl` and so on."""
    return _ontology(request, publication, named(suffix, _OFFERS), _WHOLE)


@router.get("/shapes", summary="The rules as SHACL shapes")
@router.head("/shapes", include_in_schema=False)
def shapes(request: Request, publication: Published) -> Response:
    """All shapes in one graph; people are shown the register."""
    return _shapes(request, publication, format_of(request, _OFFERS))


@router.get("/shapes.{suffix}", include_in_schema=False)
@router.head("/shapes.{suffix}", include_in_schema=False)
def shapes_file(suffix: str, request: Request, publication: Published) -> Response:
    """`/shapes.ttl` and so on."""
    return _shapes(request, publication, named(suffix, _OFFERS))


@router.get("/rules", summary="The rule register")
@router.head("/rules", include_in_schema=False)
def rules(request: Request, publication: Published) -> Response:
    """Number, title, severity, basis and owner of every rule."""
    if format_of(request, (JSON, HTML)) is HTML:
        return _rules_page(request, publication)
    listed = [asdict(rule) for rule in publication.rules.values()]
    body = json.dumps({"rules": listed, "total": len(listed)}, ensure_ascii=False)
    return Response(body, headers=VARY, media_type=JSON.media_type)


@router.get("/context.jsonld", summary="The words of our JSON-LD")
@router.head("/context.jsonld", include_in_schema=False)
def context(publication: Published) -> Response:
    """Every word that documents in JSON-LD use; each document carries those that it needs."""
    entries = context_of(publication).as_json()["@context"]
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items())
    return Response(f'{{"@context": {{\n{lines}\n}}}}\n', headers=VARY, media_type=JSON_LD.media_type)


def module(request: Request, publication: Publication) -> Response | None:
    """The module of vocabulary or rules whose IRI, or whose version's IRI, has the path of the request, if any."""
    path, form = split_suffix(request.scope["path"])
    thing = node_at(_ROOT, path)
    found = publication.store.select(publication.system("module", thing=str(thing))).rows if thing else ()
    if not found:
        return None
    if form is not None and form not in _OFFERS:
        raise NotAcceptable(form.media_type, [offer.media_type for offer in _OFFERS])
    form = form or format_of(request, _OFFERS)
    name, graph = found[0]
    assert isinstance(name, NamedNode) and isinstance(graph, NamedNode)
    place = _Place(_ROOT, path, latest=name.value.removeprefix(_ROOT))
    if form is HTML and path.startswith("/shapes/"):
        return _rules_page(request, publication)
    return _ontology(request, publication, form, place, graph if name != _ONTOLOGY else None)


@dataclass(frozen=True)
class _Place(Place):
    """A place, and where the latest version of what is there is."""

    latest: str = ""


_WHOLE = _Place(_ROOT, "/ontology", latest="/ontology")
_RULES = _Place(_ROOT, "/shapes", latest="/shapes")


def _ontology(
    request: Request, publication: Publication, form: Format, place: _Place, graph: NamedNode | None = None
) -> Response:
    """The whole vocabulary, or what one graph holds."""
    if form is not HTML:
        store = publication.store
        triples = store.triples(graph.value) if graph else store.construct(publication.system("ontology"))
        return _graph(publication, triples, form, place)
    language = language_of(request)
    terms: dict[str, dict[str, Any]] = {}
    for row in publication.store.select(publication.system("terms", lang=str(Literal(language)))):
        if isinstance(row["term"], NamedNode) and graph in (None, row["graph"]):
            said = terms.setdefault(row["term"].value, {"id": row["term"].value.removeprefix(NQF.iri), "instead": []})
            said |= {key: _text(row[key]) for key in ("label", "definition")}
            said["deprecated"] = _text(row["deprecated"]) == "true"
            said["instead"] += [_text(row["instead"]).removeprefix(NQF.iri)] if row["instead"] else []
    formats = [(each, place.address(each)) for each in GRAPHS]
    page = render("ontology", language, place.path, terms=list(terms.values()), formats=formats)
    headers = _headers(place) | {"Content-Language": language}
    return Response(page, headers=headers, media_type=HTML.content_type)


def _shapes(request: Request, publication: Publication, form: Format) -> Response:
    if form is HTML:
        return _rules_page(request, publication)
    return _graph(publication, publication.store.construct(publication.system("shapes")), form, _RULES)


def _rules_page(request: Request, publication: Publication) -> Response:
    language = language_of(request)
    enforcers: dict[str, list[str]] = {}
    for row in publication.store.select(publication.system("enforcers")):
        number = _text(row["rule"]).removeprefix(SHAPES.iri)
        enforcers.setdefault(number, []).append(_text(row["shape"]).removeprefix(SHAPES.iri))
    page = render("rules", language, "/rules", rules=publication.rules, enforcers=enforcers, namespace=SHAPES.iri)
    headers = _headers(_RULES) | {"Content-Language": language}
    return Response(page, headers=headers, media_type=HTML.content_type)


def _graph(publication: Publication, triples: list[Triple], form: Format, place: _Place) -> Response:
    """What is said of the module whose latest version is at `latest` comes first."""
    body = write_graph(triples, form, publication.prefixes, context_of(publication), NamedNode(_ROOT + place.latest))
    return Response(body, headers=_headers(place), media_type=form.content_type)


def _headers(place: _Place) -> dict[str, str]:
    links = [Link(place.iri().value, "canonical")]
    links += [Link(place.address(form), "alternate", {"type": form.media_type}) for form in _OFFERS]
    links += [Link(place.latest, "latest-version")] if place.latest != place.path else []
    return VARY | {"Link": header_of(links)}


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""
