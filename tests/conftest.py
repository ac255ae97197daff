"""Shared fixtures: the invented country (small, read in a minute), the real data, and servers to talk to."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import pytest
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.publication import Publication, open_publication
from nqf_graph.settings import Settings
from tests.engines import Engine, oxigraph, virtuoso
from tests.machine import free_port, require

__all__ = ["free_port", "require"]

ROOT = Path(__file__).resolve().parents[1]
WORLD = ROOT / "tests" / "world"
SHARED = Path(os.environ.get("NQF_SHARED") or ROOT.parent / "shared")
"""Reference data of others, read by tests and never committed."""
WORLD_BASE = "https://example.org/avalon"


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the garbage collector need not walk over it again and again."""
    gc.collect()
    gc.freeze()


def world_settings(store: Path | None = None) -> Settings:
    """Settings that publish the invented country."""
    return Settings(base=WORLD_BASE, catalog=WORLD / "catalog.ttl", store=store)


@cache
def _published_world() -> TemporaryDirectory[str]:
    """A data folder with the invented country published in it, made once for each process."""
    folder = TemporaryDirectory(prefix="world-")
    open_publication(world_settings(Path(folder.name) / "data"))
    return folder


def published_world(folder: Path) -> Settings:
    """Settings of a data folder in which the invented country is published: a copy, so that nothing is loaded."""
    shutil.copytree(Path(_published_world().name) / "data", folder, dirs_exist_ok=True)
    return world_settings(folder)


@pytest.fixture(scope="session")
def world() -> Publication:
    """The invented country, loaded and checked, in memory."""
    return open_publication(world_settings())


@pytest.fixture(scope="session")
def country() -> Publication:
    """The real data, loaded and checked, in memory."""
    return open_publication(Settings(store=None))


@pytest.fixture(scope="session")
def client(world: Publication) -> Iterator[TestClient]:
    """A client of the invented country's service; redirects are not followed."""
    with TestClient(create_app(world), base_url="http://testserver", follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service of the invented country, started as a user starts it, on a free port."""
    with serving(tmp_path_factory.mktemp("store")) as address:
        yield address


@contextmanager
def serving(store: Path, port: int | None = None, **settings: str) -> Iterator[str]:
    """The address of a service with its data in `store`, of the invented country unless `settings` say otherwise."""
    port = port or free_port()
    given = {"base": WORLD_BASE, "catalog": str(WORLD / "catalog.ttl"), "store": str(store)} | settings
    environment = os.environ | {f"NQF_{name.upper()}": value for name, value in given.items()}
    command = [sys.executable, "-m", "nqf_graph", "serve", "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    with TemporaryFile("w+") as words:  # a pipe that nobody reads would stop the service when it is full
        process = subprocess.Popen(command, env=environment, stderr=words, text=True)
        try:
            wait_until_ready(address, process)
            yield address
        except RuntimeError as error:
            words.seek(0)
            error.add_note(words.read())
            raise
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_until_ready(address: str, process: subprocess.Popen[str], seconds: float = 60) -> None:
    """Return when the service answers /ready; fail with its words when it stops or takes too long."""
    for _ in range(int(seconds / 0.1)):
        if process.poll() is not None:
            raise RuntimeError(f"the service stopped: {process.stderr.read() if process.stderr else ''}")
        try:
            with urllib.request.urlopen(f"{address}/ready", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the service did not answer within {seconds} s")


@pytest.fixture(scope="session")
def oxigraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An Oxigraph server, for tests of the group `oxigraph`."""
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as engine:
        yield engine


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A Virtuoso, for tests of the group `virtuoso`."""
    with virtuoso(tmp_path_factory.mktemp("virtuoso")) as engine:
        yield engine
