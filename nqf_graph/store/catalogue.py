"""The DCAT catalogue: which file is loaded into which named graph.  Nothing that it does not list is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from nqf_graph.errors import CannotLoad
from nqf_graph.terms import DCAT, DCT, ESCO, OWL, RDF, SH, SPDX

_REQUIRED = {
    "title": DCT["title"],
    "creator": DCT["creator"],
    "licence": DCT["license"],
    "date of change": DCT["modified"],
    "file": SPDX["fileName"],
}


_ESCO = NamedNode(ESCO.iri.removesuffix("#"))


@dataclass(frozen=True)
class Dataset:
    """One file of the catalogue, or one folder of a classification, loaded into the named graph `graph`.

    `shown_as` is how errors call it.
    """

    graph: str
    file: Path
    shown_as: str
    is_shapes: bool = False
    """Whether the file holds rules (`dct:conformsTo` SHACL) and not data."""
    is_vocabulary: bool = False
    """Whether the file holds words (`dct:conformsTo` OWL)."""
    is_esco: bool = False
    """Whether `file` is a folder with a package of ESCO (`dct:conformsTo` ESCO's model)."""


@dataclass(frozen=True)
class Catalogue:
    """The catalogue itself (a dataset like the others) and the datasets it lists."""

    itself: Dataset
    datasets: tuple[Dataset, ...]

    def __iter__(self) -> Iterator[Dataset]:
        return iter((self.itself, *self.datasets))


def read_turtle(text: bytes, shown_as: str, base: str) -> list[Triple]:
    """Which triples does a Turtle text state?  Raises CannotLoad with line, column and what was expected."""
    try:
        return [quad.triple for quad in parse(text, format=RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=True)]
    except SyntaxError as error:
        expected = error.msg.partition(": ")[2] or error.msg
        raise CannotLoad(shown_as, expected, error.lineno, error.offset) from error
    except UnicodeDecodeError as error:
        raise CannotLoad(shown_as, f"expected UTF-8 ({error.reason})") from error


def read_catalogue(file: Path, base: str) -> Catalogue:
    """What does the catalogue list?

    Raises CannotLoad when it is missing, does not parse, or an entry lacks title, creator, licence, date or file.
    """
    if not file.is_file():
        raise CannotLoad(file.name, "expected a DCAT catalogue here")
    triples = read_turtle(file.read_bytes(), file.name, f"{base}/")
    values: dict[tuple[str, NamedNode], list[object]] = {}
    for triple in triples:
        values.setdefault((str(triple.subject), triple.predicate), []).append(triple.object)
    catalogues = [t.subject for t in triples if t.predicate == RDF["type"] and t.object == DCAT["Catalog"]]
    if len(catalogues) != 1 or not isinstance(catalogues[0], NamedNode):
        raise CannotLoad(file.name, f"expected exactly one dcat:Catalog with an IRI, found {len(catalogues)}")
    catalogue = catalogues[0]
    datasets = [
        _dataset(node, values, file)
        for node in values.get((str(catalogue), DCAT["dataset"]), [])
        if isinstance(node, NamedNode)
    ]
    if not datasets:
        raise CannotLoad(file.name, f"expected dcat:dataset entries in {catalogue.value}")
    itself = Dataset(catalogue.value, file, file.name)
    return Catalogue(itself, tuple(sorted(datasets, key=lambda dataset: dataset.graph)))


def _dataset(node: NamedNode, values: dict[tuple[str, NamedNode], list[object]], catalogue: Path) -> Dataset:
    for word, term in _REQUIRED.items():
        if not values.get((str(node), term)):
            raise CannotLoad(catalogue.name, f"expected a {word} ({term.value}) for {node.value}")
    name = values[str(node), SPDX["fileName"]][0]
    assert isinstance(name, Literal)
    file = (catalogue.parent / name.value).resolve()
    standards = values.get((str(node), DCT["conformsTo"]), [])
    is_esco = _ESCO in standards
    if not (file.is_dir() if is_esco else file.is_file()):
        what = "folder" if is_esco else "file"
        raise CannotLoad(catalogue.name, f"expected the {what} {name.value!r} of {node.value}, found none")
    are_shapes, is_vocabulary = NamedNode(SH.iri) in standards, NamedNode(OWL.iri) in standards
    return Dataset(node.value, file, name.value, are_shapes, is_vocabulary, is_esco)
