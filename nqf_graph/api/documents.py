"""Documents about things, in every view and format."""

from __future__ import annotations

from fastapi import Request, Response
from pyoxigraph import NamedNode

from nqf_graph.api.alternates import alternates
from nqf_graph.api.context import language_of
from nqf_graph.api.headers import headers_of, page_addresses, succession_links
from nqf_graph.api.links import Link
from nqf_graph.api.variants import FORMATS, Place, Topic, Variant, variant_asked_for
from nqf_graph.errors import NotAcceptable, NotFound
from nqf_graph.formats import HTML, Format, write_graph
from nqf_graph.publication import Publication
from nqf_graph.web.colophon import joined, languages_of, licences_of, of_document, of_lineage
from nqf_graph.web.context import context_of
from nqf_graph.web.description import Description, describe, is_known
from nqf_graph.web.pages import render
from nqf_graph.web.profiles import ALT, NATIVE, profiles_of, view
from nqf_graph.web.resource import make_page, namer_of
from nqf_graph.web.structured import structured_data
from nqf_graph.web.succession import succession_of
from nqf_graph.web.versions import today


def respond(request: Request, publication: Publication, topic: Topic, form: Format | None = None) -> Response | None:
    """The document about a topic in the variant that is asked for; None if the graph says nothing of the thing.

    `form` is the format that the address names, None to negotiate.
    """
    variant = variant_asked_for(request, publication, form)
    if variant.profile is NATIVE:
        beside = [version.thing for version in topic.lineage.versions] if topic.lineage else []
        description = describe(publication, topic.thing, variant.page, variant.size, beside)
        return _native(request, publication, topic, variant, description) if description else None
    if not is_known(publication, topic.thing):
        return None
    if variant.profile is ALT:
        return alternates(request, publication, topic, variant)
    return _view(publication, topic, variant)


def named_graph_page(request: Request, publication: Publication, graph: NamedNode) -> Response:
    """The page about a named graph; what the graph holds is told in RDF at its own address.

    Raises NotFound for a graph that no catalogue lists and nothing mentions.
    """
    topic = Topic(graph, Place(publication.settings.base, "/resource", {"uri": graph.value}))
    response = respond(request, publication, topic, HTML)
    if response is None:
        raise NotFound("description of graph", graph.value)
    return response


def _native(
    request: Request, publication: Publication, topic: Topic, variant: Variant, description: Description
) -> Response:
    place, more = topic.place, variant.parameters()
    under = licences_of(publication, description)
    pages = page_addresses(place, variant, description.page, description.pages)
    succession = succession_of(description, topic.lineage)
    if variant.form is HTML:
        languages = [language_of(request)]
        name = namer_of(publication, description, languages[0])
        body: str | bytes = render(
            "resource",
            languages[0],
            place.address(more=more),
            page=make_page(description, name, topic.lineage, today()),
            canonical=place.iri(more).value,
            structured=structured_data(publication, description, languages[0]),
            pages=pages,
            formats=[(each, place.address(each, more)) for each in FORMATS if each is not HTML],
            profiles=[
                (profile, place.address(more={"_profile": profile.token}))
                for profile in profiles_of(publication).values()
                if profile is not NATIVE
            ],
        )
    else:
        own_pages = {rel: place.root + at for rel, at in pages.items()}
        added = of_document(place.iri(more), topic.thing, variant.profile.iri, under, own_pages)
        added += of_lineage(topic.thing, topic.lineage, succession, today())
        statements = joined(description, added)
        languages = languages_of(statements)
        body = write_graph(statements, variant.form, publication.prefixes, context_of(publication), topic.thing)
    further = [Link(licence, "license") for licence in under] + [Link(at, rel) for rel, at in pages.items()]
    further += succession_links(succession, publication.settings.base)
    headers = headers_of(publication, topic, variant, languages, further)
    return Response(body, headers=headers, media_type=variant.form.content_type)


def _view(publication: Publication, topic: Topic, variant: Variant) -> Response:
    triples = view(publication, topic.thing, variant.profile)
    if not triples:
        raise NotAcceptable(variant.profile.iri, [NATIVE.iri, ALT.iri])
    about, prefixes = topic.place.iri(variant.parameters()), publication.prefixes
    statements = [*triples, *of_document(about, topic.thing, variant.profile.iri)]
    context = variant.profile.context(triples, prefixes)
    body = write_graph(statements, variant.form, prefixes, context, topic.thing)
    headers = headers_of(publication, topic, variant, languages_of(triples))
    return Response(body, headers=headers, media_type=variant.form.content_type)
