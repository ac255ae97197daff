"""A second store with the same content, where a write is tried."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox


class Scratch:
    """The copy of a store; made when first needed, kept in step by those who write.  `folder` None: in memory."""

    def __init__(self, store: ox.Store, folder: Path | None) -> None:
        self._main, self._folder = store, folder
        self._copy: ox.Store | None = None

    def open(self) -> ox.Store:
        """The copy; on disk it is made by hard links, in memory statement by statement."""
        if self._copy is None:
            if self._folder is None:
                self._copy = ox.Store()
                self._copy.bulk_extend(self._main)
            else:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._main.backup(str(self._folder))
                self._copy = ox.Store(str(self._folder))
        return self._copy

    def discard(self) -> None:
        """Forget the copy: the next writer makes a new one."""
        self._copy = None

    def remove(self) -> None:
        """Forget the copy and its files."""
        self._copy = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
