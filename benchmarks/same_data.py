"""The data that every engine of the service benchmark gets: one file, and what is true of it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from benchmarks.generate import generate
from benchmarks.records import BASE, PREFIXES

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = sorted((ROOT / "ontology").glob("*.ttl"))
SHAPES = sorted((ROOT / "shapes").glob("*.ttl"))
SITE = BASE.removesuffix("/id/")
NAME = f"{PREFIXES['skos']}prefLabel"
OWL, SHACL = "http://www.w3.org/2002/07/owl#", "http://www.w3.org/ns/shacl#"
Name = tuple[str, str]
"""A text and its language."""


@dataclass(frozen=True)
class SameData:
    """A folder with `everything.nt` for the other engines and, with the same triples, `catalogue.ttl` for ours."""

    folder: Path

    @property
    def file(self) -> Path:
        """All triples, as N-Triples."""
        return self.folder / "everything.nt"

    @property
    def catalogue(self) -> Path:
        """The DCAT catalogue of the files that `everything.nt` was put together from."""
        return self.folder / "catalogue.ttl"

    @cached_property
    def triples(self) -> int:
        """How many triples there are: one a line."""
        with self.file.open("rb") as lines:
            return sum(1 for _ in lines)

    @cached_property
    def names(self) -> dict[str, set[Name]]:
        """Which names does each thing have?  Read from the file, by no engine that is measured."""
        found: dict[str, set[Name]] = {}
        for quad in ox.parse(path=str(self.file), format=ox.RdfFormat.N_TRIPLES):
            if quad.predicate.value == NAME:
                assert isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)
                found.setdefault(quad.subject.value, set()).add((quad.object.value, quad.object.language or ""))
        return found

    def things(self, number: int, kind: str = "", seed: int = 7) -> list[str]:
        """IRIs of up to `number` things, in random order; `kind` is what their ids begin with, as in `competence/`."""
        iris = sorted(iri for iri in self.names if iri.startswith(BASE + kind))
        return random.Random(seed).sample(iris, min(number, len(iris)))


def same_data(folder: Path, size: int) -> SameData:
    """The data of about `size` triples, made below `folder` unless they are there from an earlier run.

    The name of their folder tells the words, rules and generator that they were made with.
    """
    made_with = [*ONTOLOGY, *SHAPES, *(ROOT / "benchmarks" / name for name in ("generate.py", "records.py"))]
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in made_with)).hexdigest()[:8]
    data = SameData(folder.resolve() / f"{size}-{digest}")
    if not data.file.exists():
        data.folder.mkdir(parents=True, exist_ok=True)
        records = data.folder / "records.ttl"  # N-Triples are Turtle
        with records.open("w", encoding="utf-8") as out:
            generate(size, out)
        data.catalogue.write_text(_catalogue([*ONTOLOGY, *SHAPES, records]), encoding="utf-8")
        draft = data.file.with_suffix(".new")
        _put_together([*ONTOLOGY, *SHAPES, data.catalogue], records, draft)
        draft.replace(data.file)
    return data


def _put_together(words: Iterable[Path], records: Path, target: Path) -> None:
    with target.open("wb") as out:
        out.write(records.read_bytes())
        for path in words:
            base = f"{SITE}/" if path.name == "catalogue.ttl" else BASE
            quads = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=True)
            ox.serialize((quad.triple for quad in quads), out, format=ox.RdfFormat.N_TRIPLES)


def _catalogue(files: Iterable[Path]) -> str:
    lines = [
        f"@base <{SITE}/> .",
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .",
        f"@prefix dct: <{PREFIXES['dct']}> .",
        "@prefix spdx: <http://spdx.org/rdf/terms#> .",
        f"@prefix xsd: <{PREFIXES['xsd']}> .",
        '<catalog> a dcat:Catalog ; dct:title "Benchmark"@en .',
    ]
    for path in files:
        graph = f"<graph/{path.parent.name if path in (*ONTOLOGY, *SHAPES) else 'data'}-{path.stem}>"
        rules = path in SHAPES or path.name == "prefixes.ttl"
        standard = f"dct:conformsTo <{SHACL if rules else OWL}> ;" if path in (*ONTOLOGY, *SHAPES) else ""
        lines.append(
            f'<catalog> dcat:dataset {graph} . {graph} a dcat:Dataset ; dct:title "{path.stem}"@en ; {standard}\n'
            f'    dct:creator <{SITE}> ; dct:license <{SITE}/licence> ; dct:modified "2026-11-23"^^xsd:date ;\n'
            f'    spdx:fileName "{path}" .'
        )
    return "\n".join(lines) + "\n"
