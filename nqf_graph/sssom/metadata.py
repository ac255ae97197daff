"""The metadata block of a SSSOM file: YAML in, with the place of each key; canonical YAML out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from nqf_graph.errors import CannotLoad
from nqf_graph.sssom.model import Value
from nqf_graph.sssom.slots import DATE, NUMBER, SET_SLOTS

_TAG = "tag:yaml.org,2002:"
_TEXT = f"{_TAG}str"
_PLAIN = {DATE: (f"{_TAG}timestamp",), NUMBER: (f"{_TAG}float", f"{_TAG}int")}
"""What a plain value may be read as, by kind of slot; texts that look like a date or a number are quoted."""


@dataclass(frozen=True)
class Entry:
    """The value of a key, a text, a list or a mapping, and its place in the file (from 1)."""

    value: str | list[Entry] | dict[str, Entry]
    line: int
    column: int


@dataclass(frozen=True)
class Block:
    """A metadata block as it stands in a file: how errors call the file, and how far its text was moved."""

    text: str
    file: str
    indent: int = 0
    """Characters taken away at the beginning of each line."""

    def error(self, expected: str, entry: Entry | None = None) -> CannotLoad:
        """An error at a place of the block."""
        return CannotLoad(self.file, expected, entry.line if entry else None, entry.column if entry else None)

    def entries(self) -> dict[str, Entry]:
        """The keys of the block.  Raises CannotLoad with the place and what was expected."""
        try:
            for event in yaml.parse(self.text, Loader=yaml.SafeLoader):
                if getattr(event, "anchor", None):
                    mark = event.start_mark
                    where = Entry("", mark.line + 1, mark.column + 1 + self.indent)
                    raise self.error("expected YAML without anchors and aliases", where)
            node = yaml.compose(self.text, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            place = error.problem_mark or error.context_mark
            at = Entry("", place.line + 1, place.column + 1 + self.indent) if place else None
            raise self.error(f"expected YAML in the metadata block: {error.problem or error.context}", at) from error
        except yaml.YAMLError as error:
            raise self.error(f"expected YAML in the metadata block: {error}") from error
        if node is None:
            return {}
        entry = self._entry(node)
        if not isinstance(entry.value, dict):
            raise self.error("expected keys with values in the metadata block", entry)
        return entry.value

    def _entry(self, node: yaml.Node) -> Entry:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1 + self.indent
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Entry] = {}
            for key, value in node.value:
                name, entry = self._entry(key), self._entry(value)
                if not isinstance(name.value, str):
                    raise self.error("expected a name as a key", name)
                if name.value in found:
                    raise self.error(f"expected each key once, found {name.value!r} again", name)
                if entry.value != "":
                    found[name.value] = entry
            return Entry(found, line, column)
        if isinstance(node, yaml.SequenceNode):
            return Entry([self._entry(item) for item in node.value], line, column)
        empty = node.style is None and node.value in ("~", "null")
        return Entry("" if empty else node.value, line, column)


def write_block(slots: Mapping[str, Value | Mapping[str, str] | list[dict[str, str]]]) -> str:
    """The lines of a metadata block, each after a `#`; texts plain where YAML lets them be, else in double quotes."""
    return "".join(f"#{line}\n" for name, value in slots.items() for line in _lines(name, value))


def _lines(name: str, value: Value | Mapping[str, str] | list[dict[str, str]]) -> Iterator[str]:
    if isinstance(value, str):
        kind = SET_SLOTS[name].kind if name in SET_SLOTS else ""
        yield f"{name}: {_scalar(value, _PLAIN.get(kind, ()))}"
        return
    yield f"{name}:"
    if isinstance(value, Mapping):
        for key, text in value.items():
            yield f"  {key}: {_scalar(text)}"
        return
    for item in value:
        if isinstance(item, str):
            yield f"  - {_scalar(item)}"
        else:
            for position, (key, text) in enumerate(item.items()):
                yield f"  {'  ' if position else '- '}{key}: {_scalar(text)}"


def _scalar(text: str, tags: tuple[str, ...] = ()) -> str:
    """A text as YAML: plain where it is read back as this very text, or as one of the types `tags`."""
    return text if _is_plain(text, tags) else '"' + "".join(map(_escaped, text)) + '"'


def _is_plain(text: str, tags: tuple[str, ...]) -> bool:
    if any(_escaped(letter) != letter for letter in text if letter not in '"\\'):
        return False
    try:
        node = yaml.compose(f"- {text}\n- k: {text}\n", Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return False
    if not isinstance(node, yaml.SequenceNode) or len(node.value) != 2:
        return False
    item, pair = node.value
    inner = pair.value[0][1] if isinstance(pair, yaml.MappingNode) and len(pair.value) == 1 else None
    return all(
        isinstance(found, yaml.ScalarNode)
        and found.style is None
        and found.value == text
        and found.tag in (_TEXT, *tags)
        for found in (item, inner)
    )


def _escaped(letter: str) -> str:
    """A letter inside double quotes."""
    if letter in '"\\':
        return "\\" + letter
    code = ord(letter)
    if 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xD7FF or 0xE000 <= code <= 0xFEFE or 0xFF00 <= code <= 0xFFFD:
        return letter if code not in (0x2028, 0x2029) else f"\\u{code:04x}"
    return letter if 0x10000 <= code <= 0x10FFFF else f"\\u{code:04x}"
