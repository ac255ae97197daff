"""What a request brings along: the publication it is answered from, its language, the format it wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, cast

from fastapi import Depends, Request

from nqf_graph.errors import BadParameter
from nqf_graph.formats import Format, choose, choose_language, named
from nqf_graph.publication import Publication
from nqf_graph.terms import LANGUAGES

VARY = {"Vary": "Accept, Accept-Language"}


def publication_of(request: Request) -> Publication:
    """The publication that the application serves."""
    return cast(Publication, request.app.state.publication)


Published = Annotated[Publication, Depends(publication_of)]


def language_of(request: Request) -> str:
    """The reader's language: `lang=` if it is one of ours, else `Accept-Language`, else English."""
    asked = request.query_params.get("lang")
    return asked if asked in LANGUAGES else choose_language(request.headers.get("accept-language"))


def strict_language_of(request: Request) -> str:
    """As `language_of`; raises BadParameter for a `lang=` that is not one of ours."""
    asked = request.query_params.get("lang")
    if asked is not None and asked not in LANGUAGES:
        raise BadParameter("lang", f"no language {asked!r}", LANGUAGES)
    return language_of(request)


def format_of(request: Request, offers: Sequence[Format], weights: Mapping[Format, float] | None = None) -> Format:
    """The format the caller wants: `_mediatype=` if given, else by `Accept` (see `choose`).  Raises NotAcceptable.

    A blank in `_mediatype` was a plus sign that nobody escaped (`application/ld+json`).
    """
    asked = request.query_params.get("_mediatype")
    accept = request.headers.get("accept")
    return named(asked.replace(" ", "+"), offers) if asked else choose(accept, offers, weights)


def number_of(request: Request, name: str, default: int, least: int, most: int | None = None) -> int:
    """A whole number among the query parameters.  Raises BadParameter for anything else, or one out of bounds."""
    text = request.query_params.get(name)
    if text is None:
        return default
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    if not is_number or int(text) < least or (most is not None and int(text) > most):
        expected = f"a whole number from {least}" + (f" to {most}" if most is not None else "")
        raise BadParameter(name, f"expected {expected}, found {text!r}")
    return int(text)
