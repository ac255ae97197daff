"""Alignments out: each named graph that holds some is a mapping set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from nqf_graph.errors import NotFound
from nqf_graph.exchange.carried import DEFINITIONS, record_of, said_of
from nqf_graph.exchange.things import Things, justifications_of, things_of
from nqf_graph.publication import Publication
from nqf_graph.sssom import MappingSet, Record, iris_of
from nqf_graph.sssom.model import Value
from nqf_graph.sssom.slots import NO_TERM_FOUND
from nqf_graph.sssom.values import BUILT_IN, Prefixes
from nqf_graph.store import text_of
from nqf_graph.terms import MAPPING_SLOTS


@dataclass(frozen=True)
class Pair:
    """Two schemes between which a set has alignments, and how many: IRIs of the schemes, empty where unknown."""

    source: str
    target: str
    mappings: int
    no_match: int


@dataclass(frozen=True)
class Summary:
    """A mapping set: its name in addresses and commands, its graph, and what it holds."""

    name: str
    graph: str
    title: Mapping[str, str]
    licence: str
    mappings: int
    no_match: int
    rejected: int
    pairs: tuple[Pair, ...]


def mapping_sets(publication: Publication) -> list[Summary]:
    """Which mapping sets are there?  In the order of their names."""
    found: dict[str, list[tuple[str, str, str, bool]]] = {}
    for row in publication.store.select(publication.system("mapping-sets")):
        pair = (text_of(row["source"]), text_of(row["target"]) or text_of(row["searched"]))
        found.setdefault(text_of(row["graph"]), []).append((*pair, text_of(row["state"]), row["searched"] is not None))
    return sorted((_summary(publication, graph, rows) for graph, rows in found.items()), key=lambda s: s.name)


def _summary(publication: Publication, graph: str, rows: list[tuple[str, str, str, bool]]) -> Summary:
    pairs: dict[tuple[str, str], list[bool]] = {}
    for source, target, _, is_none in rows:
        pairs.setdefault((source, target), []).append(is_none)
    about = _about(publication, graph)
    return Summary(
        name_of(publication, graph),
        graph,
        things_of(publication, [graph]).names.get(graph, {}),
        about["licence"],
        len(rows),
        sum(row[3] for row in rows),
        sum(row[2].endswith("#rejected") for row in rows),
        tuple(Pair(*pair, len(found), sum(found)) for pair, found in sorted(pairs.items())),
    )


def name_of(publication: Publication, graph: str) -> str:
    """The name of the set in a graph: what its IRI has below the base, else the whole IRI."""
    return graph.removeprefix(f"{publication.settings.base}/graph/")


def graph_of(publication: Publication, name: str) -> str:
    """The graph of the set with a name, or with an IRI.  Raises NotFound naming the sets there are."""
    sets = mapping_sets(publication)
    for summary in sets:
        if name in (summary.name, summary.graph):
            return summary.graph
    raise NotFound("mapping set", name, tuple(summary.name for summary in sets))


def mapping_set(publication: Publication, name: str) -> MappingSet:
    """All alignments of a set, as SSSOM.  Raises NotFound naming the sets there are.

    The version is the state of the graph, so that equal states give equal bytes.
    """
    graph = graph_of(publication, name)
    words = justifications_of(publication).words
    records = [record_of(node, said, words) for node, said in said_of(publication.store.triples(graph)).items()]
    slots_of_things = ("subject_id", "object_id", "object_source")
    things = things_of(publication, {record.text(name) for record in records for name in slots_of_things} - {""})
    full = tuple(_described(record, things) for record in records)
    about = _about(publication, graph)
    slots: dict[str, Value] = {
        "mapping_set_id": graph,
        "mapping_set_version": publication.store.state_id,
        "license": about["licence"],
        "creator_id": (about["creator"],),
        "mapping_set_title": things_of(publication, [graph]).name(graph, "en"),
    }
    used = {name for record in full for name in record.extensions}
    definitions = tuple(DEFINITIONS[name] for name in sorted(used))
    whole = MappingSet({name: value for name, value in slots.items() if value}, full, {}, definitions)
    return replace(whole, prefixes=_prefixes(publication, whole))


def _described(record: Record, things: Things) -> Record:
    """A record with names, schemes and their versions."""
    slots = dict(record.slots)
    for side in ("subject", "object"):
        iri = record.text(f"{side}_id")
        if iri != NO_TERM_FOUND:
            slots[f"{side}_label"] = things.name(iri, "en")
            slots[f"{side}_source"] = things.schemes.get(iri, "")
        slots[f"{side}_source_version"] = things.versions.get(str(slots.get(f"{side}_source", "")), "")
    return replace(record, slots={name: value for name, value in slots.items() if value})


def _about(publication: Publication, graph: str) -> dict[str, str]:
    """Licence and author of a graph, else of the whole catalogue."""
    rows = publication.store.select(publication.system("mapping-about", graph=f"<{graph}>"))
    row = next(iter(rows), {})
    given = {name: text_of(row.get(name)) for name in ("licence", "creator", "common", "publisher")}
    return {"licence": given["licence"] or given["common"], "creator": given["creator"] or given["publisher"]}


def _prefixes(publication: Publication, whole: MappingSet) -> dict[str, str]:
    """Prefixes for every identifier: ours first, then `ns1`, `ns2` … for namespaces that have none."""
    known = {name: space for name, space in publication.prefixes.items() if BUILT_IN.get(name, space) == space}
    base = publication.settings.base
    known |= {"id": f"{base}/id/"} if f"{base}/id/" not in known.values() else {}
    known |= {"nqfsssom": MAPPING_SLOTS.iri}
    prefixes = Prefixes(known)
    iris = set(iris_of(whole))
    spaces = sorted({_namespace(iri) for iri in iris if prefixes.split(iri) is None})
    return Prefixes(known | {f"ns{number}": space for number, space in enumerate(spaces, 1)}).used(iris)


def _namespace(iri: str) -> str:
    """What stands before the last name of an IRI."""
    match = re.match(r"(.*[/#:?=])[^/#:?=]+$", iri)
    return match[1] if match else iri[:-1]
