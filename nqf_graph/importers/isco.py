"""ISCO-08 as ESCO's package carries it (ISCOGroups), or from a table of codes, parents and labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import Literal, Triple

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.columns import texts_of
from nqf_graph.importers.esco_layout import group_of
from nqf_graph.importers.files import File, open_files
from nqf_graph.importers.package import Package, Progress, Skipped, silent
from nqf_graph.importers.tables import Row, Table
from nqf_graph.importers.texts import label, prose
from nqf_graph.terms import DCT, ESCO_THINGS, RDF, SKOS

SCHEME = ESCO_THINGS["concept-scheme/isco"]
_ESCO = "ISCOGroups_"


def read_isco(
    source: Path,
    *,
    partial: bool = False,
    version: str = "",
    languages: Sequence[str] = (),
    progress: Progress = silent,
) -> Package:
    """Which groups has ISCO-08?  From `ISCOGroups_xx.csv` (any language) or `isco-08.csv` with `code, label_xx …`.

    Codes are text: those of major group 0 begin with a zero.  A group stands below the one whose code is shorter by
    a digit.  Raises CannotLoad for files that are neither, and for a language that is not there.
    """
    all_files = open_files(source)
    files = [file for file in all_files if file.name.startswith((_ESCO, "isco-08"))]
    if not files:
        found = ", ".join(file.name for file in all_files[:20]) or "nothing"
        raise CannotLoad(source.name, f"expected ISCOGroups_en.csv (any language) or isco-08.csv, found {found}")
    there = {_language(file) for file in files if file.name.startswith(_ESCO)}
    if (absent := sorted(set(languages) - there)) and len(there) == len(files):
        expected = ", ".join(f"{_ESCO}{language}.csv" for language in absent)
        raise CannotLoad(source.name, f"expected {expected}, found {', '.join(file.name for file in files)}")
    reading = _Reading()
    for file in files:
        progress(file.name, 0, 1)
        if not (file.name.startswith(_ESCO) and languages and _language(file) not in languages):
            reading.read(file, languages)
        progress(file.name, 1, 1)
    return reading.package(version or "ISCO-08")


class _Reading:
    def __init__(self) -> None:
        self.triples: dict[Triple, None] = {}
        self.rows: dict[str, int] = {}
        self.used: dict[str, int] = {}
        self.skipped: list[Skipped] = []
        self.languages: set[str] = set()
        self.codes: set[str] = set()

    def read(self, file: File, languages: Sequence[str]) -> None:
        """Read the rows of a file."""
        if file.name.startswith(_ESCO):
            table = Table(file, ("code", "conceptUri", "preferredLabel"))
            labels, texts = {"preferredLabel": _language(file)}, {"description": _language(file)}
        else:
            table = Table(file, ("code", "uri"))
            labels = texts_of(table, "label_", languages, file)
            texts = {f"description_{language}": language for language in labels.values()}
        rows = list(table.rows())
        seen: set[str] = set()
        for row in rows:
            if fault := _fault(row, seen):
                self.skipped.append(Skipped(table.name, row.line, fault))
                continue
            code = row.cells["code"].strip()
            seen.add(code)
            self.languages |= set(labels.values())
            named = [label(row.cells[column]) for column in labels]
            if not all(named):
                self.skipped.append(Skipped(table.name, row.line, f"group {code} has no label", "label"))
            self.triples |= dict.fromkeys(_stated(row, labels, texts))
        self.codes |= seen
        self.rows[table.name], self.used[table.name] = len(rows), len(seen)

    def package(self, version: str) -> Package:
        """All that was read, with the hierarchy that the codes say."""
        for code in sorted(self.codes):
            if len(code) > 1 and code[:-1] not in self.codes:
                reason = f"group {code}: its wider group {code[:-1]} is not there"
                self.skipped.append(Skipped("", 0, reason, "code"))
            elif len(code) > 1:
                self.triples[Triple(group_of(code), SKOS["broader"], group_of(code[:-1]))] = None
        counts = {"ISCO groups": len(self.codes), "unit groups": sum(len(code) == 4 for code in self.codes)}
        return Package(
            "isco", version, tuple(sorted(self.languages)), tuple(self.triples), self.rows, counts,
            tuple(self.skipped), used=self.used,
        )  # fmt: skip


def _language(file: File) -> str:
    return file.name.removeprefix(_ESCO).removesuffix(".csv")


def _fault(row: Row, seen: set[str]) -> str:
    """Why a row states nothing; "" if it does."""
    code = row.cells["code"].strip()
    if not (code.isascii() and code.isdigit() and len(code) <= 4):
        return f"expected a code of one to four digits, found {code!r}"
    if code in seen:
        return f"expected each code once, found {code} again"
    uri = row.cells.get("uri", row.cells.get("conceptUri", "")).strip()
    expected = group_of(code).value
    return "" if uri == expected else f"expected {expected} for the code {code}, found {uri!r}"


def _stated(row: Row, labels: dict[str, str], texts: dict[str, str]) -> list[Triple]:
    code = row.cells["code"].strip()
    node = group_of(code)
    stated = [
        Triple(node, RDF["type"], SKOS["Concept"]),
        Triple(node, SKOS["inScheme"], SCHEME),
        Triple(node, SKOS["notation"], Literal(code)),
    ]
    for column, language in labels.items():
        if name := label(row.cells[column]):
            stated.append(Triple(node, SKOS["prefLabel"], Literal(name, language=language)))
    for column, language in texts.items():
        if text := prose(row.cells.get(column, "")):
            stated.append(Triple(node, DCT["description"], Literal(text, language=language)))
    return stated
