"""The text of a SPARQL Update, taken apart into its operations by its tokens, and held against the grammar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from nqf_graph.errors import QuerySyntax
from nqf_graph.guard import TOKEN, keywords, reads_one_way, syntax_error


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return self.text.upper()


@dataclass(frozen=True)
class Operation:
    """One operation: the PREFIX and BASE lines that hold for it, its words, and its `{…}` blocks by keyword."""

    prologue: str
    text: str
    start: int
    """Where in the update its text begins."""
    words: tuple[str, ...]
    """The tokens outside the blocks, keywords in upper case."""
    blocks: dict[str, str]
    """DELETE, INSERT, WHERE, or DATA for what is inserted or deleted as it stands → the text inside the braces."""
    labels: frozenset[str]
    """The blank nodes that it names in data to insert."""


def only_states_data(text: str) -> bool:
    """Whether an update only inserts and deletes statements as they stand: it asks nothing and clears nothing."""
    return all(operation.words in (("INSERT", "DATA"), ("DELETE", "DATA")) for operation in split(text))


def split(text: str) -> list[Operation]:
    """The operations of an update, which may still have errors of syntax inside.

    Raises QuerySyntax for a semicolon without an operation before it.
    """
    tokens = [
        _Token(match[0], match.start(), match.end())
        for match in TOKEN.finditer(text)
        if not match[0].isspace() and not match[0].startswith("#")
    ]
    operations: list[Operation] = []
    prologue, at = "", 0
    while at < len(tokens):
        while at < len(tokens) and tokens[at].word in ("PREFIX", "BASE"):
            width = 3 if tokens[at].word == "PREFIX" else 2
            prologue += text[tokens[at].start : tokens[at + width - 1].end] + "\n"
            at += width
        words: list[str] = []
        blocks: dict[str, str] = {}
        last, first = "", at
        while at < len(tokens) and tokens[at].text != ";":
            if tokens[at].text == "{":
                close = _closing(tokens, at)
                blocks[last or "WHERE"] = text[tokens[at].end : tokens[close].start]
                at = close + 1
                last = ""
                continue
            words.append(tokens[at].word if tokens[at].text.isalpha() else tokens[at].text)
            if tokens[at].word in ("DELETE", "INSERT", "DATA", "WHERE"):
                last = tokens[at].word
            at += 1
        if at == first and at < len(tokens):
            line, column = _place(text, tokens[at].start)
            raise QuerySyntax("expected an operation before ;", line, column)
        if at > first:
            start = tokens[first].start
            labels = (token.text for token in tokens[first:at] if "DATA" in words and token.text.startswith("_:"))
            end = tokens[at - 1].end
            operations.append(Operation(prologue, text[start:end], start, tuple(words), blocks, frozenset(labels)))
        at += 1
    return operations


def _place(text: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    before = text[:at]
    return before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1


def _closing(tokens: Sequence[_Token], opening: int) -> int:
    depth = 0
    for at in range(opening, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[at].text, 0)
        if depth == 0:
            return at
    return len(tokens) - 1  # the engine will say what is missing


def check_syntax(operations: Sequence[Operation], whole: str, base: str | None) -> None:
    """Does the update parse?  Raises QuerySyntax with the place in the `whole` text, where it is known."""
    named: set[str] = set()
    for operation in operations:
        _parse(operation, whole, base)
        if repeated := sorted(named & operation.labels):
            raise QuerySyntax(f"{repeated[0]} stands in two insertions of data: a blank node has its name in one only")
        named |= operation.labels


def _parse(operation: Operation, whole: str, base: str | None) -> None:
    """Let the engine parse an operation; on an empty store there is nothing it could change.

    Operations are parsed one by one, because Oxigraph 0.5 does not take PREFIX after a semicolon.
    """
    prologue = operation.prologue.replace("\n", " ") + "\n"
    try:
        ox.Store().update(prologue + _harmless(operation), base_iri=base)
    except SyntaxError as error:
        found = syntax_error(error)
        if found.line == 1:  # the prologue, which was put into one line
            raise QuerySyntax(found.reason) from error
        line, column = _place(whole, operation.start)
        below = max((found.line or 2) - 2, 0)  # lines; the first one of the text parsed is the prologue
        column = (found.column or 1) + (column - 1 if below == 0 else 0)
        raise QuerySyntax(found.reason, line + below, column) from error
    except (OSError, RuntimeError, ValueError):
        return  # a graph that is not there, say: not a matter of syntax


def _harmless(operation: Operation) -> str:
    """The text of an operation; for the engine to parse is to run, so LOAD is put as one that reads nothing.

    The engine sees LOAD also where no blank follows, and its idea of where a string ends is not always ours: a text
    that could have a LOAD elsewhere than at the beginning of an operation does not reach it.
    """
    text = operation.prologue + operation.text
    if "load" not in text.lower():
        return operation.text
    match [word for word in operation.words if word != "SILENT"]:
        case ["LOAD", source] if not operation.blocks:
            return f"CLEAR GRAPH {source}"
        case ["LOAD", source, "INTO", "GRAPH", graph] if not operation.blocks:
            return f"ADD GRAPH {source} TO GRAPH {graph}"
    begins = operation.text[:4].upper() == "LOAD" or any(word.startswith("LOAD") for word in keywords(text))
    if begins or not reads_one_way(text):
        raise QuerySyntax("expected LOAD <…> or LOAD <…> INTO GRAPH <…> where the text has this word")
    return operation.text
