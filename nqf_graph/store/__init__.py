"""The graph store behind one small protocol, and the loading of the catalogue's files into it."""

from nqf_graph.store.catalogue import Catalogue, Dataset, read_catalogue
from nqf_graph.store.oxigraph import OxigraphStore
from nqf_graph.store.protocol import Change, DatasetClause, Result, Rows, Store, Term

__all__ = [
    "Catalogue",
    "Change",
    "Dataset",
    "DatasetClause",
    "OxigraphStore",
    "Result",
    "Rows",
    "Store",
    "Term",
    "read_catalogue",
]
