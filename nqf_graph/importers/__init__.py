"""Reference classifications as their publishers hand them out, read as RDF: pure functions from files to triples."""

from nqf_graph.importers.package import Package, Progress, Skipped, silent

__all__ = ["Package", "Progress", "Skipped", "silent"]
