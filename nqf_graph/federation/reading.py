"""Takes the text of a query apart.

This is not a grammar: the engine parses the text too.  What cannot be followed here is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nqf_graph.errors import QueryRefused, QuerySyntax
from nqf_graph.federation.syntax import Element, Group, Query, Select
from nqf_graph.guard import TOKEN

_DEEPEST = 60
_EXPONENT = re.compile(r"[eE][0-9]*")
_JOINED = {"OPTIONAL", "MINUS", "LATERAL"}
_ENDS_TRIPLES = {*_JOINED, "GRAPH", "SERVICE", "FILTER", "BIND", "VALUES"}


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    word: str

    @property
    def is_variable(self) -> bool:
        return self.text[0] in "?$" and len(self.text) > 1


def read_query(text: str) -> Query:
    """Take a query apart.  Raises QuerySyntax or QueryRefused for what cannot be followed."""
    return _Reader(text).query()


class _Reader:
    """Reads from the first token to the last."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth = text, 0, 0
        self._prefixes: dict[str, str] = {}
        self._tokens = [
            _Token(match[0], match.start(), match.end(), (match["word"] or "").upper())
            for match in TOKEN.finditer(text)
            if not match[0].isspace() and match.lastgroup != "comment"
        ]
        self._tokens.append(_Token("\x00", len(text), len(text), ""))

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *expected: str) -> _Token:
        token = self._next
        if token.text == "\x00" or (expected and token.text not in expected and token.word not in expected):
            before = self._text[: token.start]
            line, column = before.count("\n") + 1, token.start - before.rfind("\n")
            raise QuerySyntax(f"expected {' or '.join(expected) or 'more'} here", line, column)
        self._at += 1
        return token

    def _if(self, *words: str) -> bool:
        """Take the next token if it is one of these words."""
        if found := self._next.word in words:
            self._at += 1
        return found

    def query(self) -> Query:
        lines, base = [], ""
        while self._next.word in ("PREFIX", "BASE", "VERSION"):
            first = self._take()
            if first.word == "PREFIX":
                name = self._take().text
                self._prefixes[name] = self._take().text
            elif first.word == "BASE":
                base = self._next.text
                self._take()
            else:
                self._take()
                continue  # no endpoint of SPARQL 1.1 knows it
            lines.append(self._text[first.start : self._tokens[self._at - 1].end] + "\n")
        query = Query(self._text, "".join(lines), self._prefixes, base, "", Select())
        match self._take("SELECT", "CONSTRUCT", "DESCRIBE", "ASK").word:
            case "SELECT":
                self._projection(query.form)
            case "CONSTRUCT" if self._next.text == "{":
                self._template()
            case "DESCRIBE":
                while self._next.word not in ("FROM", "WHERE") and self._next.text not in ("{", "\x00"):
                    self._take()
        query.dataset = self._dataset()
        self._pattern_and_modifiers(query.form)
        return query

    def _template(self) -> None:
        depth = 0
        while True:
            depth += {"{": 1, "}": -1}.get(self._take().text, 0)
            if depth == 0:
                return

    def _dataset(self) -> str:
        clauses = []
        while self._next.word == "FROM":
            first = self._take()
            self._if("NAMED")
            clauses.append(f"{self._text[first.start : self._take().end]}\n")
        return "".join(clauses)

    def _projection(self, select: Select) -> None:
        self._if("DISTINCT", "REDUCED")
        select.variables = []
        while self._next.word not in ("FROM", "WHERE") and self._next.text != "{":
            if self._next.text == "(":
                select.variables += self._brackets(select.others)[-1:]
            elif (token := self._take()).is_variable:
                select.variables.append(token.text[1:])
            else:
                select.variables = None
                return

    def _pattern_and_modifiers(self, select: Select) -> None:
        """The rest of a query or subquery, up to its end."""
        self._if("WHERE")
        if self._next.text == "{":
            select.where = self._group()
        while self._next.text not in ("}", "\x00"):
            if self._next.word == "VALUES":
                select.values = self._values()
            elif self._next.text == "(":
                self._brackets(select.others)
            elif self._next.text == "{":
                select.others.append(self._group())
            else:
                self._take()

    def _group(self) -> Group:
        group = Group(self._take("{").start)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QueryRefused(f"a query with SERVICE may be nested {_DEEPEST} levels deep")
        if self._if("SELECT"):
            group.select = Select()
            self._projection(group.select)
            self._pattern_and_modifiers(group.select)
        while self._next.text != "}":
            group.elements.append(self._element())
        self._depth -= 1
        group.end = self._take("}").end
        return group

    def _element(self) -> Element:
        first = self._next
        element = Element(first.word if first.word in _ENDS_TRIPLES else "TRIPLES", first.start)
        if first.text == "{":
            element.kind = "UNION"
            element.groups.append(self._group())
            while self._if("UNION"):
                element.groups.append(self._group())
        elif element.kind == "TRIPLES":
            self._triples(element)
        elif element.kind == "VALUES":
            element = self._values()
        else:
            self._take()
            self._after_keyword(element)
        element.end = element.stop = self._tokens[self._at - 1].end
        if element.kind != "TRIPLES" and self._next.text == ".":
            element.stop = self._take().end
        return element

    def _after_keyword(self, element: Element) -> None:
        match element.kind:
            case "FILTER":
                self._constraint(element)
            case "BIND":
                *element.reads, target = self._brackets(element.groups) or [""]
                element.variables = [target]
            case _:
                if element.kind == "SERVICE":
                    element.is_silent = self._if("SILENT")
                if element.kind not in _JOINED:
                    name = self._take()
                    element.name, element.inner_start = name.text, name.start
                    element.variables = [name.text[1:]] if name.is_variable else []
                element.groups.append(self._group())

    def _triples(self, element: Element) -> None:
        while (token := self._next).word not in _ENDS_TRIPLES:
            following = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
            if token.text + following.text in ("{|", "|}") and token.end == following.start:
                self._at += 2
                continue
            if token.text in ("{", "}"):
                return
            if token.is_variable:
                element.variables.append(token.text[1:])
            elif not self._belongs_to_triples(token):
                self._take("a declared name", "a keyword with space around it")
            self._take()

    def _belongs_to_triples(self, token: _Token) -> bool:
        """Is it certainly no keyword, nor one written together with what follows?"""
        if token.word:
            is_exponent = _EXPONENT.fullmatch(token.text) and self._text[token.start - 1] in "0123456789."
            return token.word in ("A", "TRUE", "FALSE") or bool(is_exponent)
        prefix, colon, _ = token.text.partition(":")
        return not colon or token.text[0] in "<\"'" or prefix == "_" or prefix + colon in self._prefixes

    def _constraint(self, element: Element) -> None:
        """What follows FILTER: brackets, EXISTS, or a function with its arguments."""
        while self._next.text not in ("(", "{"):
            self._take()
        if self._next.text == "{":
            element.groups.append(self._group())
        else:
            element.reads = self._brackets(element.groups)

    def _brackets(self, groups: list[Group]) -> list[str]:
        """The variables between brackets, in order; groups of EXISTS go to `groups`."""
        variables, depth = [], 0
        while True:
            if self._next.text == "{":
                groups.append(self._group())
                continue
            token = self._take()
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if token.is_variable:
                variables.append(token.text[1:])
            if depth == 0:
                return variables

    def _values(self) -> Element:
        element = Element("VALUES", self._take("VALUES").start)
        while self._next.text != "{":
            if (token := self._take()).is_variable:
                element.variables.append(token.text[1:])
        element.inner_start = self._take("{").end
        while (token := self._take()).text != "}":
            element.has_undef |= token.word == "UNDEF"
        element.end = element.stop = token.end
        return element
