"""Reference data become part of the publication: one import is one transaction, recorded as such."""

from nqf_graph.importing.reference import GRAPHS, ImportOutcome, graph_of_scheme, import_reference, to_state

__all__ = ["GRAPHS", "ImportOutcome", "graph_of_scheme", "import_reference", "to_state"]
