"""How long the service takes to start with its data loaded, and to answer a point look-up over HTTP.

    python -m benchmarks.lookup
    python -m benchmarks.lookup --requests 1000

A service of the real data is started as a user starts it, on loopback and a free port, twice: with an empty data
folder, and with the folder that the first start left.  Tables are Markdown.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

POINT = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?name WHERE { <https://w3id.org/nqf/kg/id/level/2020/7a> skos:prefLabel ?name }"""
LOOKUPS = {
    "SPARQL, one record's names": ("/sparql?" + urlencode({"query": POINT}), "application/sparql-results+json"),
    "linked data, one record in Turtle": ("/doc/level/2020/7a", "text/turtle"),
    "linked data, one record's page": ("/doc/level/2020/7a", "text/html"),
    "question, the levels of a framework": (
        "/api/v1/questions/frameworks/levels?" + urlencode({"framework": "https://w3id.org/nqf/kg/id/framework/nqf"}),
        "application/json",
    ),
}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=300, help="requests of each kind, on one connection")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        starts = {}
        for name in ("empty data folder: load, check, publish", "second start: nothing changed"):
            start = time.perf_counter()
            with service(Path(folder)) as port:
                starts[name] = time.perf_counter() - start
                times = {kind: ask(port, path, accept, given.requests) for kind, (path, accept) in LOOKUPS.items()}
    print("| start | s |\n|---|---|")
    for name, seconds in starts.items():
        print(f"| {name} | {seconds:.2f} |")
    print("\n| look-up over HTTP | bytes | median ms | p95 ms |\n|---|---|---|---|")
    for kind, (size, sorted_times) in times.items():
        p95 = sorted_times[int(0.95 * (len(sorted_times) - 1))]
        print(f"| {kind} | {size} | {statistics.median(sorted_times):.2f} | {p95:.2f} |")


@contextmanager
def service(folder: Path) -> Iterator[int]:
    """A running service that is ready; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "nqf_graph", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ | {"NQF_STORE": str(folder)}, stderr=subprocess.DEVNULL)
    try:
        wait_until_ready(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def wait_until_ready(port: int, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Return as soon as /ready answers."""
    for _ in range(int(seconds / 0.02)):
        if process.poll() is not None:
            raise RuntimeError(f"the service stopped with code {process.returncode}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/ready")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    raise RuntimeError(f"the service did not answer within {seconds} s")


def ask(port: int, path: str, accept: str, number: int) -> tuple[int, list[float]]:
    """Ask the same again and again on one connection: bytes of an answer, sorted milliseconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.connect()
    assert connection.sock is not None
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    times, body = [], b""
    for _ in range(number + 5):
        start = time.perf_counter()
        connection.request("GET", path, headers={"Accept": accept})
        response = connection.getresponse()
        body = response.read()
        times.append((time.perf_counter() - start) * 1e3)
        if response.status != http.client.OK:
            raise RuntimeError(f"{path} answered {response.status}: {body[:300]!r}")
    connection.close()
    return len(body), sorted(times[5:])


if __name__ == "__main__":
    main()
