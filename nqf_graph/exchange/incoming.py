"""Mapping sets in: the rows of a file become alignments of a named graph, through the gate of the rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from nqf_graph.errors import CannotLoad
from nqf_graph.exchange.arriving import Arrival
from nqf_graph.exchange.carried import Said, said_of
from nqf_graph.exchange.options import Options
from nqf_graph.exchange.things import justifications_of, things_of
from nqf_graph.formats import N_TRIPLES, to_bytes
from nqf_graph.publication import Publication
from nqf_graph.sssom import MappingSet, Problem, Reading, Record
from nqf_graph.sssom.slots import NO_TERM_FOUND
from nqf_graph.sssom.values import Unusable
from nqf_graph.store import text_of
from nqf_graph.terms import DCT, FOAF, NQF, OWL, RDF, SKOS, Namespace
from nqf_graph.validation import Finding
from nqf_graph.writes import Outcome, Request

_KEPT = frozenset(
    {
        "record_id", "subject_id", "subject_label", "subject_source", "subject_source_version", "predicate_id",
        "predicate_modifier", "object_id", "object_label", "object_source", "object_source_version",
        "mapping_justification", "author_id", "reviewer_id", "creator_id", "mapping_date", "publication_date",
        "confidence", "see_also", "comment",
    }
)  # fmt: skip
"""Slots that leave a trace in the graph."""


@dataclass(frozen=True)
class RowFinding:
    """A rule that a row breaks, or advice on it: `line` of the file from 1, 0 for records that are not of the file."""

    line: int
    finding: Finding


@dataclass(frozen=True)
class Import:
    """What a file brought, or would bring: the graph it goes to, and what became of its rows."""

    graph: str
    rows: int
    problems: tuple[Problem, ...]
    """Rows that are no alignments, and why."""
    findings: tuple[RowFinding, ...]
    """What the rules say of the rows."""
    dropped: Mapping[str, int]
    """Slots that the graph has no place for → in how many rows."""
    outcome: Outcome | None
    """None when nothing was tried, because rows have problems and none may be left out."""

    @property
    def is_refused(self) -> bool:
        """Whether nothing was stored, because of a row or a rule."""
        return self.outcome is None or any(found.finding.severity == "Violation" for found in self.findings)


def bring(
    publication: Publication, reading: Reading, options: Options, graph: str = "", *, dry_run: bool = False
) -> Import:
    """Make the mappings of a file alignments of `graph`; without one, of the graph that `default_graph` names.

    An alignment that the graph has under the same IRI is replaced.  One transaction: if a row has a problem or breaks
    a rule, nothing is stored, unless the options are lenient: then such rows are left out and listed.  Raises what
    `Publication.write` raises.
    """
    plan = _plan(publication, reading, options, graph or default_graph(publication, reading.set))
    if plan.problems and not options.lenient:
        return plan.result((), None)
    while True:
        request = Request("put", _text(publication, plan), plan.graph, N_TRIPLES.media_type)
        outcome = publication.write(request, options.owner, dry_run=True)
        broken = {f.focus: f for f in outcome.findings if f.severity == "Violation"}
        if not options.lenient or not broken.keys() & plan.lines.keys():
            break
        plan = plan.without(broken)
    lines = plan.lines
    found = tuple(RowFinding(lines.get(finding.focus, 0), finding) for finding in outcome.findings)
    if not dry_run and not broken:
        outcome = publication.write(request, options.owner)
    return plan.result(tuple(sorted(found, key=lambda f: (f.line, f.finding))), outcome)


def default_graph(publication: Publication, given: MappingSet) -> str:
    """Which graph does a set belong to?  The one that it is named by, below our base, else one named after it."""
    home = f"{publication.settings.base}/graph/"
    return given.id if given.id.startswith(home) else f"{home}mappings-{slug_of(given)}"


def slug_of(given: MappingSet) -> str:
    """The last name of a set's IRI as a part of other IRIs."""
    last = re.split(r"[/#]", given.id.rstrip("/#"))[-1]
    bare = re.sub(r"(\.sssom)?\.(tsv|ttl|nt|rdf|jsonld|json)$", "", last)
    return re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-") or sha256(given.id.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class _Plan:
    """What an import would state, alignment by alignment."""

    graph: str
    rows: int
    problems: tuple[Problem, ...]
    dropped: Mapping[str, int]
    stated: Mapping[NamedNode, tuple[int, list[Triple]]]
    """Alignment → its line and what is said of it."""
    source: tuple[Triple, ...]

    @property
    def lines(self) -> dict[str, int]:
        """IRI of an alignment → the line that states it."""
        return {node.value: line for node, (line, _) in self.stated.items()}

    def without(self, broken: Mapping[str, Finding]) -> _Plan:
        """The same without alignments that break rules: their rows have problems."""
        stated = {node: said for node, said in self.stated.items() if node.value not in broken}
        lines = self.lines
        problems = [Problem(lines[iri], f.rule, f.message("en")) for iri, f in broken.items() if iri in lines]
        every = tuple(sorted((*self.problems, *problems), key=lambda problem: (problem.line, str(problem))))
        return replace(self, stated=stated, problems=every)

    def result(self, findings: tuple[RowFinding, ...], outcome: Outcome | None) -> Import:
        """What is told of it."""
        return Import(self.graph, self.rows, self.problems, findings, self.dropped, outcome)


