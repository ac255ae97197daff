"""The gate of every write: which findings would the next state have?"""

from __future__ import annotations

from datetime import date

from nqf_graph.store import Store
from nqf_graph.store.delta import Delta
from nqf_graph.validation import Report, RuleBook


class RuleGate:
    """Checks the records that a write can concern; the cost follows the change, not the graph."""

    def __init__(self, rules: RuleBook, report: Report) -> None:
        self._rules, self._report, self._day = rules, report, date.today()

    @property
    def report(self) -> Report:
        """The findings of the present state."""
        return self._report

    def check(self, delta: Delta, before: Store, after: Store) -> Report:
        """The findings that the state after `delta` would have."""
        new_day = date.today() != self._day  # some rules compare with the present day
        return self._rules.check_change(self._report, delta, before, after, new_day=new_day).report

    def accept(self, report: Report) -> None:
        """The write whose report this is has been committed."""
        self._report, self._day = report, date.today()
