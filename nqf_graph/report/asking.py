"""The questions behind a report: each asked once, with the parameters of the comparison, and cited by a short key."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from nqf_graph.errors import NqfError
from nqf_graph.questions import Answer, Question
from nqf_graph.report.document import Span, Spans
from nqf_graph.report.facts import Facts
from nqf_graph.report.model import Comparison, Query
from nqf_graph.report.wording import phrases
from nqf_graph.store import Rows, Term
from nqf_graph.terms import DCT, NQF

SHOWN = 5
"""How many rows of an answer a report shows; it counts them all."""
_HEAD_ENDS = re.compile(r"\s[–—]\s|[:;(,]")
_OFFICIAL = NQF["official"].value


class Asked:
    """The questions that a report has asked, in the order in which they were first needed."""

    def __init__(self, facts: Facts, comparison: Comparison) -> None:
        self.facts, self.comparison = facts, comparison
        self._queries: dict[str, Query] = {}
        self._rows: dict[str, Rows] = {}

    def __call__(self, id: str) -> Query:
        """The question `id` with its answer; one that cannot be asked says why in `problem`."""
        if id not in self._queries:
            self._queries[id] = self._ask(id, f"Q{len(self._queries) + 1}")
        return self._queries[id]

    def rows(self, id: str) -> Rows:
        """All rows of the answer to `id`; none for one that cannot be asked."""
        self(id)
        return self._rows.get(id, Rows((), ()))

    def all(self) -> tuple[Query, ...]:
        """Every question, by key."""
        return tuple(self._queries.values())

    def _ask(self, id: str, key: str) -> Query:
        publication, language = self.facts.publication, self.facts.language
        try:
            question = publication.questions[id]
            values = self._values(question)
            answer = publication.asker.ask(question, values, language)
        except NqfError as error:
            return Query(key, id, id, "", "", (), "", (), (), 0, 0, (), str(error))
        self._rows[id] = answer.rows
        statuses = self._statuses(answer.rows)
        counts = Counter(self.facts.name(status).text for status in statuses if status)
        columns, cells = self._shown(answer)
        total, official = len(answer.rows.rows), statuses.count(_OFFICIAL)
        path = f"/api/v1/questions/{id}?{urlencode(values | {'lang': language})}"
        return Query(
            key, id, question.title[language], question.question[language], publication.settings.base + path,
            tuple(values.items()), answer.query, columns, cells, total, official,
            tuple(sorted(counts.items())),
        )  # fmt: skip

    def _values(self, question: Question) -> dict[str, str]:
        """What the comparison says for the parameters of a question."""
        compared = self.comparison
        said: Mapping[str, str] = {
            "framework": compared.framework.iri,
            "reference": compared.reference.iri,
            "edition": compared.edition.iri,
            "as_of": compared.as_of,
            "lang": self.facts.language,
        }
        return {name: said[name] for name in question.parameters if name in said}

    def _statuses(self, rows: Rows) -> list[str]:
        """The data status that each row rests on: its column `status`, else the statuses of the things in it."""
        if "status" in rows.columns:
            at = rows.columns.index("status")
            return [_iri(row[at]) for row in rows.rows]
        things = {_iri(term) for row in rows.rows for term in row} - {""}
        self.facts.read(things)
        found = []
        for row in rows.rows:
            statuses = [self.facts.plain(_iri(term), NQF["dataStatus"]) for term in row if _iri(term)]
            found.append(next((status for status in statuses if status == _OFFICIAL), next(filter(None, statuses), "")))
        return found

    def _shown(self, answer: Answer) -> tuple[tuple[str, ...], tuple[tuple[Spans, ...], ...]]:
        """The columns and cells of the first rows, without the columns that tell nothing."""
        columns, language = answer.question.columns, self.facts.language
        heads = [_head(columns[name][language], name, language) for name in answer.rows.columns]
        cells = self._cells(answer)
        kept = [at for at in range(len(heads)) if self._tells(cells, at)]
        return tuple(heads[at] for at in kept), tuple(tuple(row[at] for at in kept) for row in cells)

    def _tells(self, cells: Sequence[Sequence[Spans]], at: int) -> bool:
        """Not if it is empty, repeats the names beside it, or always says the edition that is compared."""
        links = {span.link for row in cells for span in row[at]}
        return any(row[at] for row in cells) and links != {self.comparison.edition.iri} and not _repeats(cells, at)

    def _cells(self, answer: Answer) -> tuple[tuple[Spans, ...], ...]:
        shown = answer.rows.rows[:SHOWN]
        self.facts.read({iri for row in shown for term in row for iri in _iris(term)})
        return tuple(tuple(self._cell(term) for term in row) for row in shown)

    def _cell(self, term: Term | None) -> Spans:
        if term is None:
            return ()
        if iris := _iris(term):
            spans: list[Span] = []
            for iri in iris:
                name = self.facts.name(iri)
                label = self.facts.plain(iri, DCT["identifier"]) if self.facts.plain(iri, NQF["sourceKind"]) else ""
                spans += [Span(", ")] if spans else []
                spans.append(Span(label or name.text, iri, language="" if label else name.language))
            return tuple(spans)
        if isinstance(term, Literal):
            language = term.language or ""
            return (Span(term.value, language="" if language == self.facts.language else language),)
        return (Span(str(term)),)


def _head(text: str, name: str, language: str) -> str:
    """The head of a column: the description up to its first comma or colon, without article, with a capital letter."""
    if name == "sources":
        return phrases(language)["sources"]
    text = _HEAD_ENDS.split(text.removeprefix("the "))[0].strip()
    return text[:1].upper() + text[1:]


def _repeats(cells: Sequence[Sequence[Spans]], at: int) -> bool:
    """Does a column of texts say only what a thing in the same row is called?"""
    told = [(row[at], row) for row in cells if row[at]]
    return bool(told) and all(
        not cell[0].link and any(other and other[0].link and other[0].text == cell[0].text for other in row)
        for cell, row in told
    )


def _iri(term: Term | None) -> str:
    return term.value if isinstance(term, NamedNode) else ""


def _iris(term: Term | None) -> tuple[str, ...]:
    """The IRI that a term is, or the IRIs that a text of several stands for."""
    if isinstance(term, NamedNode):
        return (term.value,)
    if isinstance(term, Literal) and not term.language and "://" in term.value:
        parts = tuple(term.value.split(" "))
        if all(part.startswith(("http://", "https://")) for part in parts):
            return parts
    return ()
