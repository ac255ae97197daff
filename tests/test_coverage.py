"""What a programme covers of a standard: worked out by hand on the invented country and the examples of the first."""

from __future__ import annotations

import pytest

from nqf_graph.compare.coverage import StandardCoverage, coverage
from nqf_graph.errors import NotFound
from nqf_graph.publication import Publication


def verdicts(found: StandardCoverage) -> dict[str, str]:
    return {entry.competence.id: entry.verdict for entry in found.required}


def test_a_programme_beside_its_standard(world: Publication) -> None:
    """The day course develops one of the two competences that the waiter's standard asks for."""
    found = coverage(world, "programme/waiter-day")
    (standard,) = found.standards
    assert standard.standard.id == "standard/waiter"
    assert standard.is_claimed
    assert verdicts(standard) == {"competence/menu": "covered", "competence/courtesy": "missing"}
    (menu,) = [entry for entry in standard.required if entry.competence.id == "competence/menu"]
    assert (menu.kind, menu.function.id, menu.task.id) == ("Knowledge", "function/serve-guests", "task/take-orders")
    assert [outcome.id for outcome in menu.outcomes] == ["outcome/waiter-day/orders"]
    assert standard.surplus == ()
    assert [match.concept.iri for match in standard.occupations] == [
        "http://data.europa.eu/esco/occupation/example-waiter"
    ]


def test_a_programme_beside_another_standard(world: Publication) -> None:
    """Nothing of the plumber's standard is taught, and every outcome is beside it."""
    found = coverage(world, "waiter-day", "plumber")
    (standard,) = found.standards
    assert not standard.is_claimed
    assert set(verdicts(standard).values()) == {"missing"}
    assert [entry.outcome.id for entry in standard.surplus] == ["outcome/waiter-day/orders"]
    assert standard.counts["required"] == standard.counts["missing"] == 2
    assert standard.counts["surplus"] == 1


def test_a_function_above_the_programme_is_not_covered_by_it(world: Publication) -> None:
    """The waiter's function stands at level 2: a programme that leads to level 1 cannot cover it."""
    from nqf_graph.compare.coverage import _required  # noqa: PLC0415
    from nqf_graph.compare.reading import Reader  # noqa: PLC0415

    base = "https://example.org/avalon/id/"
    place = {"function": f"{base}function/serve-guests", "task": f"{base}task/take-orders", "rank": "2"}
    row = place | {"competence": f"{base}competence/menu", "class": "urn:x#Knowledge", "level": "", "status": ""}
    developed = {row["competence"]: [f"{base}outcome/waiter-day/orders"]}
    found = {rank: _required(Reader(world, "en"), row, developed, rank, {}).verdict for rank in (1, 2, 3, None)}
    assert found == {1: "wrong-level", 2: "covered", 3: "covered", None: "covered"}


def test_the_example_programme_covers_fourteen_of_seventeen(country: Publication) -> None:
    found = coverage(country, "programme/illustrative-pedagogy-6", language="ky")
    (standard,) = found.standards
    assert standard.counts["required"] == 17
    missing = {name for name, verdict in verdicts(standard).items() if verdict == "missing"}
    assert missing == {f"competence/subject-teacher/{part}" for part in ("3.1.1", "3.1.2", "3.2.2")}
    assert found.status == "illustrative"
    assert all(entry.competence.language == "ky" for entry in standard.required)


def test_what_does_not_exist_is_named(world: Publication) -> None:
    with pytest.raises(NotFound) as unknown:
        coverage(world, "programme/alchemy")
    assert "programme/waiter-day" in unknown.value.existing
    with pytest.raises(NotFound) as unknown_standard:
        coverage(world, "programme/waiter-day", "alchemist")
    assert "standard/waiter" in unknown_standard.value.existing


def test_the_same_graph_gives_the_same_answer(world: Publication) -> None:
    assert coverage(world, "waiter-day") == coverage(world, "waiter-day")
