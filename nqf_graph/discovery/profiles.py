"""The profiles in which things can be had: as SKOS, schema.org, ELM and so on, one thing or all of them.

A profile is a file of `queries/system/profiles/`: its token is the file's name, the header gives the IRI of the
profile and its title, the body is a CONSTRUCT with `VALUES ?thing { … }`.  With `classes` and `files` in the header
the things of these classes make files of every state; `required` says what a node of a class must have there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Triple

from nqf_graph.discovery.completeness import Demand, Gap, complete, gaps
from nqf_graph.errors import CannotLoad
from nqf_graph.formats import GRAPHS, Context, Format
from nqf_graph.questions import SystemQueries
from nqf_graph.store import Store
from nqf_graph.terms import LANGUAGES

_HEADER = re.compile(r"^#\+ ?(.*)$", re.MULTILINE)
_PREFIX = re.compile(r"^PREFIX\s+([\w-]*):\s+<([^>]*)>", re.MULTILINE)
_AT_ONCE = 100
"""Things that one query asks for: the text stays short, the answers stay small."""


@dataclass(frozen=True)
class Profile:
    """A view: its token for addresses, its IRI for headers, its title in LANGUAGES, and what its files hold."""

    token: str
    iri: str
    title: Mapping[str, str]
    prefixes: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[NamedNode, ...] = ()
    files: tuple[Format, ...] = ()
    required: Mapping[str, tuple[Demand, ...]] = field(default_factory=dict)
    """By class: what a node without which is left out."""
    advised: Mapping[str, tuple[Demand, ...]] = field(default_factory=dict)
    """By class: what a node without which stays and is listed."""
    has_prefixed_words: bool = False
    """Whether its JSON-LD is written with prefixed names (`ceterms:name`) and plain keywords."""

    def context(self, triples: Iterable[Triple], prefixes: Mapping[str, str]) -> Context:
        """The words for statements of the profile in JSON-LD."""
        fitting = Context.prefixed if self.has_prefixed_words else Context.fitting
        return fitting(triples, {**prefixes, **self.prefixes})


@dataclass(frozen=True)
class Selection:
    """What a profile says of many things: the statements, what was left out, what stays though advice is not met."""

    triples: tuple[Triple, ...]
    left_out: tuple[Gap, ...] = ()
    incomplete: tuple[Gap, ...] = ()


@cache
def read_profiles(folder: Path) -> dict[str, Profile]:
    """The profiles of a `queries` folder by token.  Raises CannotLoad for a file without a proper header."""
    found = [_read(file) for file in sorted((folder / "system" / "profiles").glob("*.rq"))]
    return {profile.token: profile for profile in found}


def one(store: Store, system: SystemQueries, profile: Profile, thing: NamedNode, own: str) -> list[Triple]:
    """What a profile says of a thing; empty if it has no place for it.  `own` is what IRIs of ours begin with.

    Where the profile requires properties of what a thing leads to, that is described too.
    """
    asked: set[str] = set()
    wanted = {thing.value}
    triples: dict[Triple, None] = {}
    while wanted:
        triples |= dict.fromkeys(_constructed(store, system, profile, wanted))
        asked |= wanted
        wanted = set(_mentioned(triples, own)) - asked if profile.required else set()
    if not profile.required:
        return list(triples)
    kept, _ = complete(triples, profile.required, asked)
    return kept if any(_is_about(triple, thing.value) for triple in kept) else []


def everything(store: Store, system: SystemQueries, profile: Profile, own: str) -> Selection:
    """What a profile says of all things of its classes whose IRIs begin with `own`."""
    classes = " ".join(str(each) for each in profile.classes)
    rows = store.select(system("profiled", **{"class": classes, "own": f'"{own}"'}))
    things = [thing.value for (thing,) in rows.rows if isinstance(thing, NamedNode)]
    triples: dict[Triple, None] = {}
    for start in range(0, len(things), _AT_ONCE):
        triples |= dict.fromkeys(_constructed(store, system, profile, things[start : start + _AT_ONCE]))
    if not profile.required:
        return Selection(tuple(triples))
    kept, left_out = complete(triples, profile.required, things)
    return Selection(tuple(kept), tuple(left_out), tuple(gaps(kept, profile.advised)))


def _constructed(store: Store, system: SystemQueries, profile: Profile, things: Iterable[str]) -> list[Triple]:
    listed = " ".join(str(NamedNode(thing)) for thing in sorted(things))
    return store.construct(system(f"profiles/{profile.token}", thing=listed))


def _mentioned(triples: Iterable[Triple], own: str) -> Iterator[str]:
    """The things of ours that statements lead to."""
    for triple in triples:
        if isinstance(triple.object, NamedNode) and triple.object.value.startswith(own):
            yield triple.object.value.partition("#")[0]


def _is_about(triple: Triple, thing: str) -> bool:
    return isinstance(triple.subject, NamedNode) and triple.subject.value.partition("#")[0] == thing


def _read(file: Path) -> Profile:
    text = file.read_text(encoding="utf-8")
    try:
        header = tomllib.loads("\n".join(_HEADER.findall(text)))
    except tomllib.TOMLDecodeError as error:
        raise CannotLoad(file.name, f"expected TOML in the #+ lines: {error}") from error
    title = header.get("title", {})
    if not isinstance(header.get("iri"), str) or set(title) != set(LANGUAGES):
        raise CannotLoad(file.name, "expected iri and title.ky, title.ru, title.en in the header")
    prefixes = dict(_PREFIX.findall(text))
    forms = {form.suffix: form for form in GRAPHS}
    try:
        return Profile(
            file.stem, header["iri"], title, prefixes,
            tuple(NamedNode(_expanded(name, prefixes)) for name in header.get("classes", ())),
            tuple(forms[suffix] for suffix in header.get("files", ())),
            _demands(header.get("required", {}), prefixes), _demands(header.get("advised", {}), prefixes),
            header.get("words") == "prefixed",
        )  # fmt: skip
    except KeyError as error:
        expected = f"a prefix that the query declares, or a format of {', '.join(forms)}"
        raise CannotLoad(file.name, f"expected in the header {expected}, found {error}") from error


def _demands(given: Mapping[str, Any], prefixes: Mapping[str, str]) -> dict[str, tuple[Demand, ...]]:
    """`class = "property property+ property?"`: exactly one, at least one, at most one."""
    return {
        _expanded(kind, prefixes): tuple(_demand(name, prefixes) for name in str(names).split())
        for kind, names in given.items()
    }


def _demand(name: str, prefixes: Mapping[str, str]) -> Demand:
    property = _expanded(name.rstrip("+?"), prefixes)
    return Demand(property, least=0 if name.endswith("?") else 1, is_single=not name.endswith("+"))


def _expanded(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return prefixes[prefix] + local
