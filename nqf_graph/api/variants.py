"""The variants in which one document can be had, and which of them a request asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from fastapi import Request
from pyoxigraph import NamedNode

from nqf_graph.api.context import format_of, number_of
from nqf_graph.api.profile_choice import profile_of
from nqf_graph.discovery.profiles import Profile
from nqf_graph.errors import NotAcceptable
from nqf_graph.formats import GRAPHS, GRAPHS_AND_DATASETS, HTML, N_QUADS, TRIG, Format
from nqf_graph.publication import Publication
from nqf_graph.web.addresses import path_of
from nqf_graph.web.description import LARGEST_PAGE, PAGE
from nqf_graph.web.profiles import ALT, NATIVE, profiles_of
from nqf_graph.web.versions import Lineage

FORMATS = (*GRAPHS_AND_DATASETS, HTML)
_WEIGHTS = {TRIG: 0.5, N_QUADS: 0.5}
"""Clients that like quads best often read their default graph only, and documents state nothing there."""


def formats_of(profile: Profile) -> tuple[Format, ...]:
    """The formats of a view.  TriG and N-Quads tell the named graph of each statement; other views have none."""
    if profile is NATIVE:
        return FORMATS
    return (*GRAPHS, HTML) if profile is ALT else GRAPHS


@dataclass(frozen=True)
class Place:
    """Where a document is: its path (not yet encoded), and the parameters that belong to its address.

    A format is chosen by a suffix of the path, or by `_mediatype` where there are such parameters.  `root` and the
    address make the document's IRI.
    """

    root: str
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    def address(self, form: Format | None = None, more: Mapping[str, str | int] | None = None) -> str:
        """The address of the document, or of its variant in `form` and with `more` parameters."""
        parameters: dict[str, str | int] = {**self.parameters, **(more or {})}
        suffix = ""
        if form is not None and self.parameters:
            parameters["_mediatype"] = form.media_type
        elif form is not None:
            suffix = f".{form.suffix}"
        return path_of(self.path) + suffix + (f"?{urlencode(parameters)}" if parameters else "")

    def iri(self, more: Mapping[str, str | int] | None = None, form: Format | None = None) -> NamedNode:
        """The IRI of the document, or of a variant of it."""
        return NamedNode(self.root + self.address(form, more))


@dataclass(frozen=True)
class Topic:
    """What a document is about, where the document is, and in which lineage the thing stands if it has versions."""

    thing: NamedNode
    place: Place
    lineage: Lineage | None = None


@dataclass(frozen=True)
class Variant:
    """A view, a format, and a page of `size` for what points to the thing.

    `is_negotiated` says that the headers of the request decided, not its address.
    """

    profile: Profile
    form: Format
    page: int
    size: int
    is_negotiated: bool

    def parameters(self, page: int | None = None) -> dict[str, str | int]:
        """The query parameters that lead to this variant again, or to another page of it."""
        number = page or self.page
        told: dict[str, str | int] = {} if self.profile is NATIVE else {"_profile": self.profile.token}
        told |= {"page": number} if number > 1 else {}
        return told | ({"limit": self.size} if self.size != PAGE else {})


def variant_asked_for(request: Request, publication: Publication, form: Format | None) -> Variant:
    """The variant that a request asks for; `form` is the format that the address names, None to negotiate.

    Raises BadParameter for a profile, page or limit that cannot be, NotAcceptable when nothing on offer will do.
    """
    profile = profile_of(request, profiles_of(publication))
    offers = formats_of(profile)
    if form is not None and form not in offers:
        raise NotAcceptable(form.media_type, [offer.media_type for offer in offers])
    page, size = number_of(request, "page", 1, 1), number_of(request, "limit", PAGE, 1, LARGEST_PAGE)
    is_negotiated = form is None and "_mediatype" not in request.query_params
    return Variant(profile, form or format_of(request, offers, _WEIGHTS), page, size, is_negotiated)


def split_suffix(path: str) -> tuple[str, Format | None]:
    """A path without the suffix of a format, and that format; the path as it is if it has none."""
    stem, dot, suffix = path.rpartition(".")
    form = next((form for form in FORMATS if form.suffix == suffix), None) if dot and stem else None
    return (stem, form) if form else (path, None)
