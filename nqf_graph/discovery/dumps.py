"""Everything that a state states, as files: the same statements give the same bytes, whoever writes them.

N-Quads come in canonical form (RDFC-1.0: labels of blank nodes and order of lines), the other formats from those.
Nothing is held in memory but the statements about blank nodes and a run of lines that is being sorted.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import count, groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
from pyoxigraph import Quad, RdfFormat

from nqf_graph.formats import JSON_LD, N_QUADS, N_TRIPLES, TRIG, TURTLE, Format

_RUN = 20_000
"""Lines that are sorted at once: few enough that other threads do not wait."""


@dataclass(frozen=True)
class Dump:
    """A file that every state has."""

    name: str
    form: Format
    is_compressed: bool = False
    profile: str | None = None
    """The IRI of the profile that the file keeps to; None: it holds all that the graph says."""
    title: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """The value of a Content-Type header."""
        return "application/gzip" if self.is_compressed else self.form.content_type


@dataclass(frozen=True)
class File:
    """A file that was written: its name, its size, and the SHA-256 of its bytes in hexadecimal."""

    name: str
    bytes: int
    sha256: str


DUMPS = (
    Dump("nqf.nq.gz", N_QUADS, is_compressed=True),
    Dump("nqf.trig", TRIG),
    Dump("nqf.ttl", TURTLE),
    Dump("nqf.nt", N_TRIPLES),
    Dump("nqf.jsonld", JSON_LD),
)
"""Those without named graphs (Turtle, N-Triples) hold the union of all graphs."""


def write_dumps(statements: Iterable[Quad], folder: Path, prefixes: Mapping[str, str]) -> tuple[File, ...]:
    """Write every dump of `statements` to `folder`."""
    with TemporaryDirectory(dir=folder, prefix=".work-") as name:
        work = Path(name)
        raw, canonical, by_graph = work / "raw.nq", work / "canonical.nq", work / "by-graph.nq"
        ox.serialize(_one_by_one(statements), raw, format=RdfFormat.N_QUADS)
        _sort(_canonical_lines(raw), canonical, work, lambda line: line)
        _sort(_lines(canonical), by_graph, work, lambda line: (_graph(line), line))
        _compress(canonical, folder / "nqf.nq.gz")
        with (folder / "nqf.nt").open("wb") as file:
            file.writelines(line for line, _ in groupby(map(_without_graph, _lines(canonical))))
        triples = (quad.triple for quad in ox.parse(path=folder / "nqf.nt", format=RdfFormat.N_TRIPLES))
        ox.serialize(triples, folder / "nqf.ttl", format=RdfFormat.TURTLE, prefixes=dict(prefixes))
        for dump in (JSON_LD, TRIG):
            assert isinstance(dump.engine, RdfFormat)
            quads = ox.parse(path=by_graph, format=RdfFormat.N_QUADS)
            ox.serialize(_one_by_one(quads), folder / f"nqf.{dump.suffix}", format=dump.engine, prefixes=dict(prefixes))
    return tuple(described(folder / dump.name) for dump in DUMPS)


def _one_by_one(quads: Iterable[Quad]) -> Iterator[Quad]:
    """The same by way of Python, so that other threads have their turns: the engine itself would not let go."""
    return (quad for quad in quads)


def _canonical_lines(file: Path) -> Iterator[bytes]:
    """The lines of an N-Quads file, those about blank nodes with canonical labels and last."""
    nameless: list[bytes] = []
    for line in _lines(file):
        if line.startswith(b"_:") or b" _:" in line:
            nameless.append(line)
        else:
            yield line
    graph = ox.Dataset(ox.parse(b"".join(nameless), format=RdfFormat.N_QUADS))
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    yield from (ox.serialize(graph, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)


def _sort(lines: Iterable[bytes], target: Path, work: Path, key: Callable[[bytes], object]) -> None:
    """Write lines to `target` in the order of `key`, by way of sorted runs in `work`."""
    runs: list[Path] = []
    remaining = iter(lines)
    for number in count():
        run = sorted(islice(remaining, _RUN), key=key)  # type: ignore[arg-type]
        if not run:
            break
        runs.append(work / f"run-{number}")
        with runs[-1].open("wb") as file:
            file.writelines(run)
    with target.open("wb") as file:
        file.writelines(merge(*map(_lines, runs), key=key))  # type: ignore[arg-type]
    for done in runs:
        done.unlink()


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as lines:
        yield from lines


def _graph(line: bytes) -> bytes:
    """The graph of a line of N-Quads."""
    return line.rsplit(b" ", 2)[1]


def _without_graph(line: bytes) -> bytes:
    """A line of N-Quads as a line of N-Triples."""
    return line.rsplit(b" ", 2)[0] + b" .\n"


def _compress(source: Path, target: Path) -> None:
    """Compress a file; neither name nor time goes into the result."""
    with (
        source.open("rb") as plain,
        target.open("wb") as packed,
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file,
    ):
        shutil.copyfileobj(plain, file, 1 << 20)


def described(file: Path) -> File:
    """A file that has been written, with its size and checksum."""
    with file.open("rb") as content:
        return File(file.name, file.stat().st_size, hashlib.file_digest(content, "sha256").hexdigest())
