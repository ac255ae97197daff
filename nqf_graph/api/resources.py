"""Linked data: every IRI that we mint answers, for people and for machines."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode

from nqf_graph.api import timemaps
from nqf_graph.api.context import Published
from nqf_graph.api.documents import respond
from nqf_graph.api.headers import vary
from nqf_graph.api.links import Link, header_of
from nqf_graph.api.parameters import AS_OF, VARIANT
from nqf_graph.api.times import lineage_links, version_asked_for
from nqf_graph.api.variants import Place, Topic, split_suffix
from nqf_graph.errors import BadParameter, Gone, NotFound
from nqf_graph.publication import Publication
from nqf_graph.web.addresses import local, node_at
from nqf_graph.web.description import is_known
from nqf_graph.web.removals import removal_of
from nqf_graph.web.versions import Lineage, today, versions_of

router = APIRouter(tags=["Linked data"])
router.include_router(timemaps.router)


@router.get(
    "/id/{path:path}",
    summary="A thing: see the document about it (303)",
    status_code=303,
    openapi_extra={"parameters": [AS_OF, *VARIANT]},
)
@router.head("/id/{path:path}", include_in_schema=False)
def identify(path: str, request: Request, publication: Published) -> Response:
    """A thing cannot be sent; the document about it can: 303 See Other, to the version of the day that is asked for."""
    thing, lineage = _thing(publication, path)
    persisting = lineage if lineage is not None and lineage.original == thing else None
    version = version_asked_for(request, publication, persisting)
    if version is None and persisting is not None and not is_known(publication, thing):
        version = persisting.current(today())
    if version is not None:
        return _redirect(request, publication, 303, _address(publication, version.thing), lineage)
    if not is_known(publication, thing):
        stem, form = split_suffix(path)
        if form is None or not is_known(publication, _node(publication, stem)):
            raise _missing(publication, thing, path)
    return _redirect(request, publication, 303, _address(publication, thing), lineage)


@router.get(
    "/doc/{path:path}",
    summary="The document about a thing, negotiated or by suffix",
    openapi_extra={"parameters": [AS_OF, *VARIANT]},
)
@router.head("/doc/{path:path}", include_in_schema=False)
def document(path: str, request: Request, publication: Published) -> Response:
    """What the graph says of a thing, in Turtle, JSON-LD, N-Triples, RDF/XML, TriG, N-Quads or HTML.

    What persists sends on to its version of the day that is asked for (302, as a TimeGate of RFC 7089 does), and
    always if the graph states something of its versions only.
    """
    stem, form = split_suffix(path)
    thing, lineage = _thing(publication, stem)
    persisting = lineage if lineage is not None and lineage.original == thing else None
    suffix = path[len(stem) :]
    version = version_asked_for(request, publication, persisting)
    if version is not None:
        return _redirect(request, publication, 302, _address(publication, version.thing) + suffix, lineage)
    base = publication.settings.base
    response = respond(request, publication, Topic(thing, Place(base, f"/doc/{stem}"), lineage), form)
    if response is not None:
        return response
    if persisting is not None:
        current = persisting.current(today())
        return _redirect(request, publication, 302, _address(publication, current.thing) + suffix, lineage)
    if form is not None:  # an id may end like a suffix
        response = respond(request, publication, Topic(_node(publication, path), Place(base, f"/doc/{path}")))
    if response is None:
        raise _missing(publication, thing, stem)
    return response


@router.get(
    "/resource",
    summary="What the graph knows of any IRI, also a foreign one",
    openapi_extra={"parameters": [*VARIANT]},
)
@router.head("/resource", include_in_schema=False)
def resource(uri: str, request: Request, publication: Published) -> Response:
    """The document about `uri`: an IRI of others (an ESCO or EQF concept), a term of ours, a prefixed name.

    An IRI of ours that has a document of its own leads there (303); a named graph is described here, as its own
    address tells what it holds.
    """
    prefix, colon, name = uri.partition(":")
    iri = publication.prefixes[prefix] + name if colon and prefix in publication.prefixes else uri
    try:
        thing = NamedNode(iri)
    except ValueError as error:
        raise BadParameter("uri", f"expected an absolute IRI, found {uri!r}") from error
    base = publication.settings.base
    own = local(iri, base)
    has_document = own is not None and "#" not in iri and not own.startswith("/graph/")
    if own and has_document and (is_known(publication, thing) or _has_versions(publication, iri)):
        return _send_on(request, 303, own, {})
    response = respond(request, publication, Topic(thing, Place(base, "/resource", {"uri": iri})))
    if response is None:
        raise NotFound("thing", uri)
    return response


def answer_elsewhere(request: Request, publication: Publication, root: str) -> Response | None:
    """The document about the IRI of ours below `root` that has the request's path; None if the graph says nothing."""
    path = request.scope["path"]
    for stem, form in dict.fromkeys((split_suffix(path), (path, None))):  # an IRI may end like a suffix
        thing = node_at(root, stem)
        if thing is not None and is_known(publication, thing):
            return respond(request, publication, Topic(thing, Place(root, stem)), form)
    return None


def _thing(publication: Publication, path: str) -> tuple[NamedNode, Lineage | None]:
    """The thing with an id, and its versions or what it is a version of."""
    thing = _node(publication, path)
    versions = versions_of(publication)
    return thing, versions.by_original.get(thing.value) or versions.by_version.get(thing.value)


def _node(publication: Publication, path: str) -> NamedNode:
    node = node_at(f"{publication.settings.base}/id/", path)
    if node is None:
        raise NotFound("thing", path)
    return node


def _has_versions(publication: Publication, iri: str) -> bool:
    return iri in versions_of(publication).by_original


def _address(publication: Publication, thing: NamedNode) -> str:
    return local(thing.value, publication.settings.base) or ""


def _redirect(
    request: Request, publication: Publication, status: int, address: str, lineage: Lineage | None
) -> Response:
    """To the document of a thing, with the links of its versions where it has any."""
    links = [Link(address, "describedby")]
    links += lineage_links(lineage, publication.settings.base) if lineage else []
    headers = vary(over_time=lineage is not None) | {"Link": header_of(links)}
    return _send_on(request, status, address, headers, without=() if lineage is None else ("as_of",))


def _send_on(
    request: Request, status: int, address: str, headers: dict[str, str], without: tuple[str, ...] = ("uri",)
) -> Response:
    """A redirect that keeps the parameters of the request but those that have done their work."""
    kept = [part for part in request.url.query.split("&") if part and part.partition("=")[0] not in without]
    query = f"?{'&'.join(kept)}" if kept else ""
    return Response(status_code=status, headers=headers | {"Location": address + query})


def _missing(publication: Publication, thing: NamedNode, path: str) -> NotFound | Gone:
    """Why nothing is here: the thing was taken away, or there never was one (with those whose id begins alike)."""
    removal = removal_of(publication, thing)
    if removal is not None:
        return Gone(path, removal.names, removal.moment, removal.commit, removal.replaced_by)
    return NotFound("thing", path, _siblings(publication, path))


def _siblings(publication: Publication, path: str) -> tuple[str, ...]:
    """The things whose id begins with the same folder, as a hint after an id that does not exist."""
    folder = path.rpartition("/")[0]
    if not folder:
        return ()
    prefix = _node(publication, f"{folder}/").value
    rows = publication.store.select(publication.system("siblings", folder=f'"{prefix}"'))
    return tuple(publication.asker.shorten(row["thing"].value) for row in rows if isinstance(row["thing"], NamedNode))
