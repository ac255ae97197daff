"""The list of all views and formats of a document (`_profile=alt`)."""

from __future__ import annotations

from fastapi import Request, Response
from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.api.context import language_of
from nqf_graph.api.headers import headers_of
from nqf_graph.api.variants import Topic, Variant, formats_of
from nqf_graph.discovery.profiles import Profile
from nqf_graph.formats import HTML, TURTLE, Context, write_graph
from nqf_graph.publication import Publication
from nqf_graph.terms import ALTERNATES, DCT, PROF, RDF, RDFS
from nqf_graph.web.colophon import languages_of
from nqf_graph.web.pages import render
from nqf_graph.web.profiles import NATIVE, profiles_of


def alternates(request: Request, publication: Publication, topic: Topic, variant: Variant) -> Response:
    """The views and formats in which the document about a topic can be had, each with its address."""
    thing, place = topic.thing, topic.place
    profiles = profiles_of(publication)
    if variant.form is HTML:
        languages = [language_of(request)]
        offers = [
            (profile, [(form, place.address(form, _parameters(profile))) for form in formats_of(profile)])
            for profile in profiles.values()
        ]
        address = place.address(more=variant.parameters())
        body: str | bytes = render("alternates", languages[0], address, iri=thing.value, offers=offers)
    else:
        triples = _triples(publication, topic)
        languages = languages_of(triples)
        context = Context.fitting(triples, publication.prefixes)
        body = write_graph(triples, variant.form, publication.prefixes, context, thing)
    headers = headers_of(publication, topic, variant, languages)
    return Response(body, headers=headers, media_type=variant.form.content_type)


def _triples(publication: Publication, topic: Topic) -> list[Triple]:
    """The list in the vocabulary of the Alternate Representations Data Model."""
    told = []
    thing, place = topic.thing, topic.place
    for profile in profiles_of(publication).values():
        iri = NamedNode(profile.iri)
        told += [Triple(iri, RDF["type"], PROF["Profile"]), Triple(iri, PROF["hasToken"], Literal(profile.token))]
        told += [Triple(iri, RDFS["label"], Literal(title, language=tag)) for tag, title in profile.title.items()]
        for form in formats_of(profile):
            made = place.iri(_parameters(profile), form)
            told += [
                Triple(thing, ALTERNATES["hasRepresentation"], made),
                Triple(made, RDF["type"], ALTERNATES["Representation"]),
                Triple(made, DCT["conformsTo"], iri),
                Triple(made, DCT["format"], Literal(form.media_type)),
            ]
    return [*told, Triple(thing, ALTERNATES["hasDefaultRepresentation"], place.iri(form=TURTLE))]


def _parameters(profile: Profile) -> dict[str, str]:
    return {} if profile is NATIVE else {"_profile": profile.token}
