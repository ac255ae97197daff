"""Two frameworks side by side: worked out by hand on the invented country, and what must hold of any two."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from nqf_graph.compare.chains import Chain, Link
from nqf_graph.compare.comparison import Comparison, LevelRow
from nqf_graph.compare.frameworks import compare
from nqf_graph.compare.relations import BROAD, CLOSE, EXACT, NARROW, RELATED, along, follow, inverse
from nqf_graph.errors import BadParameter, NotFound
from nqf_graph.publication import Publication, open_publication
from nqf_graph.writes import Request
from tests.conftest import WORLD_BASE, published_world

RELATIONS = (EXACT, CLOSE, BROAD, NARROW, RELATED)


def row(comparison: Comparison, notation: str) -> LevelRow:
    (found,) = [row for row in comparison.rows if row.level.notation == notation]
    return found


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (EXACT, CLOSE, CLOSE), (NARROW, EXACT, NARROW), (BROAD, BROAD, BROAD), (NARROW, NARROW, NARROW),
        (CLOSE, CLOSE, RELATED), (BROAD, NARROW, RELATED), (CLOSE, BROAD, RELATED), (RELATED, EXACT, RELATED),
    ],
)  # fmt: skip
def test_two_relations_in_a_row(first: NamedNode, second: NamedNode, together: NamedNode) -> None:
    assert follow(first, second) == together


def test_the_table_of_relations_is_associative_and_turns_round() -> None:
    for one, two, three in product(RELATIONS, repeat=3):
        assert follow(follow(one, two), three) == follow(one, follow(two, three)) == along([one, two, three])
    for one, two in product(RELATIONS, repeat=2):
        assert inverse(follow(one, two)) == follow(inverse(two), inverse(one))
        assert inverse(inverse(one)) == one


def link(score: float | None, state: str = "accepted", status: str = "official", kind: str = "referencing") -> Link:
    return Link("urn:a", "urn:x", "urn:y", "urn:e", EXACT, kind, state, status, score)


def test_a_chain_is_no_stronger_than_its_weakest_link() -> None:
    single = Chain((link(0.9),))
    assert (single.kind, single.state, single.status, single.score) == ("referencing", "accepted", "official", 0.9)
    double = Chain((link(0.9), link(0.5, "proposed", "illustrative")))
    assert (double.kind, double.state, double.status) == ("analystMapping", "proposed", "illustrative")
    assert double.score == 0.45
    official = Chain((link(0.9), link(0.9)))
    assert official.status == "inferred", "nobody has stated the whole way"
    unknown = Chain((link(0.9), link(None)))
    assert unknown.score is None
    assert unknown.unknown == ("urn:a",)


def test_levels_of_the_invented_country(world: Publication) -> None:
    """As tests/world/alignments.ttl says in its first lines."""
    found = compare(world, None, "crf", as_of="2026-01-01")
    assert found.is_connected
    assert found.is_direct
    assert found.left.framework.id == "framework/aqf"
    assert found.right.edition is not None
    assert found.right.edition.id == "framework/crf/2015"
    assert {row.level.notation: row.verdict for row in found.rows} == {
        "1": "matched", "2": "nothing-said", "3": "in-sub-levels", "3a": "matched", "3b": "matched", "4": "no-match",
    }  # fmt: skip
    (one,) = row(found, "1").counterparts
    assert (one.level.notation, one.relation, one.kind, one.state, one.score) == (
        "1", "exactMatch", "referencing", "accepted", 0.9,
    )  # fmt: skip
    assert [thing.id for thing in one.evidence] == ["evidence/descriptor-table"]
    (three_b,) = row(found, "3b").counterparts
    assert [thing.id for thing in three_b.counter_evidence] == ["evidence/credits"]
    assert [level.notation for level in row(found, "3a").shared_with] == ["3b"]
    assert [level.notation for level in row(found, "3b").shared_with] == ["3a"]
    (no_match,) = row(found, "4").no_match
    assert (no_match.kind, no_match.state, no_match.score) == ("comparison", "accepted", 0.9)
    (rejected,) = row(found, "4").rejected
    assert rejected.level.notation == "2"
    assert [level.notation for level in found.unmatched] == ["2"]
    assert found.inversions == (), "the rejected alignment would have broken the order"


def test_seen_from_the_other_side(world: Publication) -> None:
    found = compare(world, "crf", "aqf", as_of="2026-01-01")
    targets = {row.level.notation: [c.level.notation for c in row.counterparts] for row in found.rows}
    assert targets == {"1": ["1"], "2": [], "3": ["3a", "3b"]}
    relations = {c.level.notation: c.relation for c in row(found, "3").counterparts}
    assert relations == {"3a": "closeMatch", "3b": "narrowMatch"}


def test_composed_through_the_national_framework(world: Publication) -> None:
    """h1 is level 2, of which nothing is said; h2 is level 3a, which is close to reference level 3."""
    found = compare(world, "sqf-hospitality", "crf", as_of="2026-01-01")
    assert found.is_connected
    assert not found.is_direct
    assert row(found, "h1").verdict == "nothing-said"
    (composed,) = row(found, "h2").counterparts
    assert (composed.level.notation, composed.relation, composed.kind) == ("3", "closeMatch", "analystMapping")
    assert [level.id for level in composed.via] == ["level/2020/3a"]
    assert composed.score == 0.8
    assert composed.status == "inferred"
    assert "no stronger" in found.sentence


def test_a_pair_that_nothing_connects_says_so(world: Publication) -> None:
    found = compare(world, "sqf-fishing", "crf", as_of="2026-01-01")
    assert not found.is_connected
    assert found.rows == ()
    assert "no levels" in found.sentence
    assert compare(world, "sqf-fishing", "crf", language="ru").sentence.startswith("В графе нет уровней")
    alone = compare(world, "sqf-hospitality", "framework/aqf/2010", as_of="2026-01-01")
    assert not alone.is_connected
    assert "Nothing connects" in alone.sentence
    assert {row.verdict for row in alone.rows} == {"nothing-said"}


def test_unknown_names_are_told_what_exists(world: Publication) -> None:
    with pytest.raises(NotFound) as unknown:
        compare(world, None, "atlantis")
    assert "framework/crf" in unknown.value.existing
    with pytest.raises(BadParameter, match="as_of"):
        compare(world, None, "crf", as_of="yesterday")
    with pytest.raises(NotFound, match="framework/aqf/2010"):
        compare(world, None, "crf", as_of="1990-01-01")


def test_the_same_graph_gives_the_same_answer(world: Publication) -> None:
    assert compare(world, None, "crf", as_of="2026-01-01") == compare(world, None, "crf", as_of="2026-01-01")


def test_a_write_is_seen_by_the_next_comparison(tmp_path: Path) -> None:
    publication = open_publication(published_world(tmp_path / "data"))
    before = compare(publication, "aqf", "crf", as_of="2026-01-01")
    assert [c.level.notation for c in row(before, "1").counterparts] == ["1"]
    alignment = f"<{WORLD_BASE}/id/alignment/1-crf-1>"
    publication.write(Request("update", f"DELETE WHERE {{ GRAPH ?g {{ {alignment} ?p ?o }} }}"), "Ministry")
    after = compare(publication, "aqf", "crf", as_of="2026-01-01")
    assert (row(after, "1").verdict, after.state == before.state) == ("nothing-said", False)


def test_nine_levels_against_eight(country: Publication) -> None:
    found = compare(country, None, "eqf", as_of="2026-11-28")
    assert (found.left.levels, found.right.levels) == (9, 8)
    assert row(found, "9").verdict == "no-match", "what is said of a level wins over what chains would give"
    assert row(found, "9").counterparts == ()
    assert [level.notation for level in row(found, "7a").shared_with] == ["7b"]
    assert row(found, "7").verdict == "in-sub-levels"
    for level in found.rows:
        for counterpart in level.counterparts:
            assert counterpart.kind == "analystMapping"
            assert counterpart.status != "official"


def test_sub_levels_say_what_their_level_says(country: Publication) -> None:
    found = compare(country, None, "eqf", as_of="2026-11-28")
    seven = {pair.left.text for pair in row(found, "7").descriptors if pair.left}
    assert len(seven) == 3
    assert {pair.left.text for pair in row(found, "7a").descriptors if pair.left} == seven


def test_an_inversion_is_found() -> None:
    from nqf_graph.compare.frameworks import _inversions  # noqa: PLC0415

    found = _sample(((1, 2), (2, 1)))
    (inversion,) = _inversions(found)
    assert (inversion.lower.rank, inversion.higher.rank) == (1, 2)
    assert _inversions(_sample(((1, 1), (2, 1), (3, 3)))) == ()


def _sample(pairs: tuple[tuple[int, int], ...]) -> list[LevelRow]:
    from nqf_graph.compare.comparison import Counterpart, LevelRef  # noqa: PLC0415

    def level(side: str, rank: int) -> LevelRef:
        return LevelRef(f"urn:{side}:{rank}", "", str(rank), "", rank, "", "")

    def counterpart(rank: int) -> Counterpart:
        return Counterpart(
            level("b", rank), "closeMatch", "comparison", "accepted", "official", None, (), (), (), "", (), (), ()
        )

    return [LevelRow(level("a", own), "matched", (counterpart(other),), (), (), (), ()) for own, other in pairs]
