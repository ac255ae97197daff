"""The services that are compared: ours and three others, each a process on a free loopback port with bounded memory.

rdflib-endpoint and the Rust server of Oxigraph come from a virtual environment of their own, Virtuoso from Debian:

    python3 -m venv PEERS && PEERS/bin/pip install oxigraph rdflib-endpoint uvicorn
    apt-get install virtuoso-opensource-7-bin
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pyoxigraph

from benchmarks.processes import free_port, megabytes_of, prepared, process_in, wait_until_idle, wait_until_ready
from benchmarks.same_data import ROOT, SITE, SameData
from nqf_graph import __version__
from nqf_graph.settings import Settings

OURS, RUST, RDFLIB, VIRTUOSO = "nqf-graph", "oxigraph", "rdflib-endpoint", "virtuoso"
GRAPH = "urn:benchmark"
VIRTUOSO_BUFFERS = 340_000  # of 8 kB each: the whole of a million triples fits
VIRTUOSO_INI = """[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 2000
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
DirsAllowed = .
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
ServerThreads = 20
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 20
MaxKeepAlives = 100
KeepAliveTimeout = 600
[SPARQL]
ResultSetMaxRows = 10000000
"""
# What its command line does, without writing a line for every request.
RDFLIB_ENDPOINT = """import sys, uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
graph = Dataset(default_union=True)
graph.parse(sys.argv[1], format="nt")
uvicorn.run(SparqlEndpoint(graph=graph), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


@dataclass(frozen=True)
class Running:
    """A service that answers SPARQL queries at `path` of `port`."""

    name: str
    port: int
    path: str
    process: subprocess.Popen[bytes]
    more: str = ""

    def query_path(self, query: str) -> str:
        """The address of a query, whose placeholders `@…@` stay as they are."""
        return f"{self.path}?query={quote(query, safe='@')}{self.more}"

    def settle(self) -> None:
        """Wait until it has done what is left of requests whose clients have gone."""
        wait_until_idle(self.process.pid)

    def megabytes(self) -> float:
        """Memory that its processes hold now."""
        return megabytes_of(self.process.pid)


@dataclass(frozen=True)
class Engine:
    """A service that can be started: its version here, or None where it is not installed."""

    name: str
    version: str | None
    start: Callable[[SameData], AbstractContextManager[Running]]


def engines(peers: Path | None, megabytes: int, limit: float | None = None) -> dict[str, Engine]:
    """What could be compared, in the order of the tables.

    `peers` is the virtual environment of the others, `megabytes` the address space of each, `limit` the seconds that
    a query may run at ours (None: as it comes).
    """
    tools = (peers if peers is None or peers.is_dir() else peers.parents[1]) or Path(sys.prefix)
    python, server = tools / "bin" / "python", tools / "bin" / "oxigraph"
    found = [
        Engine(
            OURS,
            f"{__version__}, pyoxigraph {pyoxigraph.__version__}",
            lambda data: _ours(data, megabytes, limit),
        ),
        Engine(RUST, _oxigraph_version(server), lambda data: _oxigraph(data, server, megabytes)),
        Engine(RDFLIB, _pip_version(python), lambda data: _rdflib_endpoint(data, python, megabytes)),
        Engine(VIRTUOSO, _virtuoso_version(), lambda data: _virtuoso(data, megabytes)),
    ]
    return {engine.name: engine for engine in found}


# --- ours -----------------------------------------------------------------------------------------------------------


@contextmanager
def _ours(data: SameData, megabytes: int, limit: float | None) -> Iterator[Running]:
    """Our service as it comes, but for the limit.  The first start loads and checks, the one measured does not."""
    folder = data.folder / OURS
    folder.mkdir(exist_ok=True)
    if not (folder / "loaded").exists():
        with _serve(data, folder, None, limit):
            (folder / "loaded").touch()
    with _serve(data, folder, megabytes, limit) as running:
        yield running


@contextmanager
def _serve(data: SameData, folder: Path, megabytes: int | None, limit: float | None) -> Iterator[Running]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NQF_")}
    told = our_settings(data).model_dump(include={"base", "catalog", "store"})
    environment |= {"PYTHONPATH": str(ROOT)} | {f"NQF_{name.upper()}": str(value) for name, value in told.items()}
    environment |= {} if limit is None else {"NQF_QUERY_SECONDS": str(limit)}
    command = [sys.executable, "-m", "nqf_graph", "serve", "--port", str(port)]
    with process_in(command, folder, megabytes, environment) as process:
        wait_until_ready(process, port, "/ready", folder)
        yield Running(OURS, port, "/sparql", process)


def our_settings(data: SameData) -> Settings:
    """What our service is told; all else is as it comes."""
    return Settings(base=SITE, catalog=data.catalogue, store=data.folder / OURS / "data")


# --- the others -----------------------------------------------------------------------------------------------------


@contextmanager
def _oxigraph(data: SameData, server: Path, megabytes: int) -> Iterator[Running]:
    def load(folder: Path) -> None:
        for action in (["load", "--location", ".", "--file", str(data.file)], ["optimize", "--location", "."]):
            subprocess.run([server, *action], cwd=folder, check=True, capture_output=True)

    folder, port = prepared(data.folder / RUST, load), free_port()
    command = [str(server), "serve-read-only", "--location", ".", "--bind", f"127.0.0.1:{port}"]
    with process_in(command, folder, megabytes) as process:
        wait_until_ready(process, port, "/query?query=ASK%20%7B%7D", folder)
        yield Running(RUST, port, "/query", process)


@contextmanager
def _rdflib_endpoint(data: SameData, python: Path, megabytes: int) -> Iterator[Running]:
    folder, port = prepared(data.folder / RDFLIB, lambda _: None), free_port()
    command = [str(python), "-c", RDFLIB_ENDPOINT, str(data.file), str(port)]
    with process_in(command, folder, megabytes) as process:
        wait_until_ready(process, port, "/?query=ASK%20%7B%7D", folder)
        yield Running(RDFLIB, port, "/", process)


@contextmanager
def _virtuoso(data: SameData, megabytes: int) -> Iterator[Running]:
    def load(folder: Path) -> None:
        (folder / "everything.nt").symlink_to(data.file)
        with _virtuoso_server(folder, megabytes) as (_, sql):
            steps = f"ld_dir('.', 'everything.nt', '{GRAPH}'); rdf_loader_run(); checkpoint;"
            steps += " select 'failed', ll_error from DB.DBA.load_list where ll_state <> 2 or ll_error is not null;"
            command = ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", "verbose=off", f"exec={steps}"]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            if "failed" in told:
                raise RuntimeError(f"virtuoso did not load the data: {told}")

    folder = prepared(data.folder / VIRTUOSO, load)
    with _virtuoso_server(folder, megabytes) as (running, _):
        yield running


@contextmanager
def _virtuoso_server(folder: Path, megabytes: int) -> Iterator[tuple[Running, int]]:
    """Virtuoso on the database of `folder`, and its port for SQL."""
    port, sql = free_port(), free_port()
    buffers = min(VIRTUOSO_BUFFERS, megabytes * 1000 // 8 // 2)
    settings = VIRTUOSO_INI.format(sql=sql, http=port, buffers=buffers, dirty=buffers * 3 // 4)
    (folder / "virtuoso.ini").write_text(settings)
    (folder / "virtuoso.lck").unlink(missing_ok=True)  # of a run that was killed
    command = ["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"]
    with process_in(command, folder, megabytes) as process:
        wait_until_ready(process, port, "/sparql?query=ASK%20%7B%7D", folder)
        yield Running(VIRTUOSO, port, "/sparql", process, f"&default-graph-uri={quote(GRAPH)}"), sql


def _oxigraph_version(server: Path) -> str | None:
    return _told(str(server), "--version").removeprefix("oxigraph ") if server.exists() else None


def _pip_version(python: Path) -> str | None:
    program = "from importlib.metadata import version as v; print(v('rdflib-endpoint') + ', rdflib ' + v('rdflib'))"
    return _told(str(python), "-c", program) or None


def _virtuoso_version() -> str | None:
    if not (shutil.which("virtuoso-t") and shutil.which("isql-vt")):
        return None
    return next((line.split()[1] for line in _told("virtuoso-t", "-?").splitlines() if line.startswith("Version")), "")


def _told(*command: str) -> str:
    """What a command prints; nothing if it fails or is not there."""
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except OSError:
        return ""
    return (ended.stdout or ended.stderr).strip() if command[1] != "-c" or ended.returncode == 0 else ""
