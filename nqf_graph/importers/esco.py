"""ESCO from its official CSV package: SKOS concepts with ESCO's own terms, without SKOS-XL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nqf_graph.importers import esco_layout as layout
from nqf_graph.importers.esco_package import parts_of, version_of
from nqf_graph.importers.esco_rdf import RDF_SUFFIXES, read_esco_rdf
from nqf_graph.importers.esco_reading import Reading
from nqf_graph.importers.files import open_files
from nqf_graph.importers.package import Package, Progress, silent

_NAMED = 20
"""So many concepts without description are named one by one."""


def read_esco(
    source: Path,
    *,
    partial: bool = False,
    version: str = "",
    languages: Sequence[str] = (),
    progress: Progress = silent,
) -> Package:
    """What does an ESCO package state?  `source` is a folder or ZIP of CSV files, or a file of ESCO's RDF.

    All languages that are there are read, or `languages` only, and then each must be there.  With `partial`, files
    may be missing and reconstructed ones take their place.  Raises CannotLoad that says what was expected and found,
    with file and line; a row that states nothing is listed in the result instead.
    """
    files = open_files(source)
    version = version or version_of(source, files)
    if files and all(file.name.endswith(RDF_SUFFIXES) for file in files):
        return read_esco_rdf(files, version, languages, progress)
    parts = parts_of(files, source, languages, partial=partial)
    reading = Reading(progress, is_whole=not parts.missing, partial=partial)
    for part in parts.found:
        reading.read(part)
    read = reading.ledger
    for name in parts.others:
        read.mended[f"file that is no part of the package or not asked for, left alone: {name}"] += 1
    for part in parts.found:
        if part.layout in layout.RECONSTRUCTED:
            read.mended[f"file that is not ESCO's own but put together by others: {part.file.name}"] += 1
    nameless = reading.nameless()
    for iri in nameless[:_NAMED]:
        read.mended[f"concept with a place in the hierarchy and no description: {iri}"] += 1
    if further := len(nameless) - len(nameless[:_NAMED]):
        read.mended["further concepts with a place in the hierarchy and no description"] += further
    return Package(
        "esco", version, tuple(sorted(read.languages)), tuple(dict.fromkeys(read.triples)), read.rows,
        {kind: number for kind, number in read.counts.items() if number}, tuple(read.skipped),
        dict(sorted(read.mended.items())), parts.missing, read.used, read.repeated,
    )  # fmt: skip
