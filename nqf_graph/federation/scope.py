"""Which variables a group binds: those in scope (SPARQL 1.1, 18.2.1), and those bound in each of its solutions."""

from __future__ import annotations

from collections.abc import Iterable

from nqf_graph.federation.syntax import Element, Group


def visible(group: Group) -> list[str]:
    """The variables in scope, each once, in the order of the text."""
    if (select := group.select) is not None:
        if select.variables is not None:
            return _once(select.variables)
        found = visible(select.where) if select.where else []
        return _once([*found, *(select.values.variables if select.values else ())])
    return _once(name for element in group.elements for name in visible_of(element))


def visible_of(element: Element) -> list[str]:
    """The variables that one element of a group brings into scope."""
    if element.kind in ("FILTER", "BIND", "MINUS"):
        return element.variables
    return [*element.variables, *(name for group in element.groups for name in visible(group))]


def certain(group: Group) -> set[str]:
    """The variables that every solution of the group binds; some may be missing, none is wrong."""
    if (select := group.select) is not None:
        inner = certain(select.where) if select.where else set()
        return inner if select.variables is None else inner & set(select.variables)
    return {name for element in group.elements for name in certain_of(element)}


def certain_of(element: Element) -> set[str]:
    """The variables that an element of a group binds in every solution."""
    match element.kind:
        case "TRIPLES":
            return set(element.variables)
        case "VALUES":
            return set() if element.has_undef else set(element.variables)
        case "GRAPH":
            return {*element.variables, *certain(element.groups[0])}
        case "UNION":
            return set.intersection(*map(certain, element.groups))
        case _:  # BIND may fail, OPTIONAL find nothing, SERVICE SILENT not answer
            return set()


def is_closed(group: Group, around: frozenset[str] = frozenset()) -> bool:
    """Do all expressions in the group read only what it binds itself, or what is in `around`?

    What others read has no value by the standard, but the engine may lend it one from the groups around.
    """
    if (select := group.select) is not None:
        return not select.others and (select.where is None or is_closed(select.where))
    names = frozenset(visible(group))
    for element in group.elements:
        if element.kind in ("FILTER", "BIND"):
            if element.groups or not (names | around).issuperset(element.reads):
                return False
        elif element.kind == "LATERAL":
            return False
        elif element.kind != "SERVICE":
            lent = names if element.kind == "OPTIONAL" else frozenset()
            if not all(is_closed(inner, lent) for inner in element.groups):
                return False
    return True


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
