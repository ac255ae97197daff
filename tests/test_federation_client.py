"""What leaves this machine for another endpoint, and what is believed of what comes back."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from urllib.parse import parse_qs

import pytest

from nqf_graph import __version__
from nqf_graph.errors import BadParameter, QueryRefused, ServiceFailed
from nqf_graph.federation.allowlist import AllowList, Endpoint, is_public
from nqf_graph.federation.client import Address, Client
from tests.conftest import free_port, require
from tests.endpoints import http_server, respond

JSON = "application/sparql-results+json"
EMPTY = b'{"head":{"vars":[]},"results":{"bindings":[]}}'
ALLOWED = AllowList.read("https://query.example/sparql, http://data.example:8080/, https://[2001:4860::8888]/sparql")


@pytest.mark.parametrize(
    "url",
    [
        "https://query.example/sparql",
        "https://query.example:443/sparql",
        "https://QUERY.Example/sparql",
        "https://query.example/sparql/",
        "https://query.example/sparql/esco",
        "http://data.example:8080",
        "http://data.example:8080/any/path",
        "https://[2001:4860::8888]/sparql",
    ],
)
def test_listed(url: str) -> None:
    assert ALLOWED.endpoint(url).path


HOSTILE = [
    "http://query.example/sparql",
    "https://query.example:8443/sparql",
    "https://query.example/",
    "https://query.example/sparqlx",
    "https://query.example/SPARQL",
    "https://query.example/sparql?update=x",
    "https://query.example/sparql#x",
    "https://query.example/sparql/../admin",
    "https://query.example/sparql/%2e%2E/admin",
    "https://query.example/sparql/..%2fadmin",
    "https://query.example/sparql/%5c../admin",
    "https://query.example/sparql/%252e%252e/admin",
    "https://query.example\\@127.0.0.1/sparql",
    "https://query.example@127.0.0.1/sparql",
    "https://user:word@query.example/sparql",
    "https://127.0.0.1@query.example/sparql",
    "https://query.example:443@127.0.0.1/sparql",
    "https://query.example./sparql",
    "https://query.example%2e127.0.0.1/sparql",
    "https://query。example/sparql",
    "https://query．example/sparql",
    "https://ｑuery.example/sparql",
    "https://query.example.evil.example/sparql",
    "https://evil.example/query.example/sparql",
    "https://evil.example/?https://query.example/sparql",
    "https:query.example/sparql",
    "https:/query.example/sparql",
    "https:///query.example/sparql",
    "//query.example/sparql",
    "query.example/sparql",
    "ftp://query.example/sparql",
    "file:///etc/passwd",
    "gopher://query.example:443/sparql",
    "jar:https://query.example/sparql",
    "private+https://query.example/sparql",
    "http://data.example/",
    "http://data.example:08080x/",
    "http://data.example:8080:80/",
    "http://data.example:018080/",
    "http://localhost/",
    "http://localhost./",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://①②⑦.0.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[fe80::1%25eth0]/",
    "http://[64:ff9b::7f00:1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://metadata.google.internal/",
    "https://[2001:4860::8888]:444/sparql",
    "https://[2001:4860::8888%25x]/sparql",
    "",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_not_listed(url: str) -> None:
    with pytest.raises(QueryRefused):
        ALLOWED.endpoint(url)


def test_an_empty_list_allows_nothing() -> None:
    assert not AllowList.read("") and not AllowList.read(" , ")
    with pytest.raises(QueryRefused):
        AllowList.read("").endpoint("https://query.example/sparql")


@pytest.mark.parametrize(
    "entry",
    [
        "query.example",
        "https://",
        "https://*.example/",
        "https://user@query.example/",
        "https://query.example/sparql?x=y",
        "https://query.example/a/../b",
        "https://query.example:99999/",
        "https://query.example:0/",
        "ftp://query.example/",
        "private+query.example",
        "https://запрос.example/",
    ],
)
def test_an_entry_that_is_no_address_stops_the_start(entry: str) -> None:
    with pytest.raises(BadParameter, match="NQF_SERVICE_ALLOW"):
        AllowList.read(f"https://query.example/sparql,{entry}")


PUBLIC = ["93.184.216.34", "8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "2a00:1450:4001::200e"]
NOT_PUBLIC = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.2.3",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    endpoint = AllowList.read("https://query.example/").endpoint("https://query.example/")
    assert not endpoint.may_be_at(address)
    assert not endpoint.may_be_at(f"{address}%eth0")


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        *((address, True) for address in ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "::1", "fd00::1", "8.8.8.8")),
        *((address, False) for address in ("169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1", "::ffff:127.0.0.1")),
    ],
)  # fmt: skip
def test_an_entry_for_a_private_network(address: str, allowed: bool) -> None:
    """What lets one in is on its own list; names of machines' own services are never let in."""
    assert private("http://intranet.example/").may_be_at(address) is allowed


