"""Columns with a language in their name: `label_en`, `description_ru`."""

from __future__ import annotations

from collections.abc import Sequence

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.files import File
from nqf_graph.importers.tables import Table


def texts_of(table: Table, begin: str, languages: Sequence[str], file: File) -> dict[str, str]:
    """Which columns of a table hold texts whose name begins with `begin`?  Column → language.

    Only those in `languages`, if any are given.  Raises CannotLoad when one is missing, or there is none at all.
    """
    there = {column: column.removeprefix(begin) for column in table.header if column.startswith(begin)}
    found = ", ".join(table.header)
    if not there:
        raise CannotLoad(file.shown_as, f"expected a column {begin}en (or of another language), found {found}", 1)
    absent = [f"{begin}{language}" for language in languages if language not in there.values()]
    if absent:
        raise CannotLoad(file.shown_as, f"expected the columns {', '.join(absent)}, found {found}", 1)
    return {column: language for column, language in there.items() if not languages or language in languages}


def one_file(files: Sequence[File], name: str, expected: str) -> File:
    """The only file.  Raises CannotLoad, for the source `name`, when there are several or none."""
    if len(files) != 1:
        found = ", ".join(file.name for file in files) or "nothing"
        raise CannotLoad(name, f"expected {expected}, found {found}")
    return files[0]
