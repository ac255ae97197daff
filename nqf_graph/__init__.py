"""A national qualifications framework as a checked knowledge graph.

The package is one sentence: load → check → ask → publish.  `open_publication` does the first two and
gives a `Publication`, which can be asked; `create_app` publishes it over HTTP.
"""

from importlib.metadata import version

__version__ = version("nqf-graph")