def private(url: str) -> Endpoint:
    return AllowList.read(f"private+{url}").endpoint(url)


def finding(*addresses: Address) -> Callable[[str, int], Sequence[tuple[int, int, int, str, Address]]]:
    """A resolver that knows one answer, once."""
    answers = [[(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]]
    return lambda host, port: answers.pop()


def ask(client: Client, endpoint: Endpoint, seconds: float = 10, most_bytes: int = 10_000) -> bytes:
    return client.ask(endpoint, "SELECT * WHERE {}", most_bytes, monotonic() + seconds)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_however_it_is_written_a_private_address_is_refused(host: str) -> None:
    """Even if it is on the list: the system's own resolver says where it is."""
    contacted: list[str] = []
    with http_server(lambda request: contacted.append(request.path)) as address:
        url = f"http://{host}:{address.rpartition(':')[2]}/"
        with pytest.raises((QueryRefused, ServiceFailed)) as error:
            ask(Client(), AllowList.read(url).endpoint(url))
        assert isinstance(error.value, QueryRefused) or "not found" in str(error.value), "or the system has no IPv6"
    assert contacted == []


def test_one_private_address_among_public_ones_is_enough() -> None:
    endpoint = AllowList.read("http://query.example/").endpoint("http://query.example/")
    with pytest.raises(QueryRefused, match="private"):
        ask(Client(finding(("93.184.216.34", 80), ("10.0.0.1", 80))), endpoint)


def test_the_address_that_was_checked_is_the_one_that_is_asked() -> None:
    """The name is looked up once; a second answer, which could be another one, is never asked for."""
    seen: list[tuple[str, str, dict[str, str], bytes]] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        seen.append((request.command, request.path, dict(request.headers), body))
        respond(request, EMPTY, f"{JSON}; charset=utf-8")

    with http_server(answer) as address:
        port = int(address.rpartition(":")[2])
        lookup = finding(("127.0.0.1", free_port()), ("127.0.0.1", port))  # nobody is at the first one
        assert ask(Client(lookup), private(f"http://query.example:{port}/sparql")) == EMPTY
    [(method, path, headers, body)] = seen
    assert (method, path) == ("POST", "/sparql")
    assert parse_qs(body.decode()) == {"query": ["SELECT * WHERE {}"]}
    assert headers == {
        "Host": f"query.example:{port}",
        "Content-Length": str(len(body)),
        "Accept": f"{JSON}, application/json;q=0.5",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": f"nqf-graph/{__version__}",
    }


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    contacted: list[str] = []
    with http_server(lambda request: contacted.append(request.path)) as target:

        def redirect(request: BaseHTTPRequestHandler) -> None:
            respond(request, b"", JSON, status, Location=f"{target}/")

        with http_server(redirect) as address, pytest.raises(ServiceFailed, match="redirects"):
            ask(Client(), private(address))
    assert contacted == []


def answering(content: bytes, media_type: str = JSON, status: int = 200, **headers: str) -> Callable[..., None]:
    return lambda request: respond(request, content, media_type, status, **headers)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answering(EMPTY, "text/html"), "text/html"),
        (answering(EMPTY, "application/sparql-results+xml"), "instead of"),
        (answering(EMPTY, ""), "instead of"),
        (answering(b"", status=204), "status 204"),
        (answering(EMPTY, status=206), "status 206"),
        (answering(EMPTY, status=400), "status 400"),
        (answering(EMPTY, status=401, WWW_Authenticate="Basic"), "status 401"),
        (answering(EMPTY, status=503), "status 503"),
        (answering(gzip.compress(EMPTY * 1000), Content_Encoding="gzip"), "compressed"),
        (answering(EMPTY, X_SQL_State="S1TAT"), "only part"),
        (answering(EMPTY, X_SPARQL_MaxRows="10000"), "only part"),
    ],
    ids=["html", "xml", "no type", "204", "206", "400", "401", "503", "gzip", "out of time", "too many rows"],
)
def test_what_is_not_a_good_answer(answer: Callable[[BaseHTTPRequestHandler], None], reason: str) -> None:
    with http_server(answer) as address, pytest.raises(ServiceFailed, match=reason):
        ask(Client(), private(address))


def endless(request: BaseHTTPRequestHandler) -> None:
    """An answer without length that does not end."""
    request.send_response(200)
    request.send_header("Content-Type", JSON)
    request.end_headers()
    with suppress(OSError):
        while True:
            request.wfile.write(b" " * 10_000)


