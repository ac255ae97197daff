"""The command `nqf`."""

from nqf_graph.cli import comparing, report
from nqf_graph.cli.commands import app, main

__all__ = ["app", "comparing", "main", "report"]
