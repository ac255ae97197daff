"""Reference classifications as their publishers hand them out, read as RDF: pure functions from files to triples."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from nqf_graph.importers.code_lists import read_isced, read_isced_f
from nqf_graph.importers.eqf import read_eqf
from nqf_graph.importers.esco import read_esco
from nqf_graph.importers.isco import read_isco
from nqf_graph.importers.package import Package, Progress, Skipped, silent

__all__ = ["Package", "Progress", "Reader", "Skipped", "read_esco", "readers", "silent"]


class Reader(Protocol):
    """Reads one classification."""

    def __call__(
        self,
        source: Path,
        *,
        partial: bool = False,
        version: str = "",
        languages: Sequence[str] = (),
        progress: Progress = silent,
    ) -> Package:
        """What does the folder, archive or file `source` state?

        `partial` takes what is there of an incomplete package; `version` stands where the files do not say it (or
        say otherwise); of texts those in `languages` are read, all of which must be there, or all if none is given.
        Raises CannotLoad.
        """


readers: Mapping[str, Reader] = {
    "esco": read_esco, "isco": read_isco, "isced": read_isced, "isced-f": read_isced_f, "eqf": read_eqf,
}  # fmt: skip
"""The readers by the name of what they read."""
