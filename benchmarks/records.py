"""Writes records of an invented country as N-Triples, a line at a time, so that size costs no memory."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import TextIO

BASE = "https://example.org/benchmark/id/"
PREFIXES = {
    "nqf": "https://w3id.org/nqf/ontology#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "esco": "http://data.europa.eu/esco/model#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
LANGUAGES = ("ky", "ru", "en")
TOPICS = (
    ("айыл чарба", "сельское хозяйство", "agriculture"),
    ("баалоо", "оценивание", "assessment"),
    ("байланыш", "связь", "communication"),
    ("башкаруу", "управление", "management"),
    ("билим берүү", "образование", "education"),
    ("долбоор", "проект", "project"),
    ("каржы", "финансы", "finance"),
    ("коопсуздук", "безопасность", "safety"),
    ("курулуш", "строительство", "construction"),
    ("маалымат", "информация", "information"),
    ("окутуу", "обучение", "teaching"),
    ("өндүрүш", "производство", "production"),
    ("пландоо", "планирование", "planning"),
    ("саламаттык сактоо", "здравоохранение", "health care"),
    ("соода", "торговля", "trade"),
    ("талдоо", "анализ", "analysis"),
    ("тейлөө", "обслуживание", "service"),
    ("туризм", "туризм", "tourism"),
    ("унаа", "транспорт", "transport"),
    ("энергетика", "энергетика", "energy"),
)
Names = tuple[str, str, str]
"""A name in ky, ru, en."""


def term(name: str) -> str:
    """`nqf:rank`, `level/2020/1`, a full IRI or a written literal, as N-Triples wants it."""
    if name[0] in '"<':
        return name
    prefix, colon, local = name.partition(":")
    if colon and prefix in PREFIXES:
        return f"<{PREFIXES[prefix]}{local}>"
    return f"<{name}>" if colon else f"<{BASE}{name}>"


def date(day: str) -> str:
    """A day, YYYY-MM-DD."""
    return f'"{day}"^^<{PREFIXES["xsd"]}date>'


def whole(number: int) -> str:
    """A whole number."""
    return f'"{number}"^^<{PREFIXES["xsd"]}integer>'


def decimal(number: float) -> str:
    """A decimal number, written as Oxigraph keeps it."""
    return f'"{number:g}"^^<{PREFIXES["xsd"]}decimal>'


def text(words: str, language: str = "") -> str:
    """A literal without characters that need escaping."""
    return f'"{words}"@{language}' if language else f'"{words}"'


class Records:
    """Writes to `out` and counts; everything random comes from `seed`, so equal arguments give equal data."""

    def __init__(self, out: TextIO, seed: int) -> None:
        self._out = out
        self.random = random.Random(seed)
        self.triples = 0

    def add(self, subject: str, *links: tuple[str, str]) -> None:
        """Triples about one subject."""
        node = term(subject)
        self._out.write("".join(f"{node} {term(prop)} {term(value)} .\n" for prop, value in links))
        self.triples += len(links)

    def name(self, kind: Names, number: object = "", topics: int = 2) -> Names:
        """A name such as "Task 7: planning, trade"."""
        chosen = self.random.sample(TOPICS, topics)
        head = [f"{word} {number}".strip() for word in kind]
        return tuple(f"{head[i]}: {', '.join(topic[i] for topic in chosen)}" for i in range(3))  # type: ignore[return-value]

    def record(  # noqa: PLR0913
        self, subject: str, classes: str, names: Names, *links: tuple[str, str],
        status: str = "reported", source: str = "source/page", described: Names | None = None,
    ) -> str:  # fmt: skip
        """One complete record; `classes` are names of the ontology.  Returns its subject."""
        self.add(
            subject,
            *(("rdf:type", f"nqf:{name}") for name in classes.split()),
            *in_languages("skos:prefLabel", names),
            ("nqf:dataStatus", f"nqf:{status}"),
            ("dct:source", source),
            *(in_languages("dct:description", described) if described else ()),
            *links,
        )
        return subject


def in_languages(prop: str, words: Names) -> Iterable[tuple[str, str]]:
    """One property in the three languages."""
    return [(prop, text(word, language)) for word, language in zip(words, LANGUAGES, strict=True)]
