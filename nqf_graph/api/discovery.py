"""How machines and crawlers find out what there is: VoID, the DCAT catalogue, robots.txt, sitemaps, dumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pyoxigraph import Triple

from nqf_graph.api import exports
from nqf_graph.api.context import VARY, Published, format_of, language_of
from nqf_graph.discovery.document import catalogue_document, void_document
from nqf_graph.discovery.sitemap import MOST, robots, sitemap, sitemap_index
from nqf_graph.errors import NotFound
from nqf_graph.formats import GRAPHS, HTML, Format, named, write_graph
from nqf_graph.publication import Publication
from nqf_graph.web.described import catalogue_page, void_page

router = APIRouter(tags=["Discovery"])
router.include_router(exports.router)

_OFFERS = (*GRAPHS, HTML)
_XML = "application/xml"
_FRESH = {"Cache-Control": "public, no-cache"}


@dataclass(frozen=True)
class _Document:
    """A document about the publication: its path, its statements (with addresses below a given one), its page."""

    path: str
    triples: Callable[[Publication, str], list[Triple]]
    page: Callable[[Publication, str], str]


def _void_triples(publication: Publication, here: str) -> list[Triple]:
    return void_document(publication.store, publication.description, publication.system, here)


def _catalogue_triples(publication: Publication, here: str) -> list[Triple]:
    export = publication.exports.latest()
    return catalogue_document(publication.store, publication.description, publication.system, export, here)


_VOID = _Document("/void", _void_triples, void_page)
_CATALOGUE = _Document("/catalog", _catalogue_triples, catalogue_page)


def here_of(request: Request) -> str:
    """The address under which the service was called."""
    return str(request.base_url).rstrip("/")


@router.get("/void", summary="VoID: what the graph holds, in numbers")
@router.head("/void", include_in_schema=False)
@router.get("/.well-known/void", summary="VoID at its well-known place", include_in_schema=False)
@router.head("/.well-known/void", include_in_schema=False)
def void(request: Request, publication: Published) -> Response:
    """Classes, properties, links, examples and dumps; counted from the state that is served."""
    return _written(request, publication, format_of(request, _OFFERS), _VOID)


@router.get("/catalog", summary="DCAT 3 catalogue: datasets, dumps with checksums, services")
@router.head("/catalog", include_in_schema=False)
def catalogue(request: Request, publication: Published) -> Response:
    """What the editor lists and what the service adds; makes the dumps of the present state if there are none yet."""
    return _written(request, publication, format_of(request, _OFFERS), _CATALOGUE)


@router.get("/void.{suffix}", include_in_schema=False)
@router.head("/void.{suffix}", include_in_schema=False)
def void_file(suffix: str, request: Request, publication: Published) -> Response:
    """`/void.ttl` and so on."""
    return _written(request, publication, named(suffix, _OFFERS), _VOID)


@router.get("/catalog.{suffix}", include_in_schema=False)
@router.head("/catalog.{suffix}", include_in_schema=False)
def catalogue_file(suffix: str, request: Request, publication: Published) -> Response:
    """`/catalog.ttl` and so on."""
    return _written(request, publication, named(suffix, _OFFERS), _CATALOGUE)


@router.get("/robots.txt", include_in_schema=False)
@router.head("/robots.txt", include_in_schema=False)
def robots_file(request: Request) -> Response:
    """What robots may do, and where the sitemap is."""
    return Response(robots(here_of(request)), headers=_FRESH, media_type="text/plain; charset=utf-8")


@router.get("/sitemap.xml", include_in_schema=False)
@router.head("/sitemap.xml", include_in_schema=False)
def whole_sitemap(request: Request, publication: Published) -> Response:
    """Every page; where there are too many for one file, the list of the files."""
    pages = publication.sitemap.pages()
    write = sitemap if len(pages) <= MOST else sitemap_index
    return Response(write(pages, here_of(request)), headers=_FRESH, media_type=_XML)


@router.get("/sitemap-{number:int}.xml", include_in_schema=False)
@router.head("/sitemap-{number:int}.xml", include_in_schema=False)
def part_of_sitemap(number: int, request: Request, publication: Published) -> Response:
    """The pages of one file of the list."""
    pages = publication.sitemap.pages()
    part = pages[MOST * (number - 1) : MOST * number] if number else ()
    if not part:
        raise NotFound("sitemap", str(number))
    return Response(sitemap(part, here_of(request)), headers=_FRESH, media_type=_XML)


def _written(request: Request, publication: Publication, form: Format, document: _Document) -> Response:
    """A description in the format that was chosen."""
    path = document.path
    others = [f'<{path}.{offer.suffix}>; rel="alternate"; type="{offer.media_type}"' for offer in _OFFERS]
    headers = VARY | {"Content-Location": path, "Link": ", ".join(others)}
    if form is HTML:
        language = language_of(request)
        page = document.page(publication, language)
        return Response(page, headers=headers | {"Content-Language": language}, media_type=form.content_type)
    body = write_graph(document.triples(publication, here_of(request)), form, publication.prefixes)
    return Response(body, headers=headers, media_type=form.content_type)
