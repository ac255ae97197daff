"""The comparison report: generated from the graph, every sentence with its query and its evidence."""
