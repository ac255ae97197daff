"""Alignments leave the graph as SSSOM mapping sets and come in as such."""

from nqf_graph.exchange.outgoing import Summary, mapping_set, mapping_sets

__all__ = ["Summary", "mapping_set", "mapping_sets"]
