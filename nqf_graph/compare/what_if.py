"""What if?  A proposed change is tried, looked at from all sides, and taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from pyoxigraph import NamedNode

from nqf_graph.compare.affected import (
    AlignmentChange,
    ProgrammeChange,
    RowChange,
    Sides,
    alignment_changes,
    programme_changes,
    row_changes,
)
from nqf_graph.compare.comparison import Named
from nqf_graph.compare.reading import Reader
from nqf_graph.compare.wording import sentence
from nqf_graph.publication import Publication
from nqf_graph.store import Store, WritableStore
from nqf_graph.validation import Finding, Report
from nqf_graph.validation.report import SHOWN_PER_RULE
from nqf_graph.writes import Rehearsal, Request

MOST_TOUCHED = 5000
"""Of so many things at most is it told what hangs on them; the rules are checked for all."""


@dataclass(frozen=True)
class RuleFinding:
    """A finding that comes or goes."""

    rule: str
    title: str
    severity: str
    focus: Named
    path: str
    value: str
    message: str


@dataclass(frozen=True)
class WhatIf:
    """What a change would bring."""

    language: str
    state: str
    """The state that the change was tried on; it is still the published one."""
    next_state: str
    """The state that the change would make."""
    sentence: str
    added: int
    """Statements."""
    removed: int
    touched: int
    """Things about which statements come or go."""
    is_whole: bool
    """False where more things are touched than are followed up."""
    violations: int
    """New violations: with any, the change would be refused."""
    introduced: tuple[RuleFinding, ...]
    """The first new findings of each rule, advice among them."""
    introduced_total: int
    vanished: tuple[RuleFinding, ...]
    vanished_total: int
    alignments: tuple[AlignmentChange, ...]
    comparisons: tuple[RowChange, ...]
    programmes: tuple[ProgrammeChange, ...]
    queries: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def what_if(publication: Publication, change: Request, *, language: str = "en") -> WhatIf:
    """What would a change bring: findings of rules, alignments, rows of comparisons, programmes?  Nothing is stored.

    Raises what a write raises for a change that does not parse or may not be written.
    """

    def look(rehearsal: Rehearsal) -> WhatIf:
        return _seen(publication, rehearsal, language)

    return publication.rehearse(change, look)


def _seen(publication: Publication, rehearsal: Rehearsal, language: str) -> WhatIf:
    sides = Sides(
        Reader(_beside(publication, rehearsal.before), language),
        Reader(_beside(publication, rehearsal.after), language),
    )
    delta = rehearsal.delta
    subjects = sorted(
        {quad.subject.value for quad in (*delta.added, *delta.removed) if isinstance(quad.subject, NamedNode)}
    )
    touched = subjects[:MOST_TOUCHED]
    alignments = alignment_changes(sides, touched)
    comparisons = row_changes(sides)
    programmes = programme_changes(sides, touched)
    violations = len(Report.of(rehearsal.introduced).violations)
    name = "changes-nothing" if not delta else "would-be-refused" if violations else "would-pass"
    return WhatIf(
        language, rehearsal.state, rehearsal.next_state,
        sentence(
            name, language, added=len(delta.added), removed=len(delta.removed), violations=violations,
            alignments=len(alignments), programmes=len(programmes),
        ),
        len(delta.added), len(delta.removed), len(subjects), len(subjects) == len(touched), violations,
        _told(publication, sides, rehearsal.introduced, language), len(rehearsal.introduced),
        _told(publication, sides, rehearsal.vanished, language), len(rehearsal.vanished),
        alignments, comparisons, programmes, tuple({**sides.before.asked, **sides.after.asked}),
    )  # fmt: skip


def _beside(publication: Publication, store: Store) -> Publication:
    """The publication as it would be with another store; it keeps nothing on disk."""
    settings = publication.settings.model_copy(update={"store": None, "endpoint": None})
    return replace(publication, settings=settings, store=cast(WritableStore, store))  # it is only read


def _told(
    publication: Publication, sides: Sides, findings: Iterable[Finding], language: str
) -> tuple[RuleFinding, ...]:
    """The first findings of each rule, in the reader's language."""
    shown = Report.of(findings).first(SHOWN_PER_RULE).findings
    sides.learn(finding.focus for finding in shown if "://" in finding.focus)

    def focus(finding: Finding) -> Named:
        return sides.named(finding.focus) if "://" in finding.focus else Named(finding.focus, "", finding.focus, "")

    return tuple(
        RuleFinding(
            finding.rule, rule.title[language] if (rule := publication.rules.get(finding.rule)) else "",
            finding.severity, focus(finding), finding.path or "", finding.value or "", finding.message(language),
        )
        for finding in shown
    )  # fmt: skip
