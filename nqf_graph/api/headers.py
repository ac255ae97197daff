"""The headers of a document: which variant it is, what else there is, how it lies in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nqf_graph.api.links import Link, header_of
from nqf_graph.api.profile_choice import token_links
from nqf_graph.api.times import http_date, lineage_links, version_links
from nqf_graph.api.variants import Place, Topic, Variant, formats_of
from nqf_graph.formats import HTML
from nqf_graph.publication import Publication
from nqf_graph.web.addresses import local
from nqf_graph.web.profiles import profiles_of
from nqf_graph.web.succession import Succession


def vary(*, over_time: bool = False) -> dict[str, str]:
    """The request headers that a document depends on."""
    return {"Vary": "Accept, Accept-Language, Accept-Profile" + (", Accept-Datetime" if over_time else "")}


def headers_of(
    publication: Publication, topic: Topic, variant: Variant, languages: Iterable[str], further: Iterable[Link] = ()
) -> dict[str, str]:
    """All headers of a variant of the document about a topic, except its media type."""
    thing, place, lineage = topic.thing, topic.place, topic.lineage
    base, told = publication.settings.base, list(languages)
    is_version = lineage is not None and thing != lineage.original
    links = [*_variants(publication, topic, variant), *further]
    if lineage is not None:
        links += [*lineage_links(lineage, base), *version_links(lineage, thing, base)]
    headers = vary(over_time=lineage is not None and not is_version)
    headers |= {"Link": header_of(links), "Content-Profile": f"<{variant.profile.iri}>"}
    if told:
        headers["Content-Language"] = ", ".join(told)
    if variant.is_negotiated:
        more = variant.parameters() | ({"lang": told[0]} if variant.form is HTML else {})
        headers["Content-Location"] = place.address(variant.form, more)
    if lineage is not None and is_version:
        headers["Memento-Datetime"] = http_date(lineage.version(thing).start)
    return headers


def page_addresses(place: Place, variant: Variant, page: int, pages: int) -> Mapping[str, str]:
    """The other pages of a document by their relation to this one; empty when there is one page."""
    found = {"first": 1, "prev": page - 1, "next": page + 1, "last": pages}
    if pages <= 1:
        return {}
    return {rel: place.address(more=variant.parameters(n)) for rel, n in found.items() if 1 <= n <= pages}


def succession_links(succession: Succession, base: str) -> list[Link]:
    """The links to what came before and after (RFC 5829)."""
    named = {"predecessor-version": succession.predecessors, "successor-version": succession.successors}
    return [Link(local(thing.value, base) or thing.value, rel) for rel, things in named.items() for thing in things]


def _variants(publication: Publication, topic: Topic, variant: Variant) -> list[Link]:
    """What every variant links to: the thing, the document's own IRI, the other variants, the profiles."""
    profiles, place, more = profiles_of(publication), topic.place, variant.parameters()
    canonical = place.iri(more)
    links = [Link(canonical.value, "canonical"), Link(variant.profile.iri, "profile")]
    links += [Link(topic.thing.value, "describes")] if topic.thing != canonical else []
    links += [
        Link(place.address(form, more), "alternate", {"type": form.media_type}) for form in formats_of(variant.profile)
    ]
    links += [
        Link(place.address(more={"_profile": profile.token}), "alternate", {"profile": profile.iri})
        for profile in profiles.values()
        if profile is not variant.profile
    ]
    return [*links, Link("/.well-known/void", "describedby"), *token_links(profiles.values())]
