"""SSSOM (Simple Standard for Sharing Ontological Mappings) 1.1: sets of mappings as TSV and RDF, without loss."""

from nqf_graph.sssom.model import Extension, MappingSet, Problem, Record
from nqf_graph.sssom.rdf import RDF_FORMATS, to_triples, write_rdf
from nqf_graph.sssom.rdf_reading import read_rdf, read_rdf_file, read_triples
from nqf_graph.sssom.reading import Reading, read_tsv, read_tsv_file
from nqf_graph.sssom.writing import iris_of, write_tsv

__all__ = [
    "RDF_FORMATS",
    "Extension",
    "MappingSet",
    "Problem",
    "Reading",
    "Record",
    "iris_of",
    "read_rdf",
    "read_rdf_file",
    "read_triples",
    "read_tsv",
    "read_tsv_file",
    "to_triples",
    "write_rdf",
    "write_tsv",
]
