"""A national qualifications framework as a checked knowledge graph.

The package is one sentence: load → check → ask → publish.  `open_publication` does the first two and
gives a `Publication`, which can be asked; `create_app` publishes it over HTTP.
"""

from importlib import import_module


def __getattr__(name: str) -> str:
    """`__version__`, looked up when first asked for: the processes that answer queries start faster without it."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    version: str = import_module("importlib.metadata").version("nqf-graph")
    globals()[name] = version
    return version
