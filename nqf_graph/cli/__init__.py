"""The command `nqf`."""

from nqf_graph.cli import align, comparing, reference, report, scenarios, versions
from nqf_graph.cli.commands import app, main

__all__ = ["align", "app", "comparing", "main", "reference", "report", "scenarios", "versions"]
