"""Files of a package, wherever they lie: in a folder, in a ZIP, in a ZIP inside a ZIP, each plain or gzipped."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nqf_graph.errors import CannotLoad

_DEEPEST = 2  # a ZIP of the publisher holds one ZIP for each part
_LARGEST = 1 << 30  # bytes of one unpacked file; the whole of ESCO has some 40 MB a language
_KINDS = (".csv", ".ttl", ".nt", ".rdf", ".xml", ".jsonld")
_NONE_OF_IT = ("__MACOSX", ".")
"""Beginnings of the names of folders and files that archivers and systems leave behind."""


@dataclass(frozen=True)
class File:
    """A file of a package: its name (without folder and .gz) and its bytes, as they are stored."""

    name: str
    shown_as: str
    stored: bytes
    is_gzipped: bool

    def content(self) -> bytes:
        """The bytes of the file.  Raises CannotLoad when it is cut off or damaged."""
        if not self.is_gzipped:
            return self.stored
        try:
            with gzip.open(io.BytesIO(self.stored)) as stream:
                content = stream.read(_LARGEST + 1)
        except (OSError, EOFError) as error:
            raise CannotLoad(self.shown_as, f"expected a whole gzip file ({error})") from error
        if len(content) > _LARGEST:
            raise CannotLoad(self.shown_as, f"expected at most {_LARGEST} bytes, found more")
        return content


def open_files(source: Path) -> list[File]:
    """The tables and RDF files of the folder, ZIP archive or single file `source`, sorted by name.

    A file that is there twice with the same content counts once.  Raises CannotLoad when there is nothing, or an
    archive is cut off or damaged.
    """
    if source.is_dir():
        found = [file for path in sorted(source.rglob("*")) for file in _in_folder(path, source)]
    elif not source.is_file():
        raise CannotLoad(str(source), "expected a folder, a ZIP archive or a file here")
    elif source.suffix.lower() == ".zip":
        found = list(_unpacked(source.read_bytes(), source.name, 0))
    else:
        found = [_file(source.name, source.name, source.read_bytes())]
    once = {(file.name, file.is_gzipped, file.stored): file for file in reversed(found)}
    return sorted(once.values(), key=lambda file: (file.name, file.shown_as))


def _in_folder(path: Path, source: Path) -> Iterator[File]:
    shown_as = path.relative_to(source).as_posix()
    if not path.is_file() or _is_left_behind(shown_as):
        return
    if path.suffix.lower() == ".zip":
        yield from _unpacked(path.read_bytes(), shown_as, 1)
    elif _is_wanted(path.name):
        yield _file(path.name, shown_as, path.read_bytes())


def _unpacked(archive: bytes, shown_as: str, depth: int) -> Iterator[File]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            for member in opened.infolist():
                if member.is_dir() or _is_left_behind(member.filename):
                    continue
                is_archive = member.filename.lower().endswith(".zip") and depth < _DEEPEST
                if not is_archive and not _is_wanted(member.filename):
                    continue
                place = f"{shown_as}/{member.filename}"
                if member.file_size > _LARGEST:
                    raise CannotLoad(place, f"expected at most {_LARGEST} bytes, found {member.file_size}")
                content = opened.read(member)
                if is_archive:
                    yield from _unpacked(content, place, depth + 1)
                else:
                    yield _file(PurePosixPath(member.filename).name, place, content)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise CannotLoad(shown_as, f"expected a whole ZIP archive ({error})") from error


def _is_wanted(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith(_KINDS)


def _is_left_behind(path: str) -> bool:
    return any(part.startswith(_NONE_OF_IT) for part in PurePosixPath(path).parts)


def _file(name: str, shown_as: str, stored: bytes) -> File:
    return File(name.removesuffix(".gz"), shown_as, stored, name.endswith(".gz"))
