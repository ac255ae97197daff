"""Reference data become part of the publication: one import is one transaction, recorded as such."""
