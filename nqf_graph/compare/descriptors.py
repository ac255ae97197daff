"""Descriptors side by side: which dimension of one framework stands beside which of the other?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from nqf_graph.compare.comparison import DescriptorPair, LevelRef, Side
from nqf_graph.compare.reading import Reader, in_language, iris, local
from nqf_graph.compare.relations import EXACT, inverse

_BEST_FIRST = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")


@dataclass(frozen=True)
class Descriptors:
    """What the levels of some editions say, and how their dimensions are aligned."""

    sides: dict[str, tuple[Side, ...]]
    """Level → what it says, one entry a dimension."""
    relations: dict[tuple[str, str], str]
    """Two dimensions → their relation."""

    @classmethod
    def read(cls, reader: Reader, editions: Iterable[str]) -> Descriptors:
        """The descriptors of the levels of these editions."""
        texts: dict[tuple[str, str, str, str], dict[str, str]] = {}
        known = [edition for edition in editions if edition]
        rows = list(reader.texts("compare-descriptors", "text", edition=iris(known))) if known else []
        columns = ("level", "dimension", "descriptor", "text")
        for row, text in sorted(rows, key=lambda pair: [pair[0][column] for column in columns]):
            key = (row["level"], row["dimension"], row["descriptor"], local(row["status"]))
            of = texts.setdefault(key, {})
            if isinstance(text, Literal):
                of.setdefault(text.language or "", text.value)
        reader.learn(dimension for _, dimension, _, _ in texts)
        sides: dict[str, list[Side]] = {}
        for (level, dimension, descriptor, status), found in texts.items():
            chosen, language = in_language(found, reader.language)
            side = Side(level, reader.named(dimension), descriptor, chosen, language, status)
            sides.setdefault(level, []).append(side)
        relations: dict[tuple[str, str], str] = {}
        for row in reader.rows("compare-dimensions"):
            relation = NamedNode(row["relation"])
            relations.setdefault((row["one"], row["other"]), local(relation.value))
            relations.setdefault((row["other"], row["one"]), local(inverse(relation).value))
        return cls({level: tuple(found) for level, found in sides.items()}, relations)

    def of(self, level: LevelRef) -> tuple[Side, ...]:
        """What a level says; a sub-level without descriptors says what the level says that it is part of."""
        return self.sides.get(level.iri) or self.sides.get(level.part_of, ())

    def pairs(self, level: LevelRef, targets: Sequence[LevelRef]) -> tuple[DescriptorPair, ...]:
        """The descriptors of a level, each beside those of its counterparts in aligned dimensions."""
        left = self.of(level)
        if not targets:
            return tuple(DescriptorPair(side, None, "") for side in left)
        found: list[DescriptorPair] = []
        for target in targets:
            right = self.of(target)
            met: set[str] = set()
            for side in left:
                beside = sorted(
                    ((relation, other) for other in right if (relation := self._relation(side, other))),
                    key=lambda entry: _BEST_FIRST.index(entry[0]),
                )
                met |= {other.dimension.iri for _, other in beside}
                found += [DescriptorPair(side, other, relation) for relation, other in beside] or [
                    DescriptorPair(side, None, "")
                ]
            found += [DescriptorPair(None, other, "") for other in right if other.dimension.iri not in met]
        return tuple(dict.fromkeys(found))

    def _relation(self, one: Side, other: Side) -> str:
        if one.dimension.iri == other.dimension.iri:
            return local(EXACT.value)
        return self.relations.get((one.dimension.iri, other.dimension.iri), "")
