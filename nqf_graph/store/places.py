"""Where the files of a store on disk lie: a folder that another one can take the place of, in one step.

The first folder has the name of the store; one that took its place has a number behind it, and the file
`{name}.current` names it.  An engine that is still open on an earlier folder goes on there undisturbed.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pyoxigraph as ox

from nqf_graph.errors import CannotLoad


def remove(folder: Path) -> None:
    """Remove a store's folder; one that is still read in this process stays, until a later process tidies up."""
    try:
        ox.Store(str(folder))
    except OSError:
        return
    shutil.rmtree(folder, ignore_errors=True)


class Places:
    """The folders of the store whose first folder is `first`."""

    def __init__(self, first: Path) -> None:
        self._first, self._pointer = first, first.with_name(f"{first.name}.current")
        self._last = 1
        self._name = re.compile(rf"{re.escape(first.name)}(?:-(\d+))?(?:-scratch)?")

    def present(self) -> Path:
        """The folder that holds the store.  Raises CannotLoad when the one that is named is gone."""
        try:
            name = self._pointer.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return self._first
        folder = self._first.with_name(name)
        if self._name.fullmatch(name) is None or not folder.is_dir():
            raise CannotLoad(str(self._pointer), f"expected the name of a folder beside it, found {name!r}")
        return folder

    def scratch(self) -> Path:
        """The folder for trying writes on what `present` holds."""
        return self.present().with_name(f"{self.present().name}-scratch")

    def free(self) -> Path:
        """A folder that is not there yet, for a state that is to take the place of the present one."""
        numbers = [int(found[1] or 1) for path in self._all() if (found := self._name.fullmatch(path.name))]
        self._last = max([self._last, *numbers]) + 1  # one that was dropped may still be open in this process
        return self._first.with_name(f"{self._first.name}-{self._last}")

    def switch(self, folder: Path) -> None:
        """Let `folder` hold the store from now on."""
        draft = self._pointer.with_name(f"{self._pointer.name}.new")
        with draft.open("w", encoding="utf-8") as file:
            file.write(folder.name)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._pointer)

    def tidy(self) -> None:
        """Remove what earlier processes left: folders that were replaced, or never finished."""
        present = self.present().name
        for path in self._all():
            if path.name not in (present, f"{present}-scratch"):
                shutil.rmtree(path, ignore_errors=True)

    def _all(self) -> list[Path]:
        home = self._first.parent
        return [path for path in home.glob(f"{self._first.name}*") if path.is_dir() and self._name.fullmatch(path.name)]
