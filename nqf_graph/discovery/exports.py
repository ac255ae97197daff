"""Dumps of states at addresses that do not change: made once when first asked for, the last few kept."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp

import pyoxigraph as ox
from pyoxigraph import Quad

from nqf_graph.discovery.dumps import DUMPS, File, write_dumps
from nqf_graph.discovery.profile_files import ProfileFiles, write_files
from nqf_graph.errors import NotFound
from nqf_graph.store import OxigraphStore, Store, WritableStore

CHECKSUMS = "SHA256SUMS"
"""The name of the list of checksums."""
_MANIFEST = "manifest.json"
_DRAFT = ".draft-"
_ATTEMPTS = 3
"""How often the files by profile are made anew because a writer was faster."""


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

    def __init__(
        self,
        store: WritableStore,
        prefixes: Mapping[str, str],
        home: Path | None,
        keep: int,
        by_profile: ProfileFiles | None = None,
    ) -> None:
        self._store, self._prefixes, self._home, self._keep = store, prefixes, home, keep
        self._by_profile = by_profile
        self._lock = threading.Lock()

    def latest(self) -> Export:
        """The dumps of the present state, which may take a while: some 15 s for a million statements."""
        with self._lock:
            folder = self._folder() / self._store.state_id
            if not self._is_made(folder):
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
        state, statements, contents = self._one_state()
        files = write_dumps(statements, draft, self._prefixes)
        if contents is None:  # from what was written just now, which takes memory
            contents = self._contents(_reread(draft / "nqf.nq.gz"))
        files += write_files(contents, draft)
        manifest = {"state": state, "files": [asdict(file) for file in files]}
        (draft / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        draft.chmod(0o755)
        folder = home / state
        if not self._is_made(folder):
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
        for old in self.states()[self._keep :]:
            shutil.rmtree(home / old, ignore_errors=True)
        return folder

    def _is_made(self, folder: Path) -> bool:
        """Whether a folder has every file; an earlier version of this program may have made fewer."""
        if not (folder / _MANIFEST).is_file():
            return False
        expected = {dump.name for dump in (*DUMPS, *(self._by_profile.dumps if self._by_profile else ()))}
        return expected <= {file.name for file in _read(folder).files}

    def _one_state(self) -> tuple[str, Iterator[Quad], dict[str, bytes] | None]:
        """A state, all that it states, and its files by profile; None for these where writers were faster."""
        for _ in range(_ATTEMPTS):
            before, contents = self._store.state_id, self._contents(self._store.before())
            state, statements = self._store.statements()
            if state == before:
                return state, statements, contents
        return state, statements, None

    def _contents(self, store: Store) -> dict[str, bytes]:
        return dict(self._by_profile.contents(store)) if self._by_profile else {}

    def _folder(self) -> Path:
        if self._home is None:
            self._home = Path(mkdtemp(prefix="nqf-exports-"))
            weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
        self._home.mkdir(parents=True, exist_ok=True)
        return self._home


def _reread(dump: Path) -> Store:
    """What a compressed dump holds, in memory."""
    store = ox.Store()
    with gzip.open(dump) as quads:
        store.bulk_load(io.BufferedReader(quads), format=ox.RdfFormat.N_QUADS)
    return OxigraphStore.around(store)


def _read(folder: Path) -> Export:
    """The dumps that lie in a folder."""
    manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    files = tuple(File(**file) for file in manifest["files"])
    return Export(manifest["state"], folder, files)
