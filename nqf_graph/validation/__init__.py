"""Validation of data against the rules, and the register of the rules."""

from nqf_graph.validation.engine import as_graph
from nqf_graph.validation.report import Finding, Report
from nqf_graph.validation.rulebook import RuleBook, validate
from nqf_graph.validation.rules import Rule, read_rules

__all__ = ["Finding", "Report", "Rule", "RuleBook", "as_graph", "read_rules", "validate"]
