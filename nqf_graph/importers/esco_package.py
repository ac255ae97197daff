"""Which file of a folder or archive is which part of ESCO's CSV package, and in which language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.esco_layout import ALL, CONCEPTS, RECONSTRUCTED, Layout
from nqf_graph.importers.files import File

_NAME = re.compile(r"^(?P<stem>.+?)(?:_(?P<language>[a-z]{2}(?:-[a-z]{2})?))?\.csv$")
_VERSION = re.compile(r"v?(\d+\.\d+(?:\.\d+)?)(?![\d.]*\w*\.zip\.)")
_OTHER_LAYOUTS = {"occupation_groups": "the Tabiya platform (occupation_groups, skill_groups)"}


@dataclass(frozen=True)
class Part:
    """A file that was recognised; `language` is empty where its name says none."""

    layout: Layout
    language: str
    file: File


def parts_of(files: Sequence[File], source: Path, *, partial: bool) -> tuple[list[Part], tuple[str, ...], list[str]]:
    """The parts of the package in the order in which they are read, the names of missing ones, and of unknown files.

    Raises CannotLoad when a core file is missing (unless `partial`), or is there in other languages only.
    """
    stems = {layout.stem: layout for layout in ALL if partial or layout not in RECONSTRUCTED}
    found: list[Part] = []
    unknown: list[str] = []
    for file in files:
        name = _NAME.match(file.name)
        layout = name and stems.get(name["stem"])
        if name and layout:
            found.append(Part(layout, name["language"] or "", file))
        else:
            unknown.append(file.name)
    for other, platform in _OTHER_LAYOUTS.items():
        if any(name.startswith(other) for name in unknown):
            raise CannotLoad(source.name, f"expected ESCO's own CSV package, found the layout of {platform}")
    _refuse_twice(found)
    missing = _missing(found)
    if not found or (missing and not partial):
        there = ", ".join(file.name for file in files[:20]) or "nothing"
        wanted = ", ".join(missing or [f"{layout.stem}_en.csv" for layout in CONCEPTS[:4]])
        hint = "; less than a whole package is imported with --partial" if found else ""
        raise CannotLoad(source.name, f"expected {wanted}, found {there}{hint}")
    order = list(stems)
    return sorted(found, key=lambda part: (order.index(part.layout.stem), part.language)), tuple(missing), unknown


def version_of(source: Path) -> str:
    """The version in the name of the folder or archive; empty where it does not say."""
    versions = _VERSION.findall(source.resolve().name)
    return versions[0] if versions else ""


def _missing(found: Sequence[Part]) -> list[str]:
    """The names of the core files that are not there, in each language that the package has begun."""
    stems = {part.layout.stem for part in found}
    named = {part.layout.stem for part in found if part.layout in CONCEPTS}
    languages = sorted({part.language for part in found if part.layout in CONCEPTS})
    missing = []
    for layout in (layout for layout in ALL if layout.core):
        if layout not in CONCEPTS:
            missing += [] if layout.stem in stems else [f"{layout.stem}.csv"]
        elif layout.stem not in named or len(languages) > 1:
            there = {part.language for part in found if part.layout == layout}
            missing += [f"{layout.stem}_{language}.csv" for language in languages or ["en"] if language not in there]
    return missing


def _refuse_twice(found: Sequence[Part]) -> None:
    seen: dict[tuple[str, str], File] = {}
    for part in found:
        other = seen.setdefault((part.layout.stem, part.language), part.file)
        if other is not part.file:
            raise CannotLoad(part.file.shown_as, f"expected this file once, found it also as {other.shown_as}")
