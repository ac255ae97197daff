"""Other endpoints for tests: a real SPARQL server behind a counter, and servers that misbehave."""

from __future__ import annotations

import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs

from tests.conftest import free_port, require

OXIGRAPH = Path(sys.executable).with_name("oxigraph")


class Endpoint:
    """A SPARQL server that anybody may load with data; `asked` are the queries it got, `sent` its answers' bytes."""

    def __init__(self, server: str) -> None:
        self._server = server
        self.address = ""
        self.asked: list[str] = []
        self.sent = 0

    def load(self, turtle: str) -> None:
        """Have these data and no others."""
        request = urllib.request.Request(
            f"{self._server}/store?default", turtle.encode(), {"Content-Type": "text/turtle"}, method="PUT"
        )
        urllib.request.urlopen(request, timeout=20).close()

    def forget(self) -> None:
        """Begin to count anew."""
        self.asked.clear()
        self.sent = 0

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Hand a request on to the server, and its answer back."""
        body = request.rfile.read(int(request.headers["Content-Length"]))
        media_type = request.headers["Content-Type"]
        self.asked.append(parse_qs(body.decode())["query"][0] if "form" in media_type else body.decode())
        onward = urllib.request.Request(
            f"{self._server}/query", body, {"Content-Type": media_type, "Accept": request.headers["Accept"]}
        )
        with urllib.request.urlopen(onward, timeout=20) as response:
            content = response.read()
            self.sent += len(content)
            respond(request, content, response.headers["Content-Type"])


@contextmanager
def sparql_endpoint() -> Iterator[Endpoint]:
    """A real SPARQL server of another make, on loopback, behind a counter."""
    require(OXIGRAPH.exists(), "the program oxigraph")
    port = free_port()
    server = f"http://127.0.0.1:{port}"
    command = [OXIGRAPH, "serve", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            while "Listening" not in (line := process.stderr.readline()):
                assert line, "the server stopped"
            endpoint = Endpoint(server)
            with http_server(endpoint.answer) as address:
                endpoint.address = f"{address}/query"
                yield endpoint
        finally:
            process.terminate()


class _Server(ThreadingHTTPServer):
    def handle_error(self, *args: object) -> None:
        """A client that goes away, or does not trust the certificate, is expected here."""


@contextmanager
def http_server(answer: Callable[[BaseHTTPRequestHandler], None], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of a server that answers every POST by `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            # A body left unread would have the system reset the connection, sometimes before the answer is read.
            self.rfile = BytesIO(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            answer(self)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def respond(
    request: BaseHTTPRequestHandler, content: bytes, media_type: str, status: int = 200, **headers: str
) -> None:
    """Answer with this content."""
    request.send_response(status)
    for name, value in {"Content-Type": media_type, "Content-Length": str(len(content)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(content)
