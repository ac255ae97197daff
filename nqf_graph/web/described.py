"""Pages about the publication as a whole: what it holds, the catalogue, the dumps."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from nqf_graph.discovery import Export
from nqf_graph.discovery.dumps import File
from nqf_graph.discovery.exports import CHECKSUMS
from nqf_graph.discovery.sitemap import changes
from nqf_graph.publication import Publication
from nqf_graph.web.pages import render
from nqf_graph.web.tables import names_of, table_of

_LISTS = ("described-classes", "described-properties", "described-links")


@dataclass(frozen=True)
class ListedGraph:
    """A line of the catalogue's page: a dataset, where it is, and what is known of it."""

    name: str
    address: str
    statements: str
    modified: str
    licence: str


@dataclass(frozen=True)
class ListedFile:
    """A line of a list of dumps."""

    name: str
    media_type: str
    bytes: str
    sha256: str


def void_page(publication: Publication, language: str) -> str:
    """The page of the VoID description."""
    dataset = str(publication.description.names.dataset)
    tables = {}
    for name in _LISTS:
        text = publication.system(name, **{"whole" if name == "described-links" else "dataset": dataset})
        tables[name.removeprefix("described-")] = table_of(publication, publication.store.select(text), language)[1]
    return render("void", language, "/void", tables=tables, state=publication.store.state_id)


def catalogue_page(publication: Publication, language: str) -> str:
    """The page of the catalogue."""
    export = publication.exports.latest()
    return render(
        "catalog", language, "/catalog", graphs=_graphs(publication, language), export=export,
        files=_files(publication, export), checksums=CHECKSUMS,
    )  # fmt: skip


def export_page(publication: Publication, export: Export, language: str) -> str:
    """The page of the dumps of a state."""
    address = f"/exports/{export.state}/"
    return render("exports", language, address, export=export, files=_files(publication, export), checksums=CHECKSUMS)


def _graphs(publication: Publication, language: str) -> list[ListedGraph]:
    names = publication.description.names
    catalogue = str(publication.description.facts.catalogue)
    rows = list(publication.store.select(publication.system("described-graphs", catalogue=catalogue)))
    name = names_of(publication, [row["graph"] for row in rows], language)
    written = changes(publication.store, publication.system)
    found = []
    for row in rows:
        graph = row["graph"]
        if isinstance(graph, NamedNode) and graph != names.dataset:
            texts = {key: term.value for key, term in row.items() if isinstance(term, Literal | NamedNode)}
            modified = max(texts.get("modified", ""), written.get(graph.value, "")[:10])
            address = graph.value.removeprefix(names.base)
            found.append(
                ListedGraph(name(graph).text, address, _number(texts["statements"]), modified, texts.get("licence", ""))
            )
    return found


def _files(publication: Publication, export: Export) -> list[ListedFile]:
    types = {dump.name: dump.form.media_type for dump in publication.description.dumps}
    return [_file(file, types[file.name]) for file in export.files]


def _file(file: File, media_type: str) -> ListedFile:
    return ListedFile(file.name, media_type, _number(str(file.bytes)), file.sha256)


def _number(digits: str) -> str:
    """A number with its thousands apart."""
    return f"{int(digits):,}".replace(",", "\u202f")
