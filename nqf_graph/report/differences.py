"""What differs between two editions of a report: findings, counterparts of levels, evidence, open questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nqf_graph.errors import CannotLoad
from nqf_graph.report.wording import last, phrases

Json = dict[str, Any]


@dataclass(frozen=True)
class Edition:
    """What of a report is compared, read from its JSON-LD; things are known by their IRIs."""

    address: str
    language: str
    as_of: str
    state: str
    findings: Mapping[str, tuple[str, str, str]]
    """Topic or criterion → (its name, result, reason)."""
    levels: Mapping[str, tuple[str, Mapping[str, str]]]
    """Level → (its name, counterpart as `name (relation)` by its IRI); a level without any has its verdict."""
    evidence: Mapping[str, tuple[str, Mapping[str, str]]]
    """Topic or criterion → (its name, what shows the evidence → how much)."""
    open: Mapping[tuple[str, str], str]
    """(kind, what it is about) → its name."""


@dataclass(frozen=True)
class Change:
    """One difference: `part` is findings, levels, evidence or open; `old` and `new` are "" where there is nothing."""

    part: str
    about: str
    name: str
    old: str
    new: str
    old_reason: str = ""
    new_reason: str = ""


@dataclass(frozen=True)
class Differences:
    """The differences of two editions; none means that they say the same."""

    old: str
    new: str
    language: str
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def as_json(self) -> bytes:
        """The differences as JSON."""
        return (json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n").encode()

    def as_text(self, *, markdown: bool = False) -> bytes:
        """The differences for people, as plain text or as Markdown."""
        words = phrases(self.language)
        head, sub, point = ("# ", "## ", "- ") if markdown else ("", "", "  ")
        lines = [f"{head}{words['diff_title']}", "", words["diff_editions"].format(old=self.old, new=self.new), ""]
        if not self.changes:
            lines += [words["diff_none"]]
        for part in ("findings", "levels", "evidence", "open"):
            some = [change for change in self.changes if change.part == part]
            if some:
                lines += [f"{sub}{words[f'diff_{part}']}", *([""] if markdown else [])]
                lines += [point + _sentence(change, words) for change in some] + [""]
        return ("\n".join(lines).rstrip("\n") + "\n").encode()


def differences(old: Edition, new: Edition) -> Differences:
    """What has changed from `old` to `new`?  In the language of `new`."""
    changes = [*_findings(old, new), *_levels(old, new), *_evidence(old, new), *_open(old, new)]
    told = [f"{edition.as_of} ({edition.state})" for edition in (old, new)]
    return Differences(told[0], told[1], new.language, tuple(changes))


def read_edition(text: bytes, shown_as: str) -> Edition:
    """The edition that a JSON-LD document of ours holds.  Raises CannotLoad for anything else, with the reason."""
    expected = "expected a comparison report as `nqf report comparison --format jsonld` writes it"
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise CannotLoad(shown_as, f"{expected}; {error.msg}", error.lineno, error.colno) from error
    except UnicodeDecodeError as error:
        raise CannotLoad(shown_as, f"{expected}; it is not UTF-8") from error
    if not isinstance(document, dict) or document.get("type") != "Report":
        raise CannotLoad(shown_as, f"{expected}; its type is no Report")
    try:
        return _edition(document)
    except (KeyError, TypeError, AttributeError) as error:
        raise CannotLoad(shown_as, f"{expected}; found no usable {error}") from error


def read_edition_file(file: Path) -> Edition:
    """The edition in a file.  Raises CannotLoad."""
    if not file.is_file():
        raise CannotLoad(str(file), "expected a file here")
    return read_edition(file.read_bytes(), str(file))


def _edition(document: Json) -> Edition:
    queries = {query["id"]: query for query in document["queries"]}
    findings, evidence = {}, {}
    for node in document["findings"]:
        item = node["findingOn"]
        findings[item["id"]] = item["name"], last(node["result"]), node.get("text", "")
        shown = {queries[query]["identifier"]: str(queries[query].get("rows", "–")) for query in node["query"]}
        records = dict.fromkeys([*node.get("evidence", ()), *node.get("source", ())], "")
        evidence[item["id"]] = item["name"], shown | records
    levels = {}
    for node in document["levels"]:
        counterparts = {
            one["counterpart"]["id"]: f"{one['counterpart']['name']} ({last(one['relation'])})"
            for one in node["counterparts"]
        }
        levels[node["id"]] = node["name"], counterparts or {node["verdict"]: node["verdict"]}
    still_open = {(one["identifier"], one["about"]["id"]): one["about"]["name"] for one in document["openQuestions"]}
    address, language, as_of, state = (document[name] for name in ("id", "language", "asOf", "state"))
    return Edition(address, language, as_of, state, findings, levels, evidence, still_open)


def _findings(old: Edition, new: Edition) -> list[Change]:
    """Findings with another result, or (in the same language) with another reason for it."""
    found = []
    for item in sorted(old.findings.keys() | new.findings.keys()):
        before, after = old.findings.get(item, ("", "", "")), new.findings.get(item, ("", "", ""))
        same_reason = old.language != new.language or before[2] == after[2]
        if before[1] != after[1] or not same_reason:
            name = after[0] or before[0]
            found.append(Change("findings", item, name, before[1], after[1], before[2], after[2]))
    return found


def _levels(old: Edition, new: Edition) -> list[Change]:
    found = []
    for level in sorted(old.levels.keys() | new.levels.keys()):
        before, after = old.levels.get(level, ("", {})), new.levels.get(level, ("", {}))
        if _coded(before[1]) != _coded(after[1]):
            name = after[0] or before[0]
            told = ["; ".join(counterparts.values()) for counterparts in (before[1], after[1])]
            found.append(Change("levels", level, name, told[0], told[1]))
    return found


def _coded(counterparts: Mapping[str, str]) -> dict[str, str]:
    """Counterparts without their names, which depend on the language."""
    return {iri: told.rpartition("(")[2] for iri, told in counterparts.items()}


def _evidence(old: Edition, new: Edition) -> list[Change]:
    """Evidence added (nothing before), removed (nothing now), or with another number of rows."""
    found = []
    for item in sorted(old.evidence.keys() & new.evidence.keys()):
        (_, before), (name, after) = old.evidence[item], new.evidence[item]
        for record in sorted(before.keys() | after.keys()):
            if before.get(record) != after.get(record):
                told = [_told(some, record) for some in (before, after)]
                found.append(Change("evidence", item, name, told[0], told[1]))
    return found


def _told(some: Mapping[str, str], record: str) -> str:
    return f"{record} {some[record]}".strip() if record in some else ""


def _open(old: Edition, new: Edition) -> list[Change]:
    found = []
    for key in sorted(old.open.keys() ^ new.open.keys()):
        is_new = key in new.open
        name = new.open[key] if is_new else old.open[key]
        found.append(Change("open", key[1], name, "" if is_new else key[0], key[0] if is_new else ""))
    return found


def _sentence(change: Change, words: Mapping[str, str]) -> str:
    """One difference as a line."""
    nothing = words["diff_nothing"]
    if change.part == "open":
        kind = change.new or change.old
        told = words[kind.replace("check-", "check_") if kind.startswith("check-") else f"open_{kind}"]
        return f"{words['diff_new' if change.new else 'diff_solved']}: {change.name} – {told}"
    if change.part == "evidence" and not (change.old and change.new):
        return f"{change.name}: {words['diff_added' if change.new else 'diff_removed']} {change.new or change.old}"
    sentence = f"{change.name}: {change.old or nothing} → {change.new or nothing}"
    reasons = " → ".join(reason or nothing for reason in (change.old_reason, change.new_reason))
    return f"{sentence} ({words['diff_reason']}: {reasons})" if change.old_reason or change.new_reason else sentence
