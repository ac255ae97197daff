"""The official wording of the EQF's level descriptors, from a table."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.files import open_files
from nqf_graph.importers.package import Package, Progress, silent
from nqf_graph.importers.tables import Table
from nqf_graph.importers.texts import prose
from nqf_graph.terms import DCT, RDF, SKOS

_DOMAINS = ("knowledge", "skills", "responsibility_and_autonomy")
_LEVELS = tuple(str(number) for number in range(1, 9))
_TEXTS = "descriptor_"


def read_eqf(source: Path, *, partial: bool = False, version: str = "", progress: Progress = silent) -> Package:
    """How does the Recommendation of 2017 describe each level?  A table `level, uri, domain, descriptor_xx …`.

    The wording becomes a node beside the level (`…/eqf/6#knowledge`), so that a paraphrase can stand beside it.
    Raises CannotLoad unless each of the 8 levels has one text in each of the 3 domains (less with `partial`).
    """
    files = [file for file in open_files(source) if file.name.endswith(".csv")]
    if not source.is_file():
        files = [file for file in files if file.name == "eqf-level-descriptors.csv"]
    if len(files) != 1:
        found = ", ".join(file.name for file in files) or "nothing"
        raise CannotLoad(source.name, f"expected one table (eqf-level-descriptors.csv), found {found}")
    progress(files[0].name, 0, 1)
    table = Table(files[0], ("level", "uri", "domain"))
    columns = [column for column in table.header if column.startswith(_TEXTS)]
    if not columns:
        found = ", ".join(table.header)
        raise CannotLoad(
            files[0].shown_as, f"expected a column descriptor_en (or of another language), found {found}", 1
        )
    triples: dict[Triple, None] = {}
    cells: dict[tuple[str, str], int] = {}
    for row in table.rows():
        level, domain = row.cells["level"].strip(), row.cells["domain"].strip()
        if level not in _LEVELS or domain not in _DOMAINS:
            expected = f"expected a level 1 to 8 and a domain ({', '.join(_DOMAINS)}), found {level!r} and {domain!r}"
            raise CannotLoad(files[0].shown_as, expected, row.line)
        if (level, domain) in cells:
            first = cells[level, domain]
            raise CannotLoad(
                files[0].shown_as, f"expected {domain} of level {level} once, found it in line {first} too", row.line
            )
        cells[level, domain] = row.line
        try:
            of = NamedNode(row.cells["uri"].strip())
        except ValueError:
            raise CannotLoad(files[0].shown_as, f"expected an IRI, found {row.cells['uri']!r}", row.line) from None
        node = NamedNode(f"{of.value}#{domain}")
        stated = [
            Triple(node, RDF["type"], SKOS["Concept"]),
            Triple(node, DCT["isPartOf"], of),
            Triple(node, DCT["type"], Literal(domain)),
            Triple(of, SKOS["notation"], Literal(level)),
        ]
        for column in columns:
            text = prose(row.cells[column])
            if not text:
                raise CannotLoad(files[0].shown_as, f"expected a text in {column}", row.line)
            stated.append(Triple(node, DCT["description"], Literal(text, language=column.removeprefix(_TEXTS))))
        triples |= dict.fromkeys(stated)
    missing = [f"{domain} of level {level}" for level in _LEVELS for domain in _DOMAINS if (level, domain) not in cells]
    if missing and not partial:
        raise CannotLoad(files[0].shown_as, f"expected 24 texts, found none for {', '.join(missing[:6])}")
    progress("", 1, 1)
    languages = tuple(sorted(column.removeprefix(_TEXTS) for column in columns))
    counts = {"levels": len({level for level, _ in cells}), "descriptors": len(cells)}
    return Package(
        "eqf", version or "2017", languages, tuple(triples), {table.name: len(cells)}, counts, missing=tuple(missing)
    )
