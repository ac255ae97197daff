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
                content = stream.read(_LARGEST)
        except (OSError, EOFError) as error:
            raise CannotLoad(self.shown_as, f"expected a whole gzip file ({error})") from error
        return content


def open_files(source: Path) -> list[File]:
    """The files of the folder, ZIP archive or single file `source`, sorted by name.

    Raises CannotLoad when there is nothing, or an archive is cut off or damaged.
    """
    if source.is_dir():
        found = [_file(path.name, path.name, path.read_bytes()) for path in source.rglob("*") if path.is_file()]
    elif not source.is_file():
        raise CannotLoad(str(source), "expected a folder, a ZIP archive or a file here")
    elif source.suffix.lower() == ".zip":
        found = list(_unpacked(source.read_bytes(), source.name, 0))
    else:
        found = [_file(source.name, source.name, source.read_bytes())]
    return sorted(found, key=lambda file: (file.name, file.shown_as))


def _unpacked(archive: bytes, shown_as: str, depth: int) -> Iterator[File]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            for member in opened.infolist():
                if member.is_dir() or member.filename.startswith("__MACOSX/"):
                    continue
                place = f"{shown_as}/{member.filename}"
                if member.file_size > _LARGEST:
                    raise CannotLoad(place, f"expected at most {_LARGEST} bytes, found {member.file_size}")
                content = opened.read(member)
                if member.filename.lower().endswith(".zip") and depth < _DEEPEST:
                    yield from _unpacked(content, place, depth + 1)
                else:
                    yield _file(PurePosixPath(member.filename).name, place, content)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise CannotLoad(shown_as, f"expected a whole ZIP archive ({error})") from error


def _file(name: str, shown_as: str, stored: bytes) -> File:
    return File(name.removesuffix(".gz"), shown_as, stored, name.endswith(".gz"))
