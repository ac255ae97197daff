"""The comparison report: generated from the graph, every sentence with its query and its evidence."""

from nqf_graph.report.building import build
from nqf_graph.report.differences import Differences, Edition, differences, read_edition, read_edition_file
from nqf_graph.report.model import Report
from nqf_graph.report.writing import FORMATS, offered, write

__all__ = [
    "FORMATS",
    "Differences",
    "Edition",
    "Report",
    "build",
    "differences",
    "offered",
    "read_edition",
    "read_edition_file",
    "write",
]
