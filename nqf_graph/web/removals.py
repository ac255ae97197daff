"""What was published once and is no more, as the patches of the commits that took it away tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from nqf_graph.publication import Publication
from nqf_graph.terms import DCT, PROV, RDFS, SKOS
from nqf_graph.web.description import describe

_REMOVED = re.compile(r"^D <([^<>]+)> ")
_NAMES = (SKOS["prefLabel"], RDFS["label"])


@dataclass(frozen=True)
class Removal:
    """A thing that a commit took away: the commit, when it was, what the thing was called, what has replaced it."""

    commit: str
    moment: str
    names: dict[str, str]
    replaced_by: tuple[str, ...]


def removal_of(publication: Publication, thing: NamedNode) -> Removal | None:
    """How did a thing that the graph says nothing of go?  None if no commit is known that took it away."""
    if publication.settings.store is None:
        return None
    patch = _patches(publication.settings.store / "history").last_removing(thing.value)
    if patch is None:
        return None
    commit = NamedNode(f"{publication.settings.base}/id/commit/{patch.stem}")
    told = describe(publication, commit, size=1)
    moments = told.objects(PROV["endedAtTime"]) if told else []
    lines = [line[2:] for line in patch.read_text(encoding="utf-8").splitlines() if line.startswith(f"D {thing} ")]
    said = [(quad.predicate, quad.object) for quad in parse("\n".join(lines).encode(), format=RdfFormat.N_QUADS)]
    return Removal(
        commit.value,
        next((moment.value for moment in moments if isinstance(moment, Literal)), ""),
        {o.language or "": o.value for p, o in said if p in _NAMES and isinstance(o, Literal)},
        tuple(o.value for p, o in said if p == DCT["isReplacedBy"] and isinstance(o, NamedNode)),
    )


class _Patches:
    """The patches of a folder; each is read once, for the things that it takes statements from."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock()
        self._read: set[str] = set()
        self._last: dict[str, Path] = {}

    def last_removing(self, iri: str) -> Path | None:
        """The newest patch that takes statements about `iri` away."""
        with self._lock:
            new = [file for file in self._folder.glob("*.rdfp") if file.name not in self._read]
            for file in sorted(new, key=lambda file: (file.stat().st_mtime_ns, file.name)):
                self._read.add(file.name)
                with file.open(encoding="utf-8") as lines:
                    self._last |= {found[1]: file for line in lines if (found := _REMOVED.match(line))}
            return self._last.get(iri)


@cache
def _patches(folder: Path) -> _Patches:
    return _Patches(folder)
