"""What comparisons read of the graph: rows as texts, names in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from nqf_graph.compare.comparison import Named
from nqf_graph.labels import labels_of
from nqf_graph.per_state import PerState
from nqf_graph.publication import Publication
from nqf_graph.store import Rows, Term, text_of
from nqf_graph.terms import language_order


def local(iri: str) -> str:
    """The last part of an IRI of a vocabulary."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def number(text: str) -> float | None:
    """A score, or None where there is none."""
    return float(text) if text else None


@PerState
def _kept_rows(_: Publication) -> dict[str, Rows]:
    """The rows of queries without parameters, filled as they are asked."""
    return {}


@dataclass
class Reader:
    """Asks the service's own queries, remembers which, and names things."""

    publication: Publication
    language: str
    asked: dict[str, None] = field(default_factory=dict)
    _names: dict[str, Named] = field(default_factory=dict)

    def rows(self, query: str, **terms: str) -> Iterator[dict[str, str]]:
        """The rows of `queries/system/<query>.rq`, cells as texts."""
        self.asked.setdefault(query)
        for row in self._answer(query, terms):
            yield {name: text_of(term) for name, term in row.items()}

    def _answer(self, query: str, terms: Mapping[str, str]) -> Rows:
        """The rows of a query; one that has no parameters is asked once for each state."""
        if terms:
            return self.publication.store.select(self.publication.system(query, **terms))
        kept = _kept_rows(self.publication)
        if query not in kept:
            kept[query] = self.publication.store.select(self.publication.system(query))
        return kept[query]

    def sorted_rows(self, query: str, *columns: str, **terms: str) -> list[dict[str, str]]:
        """As `rows`, each once, sorted by the texts of these columns; for queries that sort slower than this does."""
        unique = {tuple(row.items()): row for row in self.rows(query, **terms)}
        return sorted(unique.values(), key=lambda row: [row[column] for column in columns])

    def texts(self, query: str, column: str, **terms: str) -> Iterator[tuple[dict[str, str], Term | None]]:
        """As `rows`, each with the term of one column, whose language matters."""
        self.asked.setdefault(query)
        for row in self.publication.store.select(self.publication.system(query, **terms)):
            yield {name: text_of(term) for name, term in row.items()}, row[column]

    def learn(self, iris: Iterable[str]) -> None:
        """Find out what these things are called, all at once."""
        wanted = {iri for iri in iris if iri and iri not in self._names}
        found = labels_of(self.publication, wanted)
        for iri in wanted:
            names = {name.language or "": name.value for name in reversed(found.get(iri, ()))}
            self._names[iri] = self._chosen(iri, names)

    def named(self, iri: str) -> Named:
        """The thing with its name."""
        self.learn([iri])
        return self._names[iri]

    def several(self, iris: Iterable[str]) -> tuple[Named, ...]:
        """Things with their names, each once, in the order in which they come; empty texts are no things."""
        found = list(dict.fromkeys(iri for iri in iris if iri))
        self.learn(found)
        return tuple(map(self.named, found))

    def _chosen(self, iri: str, names: Mapping[str, str]) -> Named:
        short = self.publication.asker.shorten(iri)
        for language in (*language_order(self.language), *sorted(names)):
            if language in names:
                return Named(iri, short, names[language], language)
        return Named(iri, short, short, "")


def iris(values: Iterable[str]) -> str:
    """IRIs as terms of a VALUES block."""
    return " ".join(str(NamedNode(value)) for value in sorted(set(values)))


def in_language(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """The text in the reader's language, else in the next best, and which language that is."""
    for tag in (*language_order(language), *sorted(texts)):
        if tag in texts:
            return texts[tag], tag
    return "", ""
