"""The files that a package was read from."""

from __future__ import annotations

from pathlib import Path

from nqf_graph.importers import Package


def files_of(source: Path, package: Package) -> list[Path]:
    """Which files was `package` read from?  A single file (a ZIP is one), or those files of a folder that have rows."""
    if source.is_file():
        return [source]
    files = sorted(path for path in source.iterdir() if path.is_file())
    read = [path for path in files if path.name in package.rows or path.name.removesuffix(".gz") in package.rows]
    return read or files
