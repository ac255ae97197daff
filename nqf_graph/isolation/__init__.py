"""Queries of strangers run in processes of their own, which can be killed: a bounded pool of readers of a snapshot."""
