"""SSSOM: sets of mappings as TSV and RDF, read and written without loss."""
