"""SERVICE to endpoints on an allow-list, answered by our own batched VALUES join.

The engine never goes out: `Federation.resolve` turns a query with SERVICE parts into one without, in which the
answers of the remote endpoints stand as inline data.
"""

from nqf_graph.federation.limits import Limits
from nqf_graph.federation.rewriting import Federation
from nqf_graph.federation.solutions import read_json

__all__ = ["Federation", "Limits", "read_json"]
