"""A package that was read becomes the content of its graph: what is left out, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.errors import BadParameter, CannotLoad
from nqf_graph.importers import Package
from nqf_graph.importing.record import Record
from nqf_graph.publication import Publication
from nqf_graph.store.exchange import Content
from nqf_graph.terms import SKOS
from nqf_graph.validation import Finding

GRAPHS = {
    "esco": "esco",
    "isco": "isco-08",
    "isced": "isced-2011",
    "isced-f": "isced-f",
    "eqf": "eqf-official",
}
"""Scheme → the last part of the name of its graph."""


@dataclass(frozen=True)
class Named:
    """A name that the package gives and another graph has differently; the other one stays."""

    thing: str
    language: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class ImportOutcome:
    """What an import did, or would do: the states, the statements, what was left out, what the rules say to it."""

    package: Package
    graph: str
    state: str
    next_state: str
    statements: int
    """How many statements the graph has now."""
    removed: int
    """How many it had before; all of them were replaced."""
    repeated: int
    """How many statements of the package were left out, because another graph states them."""
    named: tuple[Named, ...]
    """Names of the package that were left out, because another graph names the thing differently in that language."""
    findings: tuple[Finding, ...]

    @property
    def changes(self) -> bool:
        """Whether there is a new state."""
        return self.next_state != self.state


def graph_of_scheme(publication: Publication, scheme: str) -> str:
    """Which graph holds an imported scheme?  Raises BadParameter for a scheme that is not known."""
    if scheme not in GRAPHS:
        raise BadParameter("scheme", f"no scheme {scheme!r}", tuple(GRAPHS))
    return f"{publication.settings.base}/graph/{GRAPHS[scheme]}"


def import_reference(  # noqa: PLR0913 - what is recorded beside the package, and who is told
    publication: Publication,
    package: Package,
    *,
    owner: str,
    dry_run: bool = False,
    sources: Sequence[Path] = (),
    talk: Callable[[str], None] = lambda _: None,
) -> ImportOutcome:
    """Make the statements of `package` the content of its graph, in one transaction, in place of what was there.

    What other graphs state is left out, and so is a preferred name in a language in which another graph names the
    thing differently.  `sources` are the files that were read, for the record.  Raises DataInvalid when a rule would
    be broken, CannotLoad for a package that states nothing; the publication is then as it was.
    """
    graph = graph_of_scheme(publication, package.scheme)
    talk("comparing with what is there")
    kept, repeated, named = _apart(package.triples, _stated_elsewhere(publication, graph))
    if not kept:
        raise CannotLoad(package.scheme, "expected statements in the package, found none")
    record = Record(package, graph, owner, sources, publication.policy.things, publication.policy.history)
    outcome = publication.exchange({graph: Content(kept)}, owner, record.statements, dry_run=dry_run, talk=talk)
    return ImportOutcome(
        package,
        graph,
        outcome.state,
        outcome.next_state,
        len(kept),
        outcome.removed,
        repeated,
        tuple(named),
        outcome.findings,
    )


def to_state(publication: Publication, package: Package) -> list[Triple]:
    """Which statements of a package would its graph hold after an import?"""
    graph = graph_of_scheme(publication, package.scheme)
    return _apart(package.triples, _stated_elsewhere(publication, graph))[0]


_Stated = dict[object, list[Triple]]


def _stated_elsewhere(publication: Publication, graph: str) -> _Stated:
    """What do other graphs state of things that are not ours?  Thing → statements."""
    policy = publication.policy
    others = [name for name in publication.store.names() if name not in (graph, policy.history)]
    listed = " ".join(f"<{name}>" for name in others if name not in publication.description.graphs)
    text = publication.system("stated-of-others", own=str(Literal(policy.things)), graph=listed)
    found: _Stated = {}
    for row in publication.store.select(text).rows:
        subject, name, value = row
        assert isinstance(subject, NamedNode) and isinstance(name, NamedNode) and value is not None
        found.setdefault(subject, []).append(Triple(subject, name, value))
    return found


def _apart(triples: Iterable[Triple], stated: _Stated) -> tuple[list[Triple], int, list[Named]]:
    """The statements to keep, the number of those stated elsewhere, and the names that are given differently there."""
    kept: list[Triple] = []
    named: list[Named] = []
    repeated = 0
    for triple in triples:
        known = stated.get(triple.subject)
        if known is None:
            kept.append(triple)
        elif triple in known:
            repeated += 1
        elif (ours := _name_of(triple, known)) is not None:
            assert isinstance(triple.object, Literal) and isinstance(triple.subject, NamedNode)
            named.append(Named(triple.subject.value, triple.object.language or "", ours, triple.object.value))
        else:
            kept.append(triple)
    return kept, repeated, named


def _name_of(triple: Triple, known: Collection[Triple]) -> str | None:
    """The preferred name that is known in the language of one that `triple` gives."""
    if triple.predicate != SKOS["prefLabel"] or not isinstance(triple.object, Literal):
        return None
    names = (other.object for other in known if other.predicate == triple.predicate)
    language = triple.object.language
    return next((name.value for name in names if isinstance(name, Literal) and name.language == language), None)
