"""What validation found, in terms of the framework's rules: which record breaks which rule, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nqf_graph.errors import DataInvalid

SHOWN_PER_RULE = 20
"""How many findings of a rule an answer shows; it counts them all."""


@dataclass(frozen=True, order=True)
class Finding:
    """One record that breaks one rule.

    `rule` is the number ("R02"); `severity` Violation, Warning or Info; `focus` the record; `path` the property
    (None for a rule about the record as a whole); `value` the offending value, serialised; `shape` the constraint.
    """

    rule: str
    severity: str
    focus: str
    path: str | None
    value: str | None
    shape: str
    messages: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def message(self, language: str) -> str:
        """What to do, in `language`; in another language when there is no such text."""
        texts = dict(self.messages)
        return texts.get(language) or next(iter(texts.values()), "")

    def as_dict(self) -> dict[str, Any]:
        """The finding for JSON: messages by language."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "focusNode": self.focus,
            "path": self.path,
            "value": self.value,
            "shape": self.shape,
            "messages": dict(self.messages),
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Finding:
        """The finding that `as_dict` wrote."""
        return cls(
            given["rule"], given["severity"], given["focusNode"], given["path"], given["value"], given["shape"],
            tuple(given["messages"].items()),
        )  # fmt: skip


@dataclass(frozen=True)
class Report:
    """Every finding of one validation, sorted by rule and record.  No finding means that the data conform."""

    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Report:
        """A report whose order depends on its content only."""
        return cls(tuple(sorted(set(findings), key=lambda f: (f.rule, f.focus, f.path or "", f.value or "", f.shape))))

    @classmethod
    def from_list(cls, given: Iterable[Mapping[str, Any]]) -> Report:
        """The report whose findings were written by `Finding.as_dict`."""
        return cls.of(Finding.from_dict(finding) for finding in given)

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings that keep data from being published; the others are advice."""
        return tuple(finding for finding in self.findings if finding.severity == "Violation")

    @property
    def conforms(self) -> bool:
        """Whether there is no finding at all, as `sh:conforms` means it."""
        return not self.findings

    def counts(self) -> dict[str, int]:
        """How many findings are there by rule?"""
        return dict(Counter(finding.rule for finding in self.findings))

    def first(self, per_rule: int = SHOWN_PER_RULE) -> Report:
        """The first findings of each rule: a report of bounded size, however much is wrong."""
        seen: Counter[str] = Counter()
        kept = []
        for finding in self.findings:
            seen[finding.rule] += 1
            if seen[finding.rule] <= per_rule:
                kept.append(finding)
        return Report(tuple(kept))

    def refuse_violations(self) -> None:
        """Raise DataInvalid if there is a violation; it tells of the violations only, not of advice."""
        if self.violations:
            broken = Report(self.violations)
            raise DataInvalid([finding.as_dict() for finding in broken.first().findings], broken.counts())
