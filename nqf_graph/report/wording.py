"""The fixed phrases of a report in the reader's language, and how what it speaks of is written and cited."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path

from nqf_graph.report.document import Reference, Section, Span, Spans, Statement
from nqf_graph.report.model import Item, Query, Report, Text, Thing

_FILE = Path(__file__).resolve().parent / "words.toml"


@cache
def phrases(language: str) -> dict[str, str]:
    """Every phrase in `language`; what stands in braces is to be filled in."""
    with _FILE.open("rb") as file:
        return {name: texts[language] for name, texts in tomllib.load(file).items()}


class Wording:
    """Puts the things of one report into words."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._phrases = phrases(report.language)

    def __call__(self, name: str, **values: object) -> str:
        """A phrase, filled in."""
        return self._phrases[name].format(**values) if values else self._phrases[name]

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {source.iri: source.label for source in self.report.sources}

    @cached_property
    def results(self) -> dict[str, str]:
        """What results and statuses are called, by the last part of their IRI."""
        return {last(meaning.iri): meaning.name for meaning in self.report.meanings}

    def queries(self, keys: Iterable[str]) -> tuple[Reference, ...]:
        """References to queries."""
        return tuple(Reference(key, f"query-{key}") for key in dict.fromkeys(keys))

    def rules(self, numbers: Iterable[str]) -> tuple[Reference, ...]:
        """References to rules."""
        return tuple(Reference(number, f"rule-{number}") for number in dict.fromkeys(numbers))

    def sources(self, iris: Iterable[str]) -> tuple[Reference, ...]:
        """References to sources, as far as they are records of the graph."""
        labels = [self._labels[iri] for iri in iris if iri in self._labels]
        return tuple(Reference(label, source_anchor(label)) for label in dict.fromkeys(labels))

    def item(self, item: Item) -> Reference:
        """The reference to a topic or criterion."""
        return Reference(item.name.text, item_anchor(item))

    def answer(self, query: Query) -> Statement:
        """The question and how many rows answer it."""
        told = self("query_answer", question=query.question, n=query.total, k=query.official)
        if query.problem:
            told = self("query_problem", problem=query.problem)
        return Statement((Span(told),), self.queries([query.key]))


def thing(thing: Thing) -> Spans:
    """A thing by its name, which leads to it, and its data status."""
    spans = (Span(thing.name, thing.iri, language=thing.language),)
    return (*spans, Span(f" ({thing.status_name})", style="quiet")) if thing.status_name else spans


def things(several: Iterable[Thing]) -> Spans:
    """Things one after the other."""
    return join(map(thing, several), "; ")


def names(several: Iterable[Thing]) -> Spans:
    """Things by their names alone."""
    return join(((Span(one.name, one.iri, language=one.language),) for one in several), ", ")


def text(text: Text | None) -> Spans:
    """A text of the graph; nothing for none."""
    return (Span(text.text, language=text.language),) if text and text.text else ()


def join(several: Iterable[Spans], between: str) -> Spans:
    """Spans with something between them."""
    joined: list[Span] = []
    for spans in several:
        joined += [Span(between)] if joined else []
        joined += spans
    return tuple(joined)


def cited(references: Iterable[Reference]) -> Spans:
    """References as they stand in the cell of a table."""
    return join(((Span(reference.label, f"#{reference.anchor}"),) for reference in references), ", ")


def last(iri: str) -> str:
    """The last part of an IRI."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def source_anchor(label: str) -> str:
    """The anchor of a source."""
    return "source-" + re.sub(r"[^\w-]+", "-", label)


def item_anchor(item: Item) -> str:
    """The anchor of a topic or criterion."""
    return f"{item.set}-{last(item.iri)}"


def section(number: str, title: str, anchor: str, blocks: Iterable[object]) -> Section:
    """A section; its level is that of its number."""
    return Section(number, title, anchor, number.count(".") + 1, tuple(blocks))  # type: ignore[arg-type]