@pytest.mark.parametrize("answer", [answering(b" " * 10_001), endless], ids=["too long", "endless"])
def test_a_large_answer_is_not_read_to_its_end(answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
    with http_server(answer) as address, pytest.raises(QueryRefused, match="too large"):
        ask(Client(), private(address), most_bytes=10_000)
    with http_server(answering(b" " * 10_000)) as address:
        assert len(ask(Client(), private(address), most_bytes=10_000)) == 10_000


@contextmanager
def raw_server(*pieces: bytes, pause: float = 0.02) -> Iterator[str]:
    """A server that sends these pieces whatever it is asked, the last one again and again while somebody listens."""
    done = threading.Event()

    def serve(listener: socket.socket) -> None:
        with suppress(OSError), listener.accept()[0] as connection:
            for piece in pieces:
                connection.sendall(piece)
            while pieces[-1] and not done.wait(pause):
                connection.sendall(pieces[-1])
            done.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            done.set()
            with suppress(OSError):
                socket.create_connection(listener.getsockname(), timeout=1).close()
            thread.join()


HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\n".encode()
SLOW = {
    "says nothing": (b"",),
    "stops in its head": (HEAD, b""),
    "drips its head": (HEAD, b"X: y\r\n"),
    "drips its status": (b"H",),
    "drips its body": (HEAD + b"\r\n", b" "),
    "drips a body of some length": (HEAD + b"Content-Length: 9000\r\n\r\n", b" "),
    "drips chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "says to continue for ever": (b"HTTP/1.1 100 Continue\r\n\r\n",),
}


@pytest.mark.parametrize("pieces", SLOW.values(), ids=SLOW)
def test_an_answer_must_come_in_time(pieces: tuple[bytes, ...]) -> None:
    with raw_server(*pieces) as address, pytest.raises(ServiceFailed, match="in time"):
        ask(Client(), private(address), seconds=0.3)


@pytest.mark.parametrize(
    "pieces", [(b"",), (b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc", b"\0")], ids=["says nothing", "drips its greeting"]
)
def test_tls_must_be_spoken_in_time(pieces: tuple[bytes, ...]) -> None:
    with raw_server(*pieces) as address, pytest.raises(ServiceFailed, match="in time"):
        ask(Client(), private(address.replace("http:", "https:")), seconds=0.3)


def test_what_does_not_speak_http_is_not_quoted() -> None:
    with raw_server(b"SSH-2.0-secret\r\n\r\n", b"") as address, pytest.raises(ServiceFailed) as error:
        ask(Client(), private(address))
    assert "secret" not in str(error.value)


def test_nobody_there() -> None:
    with pytest.raises(ServiceFailed, match="connection failed"):
        ask(Client(), private(f"http://127.0.0.1:{free_port()}/"))


def test_a_name_that_is_not_found_or_not_in_time() -> None:
    def unknown(host: str, port: int) -> Sequence[tuple[int, int, int, str, Address]]:
        raise socket.gaierror(host)

    with pytest.raises(ServiceFailed, match="not found"):
        ask(Client(unknown), private("http://query.example/"))
    found = threading.Event()

    def slow(host: str, port: int) -> Sequence[tuple[int, int, int, str, Address]]:
        found.wait(10)
        return []

    with pytest.raises(ServiceFailed, match="not found"):
        ask(Client(slow), private("http://query.example/"), seconds=0.1)
    found.set()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for query.example and its key."""
    program = shutil.which("openssl")
    require(program is not None, "openssl")
    folder = tmp_path_factory.mktemp("tls")
    names = (folder / "certificate.pem", folder / "key.pem")
    command = [program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=query.example", "-addext", "subjectAltName=DNS:query.example", "-days", "2"]
    subprocess.run([*command, "-out", names[0], "-keyout", names[1]], check=True, capture_output=True)  # type: ignore[list-item]
    return names


def test_the_certificate_must_name_the_host(certificate: tuple[Path, Path]) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(*certificate)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.headers["Host"])
        respond(request, EMPTY, JSON)

    with http_server(answer, server) as address:
        port = int(address.rpartition(":")[2])

        def over_tls(host: str, tls: ssl.SSLContext | None) -> bytes:
            return ask(Client(finding(("127.0.0.1", port)), tls), private(f"https://{host}:{port}/"))

        assert over_tls("query.example", trusting) == EMPTY
        with pytest.raises(ServiceFailed, match="connection failed"):
            over_tls("other.example", trusting)
        with pytest.raises(ServiceFailed, match="connection failed"):
            over_tls("query.example", None)
    assert asked == [f"query.example:{port}"]


def test_an_answer_over_tls_must_come_in_time(certificate: tuple[Path, Path]) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(*certificate)
    done = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", JSON)
        request.end_headers()
        with suppress(OSError):
            while not done.wait(0.02):
                request.wfile.write(b" ")

    with http_server(drip, server) as address:
        port = int(address.rpartition(":")[2])
        client = Client(finding(("127.0.0.1", port)), ssl.create_default_context(cafile=str(certificate[0])))
        with pytest.raises(ServiceFailed, match="in time"):
            ask(client, private(f"https://query.example:{port}/"), seconds=0.4)
        done.set()
