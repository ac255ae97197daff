"""SSSOM files: what is read, what is written, and what is said of files that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from nqf_graph.errors import CannotLoad
from nqf_graph.formats import N_TRIPLES, TRIG, TURTLE
from nqf_graph.sssom import MappingSet, Record, read_rdf, read_tsv, read_tsv_file, write_rdf, write_tsv
from nqf_graph.sssom.reading import split_values
from nqf_graph.sssom.values import Unusable

HEAD = """\
#curie_map:
#  a: https://a.example/
#  b: https://b.example/x_
#mapping_set_id: https://a.example/set
#license: https://creativecommons.org/licenses/by/4.0/
"""
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification"
ROW = "a:1\tskos:exactMatch\tb:1\tsemapv:ManualMappingCuration"
JUSTIFIED = "https://w3id.org/semapv/vocab/ManualMappingCuration"


def table(*rows: str, columns: str = COLUMNS, head: str = HEAD) -> str:
    return head + "\n".join((columns, *rows)) + "\n"


def test_identifiers_become_whole_iris_and_curies_again() -> None:
    read = read_tsv(table(ROW)).strict()
    assert read.records[0].slots == {
        "subject_id": "https://a.example/1",
        "predicate_id": "http://www.w3.org/2004/02/skos/core#exactMatch",
        "object_id": "https://b.example/x_1",
        "mapping_justification": JUSTIFIED,
    }
    assert read.records[0].line == 7
    assert write_tsv(read) == table(ROW)


def test_what_is_written_is_canonical() -> None:
    """Order of keys, columns, rows and prefixes does not matter, nor do needless quotes, prefixes, zeros and empty columns."""
    messy = """\
# license: "https://creativecommons.org/licenses/by/4.0/"
# mapping_set_id: 'https://a.example/set'
# subject_source: a:source
# creator_id: a:z
# curie_map: {zz: "https://unused.example/", skos: "http://www.w3.org/2004/02/skos/core#", b: "https://b.example/x_", a: "https://a.example/"}
mapping_justification	confidence	predicate_id	subject_id	object_id	comment	mapping_date	author_label
semapv:ManualMappingCuration	0.950	skos:exactMatch	a:2	b:2	"needless"		z|y
"semapv:ManualMappingCuration"	1.0	skos:exactMatch	a:1	b:1	"say ""no"" twice"
"""
    assert (
        write_tsv(read_tsv(messy).strict())
        == """\
