"""A publication on a port."""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import Callable

import uvicorn

from nqf_graph.app import create_app
from nqf_graph.connection import Connection
from nqf_graph.publication import Publication


def listen(publication: Publication, ready: Callable[[str], None]) -> None:
    """Serve until the process is told to stop; `ready` is told the address once connections are taken."""
    settings = publication.settings
    config = uvicorn.Config(
        create_app(publication),
        host=settings.host,
        port=settings.port,
        http=type("ServiceConnection", (Connection,), {"seconds": settings.request_seconds}),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
    )
    _allow_many_connections()
    gc.collect()
    gc.freeze()  # what is loaded stays: looking through it again would stop all answers for a moment
    with config.bind_socket() as listening:
        # Passed on to every connection: without it, an answer in two parts waits 40 ms for an acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        address, bound = listening.getsockname()[:2]
        ready(f"http://{address}:{bound}")
        uvicorn.Server(config).run(sockets=[listening])


def _allow_many_connections() -> None:
    """As many open files as the system allows: a thousand slow clients must not keep others out."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on every system

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (min(most, 1 << 16) if most != resource.RLIM_INFINITY else 1 << 16, most)
    )
