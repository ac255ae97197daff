"""Comparison of frameworks, coverage, gaps, pathways: answers that join several questions, each with its evidence."""
