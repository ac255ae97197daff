"""Alignments of levels as chains: from a level of one edition to one of another, directly or through a third."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from pyoxigraph import NamedNode

from nqf_graph.compare.reading import Reader, local, number
from nqf_graph.compare.relations import along, as_match, inverse
from nqf_graph.terms import NQF

LONGEST = 2
"""So many alignments in a row at most: with each, less can be said."""

_KINDS = ("referencing", "comparison", "analystMapping")
_STATUSES = ("official", "reported", "draft", "inferred", "illustrative")


@dataclass(frozen=True)
class Link:
    """An alignment seen from one of its ends."""

    alignment: str
    from_level: str
    to_level: str
    to_edition: str
    relation: NamedNode
    kind: str
    state: str
    status: str
    score: float | None


@dataclass(frozen=True)
class Chain:
    """Links in a row."""

    links: tuple[Link, ...]

    @property
    def target(self) -> str:
        """The level at its end."""
        return self.links[-1].to_level

    @property
    def relation(self) -> str:
        """What holds between its ends."""
        return local(along([link.relation for link in self.links]).value)

    @property
    def kind(self) -> str:
        """The weakest kind; what is composed is a mapping of ours."""
        kinds = [link.kind for link in self.links if link.kind]
        return "analystMapping" if len(self.links) > 1 else kinds[0] if kinds else ""

    @property
    def state(self) -> str:
        """proposed where one link is."""
        return "proposed" if any(link.state == "proposed" for link in self.links) else "accepted"

    @property
    def status(self) -> str:
        """The weakest data status; what is composed is at most inferred."""
        own = ["inferred"] if len(self.links) > 1 else []
        return max([link.status for link in self.links] + own, key=_STATUSES.index)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The alignments without a score; what a sector states of its own levels needs none."""
        return tuple(link.alignment for link in self.links if link.score is None and link.kind)

    @property
    def score(self) -> float | None:
        """The product of the scores, rounded to three digits; None where one is unknown."""
        known = [link.score for link in self.links if link.score is not None]
        return round(prod(known), 3) if known and not self.unknown else None


def read_links(reader: Reader) -> tuple[dict[str, list[Link]], list[Link]]:
    """The links that start from each level, in both directions, and those that were rejected."""
    found: dict[str, list[Link]] = {}
    rejected: list[Link] = []
    for row in reader.sorted_rows("compare-alignments", "subject", "object", "alignment", "justification"):
        relation = as_match(NamedNode(row["relation"]))
        said = (local(row["kind"]), local(row["state"]) or "accepted", local(row["status"]), number(row["score"]))
        there = Link(row["alignment"], row["subject"], row["object"], row["object_edition"], relation, *said)
        back = Link(row["alignment"], row["object"], row["subject"], row["subject_edition"], inverse(relation), *said)
        if row["state"] == NQF["rejected"].value:
            rejected += [there, back]
            continue
        for link in (there, back):
            others = found.setdefault(link.from_level, [])
            if link not in others:
                others.append(link)
    return found, rejected


def chains(level: str, edition: str, target: str, links: Mapping[str, Iterable[Link]]) -> list[Chain]:
    """The shortest chains from a level of `edition` to levels of the edition `target`: direct ones, else composed."""
    ways = [Chain((link,)) for link in links.get(level, ())]
    for _ in range(LONGEST):
        there = [way for way in ways if way.links[-1].to_edition == target]
        if there:
            return sorted(there, key=lambda way: [link.alignment for link in way.links])
        ways = [
            Chain((*way.links, link))
            for way in ways
            for link in links.get(way.target, ())
            if link.to_edition not in {edition, *(before.to_edition for before in way.links)}
        ]
    return []
