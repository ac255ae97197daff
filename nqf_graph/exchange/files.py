"""The forms in which mapping sets are exchanged: SSSOM/TSV and SSSOM/RDF, by media type, suffix or file name."""

from __future__ import annotations

from pathlib import Path

from nqf_graph.errors import BadParameter
from nqf_graph.formats import TSV, Format, named
from nqf_graph.sssom import RDF_FORMATS, MappingSet, Reading, read_rdf_file, read_tsv_file, write_rdf, write_tsv

SSSOM_TSV = Format(TSV.media_type, "sssom.tsv")
FORMS = (SSSOM_TSV, *RDF_FORMATS)
"""What a mapping set is written in, the preferred one first."""


def written(given: MappingSet, form: Format) -> bytes:
    """The bytes of a mapping set in one of FORMS; the same set gives the same bytes."""
    return write_tsv(given).encode() if form is SSSOM_TSV else write_rdf(given, form)


def form_named(name: str) -> Format:
    """The form with a media type or suffix (`tsv` too).  Raises NotAcceptable."""
    return SSSOM_TSV if name == TSV.suffix else named(name, FORMS)


def read_file(file: Path, metadata: Path | None = None, form: str = "") -> Reading:
    """The mapping set in a file, read as its name says, or as `form`.

    Raises BadParameter for a name that says nothing, CannotLoad for a file that cannot be read.
    """
    suffix = form or file.suffix.removeprefix(".").lower()
    suffixes = {TSV.suffix: SSSOM_TSV, "txt": SSSOM_TSV} | {offer.suffix: offer for offer in FORMS}
    if suffix not in suffixes:
        known = tuple(offer.suffix for offer in FORMS)
        raise BadParameter("--format", f"expected a known form of {file.name}, found {suffix!r}", known)
    chosen = suffixes[suffix]
    return read_tsv_file(file, metadata) if chosen is SSSOM_TSV else read_rdf_file(file, chosen)
