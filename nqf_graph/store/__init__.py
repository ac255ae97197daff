"""The graph store behind one small protocol, and the loading of the catalogue's files into it."""

from nqf_graph.store.catalogue import Catalogue, Dataset, read_catalogue
from nqf_graph.store.oxigraph import OxigraphStore
from nqf_graph.store.protocol import Change, DatasetClause, Result, Rows, Store, Term, WritableStore, text_of
from nqf_graph.store.remote import RemoteStore

__all__ = [
    "Catalogue",
    "Change",
    "Dataset",
    "DatasetClause",
    "OxigraphStore",
    "RemoteStore",
    "Result",
    "Rows",
    "Store",
    "Term",
    "WritableStore",
    "read_catalogue",
    "text_of",
]
