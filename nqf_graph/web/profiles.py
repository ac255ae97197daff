"""The views in which a thing can be had: all that we say of it, or as SKOS, as schema.org and so on.

A view (profile) is a file of `queries/system/profiles/`: its token is the file's name, the header gives the IRI of the
profile and its title, the body is a CONSTRUCT with `VALUES ?thing { … }`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from nqf_graph.errors import CannotLoad
from nqf_graph.publication import Publication
from nqf_graph.terms import ALTERNATES, LANGUAGES, NQF

_HEADER = re.compile(r"^#\+ ?(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Profile:
    """A view: its token for addresses, its IRI for headers, its title in LANGUAGES."""

    token: str
    iri: str
    title: dict[str, str]


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


@cache
def read_profiles(folder: Path) -> dict[str, Profile]:
    """The profiles by token: the native one, those of a `queries` folder, and the list of them all."""
    found = [_read(file) for file in sorted((folder / "system" / "profiles").glob("*.rq"))]
    return {profile.token: profile for profile in (NATIVE, *found, ALT)}


def profiles_of(publication: Publication) -> dict[str, Profile]:
    """The profiles that a publication offers, by token."""
    return read_profiles(publication.settings.queries)


def view(publication: Publication, thing: NamedNode, profile: Profile) -> list[Triple]:
    """What a profile other than NATIVE and ALT says of the thing; empty if it has no place for it."""
    return publication.store.construct(publication.system(f"profiles/{profile.token}", thing=str(thing)))


def _read(file: Path) -> Profile:
    try:
        header = tomllib.loads("\n".join(_HEADER.findall(file.read_text(encoding="utf-8"))))
    except tomllib.TOMLDecodeError as error:
        raise CannotLoad(file.name, f"expected TOML in the #+ lines: {error}") from error
    title = header.get("title", {})
    if not isinstance(header.get("iri"), str) or set(title) != set(LANGUAGES):
        raise CannotLoad(file.name, "expected iri and title.ky, title.ru, title.en in the header")
    return Profile(file.stem, header["iri"], title)
