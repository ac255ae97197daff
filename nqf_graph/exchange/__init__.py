"""Alignments leave the graph as SSSOM mapping sets and come in as such."""

from nqf_graph.exchange.incoming import Import, RowFinding, bring
from nqf_graph.exchange.options import DIRECTIONS, Options
from nqf_graph.exchange.outgoing import Summary, mapping_set, mapping_sets

__all__ = [
    "DIRECTIONS",
    "Import",
    "Options",
    "RowFinding",
    "Summary",
    "bring",
    "mapping_set",
    "mapping_sets",
]
