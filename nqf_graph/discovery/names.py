"""The addresses of a publication, and the IRIs of the parts of its description."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from pyoxigraph import NamedNode

GENERATED = ("void", "dcat", "questions", "findings")
"""The last parts of the names of the graphs that hold the description."""


@dataclass(frozen=True)
class Names:
    """Names below `base`; `prefixes` shorten the IRIs that they are made from."""

    base: str
    prefixes: Mapping[str, str]
    _known: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def dataset(self) -> NamedNode:
        """All that is published, as a dataset."""
        return NamedNode(f"{self.base}/void#dataset")

    @property
    def own(self) -> str:
        """What the IRIs of things begin with."""
        return f"{self.base}/id/"

    def graph(self, name: str) -> NamedNode:
        """A named graph."""
        return NamedNode(f"{self.base}/graph/{name}")

    def at(self, path: str) -> NamedNode:
        """An address of the service."""
        return NamedNode(f"{self.base}/{path}")

    def part(self, *names: str) -> NamedNode:
        """A part of the VoID description, such as `void#class/nqf:Level/skos:notation`."""
        for name in names:
            if name not in self._known:
                self._known[name] = self._short(name)
        return NamedNode(f"{self.base}/void#{'/'.join(self._known[name] for name in names)}")

    def _short(self, iri: str) -> str:
        """A prefixed name where there is one, the last part of an IRI of ours, else the whole, percent-encoded."""
        for prefix, namespace in self.prefixes.items():
            if iri.startswith(namespace) and re.fullmatch(r"\w[\w.-]*", iri[len(namespace) :], re.ASCII):
                return f"{prefix}:{iri[len(namespace) :]}"
        return quote(iri.removeprefix(f"{self.base}/"), safe="")

    def vocabulary(self, term: str) -> str:
        """The namespace of a term: one of the list of prefixes, else all up to the last `#`, `/` or `:`."""
        known = [namespace for namespace in self.prefixes.values() if term.startswith(namespace)]
        return max(known, key=len, default=re.sub(r"[^#/:]*$", "", term))
