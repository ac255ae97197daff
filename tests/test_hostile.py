"""A service started as a user starts it, and clients that mean harm: it answers all others all the time."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import WORLD, WORLD_BASE, free_port, serving, wait_until_ready

pytestmark = pytest.mark.xdist_group("hostile")
SECONDS = 1.0
GRACE = 5.0  # a loaded machine; how exact the limit is, the benchmark measures
GOOD = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/nqf/ontology#Level> }"


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service with a short limit and two processes."""
    with serving(
        tmp_path_factory.mktemp("store"), query_seconds=str(SECONDS), query_processes="2", query_rows="100000",
        request_seconds="2", queries_waiting="4",
    ) as address:  # fmt: skip
        yield address


def ask(server: str, query: str | bytes, accept: str = "application/sparql-results+json") -> tuple[int, bytes]:
    """Status and body of a query sent by POST."""
    body = query if isinstance(query, bytes) else query.encode()
    headers = {"Content-Type": "application/sparql-query", "Accept": accept}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{server}/sparql", body, headers), timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def is_well(server: str) -> bool:
    """Is the next good query answered right?"""
    status, body = ask(server, GOOD)
    return status == 200 and int(json.loads(body)["results"]["bindings"][0]["n"]["value"]) > 0


class Pings:
    """Asks /health all the time; `worst` is the longest it took, in seconds."""

    def __init__(self, server: str) -> None:
        self._address = server.removeprefix("http://")
        self._stop = threading.Event()
        self.worst, self.failed, self.answered = 0.0, 0, 0
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Pings:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=10)
        while not self._stop.wait(0.02):
            began = time.monotonic()
            connection.request("GET", "/health")
            self.failed += connection.getresponse().read() != b'{"status": "ok"}'
            self.worst = max(self.worst, time.monotonic() - began)
            self.answered += 1
        connection.close()


LITERALS = " ".join(f'"{n}"' for n in range(20_000))
HOSTILE = {
    "cross-product": ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", 503),
    "regex-bomb": ('SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c), STR(?f)), "(a+)+(b+)+$")) }', 503),
    "deep-path": ("SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)* ?b . ?b (!<urn:x>|^!<urn:x>)* ?c }", 503),
    "values-2-mb": (f"SELECT * {{ VALUES ?x {{ {LITERALS * 16} }} }}", 413),
    "nested-optionals": (
        "SELECT * { " + "".join(f"OPTIONAL {{ ?a{n} ?b{n} ?c{n} " for n in range(12)) + "}" * 12 + " }", 503,
    ),
    "in-list": (
        "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(STR(?c) IN (" + ",".join(f'"{n}"' for n in range(10_000))
        + ') && STR(?f) = "nothing") }', (200, 503),
    ),
    "order-by": ("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f ?a", 503),
    "group-concat": ('SELECT (GROUP_CONCAT(?c; separator="") AS ?x) { ?a ?b ?c . ?d ?e ?f }', 503),
    "nesting": ("ASK { " + "{" * 50_000 + "?a ?b ?c" + "}" * 50_000 + " }", 503),
    "service-loopback": ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }", 403),
    "service-metadata": ("SELECT * { SERVICE SILENT <http://169.254.169.254/latest/> { ?a ?b ?c } }", 403),
    "service-variable": ("SELECT * { VALUES ?x { <http://127.0.0.1:9/> } SERVICE ?x { ?a ?b ?c } }", 403),
    "from-file": ("SELECT * FROM <file:///etc/passwd> { ?a ?b ?c }", 200),
    "from-web": ("SELECT * FROM <http://127.0.0.1:9/> { ?a ?b ?c }", 200),
    "not-utf-8": (b"SELECT * { ?a ?b '\xff\xfe' }", 400),
    "nothing": (b"", 400),
    "zero-bytes": (b"\x00" * 1000, 400),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_query_is_ended_and_hurts_nobody(hostile_server: str, name: str) -> None:
    query, expected = HOSTILE[name]
    with Pings(hostile_server) as pings:
        began = time.monotonic()
        status, body = ask(hostile_server, query)
        took = time.monotonic() - began
    assert status in (expected if isinstance(expected, tuple) else (expected,)), body[:300]
    assert took < SECONDS + GRACE
    if status != 200:
        assert json.loads(body)["status"] == status
        assert b"/home" not in body and b"Traceback" not in body
    assert pings.failed == 0 and pings.worst < GRACE
    assert is_well(hostile_server)


def test_many_hostile_queries_at_once(hostile_server: str) -> None:
    """More than run and wait: each gets its limit or, with Retry-After, no turn."""
    statuses: list[int] = []
    query = HOSTILE["cross-product"][0]

    def attack() -> None:
        statuses.append(ask(hostile_server, query)[0])

    attackers = [threading.Thread(target=attack) for _ in range(12)]
    with Pings(hostile_server) as pings:
        for attacker in attackers:
            attacker.start()
        for attacker in attackers:
            attacker.join()
    assert statuses == [503] * 12
    assert pings.failed == 0 and pings.worst < GRACE
    assert is_well(hostile_server)


