"""ISCO-08 as ESCO's package carries it (ISCOGroups), or from a table of codes, parents and labels."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Literal, Triple

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.esco_layout import group_of
from nqf_graph.importers.files import open_files
from nqf_graph.importers.package import Package, Progress, Skipped, silent
from nqf_graph.importers.tables import Row, Table
from nqf_graph.importers.texts import label, prose
from nqf_graph.terms import DCT, ESCO_THINGS, RDF, SKOS

SCHEME = ESCO_THINGS["concept-scheme/isco"]
_LABELS = "label_"
_TEXTS = "description_"


def read_isco(source: Path, *, partial: bool = False, version: str = "", progress: Progress = silent) -> Package:
    """Which groups has ISCO-08?  From `ISCOGroups_xx.csv` (any language) or a table `code, parent, label_xx …`.

    Codes are text: those of major group 0 begin with a zero.  A group stands below the one whose code is shorter by
    a digit.  Raises CannotLoad for a file that is neither.
    """
    files = [file for file in open_files(source) if file.name.startswith(("ISCOGroups", "isco-08"))]
    if not files:
        raise CannotLoad(source.name, "expected ISCOGroups_en.csv (any language) or isco-08.csv")
    triples: dict[Triple, None] = {}
    rows: dict[str, int] = {}
    skipped: list[Skipped] = []
    languages: set[str] = set()
    codes: set[str] = set()
    for number, file in enumerate(files):
        progress(file.name, number, len(files))
        table = Table(file, ("code",))
        own = file.name.removesuffix(".csv").rpartition("_")[2] if file.name.startswith("ISCOGroups_") else "en"
        read = list(table.rows())
        rows[table.name] = len(read)
        for row in read:
            code = row.cells["code"].strip()
            if not (code.isascii() and code.isdigit() and len(code) <= 4):
                skipped.append(Skipped(table.name, row.line, f"expected a code of one to four digits, found {code!r}"))
                continue
            codes.add(code)
            texts = _texts(row, own)
            languages |= {text.language for text in texts.values() if text.language}
            triples |= dict.fromkeys(_group(code, texts))
    progress("", len(files), len(files))
    for code in sorted(codes):
        if len(code) > 1 and code[:-1] not in codes:
            skipped.append(Skipped("", 0, f"group {code}: its wider group {code[:-1]} is not there"))
        elif len(code) > 1:
            triples[Triple(group_of(code), SKOS["broader"], group_of(code[:-1]))] = None
    counts = {"ISCO groups": len(codes), "unit groups": sum(len(code) == 4 for code in codes)}
    return Package("isco", version or "ISCO-08", tuple(sorted(languages)), tuple(triples), rows, counts, tuple(skipped))


def _group(code: str, texts: dict[tuple[str, str], Literal]) -> list[Triple]:
    node = group_of(code)
    stated = [
        Triple(node, RDF["type"], SKOS["Concept"]),
        Triple(node, SKOS["inScheme"], SCHEME),
        Triple(node, SKOS["notation"], Literal(code)),
    ]
    properties = {"label": SKOS["prefLabel"], "text": DCT["description"]}
    return stated + [Triple(node, properties[kind], text) for (kind, _), text in texts.items()]


def _texts(row: Row, own: str) -> dict[tuple[str, str], Literal]:
    """The labels and descriptions of a row, by kind and language."""
    found: dict[tuple[str, str], Literal] = {}
    for column, cell in row.cells.items():
        kind, language = "", own
        if column in ("preferredLabel", "label"):
            kind = "label"
        elif column == "description":
            kind = "text"
        elif column.startswith((_LABELS, _TEXTS)):
            kind = "label" if column.startswith(_LABELS) else "text"
            language = column.partition("_")[2]
        text = label(cell) if kind == "label" else prose(cell)
        if kind and text:
            found[kind, language] = Literal(text, language=language)
    return found
