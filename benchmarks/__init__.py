"""Measurements of the project, and the invented data they run on."""
