"""Files that others publish as the measure of an export: shapes, examples, schemas; read from the shared data."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from rdflib import Graph

from tests.conftest import SHARED, require


def shared_graph(name: str) -> Graph:
    """A Turtle file below the folder of reference data, packed or not; the test is skipped where it is absent."""
    return Graph().parse(data=_bytes(name), format="turtle")


def shared_json(name: str) -> Any:
    """A JSON file there."""
    return json.loads(_bytes(name))


def _bytes(name: str) -> bytes:
    file: Path = SHARED / "data" / name
    require(file.exists(), f"reference data {name} ({file}; set NQF_SHARED)")
    content = file.read_bytes()
    return gzip.decompress(content) if file.suffix == ".gz" else content
