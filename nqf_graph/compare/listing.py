"""All alignments, or those of a kind: of what with what, how, and how far they have come."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pyoxigraph import NamedNode

from nqf_graph.compare.comparison import Named
from nqf_graph.compare.reading import Reader, local, number
from nqf_graph.errors import BadParameter
from nqf_graph.publication import Publication
from nqf_graph.terms import NQF, SKOS

CHOICES = {
    "kind": {name: NQF[name] for name in ("referencing", "comparison", "analystMapping")},
    "state": {name: NQF[name] for name in ("proposed", "accepted", "rejected")},
    "relation": {
        name: SKOS[name] for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
    },
}
"""Parameter → word → term."""


@dataclass(frozen=True)
class Listed:
    """An alignment in a list; without `object` it states that there is no match in `none_in`."""

    alignment: Named
    subject: Named
    relation: str
    object: Named | None
    none_in: Named | None
    kind: str
    state: str
    status: str
    score: float | None

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def list_alignments(
    publication: Publication, *, language: str = "en", subject: str = "", object_: str = "", **choices: str
) -> list[Listed]:
    """Which alignments are there?  `kind`, `state` and `relation` take the words of CHOICES.

    Raises BadParameter for a word that is none of them.
    """
    reader = Reader(publication, language)
    given = {"subject": subject, "object": object_}
    terms = {side: _node(publication, side, name) for side, name in given.items()}
    for name, value in choices.items():
        known = CHOICES[name]
        if value and value not in known:
            raise BadParameter(name, f"no {name} {value!r}", tuple(known))
        terms[name] = str(known[value]) if value else "UNDEF"
    rows = reader.sorted_rows("explain-list", "alignment", "object", "none_in", **terms)
    if object_ or choices.get("relation"):
        rows = [row for row in rows if row["alignment"] and not row["none_in"]]
    reader.learn(row[column] for row in rows for column in ("alignment", "subject", "object", "none_in"))
    return [
        Listed(
            reader.named(row["alignment"]), reader.named(row["subject"]),
            "" if row["none_in"] else local(row["relation"]),
            None if row["none_in"] else reader.named(row["object"]),
            reader.named(row["none_in"]) if row["none_in"] else None, local(row["kind"]), local(row["state"]),
            local(row["status"]), number(row["score"]),
        )
        for row in rows
    ]  # fmt: skip


def _node(publication: Publication, side: str, name: str) -> str:
    if not name:
        return "UNDEF"
    try:
        return str(NamedNode(publication.asker.iri_of(name)))
    except ValueError:
        raise BadParameter(side, f"expected an IRI or an id, found {name!r}") from None
