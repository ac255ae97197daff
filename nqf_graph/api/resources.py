"""Linked data: every IRI that we mint answers, for people and for machines."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode, Triple

from nqf_graph.api.context import VARY, Published, format_of, language_of
from nqf_graph.errors import BadParameter, NotFound
from nqf_graph.formats import GRAPHS, HTML, Format, named, write_graph
from nqf_graph.publication import Publication
from nqf_graph.terms import FOAF, RDF
from nqf_graph.web.pages import render
from nqf_graph.web.resource import make_page
from nqf_graph.web.tables import names_of

router = APIRouter(tags=["Linked data"])

_OFFERS = (*GRAPHS, HTML)


@router.get("/id/{path:path}", summary="A thing: see the document about it (303)", status_code=303)
@router.head("/id/{path:path}", include_in_schema=False)
def identify(path: str, request: Request, publication: Published) -> Response:
    """A thing cannot be sent; the document about it can: 303 See Other."""
    _existing(publication, f"{publication.settings.base}/id/{path}", path)
    query = f"?{request.url.query}" if request.url.query else ""
    return Response(status_code=303, headers=VARY | {"Location": f"/doc/{path}{query}"})


@router.get("/doc/{path:path}", summary="The document about a thing, negotiated or by suffix")
@router.head("/doc/{path:path}", include_in_schema=False)
def document(path: str, request: Request, publication: Published) -> Response:
    """What the graph says of a thing, in Turtle, JSON-LD, N-Triples, RDF/XML or HTML."""
    path, form = _split_suffix(path)
    form = form or format_of(request, _OFFERS)
    thing = f"{publication.settings.base}/id/{path}"
    return describe(request, publication, _existing(publication, thing, path), form, f"/doc/{path}")


@router.get("/resource", summary="What the graph knows of any IRI, also a foreign one")
@router.head("/resource", include_in_schema=False)
def resource(uri: str, request: Request, publication: Published) -> Response:
    """The document about `uri`, for things whose IRI is not ours (an ESCO or EQF concept)."""
    try:
        NamedNode(uri)
    except ValueError as error:
        raise BadParameter("uri", f"expected an absolute IRI, found {uri!r}") from error
    thing = _existing(publication, uri, uri)
    return describe(request, publication, thing, format_of(request, _OFFERS), None)


def describe(request: Request, publication: Publication, thing: NamedNode, form: Format, doc: str | None) -> Response:
    """The response with the description of `thing`; `doc` is the path of its document, if it has one of its own."""
    triples = publication.store.construct(publication.system("describe", thing=str(thing)))
    headers = VARY | {"Link": _links(thing, doc)}
    if form is HTML:
        language = language_of(request)
        terms = [term for triple in triples for term in (triple.subject, triple.predicate, triple.object)]
        page = make_page(thing.value, triples, names_of(publication, terms, language))
        address = doc or f"/resource?{request.url.query}"
        formats = GRAPHS if doc else ()
        html = render("resource", language, address, page=page, doc=doc, formats=formats)
        return Response(html, headers=headers | {"Content-Language": language}, media_type=form.content_type)
    if doc:
        about = NamedNode(f"{publication.settings.base}{doc}")
        triples += [Triple(about, FOAF["primaryTopic"], thing), Triple(about, RDF["type"], FOAF["Document"])]
    body = write_graph(triples, form, publication.prefixes)
    return Response(body, headers=headers, media_type=form.content_type)


def _links(thing: NamedNode, doc: str | None) -> str:
    about = f'<{thing.value}>; rel="describes"'
    if not doc:
        return about
    return ", ".join(
        [about] + [f'<{doc}.{form.suffix}>; rel="alternate"; type="{form.media_type}"' for form in _OFFERS]
    )


def _existing(publication: Publication, iri: str, shown_as: str) -> NamedNode:
    try:
        node = NamedNode(iri)
    except ValueError as error:
        raise NotFound("thing", shown_as) from error
    if not publication.store.ask(publication.system("exists", thing=str(node))):
        raise NotFound("thing", shown_as, _siblings(publication, shown_as))
    return node


def _siblings(publication: Publication, path: str) -> tuple[str, ...]:
    """The things whose id begins with the same folder, as a hint after an id that does not exist."""
    folder = path.rpartition("/")[0]
    prefix = NamedNode(f"{publication.settings.base}/id/{folder}/") if folder and "://" not in folder else None
    if prefix is None:
        return ()
    rows = publication.store.select(publication.system("siblings", folder=f'"{prefix.value}"'))
    return tuple(publication.asker.shorten(row["thing"].value) for row in rows if isinstance(row["thing"], NamedNode))


def _split_suffix(path: str) -> tuple[str, Format | None]:
    stem, dot, suffix = path.rpartition(".")
    if dot and suffix in {form.suffix for form in _OFFERS}:
        return stem, named(suffix, _OFFERS)
    return path, None
