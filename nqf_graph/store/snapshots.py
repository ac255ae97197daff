"""The states that readers in other processes open: each a folder that never changes."""

from __future__ import annotations

import shutil
import threading
import weakref
from pathlib import Path
from tempfile import mkdtemp

from nqf_graph.store.protocol import WritableStore


class Snapshots:
    """Folders with a store's states, of which the newest is kept (a reader that is at an earlier one is not hurt).

    `home` is where they lie; None makes a temporary folder.
    """

    def __init__(self, store: WritableStore, home: Path | None) -> None:
        self._store, self._home, self._is_temporary = store, home, home is None
        self._lock = threading.Lock()
        self._present: tuple[str, str] | None = None

    def present(self) -> tuple[str, str]:
        """The newest published state: its id, its folder.

        It can be a few milliseconds behind the store while a write is being published; a store in memory, which
        nobody publishes from, is published when it is asked for.
        """
        present = self._present
        if present is None or (self._is_temporary and present[0] != self._store.state_id):
            present = self.publish()
            self.tidy()
        return present

    def newest(self) -> tuple[str, str]:
        """The snapshot that was made last, whatever the store's state is by now; there must be one."""
        assert self._present is not None, "no snapshot has been made"
        return self._present

    def publish(self) -> tuple[str, str]:
        """Make the store's present state the newest snapshot."""
        with self._lock:
            state = self._store.state_id
            if self._present is None or self._present[0] != state:
                if not self._named(state).exists():
                    draft = self._named("new")  # a kill leaves no half snapshot under a state's name
                    shutil.rmtree(draft, ignore_errors=True)
                    state = self._store.snapshot(draft)
                    shutil.rmtree(self._named(state), ignore_errors=True)
                    draft.rename(self._named(state))
                self._present = (state, str(self._named(state)))
            return self._present

    def forget(self) -> None:
        """Make the present state's folder anew when it is next published: what follows from the state has changed."""
        with self._lock:
            shutil.rmtree(self._named(self._store.state_id), ignore_errors=True)
            self._present = None

    def tidy(self) -> None:
        """Drop all snapshots but the newest; those who read an earlier one go on undisturbed."""
        with self._lock:
            for folder in self._folder().glob("snapshot-*"):
                if self._present is not None and str(folder) != self._present[1]:
                    shutil.rmtree(folder, ignore_errors=True)

    def _named(self, state: str) -> Path:
        return self._folder() / f"snapshot-{state}"

    def _folder(self) -> Path:
        if self._home is None:
            self._home = Path(mkdtemp(prefix="nqf-"))
            weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        return self._home
