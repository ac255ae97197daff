"""A package that was read becomes the content of its graph: what is left out, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.errors import BadParameter, CannotLoad
from nqf_graph.importers import Package
from nqf_graph.importing.record import Record
from nqf_graph.publication import Publication
from nqf_graph.store.exchange import Content
from nqf_graph.store.precedence import LeftOut, Stated, about, parted
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
    left_out: tuple[LeftOut, ...]
    """Texts of the package that were left out: what is ours is named and described by us."""
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

    What is ours goes before it (`store.precedence`).  `sources` are the files that were read, for the record.
    Raises DataInvalid when a rule would be broken, CannotLoad for a package that states nothing; the publication is
    then as it was.
    """
    graph = graph_of_scheme(publication, package.scheme)
    talk("comparing with what is there")
    parts = parted(package.triples, _stated_elsewhere(publication, graph))
    if not parts.kept:
        raise CannotLoad(package.scheme, "expected statements in the package, found none")
    record = Record(package, graph, owner, sources, publication.policy.things, publication.policy.history)
    outcome = publication.exchange({graph: Content(parts.kept)}, owner, record.statements, dry_run=dry_run, talk=talk)
    return ImportOutcome(
        package,
        graph,
        outcome.state,
        outcome.next_state,
        len(parts.kept),
        outcome.removed,
        parts.repeated,
        tuple(parts.left_out),
        outcome.findings,
    )


def to_state(publication: Publication, package: Package) -> list[Triple]:
    """Which statements of a package would its graph hold after an import?"""
    graph = graph_of_scheme(publication, package.scheme)
    return parted(package.triples, _stated_elsewhere(publication, graph)).kept


def _stated_elsewhere(publication: Publication, graph: str) -> Stated:
    """What do other graphs state of things that are not ours?  Thing → statements."""
    policy = publication.policy
    others = [name for name in publication.store.names() if name not in (graph, policy.history)]
    listed = " ".join(f"<{name}>" for name in others if name not in publication.description.graphs)
    text = publication.system("stated-of-others", own=str(Literal(policy.things)), graph=listed)
    found: list[Triple] = []
    for row in publication.store.select(text).rows:
        subject, name, value = row
        assert isinstance(subject, NamedNode) and isinstance(name, NamedNode) and value is not None
        found.append(Triple(subject, name, value))
    return about(found)
