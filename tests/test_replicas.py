"""Read replicas: a published snapshot, copied to another place, is served there (docs/operations.md)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.publication import open_publication
from tests.conftest import world_settings
from tests.machine import free_port, require


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The snapshot that `published.json` names."""
    folder = tmp_path_factory.mktemp("published")
    open_publication(world_settings(folder))
    published = json.loads((folder / "published.json").read_text(encoding="utf-8"))
    return folder / str(published["folder"])


def test_a_copied_snapshot_is_a_service(snapshot: Path, tmp_path: Path) -> None:
    shutil.copytree(snapshot, tmp_path / "store")
    talk: list[str] = []
    replica = open_publication(world_settings(tmp_path), talk.append)
    assert talk == [], "nothing is loaded, nothing is checked again"
    with TestClient(create_app(replica)) as client:
        assert f"snapshot-{client.get('/ready').json()['state']}" == snapshot.name
        assert "3a" in client.get("/doc/level/2020/3a", headers={"Accept": "text/turtle"}).text
        assert client.get("/sparql?query=ASK%20%7B%3Fs%20%3Fp%20%3Fo%7D").json()["boolean"] is True
        assert client.put("/data?graph=urn:x", content=b"").status_code == 403, "without keys nothing is written"


def test_a_copied_snapshot_answers_in_oxigraph(snapshot: Path, tmp_path: Path) -> None:
    binary = Path(sys.executable).with_name("oxigraph")
    require(binary.exists(), "the Oxigraph server (package oxigraph)")
    copy, port = shutil.copytree(snapshot, tmp_path / "snapshot"), free_port()
    command = [
        str(binary),
        "serve-read-only",
        "--location",
        str(copy),
        "--bind",
        f"127.0.0.1:{port}",
        "--union-default-graph",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            while "Listening" not in (line := process.stderr.readline()):
                assert line, "the server stopped"
            query = quote("ASK { ?level a <https://w3id.org/nqf/ontology#Level> }")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/query?query={query}", timeout=10) as answer:
                assert b"true" in answer.read()
            update = urllib.request.Request(f"http://127.0.0.1:{port}/update", b"update=DROP+ALL")
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(update, timeout=10)
            refused.value.close()
            assert refused.value.code in (403, 404, 405)
        finally:
            process.terminate()
