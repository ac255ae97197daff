"""Which file of a folder or archive is which part of ESCO's CSV package, and in which language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.esco_layout import (
    ALL,
    BROADER,
    CONCEPTS,
    DICTIONARY,
    GREEN_SHARE,
    OCCUPATION_SKILLS,
    RECONSTRUCTED,
    SKILL_SKILLS,
    Layout,
)
from nqf_graph.importers.files import File

_NAME = re.compile(r"^(?P<stem>.+?)(?:_(?P<language>[a-z]{2}(?:-[a-z]{2})?))?\.csv$")
_VERSION = re.compile(r"esco(?![a-z])[^/]*?(?<![\d.])v?(\d+\.\d+(?:\.\d+)?)(?!\d)", re.IGNORECASE)
_OTHER_LAYOUTS = {"occupation_groups": "the Tabiya platform (occupation_groups, skill_groups)"}


_ENGLISH = "en"
_ANY_LANGUAGE = frozenset(layout.stem for layout in (*BROADER, OCCUPATION_SKILLS, SKILL_SKILLS, GREEN_SHARE))


@dataclass(frozen=True)
class Part:
    """A file that was recognised; `language` is empty where its name says none."""

    layout: Layout
    language: str
    file: File


@dataclass(frozen=True)
class Parts:
    """The recognised files of a package, in the order in which they are read."""

    found: tuple[Part, ...]
    missing: tuple[str, ...]
    """Names of the core files that are not there."""
    others: tuple[str, ...]
    """Names of files that are none of the package, or in a language that was not asked for."""


def parts_of(files: Sequence[File], source: Path, languages: Sequence[str], *, partial: bool) -> Parts:
    """Which files of the package are there?  In all their languages, or in `languages` only.

    Raises CannotLoad when a core file is missing (unless `partial`), or is there in other languages only; and for
    another layout.
    """
    stems = {layout.stem: layout for layout in ALL if partial or layout not in RECONSTRUCTED}
    found: list[Part] = []
    others: list[str] = []
    for file in files:
        name = _NAME.match(file.name)
        layout = stems.get(name["stem"]) if name else None
        language = name["language"] or "" if name else ""
        if layout and _is_asked_for(layout, language, languages):
            found.append(Part(layout, language, file))
        else:
            others.append(file.name)
    for other, platform in _OTHER_LAYOUTS.items():
        if any(name.startswith(other) for name in others):
            raise CannotLoad(source.name, f"expected ESCO's own CSV package, found the layout of {platform}")
    _refuse_twice(found)
    missing = _missing(found, languages)
    if not found or (missing and not partial):
        there = ", ".join(file.name for file in files[:20]) or "nothing"
        wanted = ", ".join(missing or [f"{layout.stem}_{_ENGLISH}.csv" for layout in CONCEPTS[:4]])
        hint = "; less than a whole package is imported with --partial" if found else ""
        raise CannotLoad(source.name, f"expected {wanted}, found {there}{hint}")
    for part in found:
        if part.layout in CONCEPTS and not part.language:
            wanted = f"{part.layout.stem}_{_ENGLISH}.csv"
            raise CannotLoad(part.file.shown_as, f"expected a name that says the language, as {wanted} does")
    order = list(stems)
    found.sort(key=lambda part: (order.index(part.layout.stem), part.language))
    return Parts(tuple(found), tuple(missing), tuple(name for name in others if not name.startswith(DICTIONARY)))


def version_of(source: Path, files: Sequence[File]) -> str:
    """The version in the name of the folder or archive, or else of those inside it; empty where none says it.

    Raises CannotLoad when the parts inside it are of several versions.
    """
    own = _VERSION.findall(source.resolve().name)
    inner = {version for file in files for version in _VERSION.findall(file.shown_as.removeprefix(source.name))}
    if len(inner) > 1:
        raise CannotLoad(source.name, f"expected parts of one version, found {', '.join(sorted(inner))}")
    return own[0] if own else next(iter(inner), "")


def _is_asked_for(layout: Layout, language: str, languages: Sequence[str]) -> bool:
    """Whether a file is wanted: relations are the same in every language."""
    return not languages or not language or language in languages or layout.stem in _ANY_LANGUAGE


def _missing(found: Sequence[Part], asked: Sequence[str]) -> list[str]:
    """The names of the core files that are not there, in each language asked for, or that the package has begun."""
    stems = {part.layout.stem for part in found}
    languages = asked or sorted({part.language for part in found if part.layout in CONCEPTS}) or [_ENGLISH]
    missing = []
    for layout in (layout for layout in ALL if layout.core):
        if layout not in CONCEPTS:
            missing += [] if layout.stem in stems else [f"{layout.stem}.csv"]
        else:
            there = {part.language for part in found if part.layout == layout}
            missing += [f"{layout.stem}_{language}.csv" for language in languages if language not in there]
    return missing


def _refuse_twice(found: Sequence[Part]) -> None:
    seen: dict[tuple[str, str], File] = {}
    for part in found:
        other = seen.setdefault((part.layout.stem, part.language), part.file)
        if other is not part.file:
            raise CannotLoad(part.file.shown_as, f"expected this file once, found it also as {other.shown_as}")
