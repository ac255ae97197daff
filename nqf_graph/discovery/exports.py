"""Dumps of states at addresses that do not change: made once when first asked for, the last few kept."""

from __future__ import annotations

import json
import shutil
import threading
import weakref
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp

from nqf_graph.discovery.dumps import File, write_dumps
from nqf_graph.errors import NotFound
from nqf_graph.store import WritableStore

CHECKSUMS = "SHA256SUMS"
"""The name of the list of checksums."""
_MANIFEST = "manifest.json"
_DRAFT = ".draft-"


@dataclass(frozen=True)
class Export:
    """The dumps of a state, in `folder`."""

    state: str
    folder: Path
    files: tuple[File, ...]

    @property
    def sums(self) -> str:
        """The checksums as `sha256sum --check` reads them."""
        return "".join(f"{file.sha256}  {file.name}\n" for file in self.files)

    def file(self, name: str) -> File:
        """One of the files.  Raises NotFound."""
        for file in self.files:
            if file.name == name:
                return file
        raise NotFound("file", name, (*(file.name for file in self.files), CHECKSUMS))


class Exports:
    """The dumps of a store's states, in `home` (None: a temporary folder), of which the last `keep` are kept."""

    def __init__(self, store: WritableStore, prefixes: Mapping[str, str], home: Path | None, keep: int) -> None:
        self._store, self._prefixes, self._home, self._keep = store, prefixes, home, keep
        self._lock = threading.Lock()

    def latest(self) -> Export:
        """The dumps of the present state, which may take a while: some 15 s for a million statements."""
        with self._lock:
            folder = self._folder() / self._store.state_id
            if not (folder / _MANIFEST).is_file():
                folder = self._make()
            return _read(folder)

    def of(self, state: str) -> Export:
        """The dumps of a state.  Raises NotFound for one that is not kept, naming those that are."""
        if state == self._store.state_id:
            return self.latest()
        if state not in self.states():
            raise NotFound("export of the state", state, self.states())
        return _read(self._folder() / state)

    def states(self) -> tuple[str, ...]:
        """The present state, and earlier ones whose dumps are kept, newest first."""
        kept = sorted(self._folder().glob(f"*/{_MANIFEST}"), key=lambda file: file.stat().st_mtime, reverse=True)
        names = [file.parent.name for file in kept if not file.parent.name.startswith(_DRAFT)]
        return tuple(dict.fromkeys([self._store.state_id, *names]))

    def _make(self) -> Path:
        """Write the dumps of the state that is present now; forget those of the oldest states."""
        home = self._folder()
        for left in home.glob(f"{_DRAFT}*"):  # by a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        draft = Path(mkdtemp(prefix=_DRAFT, dir=home))
        state, statements = self._store.statements()
        files = write_dumps(statements, draft, self._prefixes)
        manifest = {"state": state, "files": [asdict(file) for file in files]}
        (draft / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        draft.chmod(0o755)
        folder = home / state
        if not folder.exists():
            draft.rename(folder)
        for old in self.states()[self._keep :]:
            shutil.rmtree(home / old, ignore_errors=True)
        return folder

    def _folder(self) -> Path:
        if self._home is None:
            self._home = Path(mkdtemp(prefix="nqf-exports-"))
            weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        self._home.mkdir(parents=True, exist_ok=True)
        return self._home


def _read(folder: Path) -> Export:
    """The dumps that lie in a folder."""
    manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    files = tuple(File(**file) for file in manifest["files"])
    return Export(manifest["state"], folder, files)
