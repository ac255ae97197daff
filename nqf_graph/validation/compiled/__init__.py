"""Validation on the store: shapes compiled to SPARQL.

`compile_shapes` turns each constraint of a shapes graph into one query that finds its violations; what it cannot
express it names, with the reason, and leaves to the reference engine.
"""

from nqf_graph.validation.compiled.checks import Check, Result
from nqf_graph.validation.compiled.run import CompiledShapes, Fallback, compile_shapes
from nqf_graph.validation.compiled.targets import read_subclasses

__all__ = ["Check", "CompiledShapes", "Fallback", "Result", "compile_shapes", "read_subclasses"]
