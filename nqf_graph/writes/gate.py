"""The gate of every write: which findings would the next state have?"""

from __future__ import annotations

from datetime import date

from nqf_graph.store import Store
from nqf_graph.store.delta import Delta
from nqf_graph.validation import Report, RuleBook


class RuleGate:
    """Checks the records that a write can concern; the cost follows the change, not the graph."""

    def __init__(self, rules: RuleBook, report: Report, state: str) -> None:
        """`report` has the findings of `state`."""
        self._rules, self._report, self._state, self._day = rules, report, state, date.today()

    @property
    def report(self) -> Report:
        """The findings of the present state."""
        return self._report

    def check(self, delta: Delta, before: Store, after: Store) -> Report:
        """The findings that the state after `delta` would have."""
        self._catch_up(before)
        new_day = date.today() != self._day  # some rules compare with the present day
        return self._rules.check_change(self._report, delta, before, after, new_day=new_day).report

    def check_whole(self, before: Store, after: Store) -> Report:
        """The same for a change of more statements than are worth following: everything is checked."""
        self._catch_up(before)
        return self._rules.check(after)

    def _catch_up(self, before: Store) -> None:
        if before.state_id != self._state:  # another process has written to the same engine
            self._report, self._state, self._day = self._rules.check(before), before.state_id, date.today()

    def accept(self, report: Report, state: str) -> None:
        """The write whose report this is has been committed and made `state`."""
        self._report, self._state, self._day = report, state, date.today()