def test_a_query_in_the_address_is_limited_too(hostile_server: str) -> None:
    address = hostile_server.removeprefix("http://")
    for size in (70_000, 2_000_000):
        connection = http.client.HTTPConnection(address, timeout=10)
        connection.request("GET", "/sparql?query=" + "x" * size)
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["limit"] > 0
        connection.close()


def test_a_result_over_its_limit_never_looks_whole(hostile_server: str) -> None:
    """It is refused, or the connection ends before the result does, which every HTTP client reports."""
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
    for accept in ("text/csv", "text/tab-separated-values", "application/sparql-results+json"):
        try:
            status, _ = ask(hostile_server, query, accept)
        except (http.client.IncompleteRead, ConnectionError):
            continue
        assert status in (413, 503)
    assert is_well(hostile_server)


def test_slow_clients_keep_nobody_out(hostile_server: str) -> None:
    """Heads and bodies that come byte by byte: cut off after a while, and nobody else waits for them."""
    host, port = hostile_server.removeprefix("http://").split(":")
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 9999\r\n\r\n"
    slow = [socket.create_connection((host, int(port))) for _ in range(300)]
    for number, connection in enumerate(slow):
        connection.sendall(b"GET /sparql?query=ASK" if number % 2 else head)
    with Pings(hostile_server) as pings:
        for _ in range(10):
            assert is_well(hostile_server)
            time.sleep(0.3)
            for connection in slow:
                with contextlib.suppress(OSError):
                    connection.sendall(b"x")
    assert pings.failed == 0 and pings.worst < GRACE
    for connection in slow:
        connection.settimeout(10)
        with contextlib.suppress(ConnectionError):
            assert connection.recv(1000) == b""
        connection.close()


def test_who_does_not_read_is_cut_off(hostile_server: str) -> None:
    host, port = hostile_server.removeprefix("http://").split(":")
    query = urllib.parse.quote("SELECT ?a ?b ?c { ?a ?b ?c . ?d ?e 2031 }")
    with socket.create_connection((host, int(port))) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(3.5)
        connection.settimeout(10)
        received = 0
        try:
            while piece := connection.recv(1 << 16):
                received += len(piece)
        except ConnectionError:
            pass
    assert is_well(hostile_server)


def test_a_client_that_leaves_takes_its_query_with_it(hostile_server: str) -> None:
    """Both processes are busy with queries of clients that have gone: the next query need not wait for them."""
    host, port = hostile_server.removeprefix("http://").split(":")
    body = HOSTILE["regex-bomb"][0]
    assert isinstance(body, str)
    for _ in range(2):
        connection = http.client.HTTPConnection(host, int(port))
        connection.request("POST", "/sparql", body, {"Content-Type": "application/sparql-query"})
        time.sleep(0.35)
        connection.close()
    assert is_well(hostile_server)


def statuses(server: str, forwarded: list[str]) -> list[int]:
    """The answers to requests that say where they come from."""
    found = []
    for address in forwarded:
        request = urllib.request.Request(f"{server}/rules", headers={"X-Forwarded-For": address})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                found.append(answer.status)
        except urllib.error.HTTPError as error:
            found.append(error.code)
    return found


@pytest.mark.parametrize("proxies", ["", "127.0.0.1"], ids=["nobody is believed", "the proxy is believed"])
def test_only_trusted_proxies_say_who_asks(tmp_path: Path, proxies: str) -> None:
    """Else whoever invents addresses could ask without end, or have others shut out."""
    limits = {"rate_limit": "2", "rate_exempt": "", "trusted_proxies": proxies, "query_processes": "1"}
    with serving(tmp_path, **limits) as address:
        found = statuses(address, ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.3", "192.0.2.3"])
    assert found == ([200, 200, 200, 200, 429] if proxies else [200, 200, 429, 429, 429])


def test_no_process_outlives_the_service(tmp_path: Path) -> None:
    """The service is killed while a query runs; the process that runs it ends as well."""
    port = free_port()
    environment = os.environ | {
        "NQF_BASE": WORLD_BASE, "NQF_CATALOG": str(WORLD / "catalog.ttl"), "NQF_STORE": str(tmp_path),
        "NQF_QUERY_SECONDS": "60", "NQF_QUERY_PROCESSES": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "nqf_graph", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        reader = threading.Thread(target=_ask_and_forget, args=(f"http://127.0.0.1:{port}",))
        reader.start()
        time.sleep(0.5)
        pids = [int(pid) for task in Path(f"/proc/{process.pid}/task").iterdir() for pid in
                (task / children.name).read_text(encoding="utf-8").split()]  # fmt: skip
        assert pids
    finally:
        process.kill()
        process.communicate(timeout=20)
    reader.join()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def _ask_and_forget(server: str) -> None:
    with contextlib.suppress(OSError):
        ask(server, HOSTILE["regex-bomb"][0])