#curie_map:
#  a: https://a.example/
#  b: https://b.example/x_
#mapping_set_id: https://a.example/set
#creator_id:
#  - a:z
#license: https://creativecommons.org/licenses/by/4.0/
#subject_source: a:source
subject_id	predicate_id	object_id	mapping_justification	author_label	confidence	comment
a:1	skos:exactMatch	b:1	semapv:ManualMappingCuration		1	"say ""no"" twice"
a:2	skos:exactMatch	b:2	semapv:ManualMappingCuration	y|z	0.95	needless
"""
    )


def test_what_the_set_says_of_all_mappings_is_said_of_each_and_once_when_written() -> None:
    head = HEAD + "#mapping_date: 2026-11-28\n"
    read = read_tsv(table(ROW, ROW.replace("1", "2"), head=head)).strict()
    assert [record.text("mapping_date") for record in read.records] == ["2026-11-28", "2026-11-28"]
    assert "mapping_date" not in read.slots
    assert write_tsv(read) == table(ROW, ROW.replace("1", "2"), head=head)


def test_a_slot_that_one_mapping_has_itself_is_not_handed_on() -> None:
    columns = COLUMNS + "\tmapping_date"
    text = table(
        ROW + "\t2026-01-01", ROW.replace("1", "2") + "\t", columns=columns, head=HEAD + "#mapping_date: 2026-11-28\n"
    )
    read = read_tsv(text).strict()
    assert [record.text("mapping_date") for record in read.records] == ["2026-01-01", ""]
    assert read.slots["mapping_date"] == "2026-11-28"
    assert write_tsv(read) == text


def test_values_of_a_slot_that_takes_several_are_escaped() -> None:
    assert split_values(r"Alice\|Bob|Charlie") == ["Alice|Bob", "Charlie"]
    assert split_values(r"Alice\\Bob|Charlie\\|David\\\|Eve\\") == ["Alice\\Bob", "Charlie\\", "David\\|Eve\\"]
    assert split_values(r"one\two") == [r"one\two"]


def test_literals_need_no_identifier() -> None:
    columns = "subject_label\tpredicate_id\tobject_id\tmapping_justification\tsubject_type"
    row = "сварщик\tskos:closeMatch\tb:7212\tsemapv:ManualMappingCuration\trdfs literal"
    read = read_tsv(table(row, columns=columns)).strict()
    assert "subject_id" not in read.records[0].slots
    problems = read_tsv(
        table("\tskos:closeMatch\tb:1\tsemapv:ManualMappingCuration\trdfs literal", columns=columns)
    ).problems
    assert [str(problem) for problem in problems] == ["subject_label: expected the text of the literal, found nothing"]


def test_rows_with_problems_are_listed_with_line_slot_and_both_sides() -> None:
    columns = COLUMNS + "\tconfidence\tmapping_date\tpredicate_modifier"
    rows = (
        ROW + "\t\t\t",
        "c:1" + ROW[3:] + "\t\t\t",
        "https://a.example/1" + ROW[3:] + "\t\t\t",
        ROW + "\t1.5\t\t",
        ROW + "\t\t28.11.2026\t",
        ROW + "\t\t\tnot",
        "\t" + ROW[4:] + "\t\t\t",
        ROW + "\t\t\t\ttoo many",
        'a:1\t"skos:exactMatch\n"\tb:1\tx:y\t\t\t',
        "a:9" + ROW[3:] + "\t0.5\t2026-11-28\tNot",
    )
    reading = read_tsv(table(*rows, columns=columns), "file.tsv")
    assert [(problem.line, str(problem).partition(", found ")[0]) for problem in reading.problems] == [
        (
            8,
            "subject_id: expected a CURIE with one of the declared prefixes (a, b, linkml, owl, rdf, rdfs, semapv, skos, sssom, xsd)",
        ),
        (9, "subject_id: expected a CURIE (its prefix declared in curie_map)"),
        (10, "confidence: expected a number from 0 to 1"),
        (11, "mapping_date: expected a date as YYYY-MM-DD"),
        (12, "predicate_modifier: expected one of Not"),
        (13, "subject_id: expected an identifier (or subject_type 'rdfs literal')"),
        (14, "expected 7 values"),
        (15, "predicate_id: expected an absolute IRI"),
    ]
    assert [record.line for record in reading.set.records] == [7, 17]
    with pytest.raises(
        CannotLoad, match=r"file\.tsv:8: subject_id: expected a CURIE .*, found 'c:1' \(and 7 more problems\)"
    ):
        reading.strict()


def test_a_record_identifier_is_there_once() -> None:
    reading = read_tsv(table("a:r\t" + ROW, "a:r\t" + ROW, columns="record_id\t" + COLUMNS))
    assert [(p.line, p.slot) for p in reading.problems] == [(8, "record_id")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ":1: expected the metadata block first"),
        (table(ROW, head=""), ":1: expected the metadata block first"),
        (table(ROW, head="#[1\n"), ":1:4: expected YAML"),
        (table(ROW, head="#a: 1\n#a: 2\n"), ":2:2: expected each key once, found 'a' again"),
        (table(ROW, head="#a: &x 1\n#b: *x\n"), ":1:5: expected YAML without anchors"),
        (table(ROW, head="#- a\n"), ":1:2: expected keys with values"),
        (table(ROW, head="#license: https://l.example/\n"), ": expected mapping_set_id in the metadata of the set, found license"),
        (table(ROW, head="#mapping_set_id: https://l.example/\n"), ": expected license in the metadata"),
        (table(ROW, head=HEAD + "#mapping_date: yesterday\n"), ":6:16: mapping_date: expected a date as YYYY-MM-DD, found 'yesterday'"),
        (table(ROW, head=HEAD + "#creator_id:\n#  - nobody:1\n"), ":7:6: creator_id: expected a CURIE"),
        (table(ROW, head=HEAD + "#mapping_tool: [one, two]\n"), ":6:17: mapping_tool: expected one text"),
        (table(ROW, head=HEAD + "#sssom_version: '2.0'\n"), ":6:17: sssom_version: expected one of 1.0, 1.1, found '2.0'"),
        (table(ROW, head=HEAD.replace("a: https", "skos: https")), ":2:10: curie_map: expected http://www.w3.org/2004/02/skos/core#"),
        (table(ROW, head=HEAD.replace("https://a.example/\n", "nothing here\n", 1)), ":2:7: curie_map: expected an absolute IRI"),
        (table(ROW, head=HEAD + "#ext_a: [1]\n"), ":6:9: ext_a: expected a text"),
        (table(ROW, head=HEAD + "#subject_id: a:1\n"), ":6:14: expected a slot of a mapping set, found 'subject_id'"),
        (HEAD, ":6:1: expected the names of columns, among them predicate_id and mapping_justification, found nothing"),
        (table(ROW, columns="subject\tpredicate"), ":6:1: expected the names of columns"),
        (table(ROW, columns=COLUMNS + "\tsubject_id"), ":6: expected each column once, found 'subject_id' as column 5"),
        (table('"a:1' + ROW[3:]), ":7: expected tab-separated values"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used(text: str, said: str) -> None:
    with pytest.raises(CannotLoad) as raised:
        read_tsv(text, "f.tsv").strict()
    assert f"f.tsv{said}" in str(raised.value)


def test_metadata_may_lie_beside_the_table(tmp_path: Path) -> None:
    file = tmp_path / "x.sssom.tsv"
    file.write_text(table(ROW, head=""), encoding="utf-8")
    with pytest.raises(CannotLoad, match=r"or a \.yml file beside"):
        read_tsv_file(file)
    beside = tmp_path / "x.sssom.yml"
    beside.write_text(HEAD.replace("#", ""), encoding="utf-8")
    assert write_tsv(read_tsv_file(file).strict()) == table(ROW)
    beside.write_text(HEAD.replace("#", "").replace("license", "licence"), encoding="utf-8")
    with pytest.raises(CannotLoad, match=r"x\.sssom\.yml: expected license"):
        read_tsv_file(file)
    file.write_text(table(ROW), encoding="utf-8")
    with pytest.raises(CannotLoad, match="expected no metadata block here"):
        read_tsv_file(file, beside)
    file.write_bytes("#ключ".encode("cp1251"))
    with pytest.raises(CannotLoad, match="expected UTF-8"):
        read_tsv_file(file)
    with pytest.raises(CannotLoad, match="expected a file here"):
        read_tsv_file(tmp_path / "none.tsv")


def test_extension_slots_are_kept_also_those_nobody_defined() -> None:
    head = HEAD + (
        "#extension_definitions:\n#  - slot_name: ext_who\n#    property: a:who\n#    type_hint: linkml:Uriorcurie\n"
        "#  - slot_name: ext_n\n#    property: a:n\n#    type_hint: xsd:integer\n"
        "#  - slot_name: 1bad\n#  - slot_name: comment\n#  - slot_name: ext_m\n#    property: nobody:m\n"
    )
    text = table(ROW + "\tb:2\t7\tfree", columns=COLUMNS + "\text_who\text_n\text_m", head=head)
    read = read_tsv(text).strict()
    assert read.records[0].extensions == {"ext_who": "https://b.example/x_2", "ext_n": "7", "ext_m": "free"}
    assert [d.iri for d in read.definitions] == [
        "http://sssom.invalid/ext_m",
        "https://a.example/n",
        "https://a.example/who",
    ]
    again = write_tsv(read)
    assert read_tsv(again).strict() == read
    turtle = write_rdf(read, TURTLE)
    assert write_tsv(read_rdf(turtle, TURTLE).strict()) == again
    assert b"a:n 7" in turtle and b"a:who b:2" in turtle


def test_rdf_is_as_the_standard_says() -> None:
    columns = COLUMNS + "\tpredicate_modifier\tconfidence\tmapping_date\tauthor_id"
    read = read_tsv(table(ROW + "\tNot\t0.5\t2026-11-28\ta:me|a:you", columns=columns)).strict()
    lines = write_rdf(read, N_TRIPLES).decode().splitlines()
    xsd = "http://www.w3.org/2001/XMLSchema#"
    for expected in (
        "<https://a.example/set> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/sssom/MappingSet> .",
        "<https://a.example/set> <https://w3id.org/sssom/mappings> _:m1 .",
        "_:m1 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#Axiom> .",
        "_:m1 <http://www.w3.org/2002/07/owl#annotatedSource> <https://a.example/1> .",
        "_:m1 <http://www.w3.org/2002/07/owl#annotatedProperty> <http://www.w3.org/2004/02/skos/core#exactMatch> .",
        "_:m1 <http://www.w3.org/2002/07/owl#annotatedTarget> <https://b.example/x_1> .",
        "_:m1 <https://w3id.org/sssom/predicate_modifier> <https://w3id.org/sssom/NegatedPredicate> .",
        f'_:m1 <https://w3id.org/sssom/confidence> "0.5"^^<{xsd}double> .',
        f'_:m1 <http://purl.org/dc/terms/created> "2026-11-28"^^<{xsd}date> .',
        "_:m1 <http://purl.org/pav/authoredBy> <https://a.example/me> .",
        "_:m1 <http://purl.org/pav/authoredBy> <https://a.example/you> .",
    ):
        assert expected in lines
    assert not any("mapping_set_id" in line or "curie_map" in line for line in lines)


def test_older_rdf_is_read_too() -> None:
    text = """
    @prefix sssom: <https://w3id.org/sssom/> . @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix a: <https://a.example/> .
    [] a sssom:MappingSet ; sssom:mapping_set_id "https://a.example/set"^^<http://www.w3.org/2001/XMLSchema#anyURI> ;
       <http://purl.org/dc/terms/license> "https://l.example/"^^<http://www.w3.org/2001/XMLSchema#anyURI> ;
       sssom:mappings [ owl:annotatedSource a:1 ; owl:annotatedProperty a:p ; owl:annotatedTarget a:2 ;
         sssom:mapping_justification a:j ; sssom:predicate_modifier "Not" ; sssom:subject_type owl:DatatypeProperty ] ."""
    read = read_rdf(text.encode(), TURTLE).strict()
    assert read.id == "https://a.example/set" and read.prefixes == {"a": "https://a.example/"}
    assert read.records[0].text("predicate_modifier") == "Not"
    assert read.records[0].text("subject_type") == "owl data property"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "expected exactly one sssom:MappingSet, found 0"),
        ("<urn:s> a sssom:MappingSet .", "expected license in the metadata"),
        ("<urn:s> a sssom:MappingSet ; <http://purl.org/dc/terms/license> <urn:l> ; sssom:mappings <urn:m> . <urn:m> owl:annotatedSource <urn:a> .",
         "object_id: expected an identifier (or object_type 'rdfs literal'), found nothing (mapping urn:m)"),
        ("<urn:s> a sssom:MappingSet ; <http://purl.org/dc/terms/license> <urn:l> ; sssom:mappings <urn:m> . <urn:m> sssom:confidence 2 .",
         "confidence: expected a number from 0 to 1, found '2' (mapping urn:m)"),
        ("<urn:s> a sssom:MappingSet ; <http://purl.org/dc/terms/license> <urn:l> , <urn:m> .", "license: expected one value"),
        ("<urn:s> a sssom:MappingSet ; <http://purl.org/dc/terms/license> <urn:l> ; sssom:mappings <urn:m> . <urn:m> sssom:mapping_cardinality '1:2' .",
         "mapping_cardinality: expected one of 1:1"),
        ("<urn:s> a", "f.ttl:2:"),
    ],
)  # fmt: skip
def test_rdf_that_cannot_be_used(body: str, said: str) -> None:
    head = "@prefix sssom: <https://w3id.org/sssom/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    with pytest.raises(CannotLoad) as raised:
        read_rdf((head + body).encode(), TURTLE, "f.ttl").strict()
    assert said in str(raised.value)


def test_an_iri_without_prefix_is_not_written_as_tsv() -> None:
    bare = read_rdf(write_rdf(read_tsv(table(ROW)).strict(), N_TRIPLES), N_TRIPLES).strict()
    with pytest.raises(Unusable, match="expected a declared prefix for 'https://"):
        write_tsv(bare)
    assert write_tsv(read_rdf(write_rdf(read_tsv(table(ROW)).strict(), TRIG), TRIG).strict()) == table(ROW)


def test_the_version_is_told_only_where_it_is_needed() -> None:
    slots = {"mapping_set_id": "https://a.example/s", "license": "https://l.example/"}
    assert "sssom_version" not in write_tsv(MappingSet(slots))
    record = Record(
        {
            "record_id": "https://a.example/r",
            "subject_id": "https://a.example/1",
            "predicate_id": "https://a.example/p",
            "object_id": "https://w3id.org/sssom/NoTermFound",
            "mapping_justification": JUSTIFIED,
        }
    )
    text = write_tsv(MappingSet(slots, (record,), {"a": "https://a.example/"}))
    assert text.startswith('#sssom_version: "1.1"\n') and "\tsssom:NoTermFound\t" in text
