"""The command `nqf`."""

from nqf_graph.cli import align, comparing, report
from nqf_graph.cli.commands import app, main

__all__ = ["align", "app", "comparing", "main", "report"]
