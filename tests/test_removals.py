"""What was published once and is no more: 410 with what is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.publication import Publication
from tests.conftest import WORLD_BASE
from tests.history import duty, open_with_history, put


@pytest.fixture(scope="module")
def college(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    return open_with_history(tmp_path_factory.mktemp("removals"))


@pytest.fixture(scope="module")
def visitor(college: Publication) -> Iterator[TestClient]:
    with TestClient(create_app(college), follow_redirects=False) as client:
        yield client


def test_what_was_taken_away_says_so(college: Publication, visitor: TestClient) -> None:
    new = f"<{WORLD_BASE}/id/duty/framework>"
    put(college, duty("bees", "Keeping bees"), duty("honey", "Selling honey", f"dct:isReplacedBy {new} ;"))
    assert visitor.get("/doc/duty/honey").status_code == 200
    state = put(college, duty("bees", "Keeping bees"))
    for address in ("/id/duty/honey", "/doc/duty/honey", "/doc/duty/honey.ttl"):
        response = visitor.get(address)
        assert response.status_code == 410, address
        problem = response.json()
        assert problem["type"].endswith("#gone")
        assert problem["names"] == {"ky": "Милдет", "ru": "Обязанность", "en": "Selling honey"}
        assert problem["commit"] == f"{WORLD_BASE}/id/commit/{state}"
        assert problem["removed"].startswith("20") and problem["removed"].endswith("Z")
        assert problem["replacedBy"] == [f"{WORLD_BASE}/id/duty/framework"]
    page = visitor.get("/doc/duty/honey", headers={"Accept": "text/html"})
    assert page.status_code == 410
    assert "Selling honey" in page.text or "Милдет" in page.text
    assert visitor.get(f"/id/commit/{state}").status_code == 303


def test_what_changed_or_came_back_is_there(college: Publication, visitor: TestClient) -> None:
    put(college, duty("wax", "Selling wax"))
    put(college, duty("wax", "Selling wax and candles"))
    assert visitor.get("/doc/duty/wax").status_code == 200
    put(college, duty("bees", "Keeping bees"))
    assert visitor.get("/doc/duty/wax").status_code == 410
    put(college, duty("wax", "Selling wax"))
    assert visitor.get("/doc/duty/wax").status_code == 200
    last = put(college, duty("bees", "Keeping bees"))
    assert visitor.get("/doc/duty/wax").json()["commit"].endswith(last), "the last time counts"


def test_what_never_was_is_not_found(visitor: TestClient, client: TestClient) -> None:
    assert visitor.get("/doc/duty/never").status_code == 404
    assert client.get("/doc/duty/honey").status_code == 404, "a store in memory knows no history"


def test_the_past_is_known_after_a_new_start(college: Publication, visitor: TestClient, tmp_path: Path) -> None:
    first = open_with_history(tmp_path)
    put(first, duty("bees", "Keeping bees"))
    put(first, duty("honey", "Selling honey"))
    del first
    with TestClient(create_app(open_with_history(tmp_path)), follow_redirects=False) as client:
        assert client.get("/doc/duty/bees").status_code == 410
        assert client.get("/doc/duty/honey").status_code == 200
