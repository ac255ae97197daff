"""Engines elsewhere, started for the tests on free ports of this machine, and servers that misbehave on purpose."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from nqf_graph.settings import Settings
from tests.machine import free_port, require

VIRTUOSO_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 10
CheckpointInterval = 0
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 5
ServerRoot = .
EnabledDavVSP = 0
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = 20000
"""


@dataclass(frozen=True)
class Engine:
    """An engine that runs: its kind and its addresses."""

    kind: str
    query: str
    update: str
    data: str
    user: str | None = None
    password: str | None = None

    def settings(self, **more: Any) -> Settings:
        """Settings that keep the data there."""
        known: dict[str, Any] = {
            "store": None, "endpoint": self.query, "endpoint_update": self.update,
            "endpoint_user": self.user, "endpoint_password": self.password,
        }  # fmt: skip
        return Settings(**known | more)

    def environment(self) -> dict[str, str]:
        """The same as environment variables."""
        found = {"NQF_ENDPOINT": self.query, "NQF_ENDPOINT_UPDATE": self.update, "NQF_STORE": ""}
        return found | (
            {"NQF_ENDPOINT_USER": self.user, "NQF_ENDPOINT_PASSWORD": self.password or ""} if self.user else {}
        )

    def at(self, address: str) -> Engine:
        """The same engine behind another host and port."""
        here = self.query.partition("/")[0] + "//" + self.query.split("/")[2]
        moved = {name: getattr(self, name).replace(here, address) for name in ("query", "update", "data")}
        return replace(self, **moved)


@contextmanager
def oxigraph(folder: Path) -> Iterator[Engine]:
    """Oxigraph's own server, in memory."""
    binary = Path(sys.executable).with_name("oxigraph")
    require(binary.exists(), "the Oxigraph server (package oxigraph)")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with _running([str(binary), "serve", "--bind", f"127.0.0.1:{port}"], folder, f"{address}/query?query=ASK%7B%7D"):
        yield Engine("oxigraph", f"{address}/query", f"{address}/update", f"{address}/store")


@contextmanager
def virtuoso(folder: Path) -> Iterator[Engine]:
    """Virtuoso with a database of its own in `folder`, small buffers, ports of this machine only."""
    binary = shutil.which("virtuoso-t")
    require(binary is not None, "Virtuoso (Debian package virtuoso-opensource-7-bin)")
    port = free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO_INI.format(sql=free_port(), http=port), encoding="utf-8")
    address = f"http://127.0.0.1:{port}"
    command = [str(binary), "+foreground", "+configfile", "virtuoso.ini"]
    with _running(command, folder, f"{address}/sparql?query=ASK%7B%7D"):
        yield Engine(
            "virtuoso", f"{address}/sparql", f"{address}/sparql-auth", f"{address}/sparql-graph-crud-auth", "dba", "dba"
        )


@contextmanager
def _running(command: list[str], folder: Path, sign: str, seconds: float = 60) -> Iterator[None]:
    """A process that runs until the end of the block; it is ready when `sign` answers."""
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
        try:
            for _ in range(int(seconds / 0.05)):
                if process.poll() is not None:
                    raise RuntimeError(f"{command[0]} stopped: {(folder / 'output.txt').read_text()}")
                try:
                    with urllib.request.urlopen(sign, timeout=5):
                        break
                except OSError:
                    time.sleep(0.05)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dataclass(frozen=True)
class Heard:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Spoken = tuple[int, dict[str, str], bytes]
"""Status, headers, body; a Content-Length among the headers is sent as it is, true or not."""


@contextmanager
def speaking(answer: Callable[[Heard], Spoken | None]) -> Iterator[str]:
    """A server that answers what it is told to; None hangs up.  Gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            heard = Heard(
                self.command,
                self.path,
                {name.title(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            self.close_connection = True
            spoken = answer(heard)
            if spoken is None:
                return
            status, headers, body = spoken
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def passing_on(engine: Engine, may_pass: Callable[[Heard], bool]) -> Callable[[Heard], Spoken | None]:
    """What a server between us and `engine` answers: the engine's answer, or nothing at all."""
    there = engine.query.rpartition("/")[0]

    def answer(heard: Heard) -> Spoken | None:
        if not may_pass(heard):
            return None
        dropped = ("host", "connection", "content-length", "accept-encoding")
        headers = {name: value for name, value in heard.headers.items() if name.lower() not in dropped}
        request = urllib.request.Request(there + heard.path, heard.body or None, headers, method=heard.method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, _kept(response.headers), response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _kept(error.headers), error.read()

    return answer


def _kept(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() in ("content-type", "www-authenticate")}
