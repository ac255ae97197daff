"""The W3C suites for SPARQL 1.1: every test is known, what differs is named, the docs say what was measured."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT, require
from tests.w3c_results import is_ordered, read_result, same
from tests.w3c_sparql import NOT_RUN, SPECIFICATIONS, differences, entries, reasons, suite, summary, table

HERE = b"?s\t?n\n_:a\t01\n_:b\t2\n"


def test_every_suite_is_run_or_named_as_not_run() -> None:
    require(suite().exists(), f"the W3C SPARQL test suites ({suite()}; set NQF_SHARED)")
    run = [folder for folders in SPECIFICATIONS.values() for folder in folders]
    assert sorted([*run, *NOT_RUN]) == sorted(entries())
    names = [entry.name for found in entries().values() for entry in found]
    assert len(set(names)) == len(names) == 644
    assert set(differences()) <= set(names)


def test_the_docs_say_what_was_measured() -> None:
    """The other modules hold each outcome against the differences that make this table."""
    require(suite().exists(), f"the W3C SPARQL test suites ({suite()}; set NQF_SHARED)")
    text = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert summary() in " ".join(text.split())
    assert table() in text
    assert reasons() in text


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (b"?s\t?n\n_:x\t1\n_:y\t2\n", True),
        (b"?n\t?s\n2\t_:a\n1\t_:b\n", True),
        (b"?s\t?n\n_:x\t1\n_:x\t2\n", False),
        (b"?s\t?n\n_:x\t1\n_:y\t3\n", False),
        (b"?s\t?n\n_:x\t1\n_:y\t2\n_:y\t2\n", False),
        (b"?s\t?n\n_:x\t\n_:y\t2\n", False),
        (b"?s\t?n\n<a:x>\t1\n_:y\t2\n", False),
        (b'?s\t?n\n_:x\t"1"\n_:y\t2\n', False),
        (b"?s\t?n\t?m\n_:x\t1\t\n_:y\t2\t\n", False),
    ],
)
def test_tables_are_compared_up_to_names_of_blank_nodes(other: bytes, *, is_same: bool) -> None:
    assert same(read_result(HERE, "tsv", ""), read_result(other, "tsv", "")) is is_same


def test_order_counts_where_it_was_asked_for() -> None:
    here, there = (read_result(text, "tsv", "") for text in (b"?n\n1\n2\n", b"?n\n2\n1\n"))
    assert same(here, there)
    assert not same(here, there, ordered=True)
    assert same(here, here, ordered=True)
    assert is_ordered("SELECT * { ?s ?p ?o } ORDER BY DESC(?o) LIMIT 2")
    assert not is_ordered("SELECT * { { SELECT * { ?s ?p ?o } ORDER BY ?o } } # ORDER BY ?s")


def test_other_results_are_compared_as_well() -> None:
    graph, renamed, another = (
        read_result(text, "ttl", "http://e/")
        for text in (b"<a> <b> [ <c> 1 ] .", b"_:x <c> 1.0e0 . <a> <b> _:x .", b"<a> <b> [ <c> 2 ] .")
    )
    assert not same(graph, renamed)
    assert same(graph, read_result(b"_:x <c> 01 . <a> <b> _:x .", "ttl", "http://e/"))
    assert not same(graph, another)
    yes, no = (read_result(b'{"head":{},"boolean":%s}' % word, "srj", "") for word in (b"true", b"false"))
    assert same(yes, yes)
    assert not same(yes, no)
    assert not same(yes, graph)
    csv, other = read_result(b"s,n\r\n_:a,1.0\r\n", "csv", ""), read_result(b"s,n\r\n_:b,1\r\n", "csv", "")
    assert same(csv, read_result(b"s,n\r\n_:b,1.0\r\n", "csv", ""))
    assert not same(csv, other)
