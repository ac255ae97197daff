"""The views in which a document about a thing can be had: all that we say of it, or one of the profiles."""

from __future__ import annotations

from pyoxigraph import NamedNode, Triple

from nqf_graph.discovery.profiles import Profile, one, read_profiles
from nqf_graph.publication import Publication
from nqf_graph.terms import ALTERNATES, NQF

NATIVE = Profile(
    "native",
    NQF.iri.rstrip("#"),
    {"ky": "граф айткандын баары", "ru": "всё, что говорит граф", "en": "all that the graph says"},
)
ALT = Profile(
    "alt",
    ALTERNATES.iri.rstrip("#"),
    {"ky": "бардык көрүнүштөр жана форматтар", "ru": "все представления и форматы", "en": "all views and formats"},
)


def profiles_of(publication: Publication) -> dict[str, Profile]:
    """The profiles that a publication offers by token: the native one, those of its queries, the list of them all."""
    found = read_profiles(publication.settings.queries)
    return {NATIVE.token: NATIVE} | found | {ALT.token: ALT}


def view(publication: Publication, thing: NamedNode, profile: Profile) -> list[Triple]:
    """What a profile other than NATIVE and ALT says of the thing; empty if it has no place for it."""
    return one(publication.store, publication.system, profile, thing, publication.description.names.own)