def _plan(publication: Publication, reading: Reading, options: Options, graph: str) -> _Plan:
    home = Namespace(publication.policy.things)
    things = things_of(publication, {iri for record in reading.set.records for iri in _iris(record)})
    ids = [NamedNode(id) for record in reading.set.records if (id := record.text("record_id"))]
    known = frozenset(_places(publication, ids))
    arrival = Arrival(reading.set, options, things, justifications_of(publication), home, slug_of(reading.set), known)
    problems = list(reading.problems)
    stated: dict[NamedNode, tuple[int, list[Triple]]] = {}
    for record in reading.set.records:
        try:
            turned, sides = arrival.turned(record)
            arrival.check(turned, sides)
            node = arrival.alignment_of(turned)
            if node in stated:
                raise Unusable(f"expected each mapping once, found that of line {stated[node][0]} again")
            stated[node] = (record.line, arrival.triples(turned))
        except (Unusable, CannotLoad) as error:
            problems.append(Problem(record.line, "", str(error)))
    for iri, place in _places(publication, stated).items():
        if place != graph:
            line, _ = stated.pop(NamedNode(iri))
            problems.append(Problem(line, "record_id", f"expected an alignment of {graph}, found it in {place}"))
    dropped = Counter(name for record in reading.set.records for name in record.slots if name not in _KEPT)
    uses_source = any(triple.object == arrival.source for _, said in stated.values() for triple in said)
    problems.sort(key=lambda problem: (problem.line, str(problem)))
    return _Plan(
        graph,
        len(reading.set.records) + len(reading.problems),
        tuple(problems),
        dict(sorted(dropped.items())),
        stated,
        tuple(_source(arrival)) if uses_source else (),
    )


def _iris(record: Record) -> list[str]:
    names = ("record_id", "subject_id", "object_id", "subject_source", "object_source")
    return [text for name in names if (text := record.text(name)) and text != NO_TERM_FOUND]


def _places(publication: Publication, nodes: Iterable[NamedNode]) -> dict[str, str]:
    """Which of the nodes are alignments of the graph, and in which named graph do they stand?"""
    listed = " ".join(map(str, nodes))
    rows = publication.store.select(publication.system("mapping-places", thing=listed)) if listed else ()
    return {text_of(row["thing"]): text_of(row["graph"]) for row in rows}


def _source(arrival: Arrival) -> Iterator[Triple]:
    """The file as a source: name, version, licence, where it is."""
    slots, node = arrival.set.slots, arrival.source
    name = str(slots.get("mapping_set_title") or arrival.set.id)
    version = slots.get("mapping_set_version")
    yield Triple(node, RDF["type"], NQF["Source"])
    yield Triple(node, SKOS["prefLabel"], Literal(name, language="en"))
    yield Triple(node, DCT["identifier"], Literal(arrival.set.id))
    yield Triple(node, NQF["sourceKind"], NQF["unattributed"])
    yield Triple(node, DCT["license"], NamedNode(str(slots["license"])))
    yield Triple(node, FOAF["page"], NamedNode(arrival.set.id))
    if version:
        yield Triple(node, OWL["versionInfo"], Literal(str(version)))


def _text(publication: Publication, plan: _Plan) -> str:
    """All that the graph states afterwards; what became accepted is projected to one SKOS statement, and back."""
    present = publication.store.triples(plan.graph)
    fresh = {*plan.stated, *(triple.subject for triple in plan.source)}
    before = {node: said for node, said in said_of(present).items() if node in fresh}
    earlier = {node: _match(said) for node, said in before.items()}
    stated = [triple for _, said in plan.stated.values() for triple in said]
    now = {node: _match(said) for node, said in said_of(stated).items()}
    gone = {match for node, matches in earlier.items() for match in matches if match not in now.get(node, ())}
    new = {match for node, matches in now.items() for match in matches if match not in earlier.get(node, ())}
    new -= _stated_elsewhere(publication, new, plan.graph)
    kept = [triple for triple in present if triple.subject not in fresh and triple not in gone]
    every = sorted({*kept, *plan.source, *stated, *new}, key=str)
    return to_bytes(every, RdfFormat.N_TRIPLES).decode()


def _match(said: Said) -> list[Triple]:
    """The one SKOS statement that an accepted alignment is projected to."""
    if NQF["accepted"] not in said.get(NQF["alignmentStatus"], ()):
        return []
    ends = [said.get(NQF[name], ()) for name in ("alignedSubject", "relation", "alignedObject")]
    return [
        Triple(subject, relation, object_)
        for subject in ends[0]
        for relation in ends[1]
        for object_ in ends[2]
        if isinstance(subject, NamedNode) and isinstance(relation, NamedNode)
    ]


def _stated_elsewhere(publication: Publication, matches: Iterable[Triple], graph: str) -> set[Triple]:
    """Which of the statements stand in another graph already?"""
    nodes = " ".join(sorted({str(match.subject) for match in matches}))
    if not nodes:
        return set()
    return {
        Triple(row["thing"], row["relation"], row["match"])  # type: ignore[arg-type]
        for row in publication.store.select(publication.system("mapping-stated", thing=nodes))
        if text_of(row["graph"]) != graph
    }
