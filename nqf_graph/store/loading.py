"""From the catalogue's files to a change of the store: parse what changed, all of it, before anything is touched."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from pyoxigraph import Triple

from nqf_graph.errors import CannotLoad, UnsupportedFormat
from nqf_graph.importers import read_esco
from nqf_graph.store.catalogue import Catalogue, read_turtle
from nqf_graph.store.csvw import metadata_file, read_csv
from nqf_graph.store.precedence import about, parted
from nqf_graph.store.protocol import Change, Store
from nqf_graph.terms import SH

READABLE = (".ttl", ".csv")


def plan(
    catalogue: Catalogue, store: Store, base: str, edited: Collection[str] = (), imported: Collection[str] = ()
) -> Change:
    """What has to change in the store, so that it holds what the catalogue lists?

    Files whose checksum the store remembers are not read again.  Raises CannotLoad for the first file that cannot
    be read, and for a changed file whose graph is one of `edited`; the store is not touched here.  Graphs that were
    `imported` stay as they are, whatever the files say.
    """
    remembered = store.graphs()
    listed = {dataset.graph: dataset for dataset in catalogue if dataset.graph not in imported}
    checksums = {graph: _checksum(dataset.file, base) for graph, dataset in listed.items()}
    stale = {graph for graph in listed if remembered.get(graph) != checksums[graph]}
    if stale:  # what others state is left out of a classification, so that it depends on them
        stale |= {dataset.graph for dataset in listed.values() if dataset.is_esco}
    changed = [listed[graph] for graph in sorted(stale)]
    for dataset in changed:
        if dataset.graph in edited:
            expected = f"expected this file as it was loaded: {dataset.graph} has been edited through the service since"
            raise CannotLoad(
                dataset.shown_as, f"{expected}; `nqf load` without a file takes the file and drops the edits"
            )
    prefixes = read_prefixes(catalogue, base)
    replace = {dataset.graph: read(dataset.file, dataset.shown_as, base, prefixes) for dataset in changed}
    for dataset in changed:
        if dataset.is_esco:
            others = {graph: replace.get(graph) or store.triples(graph) for graph in listed if graph != dataset.graph}
            stated = about(triple for triples in others.values() for triple in triples)
            replace[dataset.graph] = parted(replace[dataset.graph], stated).kept
    return Change(
        replace=replace,
        drop=tuple(sorted(set(remembered) - set(listed) - set(imported))),
        checksums={dataset.graph: checksums[dataset.graph] for dataset in changed},
    )


def read(file: Path, shown_as: str, base: str, prefixes: Mapping[str, str]) -> list[Triple]:
    """Which triples does a file state, by its ending (.ttl or .csv), or a folder with a package of ESCO?

    Relative IRIs resolve against `base`/id/.
    """
    if file.is_dir():
        return _read_package(file, shown_as)
    if file.suffix == ".ttl":
        return read_turtle(file.read_bytes(), shown_as, f"{base}/id/")
    if file.suffix == ".csv":
        metadata = metadata_file(file)
        if not metadata.is_file():
            raise CannotLoad(shown_as, f"expected its metadata beside it, in {metadata.name}")
        return read_csv(file, _text(file, shown_as), _text(metadata, metadata.name), prefixes, shown_as)
    raise UnsupportedFormat(shown_as, READABLE)


def read_prefixes(catalogue: Catalogue, base: str) -> dict[str, str]:
    """The project's one prefix list: every sh:declare of the dataset called prefixes.ttl.  Prefix → namespace."""
    found: dict[str, dict[str, str]] = {}
    for dataset in catalogue:
        if dataset.file.name == "prefixes.ttl":
            for triple in read_turtle(dataset.file.read_bytes(), dataset.shown_as, base):
                if triple.predicate in (SH["prefix"], SH["namespace"]):
                    found.setdefault(str(triple.subject), {})[triple.predicate.value] = triple.object.value  # type: ignore[union-attr]
    return {entry[SH["prefix"].value]: entry[SH["namespace"].value] for entry in found.values() if len(entry) == 2}


def disjoint(graphs: Iterable[tuple[str, Iterable[Triple]]]) -> None:
    """Is each triple in one named graph only?  Raises CannotLoad naming the two graphs and the triple."""
    home: dict[Triple, str] = {}
    for graph, triples in graphs:
        for triple in triples:
            other = home.setdefault(triple, graph)
            if other != graph:
                raise CannotLoad(graph, f"expected each statement in one file only, found {triple} also in {other}")


def _read_package(folder: Path, shown_as: str) -> list[Triple]:
    """The statements of a package of ESCO, every row of which must state something."""
    package = read_esco(folder, partial=True)
    for skipped in package.skipped:
        raise CannotLoad(f"{shown_as}/{skipped.file}", f"expected a row to import: {skipped.reason}", skipped.line)
    return list(package.triples)


def _checksum(file: Path, base: str) -> str:
    """A hash of the file, of its CSVW metadata if it has any, and of the base that relative IRIs resolve against."""
    if file.is_dir():
        files = sorted(path for path in file.iterdir() if path.is_file())
        told = b"\0".join(path.name.encode() + b"\0" + path.read_bytes() for path in files)
        return hashlib.sha256(base.encode() + b"\0" + told).hexdigest()
    digest = hashlib.sha256(base.encode() + b"\0" + file.read_bytes())
    if file.suffix == ".csv" and metadata_file(file).is_file():
        digest.update(metadata_file(file).read_bytes())
    return digest.hexdigest()


def _text(file: Path, shown_as: str) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CannotLoad(shown_as, f"expected UTF-8 ({error.reason})", line) from error
